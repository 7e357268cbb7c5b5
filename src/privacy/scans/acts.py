"""Asking for scans, writing down what they found, keeping what shows how a notice looked."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from privacy.audit import log
from privacy.audit.actions import Action
from privacy.db import new_id
from privacy.errors import ConflictError, InvalidError
from privacy.purposes import acts as purpose_acts
from privacy.purposes import queries as purposes
from privacy.purposes.entries import record
from privacy.purposes.models import Notice, Purpose, Site
from privacy.scans import queries
from privacy.scans.match import Finding, Report
from privacy.scans.models import Artefact, Every, Exhibit, Scan, ScanFinding, ScanPlan, ScanState

PERIODS = {Every.DAILY: timedelta(days=1), Every.WEEKLY: timedelta(days=7)}
MOST_FINDINGS = 2_000


def ask_scan(
    session: Session, *, actor: str, at: datetime, site: Site, scheduled: bool = False
) -> Scan:
    """Owe a scan of a site, to be made by a job; ConflictError while one waits already."""
    if queries.waiting(session, site_id=site.id):
        raise ConflictError("A scan of this site is waiting already; it begins in a moment.")
    made = Scan(
        id=new_id(at),
        controller_id=site.controller_id,
        site_id=site.id,
        scheduled=scheduled,
        state=ScanState.WAITING.value,
        created_at=at,
        finished_at=None,
        pages=[],
        phases={},
        error="",
    )
    session.add(made)
    session.flush()
    record(session, Action.SCAN_ASKED, site, at=at, actor=actor, scan=str(made.id))
    return made


def plan_scans(session: Session, *, actor: str, at: datetime, site: Site, every: Every) -> None:
    """Say how often a site is scanned by itself; the first time is soon."""
    row = queries.plan(session, site_id=site.id)
    if row is None:
        row = ScanPlan(site_id=site.id, every=every.value, next_at=None, told="")
        session.add(row)
    row.every, row.next_at = every.value, at if every in PERIODS else None
    record(session, Action.SCAN_PLANNED, site, at=at, actor=actor, every=every.value)


def begin_planned(session: Session, *, actor: str, at: datetime, row: ScanPlan) -> Scan | None:
    """Owe the scan that a plan wants now, unless one waits, and move the plan on."""
    site = session.get_one(Site, row.site_id)
    row.next_at = at + PERIODS[Every(row.every)]
    if queries.waiting(session, site_id=site.id) or not site.enabled:
        record(session, Action.SCAN_PLANNED, site, at=at, actor=actor, every=row.every)
        return None
    return ask_scan(session, actor=actor, at=at, site=site, scheduled=True)


def record_scan(session: Session, *, actor: str, at: datetime, scan: Scan, report: Report) -> bool:
    """Write down what a scan found; return whether its failures are news to the DPO.

    They are when nobody asked for the scan and the last ones that were told were others.
    """
    kept = sorted(report.findings, key=lambda one: not one.fails)[:MOST_FINDINGS]
    session.add_all(_row(scan, number, one) for number, one in enumerate(kept))
    scan.pages, scan.phases = list(report.pages), dict(report.phases)
    _finish(session, actor, at, scan, ScanState.FAILED if report.fails else ScanState.PASSED)
    row = queries.plan(session, site_id=scan.site_id)
    if row is None or not scan.scheduled:
        return False
    before, row.told = row.told, failures(report.findings)
    return row.told not in {"", before}


def record_impossible(
    session: Session, *, actor: str, at: datetime, scan: Scan, error: str
) -> None:
    """Write down why a scan could not be made."""
    scan.error = error[:500]
    _finish(session, actor, at, scan, ScanState.IMPOSSIBLE)


def _finish(session: Session, actor: str, at: datetime, scan: Scan, state: ScanState) -> None:
    scan.state, scan.finished_at = state.value, at
    session.flush()
    rows = queries.findings(session, scan_id=scan.id)
    log.append(
        session,
        Action.SCAN_FINISHED,
        at=at,
        actor=actor,
        controller_id=scan.controller_id,
        scan=str(scan.id),
        outcome=state.value,
        pages=len(scan.pages),
        failing=sum(one.fails for one in rows),
    )


def failures(findings: Iterable[Finding]) -> str:
    """Return a hash of everything that fails, wherever and as often; empty when nothing does."""
    failing = {
        f"{seen.phase}\n{seen.kind}\n{seen.name}\n{seen.host}\n{seen.cause.script}"
        for seen in (one.sighting for one in findings if one.fails)
    }
    return hashlib.sha256("\n\n".join(sorted(failing)).encode()).hexdigest() if failing else ""


def _row(scan: Scan, number: int, one: Finding) -> ScanFinding:
    seen = one.sighting
    return ScanFinding(
        scan_id=scan.id,
        number=number,
        phase=seen.phase.value,
        kind=seen.kind.value,
        verdict=one.verdict.value,
        fails=one.fails,
        name=seen.name,
        host=seen.host,
        page=seen.page,
        purpose=one.purpose,
        details={
            **asdict(seen.cause),
            "third_party": seen.third_party,
            "days": seen.days,
            "http_only": seen.http_only,
            "path": seen.path,
        },
    )


@dataclass(frozen=True)
class Addition:
    """What a purpose shall declare from now on: `cookies` or `vendors`, and the declaration."""

    code: str
    part: str
    declaration: Mapping[str, Any]


def accept_declaration(
    session: Session, *, actor: str, at: datetime, controller_id: UUID, addition: Addition
) -> Purpose:
    """Publish the next version of a purpose, which declares one tracker or vendor more.

    Notices show it once they are published again. Raises InvalidError for a purpose that does
    not exist, and ConflictError when it declares that already.
    """
    known = purposes.current_purposes(session, controller_id=controller_id).get(addition.code)
    if known is None or addition.part not in {"cookies", "vendors"}:
        raise InvalidError("Choose one of the published purposes.")
    before = list(known.details.get(addition.part, ()))
    if any(one.get("name") == addition.declaration["name"] for one in before):
        raise ConflictError("This purpose declares it already; scan again to see the difference.")
    details = known.details | {addition.part: [*before, dict(addition.declaration)]}
    facts = purpose_acts.PurposeFacts(known.code, known.legal_basis, known.texts, details)
    return purpose_acts.publish_purpose(
        session, actor=actor, at=at, controller_id=controller_id, facts=facts
    )


@dataclass(frozen=True)
class Piece:
    """Bytes that show what a notice was."""

    media_type: str
    content: bytes

    @property
    def digest(self) -> str:
        """The SHA-256 of the bytes, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


def keep_exhibits(
    session: Session, *, actor: str, at: datetime, notice: Notice, pieces: Mapping[str, Piece]
) -> None:
    """Keep what shows a notice, by name, under an entry that names each hash; never replace."""
    known = queries.exhibits(session, controller_id=notice.controller_id, notice=notice.digest)
    new = {name: piece for name, piece in pieces.items() if name not in known}
    if not new:
        return
    hashes: dict[str, Any] = {name: piece.digest for name, piece in new.items()}
    entry = log.append(
        session,
        Action.NOTICE_KEPT,
        at=at,
        actor=actor,
        controller_id=notice.controller_id,
        notice=notice.digest,
        language=notice.language,
        **hashes,
    )
    _keep_bytes(session, at, {piece.digest: piece for piece in new.values()})
    session.add_all(
        Exhibit(
            controller_id=notice.controller_id,
            notice=notice.digest,
            name=name,
            digest=piece.digest,
            leaf=entry.leaf_hash,
            kept_at=at,
        )
        for name, piece in new.items()
    )


def _keep_bytes(session: Session, at: datetime, pieces: Mapping[str, Piece]) -> None:
    """Keep the bytes of each digest once, whichever notices show them."""
    for digest, piece in pieces.items():
        if session.get(Artefact, digest) is None:
            session.add(Artefact(digest=digest, kept_at=at, **vars(piece)))
    session.flush()
