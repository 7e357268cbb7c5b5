"""What was asked, what is due, and what a link opens."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from privacy.audit import queries as audit
from privacy.audit.entry import Entry
from privacy.crypto import tokens
from privacy.errors import GoneError, NotFoundError
from privacy.requests.models import (
    LinkUse,
    Package,
    RequestClaim,
    RequestLink,
    RequestState,
    RequestTask,
    SubjectRequest,
)

OPEN_STATES = (
    RequestState.SUBMITTED,
    RequestState.OPEN,
    RequestState.APPROVED,
    RequestState.READY,
)


def board(
    session: Session, *, controller_id: UUID, states: Sequence[RequestState] = OPEN_STATES
) -> Sequence[SubjectRequest]:
    """Return the requests of a controller in these states, what is due first at the top."""
    wanted = (
        select(SubjectRequest)
        .where(SubjectRequest.controller_id == controller_id, SubjectRequest.state.in_(states))
        .order_by(SubjectRequest.legal_latest_on, SubjectRequest.received_at)
    )
    return session.scalars(wanted).all()


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


def link(session: Session, *, token: str, use: LinkUse, at: datetime) -> RequestLink:
    """Return the link that a token stands for.

    Raises NotFoundError for a token that was never sent for this use, and GoneError for one
    that was used or has expired.
    """
    found = session.get(RequestLink, tokens.digest(token))
    if found is None or found.use is not use:
        raise NotFoundError("This link is not one of ours; copy it whole from the message.")
    if found.used_at is not None:
        raise GoneError("This link was used already.")
    if at >= found.expires_at:
        raise GoneError("This link has expired.")
    return found


def by_link(session: Session, *, token: str, use: LinkUse, at: datetime) -> SubjectRequest:
    """Return the request that a token of this use opens; raise like `link`."""
    found = session.get(SubjectRequest, link(session, token=token, use=use, at=at).request_id)
    if found is None:
        raise NotFoundError("There is no such request.")
    return found


def owed(session: Session, *, at: datetime, limit: int = 20) -> Sequence[UUID]:
    """Return the approved requests that no worker holds, what is due first at the top."""
    wanted = (
        select(SubjectRequest.id)
        .outerjoin(RequestClaim, RequestClaim.request_id == SubjectRequest.id)
        .where(
            SubjectRequest.state == RequestState.APPROVED,
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
        .limit(limit)
    )
    return session.scalars(wanted).all()


def packages_due(session: Session, *, at: datetime, limit: int = 200) -> Sequence[Package]:
    """Return the packages whose time to be fetched is over."""
    return session.scalars(select(Package).where(Package.expires_at <= at).limit(limit)).all()


def timeline(session: Session, *, about: SubjectRequest) -> Sequence[Entry]:
    """Return what the log tells of a request since its subject is known, oldest first."""
    if about.subject_id is None:
        return ()
    told = audit.entries(
        session, controller_ids={about.controller_id}, subject_id=about.subject_id, limit=500
    )
    mine = [entry for entry in told if entry.details.get("request") == str(about.id)]
    return sorted(mine, key=lambda entry: (entry.at, str(entry.id)))
