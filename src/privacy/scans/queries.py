"""What is declared for a site, what scans of it found, and what shows how its notices looked."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from privacy.audit.models import LOG, AuditEntry
from privacy.errors import NotFoundError
from privacy.purposes import queries as purposes
from privacy.purposes.models import Notice, Site
from privacy.scans.match import Finding, Register, Verdict, register_of
from privacy.scans.models import Artefact, Every, Exhibit, Scan, ScanFinding, ScanPlan, ScanState
from privacy.scans.observe import Cause, Kind, Phase, Sighting


def register(session: Session, *, site: Site, ours: Sequence[str]) -> Register:
    """Return what the purposes of a site declare now; `ours` is exempt: our own address."""
    known = purposes.current_purposes(session, controller_id=site.controller_id)
    named = [known[code] for code in site.purposes]
    return register_of(
        [(one.code, one.legal_basis.value, one.details) for one in named], ours=ours
    )


def latest(session: Session, *, controller_id: UUID) -> dict[UUID, Scan]:
    """Return the newest finished scan of each site of a controller."""
    newest = (
        select(Scan.site_id, func.max(Scan.finished_at).label("at"))
        .where(Scan.controller_id == controller_id)
        .group_by(Scan.site_id)
        .subquery()
    )
    wanted = select(Scan).join(
        newest, (Scan.site_id == newest.c.site_id) & (Scan.finished_at == newest.c.at)
    )
    return {one.site_id: one for one in session.scalars(wanted)}


def failing(session: Session, *, controller_id: UUID) -> list[tuple[Site, Scan]]:
    """Return the sites whose newest scan failed: what the DPO has to look at."""
    newest = latest(session, controller_id=controller_id)
    return [
        (site, newest[site.id])
        for site in purposes.sites(session, controller_id=controller_id)
        if site.id in newest and newest[site.id].state == ScanState.FAILED
    ]


def waiting(session: Session, *, site_id: UUID | None = None) -> Sequence[Scan]:
    """Return the scans that were asked for and not made yet, oldest first."""
    wanted = select(Scan).where(Scan.state == ScanState.WAITING).order_by(Scan.id)
    if site_id is not None:
        wanted = wanted.where(Scan.site_id == site_id)
    return session.scalars(wanted).all()


def of_site(session: Session, *, site_id: UUID, limit: int = 20) -> Sequence[Scan]:
    """Return the newest scans of a site."""
    wanted = select(Scan).where(Scan.site_id == site_id).order_by(Scan.id.desc()).limit(limit)
    return session.scalars(wanted).all()


def scan(session: Session, *, controller_id: UUID, scan_id: UUID) -> Scan:
    """Return one scan of a controller; raise NotFoundError."""
    found = session.get(Scan, scan_id)
    if found is None or found.controller_id != controller_id:
        raise NotFoundError("There is no such scan.")
    return found


def findings(session: Session, *, scan_id: UUID) -> list[Finding]:
    """Return what a scan found, in the order in which it was told."""
    wanted = select(ScanFinding).where(ScanFinding.scan_id == scan_id).order_by(ScanFinding.number)
    return [_finding(row) for row in session.scalars(wanted)]


def _finding(row: ScanFinding) -> Finding:
    more = row.details
    sighting = Sighting(
        Phase(row.phase),
        Kind(row.kind),
        row.name,
        row.host,
        row.page,
        Cause(more["script"], more["line"], more["via"]),
        more["third_party"],
        more["days"],
        more["http_only"],
        more["path"],
    )
    return Finding(sighting, Verdict(row.verdict), row.fails, row.purpose)


def plan(session: Session, *, site_id: UUID) -> ScanPlan | None:
    """Return how often a site is scanned, if anybody ever said so."""
    return session.get(ScanPlan, site_id)


def plans(session: Session, *, controller_id: UUID) -> Mapping[UUID, Every]:
    """Return how often each site of a controller is scanned, for those that somebody planned."""
    wanted = select(ScanPlan).join(Site, Site.id == ScanPlan.site_id)
    rows = session.scalars(wanted.where(Site.controller_id == controller_id))
    return {row.site_id: Every(row.every) for row in rows}


def due_plans(session: Session, *, at: datetime) -> Sequence[ScanPlan]:
    """Return the plans whose next scan should have begun by now."""
    wanted = select(ScanPlan).where(ScanPlan.next_at <= at).order_by(ScanPlan.site_id)
    return session.scalars(wanted).all()


def shown_now(session: Session) -> list[Notice]:
    """Return every notice that an enabled site shows now."""
    found = []
    for site in session.scalars(select(Site).where(Site.enabled)):
        for digest in site.notices.values():
            notice = session.get(Notice, (site.controller_id, digest))
            if notice is not None:
                found.append(notice)
    return found


def exhibits(session: Session, *, controller_id: UUID, notice: str) -> dict[str, Exhibit]:
    """Return by name what is kept of a notice: its script and its pictures."""
    wanted = select(Exhibit).where(
        Exhibit.controller_id == controller_id, Exhibit.notice == notice
    )
    return {one.name: one for one in session.scalars(wanted)}


def artefact(session: Session, *, controller_id: UUID, digest: str) -> Artefact:
    """Return bytes that are kept for a controller; raise NotFoundError for another's."""
    wanted = select(Exhibit.digest).where(
        Exhibit.controller_id == controller_id, Exhibit.digest == digest
    )
    found = session.get(Artefact, digest) if session.scalars(wanted).first() else None
    if found is None:
        raise NotFoundError("Nothing is kept under this hash.")
    return found


def entry_index(session: Session, *, leaf: bytes) -> int | None:
    """Return the place of an entry in the log; None while it waits for it."""
    wanted = select(AuditEntry.idx).where(AuditEntry.log_id == LOG, AuditEntry.leaf_hash == leaf)
    return session.scalars(wanted).one_or_none()
