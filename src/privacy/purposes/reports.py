"""What browsers refused under a site's policy: counted by kind, never by visitor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from privacy.purposes.models import CspReport
from privacy.subjects.rows import insert_new

MOST = 200
"""Kinds of reports kept for one site; a page that is attacked must not fill the database."""
LONGEST = 200


@dataclass(frozen=True)
class Refused:
    """One thing that a browser refused to load or run."""

    directive: str
    blocked: str
    """A scheme and host, or a keyword such as `inline`; a path could name somebody."""
    page: str
    """The path of the page, without query or fragment."""


def refused(directive: str, blocked: str, page: str) -> Refused:
    """Return a report with nothing in it that could be somebody's."""
    parts = urlsplit(blocked)
    origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else ""
    return Refused(
        directive=directive.partition(" ")[0][:40],
        blocked=(origin or parts.scheme or parts.path)[:LONGEST],
        page=(urlsplit(page).path or "/")[:LONGEST],
    )


def note(session: Session, *, at: datetime, site_id: UUID, seen: Refused) -> None:
    """Count a report with its like; a new kind beyond the most is left out."""
    like = {"site_id": site_id, "directive": seen.directive, "blocked": seen.blocked}
    counted = update(CspReport).filter_by(**like).values(
        count=CspReport.count + 1, last_at=at, page=seen.page
    )  # fmt: skip
    if session.execute(counted).rowcount:  # type: ignore[attr-defined] # of an update there is one
        return
    kinds = select(func.count()).select_from(CspReport).filter_by(site_id=site_id)
    if (session.scalar(kinds) or 0) < MOST:
        insert_new(session, CspReport, **like, page=seen.page, count=1, first_at=at, last_at=at)


def of_site(session: Session, *, site_id: UUID) -> Sequence[CspReport]:
    """Return what was refused on a site, the latest first."""
    wanted = select(CspReport).filter_by(site_id=site_id).order_by(CspReport.last_at.desc())
    return session.scalars(wanted).all()
