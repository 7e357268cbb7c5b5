"""Which worker is at a request: a lease that grows, and a fence that outlives it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from privacy.errors import ConflictError
from privacy.requests.models import RequestClaim, RequestState, SubjectRequest
from privacy.subjects.rows import count_changed, insert_new

LEASE = timedelta(minutes=10)
"""How long a worker that fell silent keeps a request from the others, the first time."""
LONGEST_LEASE = timedelta(hours=4)
RETRY = timedelta(minutes=5)
"""After this a request is tried again whose data stores did not all answer, the first time."""
LONGEST_RETRY = timedelta(hours=6)


def lease_of(fence: int) -> timedelta:
    """Return how long a claim lasts: each one longer, so that a slow search ends some time."""
    return _doubled(LEASE, fence, LONGEST_LEASE)


def pause_after(fence: int) -> timedelta:
    """Return the pause after a failed try; a store that is down is asked ever less often."""
    return _doubled(RETRY, fence, LONGEST_RETRY)


def _doubled(first: timedelta, fence: int, longest: timedelta) -> timedelta:
    factor: int = 2 ** min(fence - 1, 16)
    return min(first * factor, longest)


@dataclass(frozen=True)
class Claim:
    """One worker's hold on a request; an older fence may write nothing."""

    request_id: UUID
    fence: int


def claim(session: Session, *, at: datetime, request_id: UUID) -> Claim | None:
    """Take an approved request for this worker, or return None if another holds it.

    It changes no fact of the request, so it has no entry.
    """
    first = {"request_id": request_id, "claimed_until": at + lease_of(1), "fence": 1}
    if insert_new(session, RequestClaim, **first):
        return Claim(request_id, 1)
    known = session.get_one(RequestClaim, request_id)
    taken = update(RequestClaim).where(
        RequestClaim.request_id == request_id,
        RequestClaim.fence == known.fence,
        RequestClaim.claimed_until <= at,
    )
    mine = Claim(request_id, known.fence + 1)
    values = {"fence": mine.fence, "claimed_until": at + lease_of(mine.fence)}
    return mine if count_changed(session, taken.values(values)) else None


def release(session: Session, *, at: datetime, request_id: UUID) -> None:
    """Let any worker take the request's next step from an instant on, and none before it."""
    session.get_one(RequestClaim, request_id).claimed_until = at


def held(
    session: Session, *, claim: Claim, state: RequestState = RequestState.APPROVED
) -> SubjectRequest:
    """Return the claimed request; ConflictError once another worker took it over."""
    hold = session.get_one(RequestClaim, claim.request_id, with_for_update=True)
    about = session.get_one(SubjectRequest, claim.request_id)
    if hold.fence != claim.fence or about.state is not state:
        raise ConflictError("Another worker took this request over.")
    return about
