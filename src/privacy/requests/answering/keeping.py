"""Keeping an archive that may be too large for one row: in parts, in short transactions.

They are destroyed in short transactions too: where what is deleted is overwritten, gigabytes at
once would keep everybody else from writing for minutes.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, insert, select
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
BEAT = timedelta(minutes=2)
"""How often a worker that writes nothing yet says that it is at work."""
GONE_AT_ONCE = 16
"""Parts that one transaction destroys."""


def keep_parts(
    database: Database,
    *,
    clock: Clock,
    claim: Claim,
    about: SubjectRequest,
    archive: Iterable[bytes],
) -> Stowed:
    """Seal an archive under a new token and write all its parts but the last.

    Each transaction holds the claim and prolongs it, and so does one every few minutes while the
    archive is still being made. A worker that dies leaves parts that nobody can open, and the
    next one removes them. ConflictError once another worker took over.
    """
    waiting: list[dict[str, object]] = []
    subject_id = handing.subject_of(about)

    def write() -> None:
        with database.transaction() as session:
            _prolong(session, clock, claim)
            session.execute(insert(PackagePart), waiting)
        waiting.clear()

    def keep(number: int, sealed: bytes) -> None:
        if number == 0:
            _clear(database, clock, claim)
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

    stowed = stow(
        _flowing(database, clock, claim, archive),
        token=tokens.new_token(),
        address=handing.address_of(about),
        keep=keep,
    )
    if waiting:
        write()
    return stowed


def _flowing(
    database: Database, clock: Clock, claim: Claim, archive: Iterable[bytes]
) -> Iterator[bytes]:
    """Yield an archive, and prolong the claim meanwhile even if nothing is written."""
    beat = clock() + BEAT
    for piece in archive:
        if clock() >= beat:
            with database.transaction() as session:
                _prolong(session, clock, claim)
            beat = clock() + BEAT
        yield piece


def _clear(database: Database, clock: Clock, claim: Claim) -> None:
    """Destroy what a dead worker left of this request."""
    left = True
    while left:
        with database.transaction() as session:
            _prolong(session, clock, claim)
            left = _destroy_some(session, claim.request_id)


def _prolong(session: Session, clock: Clock, claim: Claim) -> None:
    held(session, claim=claim)
    hold = session.get_one(RequestClaim, claim.request_id)
    hold.claimed_until = clock() + lease_of(claim.fence)


def sweep(database: Database) -> int:
    """Destroy the parts of every request that needs no answer (any more); return how many had any.

    What nobody fetched, what was handed over by a process that died then, what a worker left.
    """
    needed = [RequestState.APPROVED, RequestState.READY]
    with database.reading() as session:
        left = session.scalars(
            select(PackagePart.request_id)
            .join(SubjectRequest, SubjectRequest.id == PackagePart.request_id)
            .where(SubjectRequest.state.not_in(needed))
            .distinct()
        ).all()
    for request_id in left:
        destroy_parts(database, request_id=request_id)
    return len(left)


def destroy_parts(database: Database, *, request_id: UUID) -> None:
    """Destroy all that is kept of an archive; killed meanwhile, the next sweep does the rest."""
    left = True
    while left:
        with database.transaction() as session:
            left = _destroy_some(session, request_id)


def _destroy_some(session: Session, request_id: UUID) -> bool:
    """Destroy some parts, lowest first; False when there is none any more."""
    mine = PackagePart.request_id == request_id
    lowest = session.scalar(select(func.min(PackagePart.number)).where(mine))
    if lowest is None:
        return False
    session.execute(delete(PackagePart).where(mine, PackagePart.number < lowest + GONE_AT_ONCE))
    return True
