"""Keeping an archive that may be too large for one row: in parts, in short transactions."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Delete, delete, insert, select
from sqlalchemy.orm import Session

from privacy.clock import Clock
from privacy.crypto import tokens
from privacy.db import Database
from privacy.packages.models import PackagePart
from privacy.packages.stowing import Stowed, stow
from privacy.requests.answering import handing
from privacy.requests.answering.claiming import Claim, held, lease_of
from privacy.requests.models import RequestClaim, RequestState, SubjectRequest

AT_ONCE = 8
"""Parts that one transaction writes."""


def keep_parts(
    database: Database,
    *,
    clock: Clock,
    claim: Claim,
    about: SubjectRequest,
    archive: Iterable[bytes],
) -> Stowed:
    """Seal an archive under a new token and write all its parts but the last.

    Each transaction holds the claim and prolongs it. A worker that dies leaves parts that nobody
    can open, and the next one removes them. ConflictError once another worker took over.
    """
    waiting: list[dict[str, object]] = []
    subject_id = handing.subject_of(about)

    def write() -> None:
        with database.transaction() as session:
            _write(session, clock, claim, waiting)
        waiting.clear()

    def keep(number: int, sealed: bytes) -> None:
        waiting.append(
            {
                "subject_id": subject_id,
                "request_id": about.id,
                "number": number,
                "contents_sealed": sealed,
            }
        )
        if len(waiting) == AT_ONCE:
            write()

    stowed = stow(archive, token=tokens.new_token(), address=handing.address_of(about), keep=keep)
    if waiting:
        write()
    return stowed


def _write(session: Session, clock: Clock, claim: Claim, parts: list[dict[str, object]]) -> None:
    held(session, claim=claim)
    hold = session.get_one(RequestClaim, claim.request_id)
    hold.claimed_until = clock() + lease_of(claim.fence)
    if parts[0]["number"] == 0:
        session.execute(_parts_of(claim.request_id))
    session.execute(insert(PackagePart), parts)


def sweep(session: Session) -> int:
    """Remove parts that a worker left whose request needs no answer any more; return how many."""
    needed = [RequestState.APPROVED, RequestState.READY]
    left = session.scalars(
        select(PackagePart.request_id)
        .join(SubjectRequest, SubjectRequest.id == PackagePart.request_id)
        .where(SubjectRequest.state.not_in(needed))
        .distinct()
    ).all()
    for request_id in left:
        session.execute(_parts_of(request_id))
    return len(left)


def _parts_of(request_id: UUID) -> Delete:
    return delete(PackagePart).where(PackagePart.request_id == request_id)
