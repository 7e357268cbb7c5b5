"""The answer to a request: claimed by one worker, kept sealed, handed over once."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from privacy.audit.actions import Action
from privacy.crypto import Context
from privacy.errors import ConflictError, GoneError
from privacy.policy.months import day_of
from privacy.purposes.models import Controller
from privacy.requests import queries
from privacy.requests.acts import lasts, record
from privacy.requests.letters import Desk, Letter, write_to_subject
from privacy.requests.links import send_link, use_link
from privacy.requests.models import (
    LinkUse,
    Package,
    RequestClaim,
    RequestState,
    RequestTask,
    SubjectRequest,
    TaskState,
)
from privacy.requests.package import key_of
from privacy.stores.findings import StoreResult
from privacy.subjects.rows import count_changed, insert_new

LEASE = timedelta(minutes=10)
"""How long a worker that fell silent keeps a request from the others."""
RETRY = timedelta(minutes=5)
"""After this a request is tried again whose data stores did not all answer."""


@dataclass(frozen=True)
class Claim:
    """One worker's hold on a request; an older fence may write nothing."""

    request_id: UUID
    fence: int


def claim(session: Session, *, at: datetime, request_id: UUID) -> Claim | None:
    """Take an approved request for this worker, or return None if another holds it.

    It changes no fact of the request, so it has no entry.
    """
    first = {"request_id": request_id, "claimed_until": at + LEASE, "fence": 1}
    if insert_new(session, RequestClaim, **first):
        return Claim(request_id, 1)
    known = session.get_one(RequestClaim, request_id)
    taken = update(RequestClaim).where(
        RequestClaim.request_id == request_id,
        RequestClaim.fence == known.fence,
        RequestClaim.claimed_until <= at,
    )
    mine = Claim(request_id, known.fence + 1)
    values = {"fence": mine.fence, "claimed_until": at + LEASE}
    return mine if count_changed(session, taken.values(values)) else None


def held(session: Session, *, claim: Claim) -> SubjectRequest:
    """Return the claimed request; ConflictError once another worker took it over."""
    hold = session.get_one(RequestClaim, claim.request_id, with_for_update=True)
    about = session.get_one(SubjectRequest, claim.request_id)
    if hold.fence != claim.fence or about.state is not RequestState.APPROVED:
        raise ConflictError("Another worker took this request over.")
    return about


def record_search(
    session: Session, *, actor: str, at: datetime, claim: Claim, results: Sequence[StoreResult]
) -> bool:
    """Write down what became of the search in each data store; True when none is missing.

    While one failed, the request stays approved and is tried again later.
    """
    about = held(session, claim=claim)
    failed = False
    for result in results:
        failed |= result.outcome.value == TaskState.FAILED
        _record_store(session, actor, at, about=about, result=result)
    if failed:
        session.get_one(RequestClaim, about.id).claimed_until = at + RETRY
    return not failed


def _record_store(
    session: Session, actor: str, at: datetime, *, about: SubjectRequest, result: StoreResult
) -> None:
    state = TaskState(result.outcome.value)
    session.merge(
        RequestTask(
            request_id=about.id,
            store_name=result.store,
            state=state,
            found=result.rows,
            detail=result.reason,
            finished_at=at,
        )
    )
    if state is TaskState.FAILED:
        record(
            session,
            Action.REQUEST_STORE_FAILED,
            at,
            actor,
            about=about,
            store=result.store,
            reason=result.reason,
        )
        return
    record(
        session,
        Action.REQUEST_STORE_SEARCHED,
        at,
        actor,
        about=about,
        store=result.store,
        outcome=state.value,
        records=result.rows,
    )


@dataclass(frozen=True)
class Answer:
    """A finished archive, and whether something in it had to stay out."""

    archive: bytes
    exceptions: bool


def keep_package(
    session: Session, *, actor: str, at: datetime, desk: Desk, claim: Claim, answer: Answer
) -> None:
    """Seal the archive under a new link, and owe its subject the link."""
    about = held(session, claim=claim)
    subject_id = _subject_of(about)
    expires_at = at + lasts(session, "request.download", at)
    token = send_link(session, about, LinkUse.DOWNLOAD, at, expires_at)
    sealed = key_of(token).seal(answer.archive, context=_context(about))
    session.add(
        Package(
            subject_id=subject_id,
            request_id=about.id,
            contents_sealed=sealed,
            size=len(answer.archive),
            created_at=at,
            expires_at=expires_at,
        )
    )
    about.state = RequestState.READY
    about.exceptions = answer.exceptions
    controller = session.get_one(Controller, about.controller_id)
    letter = Letter(
        "request_ready",
        {
            "controller": controller.name,
            "link": desk.links.for_subject(controller.slug, LinkUse.DOWNLOAD, token),
            "expires_at": expires_at.isoformat(),
        },
    )
    write_to_subject(session, at=at, desk=desk, about=about, letter=letter)
    record(
        session,
        Action.REQUEST_PACKAGED,
        at,
        actor,
        about=about,
        bytes=len(answer.archive),
        digest=hashlib.sha256(sealed).hexdigest(),
        expires_on=expires_at.date().isoformat(),
    )


def hand_over(session: Session, *, actor: str, at: datetime, to: Controller, token: str) -> bytes:
    """Open the package with its link, for the only time, and destroy what was kept of it.

    Raises NotFoundError or GoneError for a link that opens nothing (any more).
    """
    about = queries.by_link(session, token=token, use=LinkUse.DOWNLOAD, at=at)
    use_link(session, token, at)
    kept = session.get(Package, (_subject_of(about), about.id))
    if kept is None or about.controller_id != to.id:
        raise GoneError("This link was used already.")
    archive = key_of(token).open_sealed(kept.contents_sealed, context=_context(about))
    session.delete(kept)
    about.state = RequestState.COMPLETED
    about.closed_at = at
    record(session, Action.REQUEST_HANDED_OVER, at, actor, about=about, bytes=len(archive))
    record(
        session,
        Action.REQUEST_COMPLETED,
        at,
        actor,
        about=about,
        kind=about.kind.value,
        outcome="with-exceptions" if about.exceptions else "whole",
        late=day_of(at, ZoneInfo(to.zone)) > about.legal_latest_on,
    )
    return archive


def lapse(session: Session, *, actor: str, at: datetime, kept: Package) -> None:
    """Destroy a package that was not fetched in time."""
    about = session.get_one(SubjectRequest, kept.request_id)
    session.execute(
        delete(Package).where(
            Package.subject_id == kept.subject_id, Package.request_id == kept.request_id
        )
    )
    about.state = RequestState.LAPSED
    about.closed_at = at
    record(session, Action.REQUEST_EXPIRED, at, actor, about=about, reason="not-fetched")


def _subject_of(about: SubjectRequest) -> UUID:
    if about.subject_id is None:
        raise ConflictError("Nobody has confirmed this request yet.")
    return about.subject_id


def _context(about: SubjectRequest) -> Context:
    return ("package", "contents", str(about.controller_id), str(about.subject_id), str(about.id))
