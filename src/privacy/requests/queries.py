"""What was asked, what is due, and what a link opens."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from privacy.audit import queries as audit
from privacy.audit.actions import Action
from privacy.audit.entry import Entry
from privacy.crypto import tokens
from privacy.errors import GoneError, NotFoundError
from privacy.requests.models import (
    LinkUse,
    Package,
    RequestClaim,
    RequestKind,
    RequestLink,
    RequestState,
    RequestTask,
    SubjectRequest,
    TaskState,
)

OPEN_STATES = (
    RequestState.SUBMITTED,
    RequestState.OPEN,
    RequestState.PAUSED,
    RequestState.APPROVED,
    RequestState.READY,
)
QUIET = (Action.REQUEST_VIEWED, Action.REQUEST_DUE_MOVED)
"""Acts that a timeline leaves out: who only looked, and days that pass."""
MOST_AT_ONCE = 500
"""Entries of the log read at a time."""


def board(
    session: Session,
    *,
    controller_id: UUID,
    states: Collection[RequestState] = OPEN_STATES,
    limit: int = 500,
) -> Sequence[SubjectRequest]:
    """Return the requests of a controller in these states, what is due first at the top.

    Those that are closed come after, the latest first, since nothing is due of them.
    """
    late_first = case((SubjectRequest.closed_at.is_(None), SubjectRequest.legal_latest_on))
    wanted = (
        select(SubjectRequest)
        .where(SubjectRequest.controller_id == controller_id, SubjectRequest.state.in_(states))
        .order_by(
            SubjectRequest.closed_at.is_not(None),
            late_first,
            SubjectRequest.closed_at.desc(),
            SubjectRequest.received_at,
        )
        .limit(limit)
    )
    return session.scalars(wanted).all()


def counts(session: Session, *, controller_id: UUID) -> dict[RequestState, int]:
    """Return how many requests of a controller are in each state that any is in."""
    counted = (
        select(SubjectRequest.state, func.count())
        .where(SubjectRequest.controller_id == controller_id)
        .group_by(SubjectRequest.state)
    )
    return {row[0]: row[1] for row in session.execute(counted)}


def request_of(session: Session, *, controller_id: UUID, request_id: UUID) -> SubjectRequest:
    """Return one request of a controller; another's is as unknown as none (NotFoundError)."""
    found = session.get(SubjectRequest, request_id)
    if found is None or found.controller_id != controller_id:
        raise NotFoundError("There is no such request.")
    return found


def tasks(session: Session, *, request_id: UUID) -> Sequence[RequestTask]:
    """Return what became of a request in each data store, by name."""
    wanted = (
        select(RequestTask)
        .where(RequestTask.request_id == request_id)
        .order_by(RequestTask.store_name)
    )
    return session.scalars(wanted).all()


def with_failed_stores(session: Session, *, request_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return which of these requests wait for a data store that failed."""
    wanted = select(RequestTask.request_id).where(
        RequestTask.request_id.in_(request_ids),
        RequestTask.state == TaskState.FAILED,
        RequestTask.waived_at.is_(None),
    )
    return frozenset(session.scalars(wanted))


def by_link(
    session: Session, *, token: str, use: LinkUse, at: datetime, controller_id: UUID
) -> SubjectRequest:
    """Return the request that a token opens at this controller.

    Raises NotFoundError for a token that was never sent for this use by this controller, and
    GoneError for one that was used or has expired.
    """
    found = session.get(RequestLink, tokens.digest(token))
    about = session.get(SubjectRequest, found.request_id) if found else None
    if not found or not about or (found.use, about.controller_id) != (use, controller_id):
        raise NotFoundError("This link is not one of ours; copy it whole from the message.")
    if found.used_at is not None:
        raise GoneError("This link was used already.")
    if at >= found.expires_at:
        raise GoneError("This link has expired.")
    return about


def waiting(session: Session, *, contact_index: bytes, since: datetime) -> int:
    """Return how many requests wait for the confirmation of one address."""
    counted = select(func.count()).where(
        SubjectRequest.contact_index == contact_index,
        SubjectRequest.state == RequestState.SUBMITTED,
        SubjectRequest.received_at > since,
    )
    return session.scalar(counted) or 0


def package(session: Session, *, about: SubjectRequest) -> Package:
    """Return the sealed answer that waits for a request's subject; raise GoneError if none."""
    kept = session.get(Package, (about.subject_id, about.id)) if about.subject_id else None
    if kept is None:
        raise GoneError("The answer was handed over or destroyed already.")
    return kept


def owed(session: Session, *, at: datetime, limit: int = 20) -> Sequence[UUID]:
    """Return the approved requests that no worker holds, what is due first at the top.

    A rectification is no answer to be packed; another job carries it out.
    """
    wanted = (
        select(SubjectRequest.id)
        .outerjoin(RequestClaim, RequestClaim.request_id == SubjectRequest.id)
        .where(
            SubjectRequest.state == RequestState.APPROVED,
            SubjectRequest.kind != RequestKind.RECTIFICATION,
            (RequestClaim.claimed_until.is_(None)) | (RequestClaim.claimed_until <= at),
        )
        .order_by(SubjectRequest.legal_latest_on)
        .limit(limit)
    )
    return session.scalars(wanted).all()


def unconfirmed(session: Session, *, before: datetime, limit: int = 200) -> Sequence[UUID]:
    """Return the requests that nobody confirmed since an instant."""
    wanted = (
        select(SubjectRequest.id)
        .where(SubjectRequest.state == RequestState.SUBMITTED, SubjectRequest.received_at < before)
        .order_by(SubjectRequest.received_at)
        .limit(limit)
    )
    return session.scalars(wanted).all()


def packages_due(session: Session, *, at: datetime, limit: int = 200) -> Sequence[UUID]:
    """Return the requests whose package was not fetched in time."""
    overdue = select(Package.request_id).where(Package.expires_at <= at)
    return session.scalars(overdue.order_by(Package.expires_at).limit(limit)).all()


@dataclass(frozen=True)
class Step:
    """Something that was done about a request; `action` is one of the log's."""

    at: datetime
    action: str
    actor: str


def timeline(session: Session, *, about: SubjectRequest) -> Sequence[Step]:
    """Return what was done about a request, oldest first; who only looked at it is left out.

    Before a request is confirmed the log knows no subject to find its entries by.
    """
    steps = [Step(about.received_at, Action.REQUEST_SUBMITTED, "subject")]
    if about.subject_id is None:
        if about.closed_at is not None:
            steps.append(Step(about.closed_at, Action.REQUEST_EXPIRED, "system"))
        return steps
    told = [
        Step(entry.at, entry.action, entry.actor)
        for entry in _entries(session, about)
        if entry.details.get("request") == str(about.id) and entry.action not in QUIET
    ]
    return steps + told[::-1]


def shown_by(session: Session, *, about: SubjectRequest) -> str:
    """Return by what the identity was shown, as the log has it; empty while nothing was."""
    if about.subject_id is None:
        return ""
    methods = (
        entry.details.get("method", "")
        for entry in _entries(session, about)
        if entry.action == Action.REQUEST_VERIFIED
        and entry.details.get("request") == str(about.id)
    )
    return str(next(methods, ""))


def _entries(session: Session, about: SubjectRequest) -> Iterator[Entry]:
    """Yield the entries about the request's subject since it came in, newest first."""
    before: int | None = None
    while True:
        found = audit.entries(
            session,
            controller_ids={about.controller_id},
            subject_id=about.subject_id,
            since=about.received_at.replace(microsecond=0),
            before_index=before,
            limit=MOST_AT_ONCE,
        )
        yield from found
        placed = [entry.index for entry in found if entry.index is not None]
        if len(found) < MOST_AT_ONCE or not placed:
            return
        before = placed[-1]
