"""Rules: what was seen against what was declared (Art. 5(3) of Directive 2002/58); pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from privacy.errors import InvalidError
from privacy.policy.months import Period
from privacy.scans.observe import STORED, Cause, Controls, Kind, Phase, Sighting, host_of

LONGEST_DAYS = 395
"""Thirteen months, beyond which a tracker should not live (CNIL, audience measurement)."""
OURS = ("privacy_choice", "privacy_pending", "privacy_receipt")
"""What our own banner stores: the choice itself and its proof are exempt."""
CHOICES = (
    "CookieConsent", "OptanonConsent", "OptanonAlertBoxClosed", "axeptio_*", "cc_cookie",
    "cmplz_*", "cookieyes-consent", "didomi_token", "euconsent-v2", "klaro", "orejime",
    "tarteaucitron",
)  # fmt: skip
"""Where other banners keep the choice, which is exempt as well (CNIL 2020-091, Art. 5)."""
STRONG = frozenset({"audio", "canvas", "fonts", "webgl"})
"""Readings that serve to tell terminals apart; of the others, three together do."""
TOGETHER = 3


class Verdict(StrEnum):
    """What a sighting is, measured against the declarations."""

    EXEMPT = "exempt"
    """Strictly necessary, as declared."""
    GRANTED = "granted"
    """Declared for a purpose, and accepted."""
    UNGRANTED = "ungranted"
    """Declared for a purpose, but it was there without a grant."""
    UNDECLARED = "undeclared"
    NOTED = "noted"
    """Worth knowing; by itself no fault."""
    FAULT = "fault"
    """The banner lacks what it must have."""


@dataclass(frozen=True)
class Declaration:
    """One tracker or host that a purpose declares."""

    pattern: str
    purpose: str
    exempt: bool
    is_host: bool = False
    days: float | None = None

    def covers(self, one: Sighting) -> bool:
        """Say whether the declaration is about what was seen."""
        if self.is_host:
            where = one.cause.script if one.kind is Kind.FINGERPRINT else ""
            host = host_of(where) or one.host
            return host == self.pattern or host.endswith(f".{self.pattern}")
        return one.kind in STORED and _fits(self.pattern, one.name)


@dataclass(frozen=True)
class Register:
    """What a site declares; without a site nothing is declared and nothing can be missing."""

    declarations: Sequence[Declaration]
    is_known: bool = False
    asks: bool = False
    """Whether any purpose of the site needs consent."""


@dataclass(frozen=True)
class Finding:
    """A sighting with its verdict."""

    sighting: Sighting
    verdict: Verdict
    fails: bool
    purpose: str = ""

    @property
    def is_long(self) -> bool:
        """Whether a tracker lives longer than thirteen months."""
        days = self.sighting.days
        return days is not None and int(days) > LONGEST_DAYS

    @property
    def advice(self) -> str:
        """Return the code of what to do about it; empty when nothing."""
        if self.verdict is Verdict.FAULT:
            return self.sighting.name
        if not self.fails:
            return "shorten" if self.is_long else ""
        if self.sighting.phase is Phase.ACCEPTED:
            return "declare"
        return "hold-back" if self.verdict is Verdict.UNGRANTED else "hold-back-or-declare"


@dataclass(frozen=True)
class Report:
    """What a scan found, and whether it may stand."""

    findings: Sequence[Finding]
    phases: Mapping[str, str]
    """By phase: passed, failed or untested."""
    pages: Sequence[str] = ()
    controls: Controls = field(default_factory=Controls)
    """How the buttons of the first page were found."""

    @property
    def fails(self) -> bool:
        """Whether anything was found that may not be."""
        return any(one.fails for one in self.findings)


def register_of(
    purposes: Sequence[tuple[str, str, Mapping[str, Any]]], *, ours: Sequence[str] = ()
) -> Register:
    """Return the register of a site from its purposes: code, legal basis and details of each.

    `ours` are hosts of the service itself. A tracker that several purposes declare is exempt
    only if all of them are.
    """
    declared = [one for purpose in purposes for one in _declared(*purpose)]
    asks = any(basis == "consent" for _, basis, _ in purposes)
    return Register([*declared, *essentials([*OURS, *ours])], is_known=True, asks=asks)


def without_site(names: Iterable[str] = ()) -> Register:
    """Return the register of a site of which nothing is known but names of what is necessary."""
    return Register(essentials([*OURS, *CHOICES, *names]))


def essentials(names: Iterable[str]) -> list[Declaration]:
    """Return declarations that exempt trackers of these names, and hosts, without a purpose."""
    return [
        Declaration(_host(one) if is_host else one, "", exempt=True, is_host=is_host)
        for one in names
        for is_host in (False, True)
    ]


def _declared(code: str, basis: str, details: Mapping[str, Any]) -> Iterable[Declaration]:
    exempt = basis in {"strictly_necessary", "exempt_audience"}
    for cookie in details.get("cookies", ()):
        yield Declaration(
            str(cookie.get("name", "")), code, exempt, days=_days(cookie.get("lifetime"))
        )
    for vendor in details.get("vendors", ()):
        for name in ("hosts", "origins", "domains"):
            for host in vendor.get(name, ()):
                yield Declaration(_host(str(host)), code, exempt, is_host=True)


def judge(
    sightings: Iterable[Sighting], register: Register, *, controls: Mapping[str, Controls]
) -> list[Finding]:
    """Return a finding for each sighting, and one for each thing that a page's banner lacks."""
    seen = list(sightings)
    loud = _loud(seen)
    findings = [_judged(one, register, loud) for one in seen]
    return [*findings, *_banner(controls, register)]


def summary(findings: Iterable[Finding], tried: Iterable[Phase]) -> dict[str, str]:
    """Return by phase whether it passed, failed, or could not be tried."""
    failed = {one.sighting.phase for one in findings if one.fails}
    known = set(tried)
    return {
        phase.value: "failed" if phase in failed else "passed" if phase in known else "untested"
        for phase in Phase
    }


def _judged(one: Sighting, register: Register, loud: set[tuple[object, ...]]) -> Finding:
    covering = [declared for declared in register.declarations if declared.covers(one)]
    asking = [declared for declared in covering if not declared.exempt]
    if covering and not asking:
        return Finding(one, Verdict.EXEMPT, fails=False, purpose=covering[0].purpose)
    if one.kind is Kind.FINGERPRINT and _key(one) not in loud:
        return Finding(one, Verdict.NOTED, fails=False)
    if one.phase is not Phase.ACCEPTED:
        verdict = Verdict.UNGRANTED if asking else Verdict.UNDECLARED
        return Finding(one, verdict, fails=True, purpose=asking[0].purpose if asking else "")
    return _accepted(one, asking[0].purpose if asking else "", register)


def _accepted(one: Sighting, purpose: str, register: Register) -> Finding:
    if purpose:
        return Finding(one, Verdict.GRANTED, fails=False, purpose=purpose)
    if one.kind is Kind.FINGERPRINT or (one.kind is Kind.PIXEL and not one.third_party):
        return Finding(one, Verdict.NOTED, fails=False)  # a declaration has no place for it
    return Finding(one, Verdict.UNDECLARED, fails=register.is_known)


def _loud(seen: Iterable[Sighting]) -> set[tuple[object, ...]]:
    """Return the readings that tell terminals apart, by themselves or with others of a script."""
    read: dict[tuple[object, ...], set[str]] = {}
    for one in seen:
        if one.kind is Kind.FINGERPRINT:
            read.setdefault(_key(one), set()).add(one.name)
    return {key for key, names in read.items() if names & STRONG or len(names) >= TOGETHER}


def _key(one: Sighting) -> tuple[object, ...]:
    return (one.phase, one.page, one.cause.script)


def _banner(controls: Mapping[str, Controls], register: Register) -> Iterable[Finding]:
    for page, found in controls.items():
        if found.accept and not found.refuse:
            yield _fault(page, "no-refusal", fails=True)
        elif not found.accept:
            yield _fault(page, "no-banner", fails=register.asks)


def _fault(page: str, name: str, *, fails: bool) -> Finding:
    sighting = Sighting(Phase.FIRST, Kind.BANNER, name, host_of(page), page, Cause())
    return Finding(sighting, Verdict.FAULT if fails else Verdict.NOTED, fails=fails)


def proposals(findings: Iterable[Finding]) -> dict[str, list[dict[str, Any]]]:
    """Return what could be declared: cookies and vendors, as a purpose's details take them."""
    missing = [
        one.sighting
        for one in findings
        if one.verdict is Verdict.UNDECLARED and one.sighting.phase is Phase.ACCEPTED
    ]
    cookies = {
        one.name: {"name": one.name, "lifetime": _lifetime(one), "kind": one.kind.value}
        for one in missing
        if one.kind in STORED
    }
    hosts = sorted(
        {one.host for one in missing if one.kind in {Kind.REQUEST, Kind.PIXEL} and one.host}
    )
    return {
        "cookies": [cookies[name] for name in sorted(cookies)],
        "vendors": [{"name": host, "policy_url": "", "hosts": [host]} for host in hosts],
    }


def _lifetime(one: Sighting) -> str:
    return f"P{max(1, round(one.days))}D" if one.days is not None else ""


def _days(text: object) -> float | None:
    try:
        period = Period.parse(str(text))
    except InvalidError:
        return None
    return period.months * 30.44 + period.days


def _fits(pattern: str, name: str) -> bool:
    return bool(re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), name))


def _host(text: str) -> str:
    host = urlsplit(text if "://" in text else f"//{text}").hostname
    return (host or "").removeprefix("*.").lower()
