"""`privacy consents`: take in what another tool recorded, and give out records of the standard."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import click
import yaml

from privacy.cli.process import as_json, controller_of, controller_option, opened, opened_for, tell
from privacy.consent.moving import cookies, imports
from privacy.consent.moving.cookies import Mapped
from privacy.consent.moving.imports import Fault, Line
from privacy.consent.moving.mover import Mover, Outcome, move
from privacy.consent.records import exports
from privacy.errors import InvalidError

FORMATS = ("csv", *cookies.READERS)


@click.group()
def consents() -> None:
    """The ledger of answers: taken in from other tools, given out as records."""


@consents.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--format", "form", type=click.Choice(FORMATS), required=True)
@click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="For cookies: what their words mean here (YAML or JSON; see docs/operations.md).",
)
@click.option("--language", default="fr", show_default=True, help="Where a line says none.")
@click.option("--commit", is_flag=True, help="Record it; without, only say what would happen.")
@controller_option
@as_json
def import_command(  # noqa: PLR0913 -- click gives each option by itself
    file: Path,
    *,
    form: str,
    mapping: Path | None,
    language: str,
    commit: bool,
    controller: str | None,
    as_json: bool,
) -> None:
    """Take in answers that another tool recorded; status 1 when a line was refused.

    A grant is taken only where the file proves who gave it, when, and to which words.
    """
    with opened() as runtime, file.open(encoding="utf-8-sig", newline="") as text:
        owner, at = controller_of(runtime, controller), runtime.clock()
        lines = _lines(text, form, _mapped(form, mapping), language, at)
        mover = Mover(owner.id, runtime.cabinet, runtime.keyring.signer.name)
        try:
            found = move(runtime.database, lines, mover=mover, at=at, dry=not commit)
        except (UnicodeDecodeError, csv.Error) as error:
            raise InvalidError("This file is no text in UTF-8.") from error
    tell(as_json, _facts(found, commit=commit), *_told(found, commit=commit))
    raise SystemExit(1 if found.faults else 0)


@consents.command("export")
@click.option("--subject", type=click.UUID, help="Of one subject only.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Recorded from this day on.")
@controller_option
def export(subject: UUID | None, since: datetime | None, controller: str | None) -> None:
    """Print a record for each answer (ISO/IEC TS 27560:2023, DPV), one line of JSON-LD each."""
    with opened_for(controller) as (runtime, owner), runtime.database.reading() as session:
        told = exports.register(
            session, controller_id=owner.id, public_url=runtime.settings.public_url
        )
        for one in exports.records(
            session,
            told=told,
            at=runtime.clock(),
            subject_id=subject,
            since=since.replace(tzinfo=UTC) if since else None,
        ):
            click.echo(json.dumps(one, ensure_ascii=False))


def _lines(
    text: Iterator[str], form: str, mapped: Mapped | None, language: str, at: datetime
) -> Iterator[Line | Fault]:
    if mapped is None:
        return imports.read_csv(text, language=language)
    return cookies.read_cookies(text, form, mapped, at=at)


def _mapped(form: str, mapping: Path | None) -> Mapped | None:
    if form == "csv":
        return None
    if mapping is None:
        raise InvalidError(f"Say by --mapping what the words of {form} mean here.")
    try:
        return Mapped.read(yaml.safe_load(mapping.read_text(encoding="utf-8")))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidError("The mapping is neither YAML nor JSON.") from error


def _facts(found: Outcome, *, commit: bool) -> dict[str, Any]:
    return {
        "recorded": commit,
        "granted": found.granted,
        "refused": found.refused,
        "known": found.known,
        "faults": [{"line": one.number, "reason": one.reason} for one in found.faults],
    }


def _told(found: Outcome, *, commit: bool) -> Iterator[str]:
    yield from (f"line {one.number}: {one.reason}" for one in found.faults)
    what = f"{found.granted} grants and {found.refused} refusals"
    yield f"{'Recorded' if commit else 'Would record'} {what}; {found.known} were known."
    if found.faults:
        yield f"Not taken: {len(found.faults)}."
    if not commit:
        yield "Nothing was written; add --commit to record it."
