"""`privacy scan`: what a website stores and sends, before and after each answer."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import click
import yaml

from privacy.cli.process import as_json, opened, tell
from privacy.clock import system_clock
from privacy.config import Settings
from privacy.errors import InvalidError
from privacy.purposes import queries as purposes
from privacy.runtime import Runtime
from privacy.scans.match import Finding, Register, Report, Verdict, proposals, without_site
from privacy.scans.observe import Phase
from privacy.scans.queries import register
from privacy.scans.report import scan as visited
from privacy.scans.visit import Tour

MOST_PAGES = 50
PHASES = {
    Phase.FIRST: "before any choice",
    Phase.REFUSED: "after refusing",
    Phase.ACCEPTED: "after accepting",
    Phase.GPC: "with Global Privacy Control",
}
ADVICE = {
    "declare": "declare it for a purpose, or remove it",
    "hold-back": "hold it back until its purpose is granted (data-purpose)",
    "hold-back-or-declare": "hold it back until consent, or declare it where it is strictly "
    "necessary",
    "no-banner": "no banner was found, though purposes need consent",
    "no-refusal": "offer a refusal on the first layer, as plain as the acceptance",
    "shorten": "let it live for 13 months at most",
}


@click.command("scan")
@click.argument("urls", nargs=-1, metavar="URL…")
@click.option("--site", "key", metavar="KEY", help="Compare with what this site declares.")
@click.option(
    "--depth",
    type=click.IntRange(0, MOST_PAGES),
    default=0,
    help="How many further pages of the same origin to visit.",
)
@click.option(
    "--essential", multiple=True, metavar="NAME", help="A host or tracker that is necessary."
)
@as_json
def scan(
    urls: tuple[str, ...],
    key: str | None,
    depth: int,
    essential: tuple[str, ...],
    *,
    as_json: bool,
) -> None:
    """Visit pages as a first-time visitor, refusing and accepting; status 1 when that fails."""
    known, declared, chromium = _site(key, essential)
    pages = [_page(one) for one in urls or known]
    if not pages:
        raise click.UsageError("Name an address, or a site with --site.")
    report = visited(
        pages, register=declared, tour=Tour(system_clock), chromium=chromium, further=depth
    )
    tell(as_json, facts(report), *lines(report))
    raise SystemExit(1 if report.fails else 0)


def _site(key: str | None, essential: Sequence[str]) -> tuple[Sequence[str], Register, str]:
    """Return the addresses and the declarations of a site, and which Chromium to start."""
    if key is None:
        return (), without_site(essential), Settings.from_env().chromium
    with opened() as runtime:
        return (*_declared(runtime, key, essential), runtime.settings.chromium)


def _declared(
    runtime: Runtime, key: str, essential: Sequence[str]
) -> tuple[Sequence[str], Register]:
    with runtime.database.reading() as session:
        site = purposes.site_by_key(session, key)
        ours = (runtime.settings.public_url, *essential)
        return site.origins[:1], register(session, site=site, ours=ours)


def _page(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise InvalidError(f"Begin the address with https:// or http://, as in https://{url}")
    return url


def facts(report: Report) -> dict[str, Any]:
    """Return a report as plain values, for JSON."""
    return {
        "passed": not report.fails,
        "pages": list(report.pages),
        "phases": dict(report.phases),
        "banner": asdict(report.controls),
        "findings": [
            asdict(one.sighting)
            | {
                "verdict": one.verdict.value,
                "fails": one.fails,
                "long": one.is_long,
                "purpose": one.purpose,
                "advice": ADVICE.get(one.advice, ""),
            }
            for one in report.findings
        ],
        "proposals": proposals(report.findings),
    }


def lines(report: Report) -> Iterator[str]:
    """Yield a report for a reader: what fails first, then what else is worth a look."""
    for phase, verdict in report.phases.items():
        yield f"{PHASES[Phase(phase)]}: {verdict}"
    yield _banner(report)
    told = [one for one in report.findings if one.fails]
    told += [one for one in report.findings if not one.fails and (one.is_long or _noted(one))]
    yield from map(_line, told)
    missing = proposals(report.findings)
    if any(missing.values()):
        yield "Declarations to add to the purpose that each serves:"
        yield yaml.safe_dump(
            {name: some for name, some in missing.items() if some}, sort_keys=False
        ).rstrip()


def _banner(report: Report) -> str:
    found = report.controls
    if not found.accept and not found.refuse:
        return "No banner was found: neither the hooks data-cb nor a button with a usual label."
    by = {"hook": "by its hook", "label": "by its label", "": "not found"}
    return f"Banner: accepting {by[found.accept]}, refusing {by[found.refuse]}."


def _noted(one: Finding) -> bool:
    return one.verdict is Verdict.NOTED


def _line(one: Finding) -> str:
    seen = one.sighting
    where = f"{seen.cause.script}:{seen.cause.line}" if seen.cause.line else seen.cause.script
    parts = [
        "FAILED" if one.fails else "note",
        PHASES[seen.phase],
        f"{seen.kind.value} {seen.name}",
        f"({round(seen.days)} days)" if seen.days is not None else "",
        f"of {seen.host}",
        f"by {where}" if where else "by a script that was not seen" if one.fails else "",
        f"on {seen.page}",
        f"- {ADVICE[one.advice]}" if one.advice else "",
    ]
    return " ".join(filter(None, parts))
