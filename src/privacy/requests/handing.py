"""The answer to a request: claimed by one worker, kept sealed, handed over once."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from privacy.audit.actions import Action
from privacy.crypto import Context
from privacy.errors import ConflictError, GoneError
from privacy.packages.package import key_of
from privacy.policy.months import day_of
from privacy.purposes.models import Controller
from privacy.requests import queries, wording
from privacy.requests.letters import Desk, write_to_subject
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
from privacy.requests.moves import lasts, move, record
from privacy.stores.findings import StoreResult
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


def held(
    session: Session, *, claim: Claim, state: RequestState = RequestState.APPROVED
) -> SubjectRequest:
    """Return the claimed request; ConflictError once another worker took it over."""
    hold = session.get_one(RequestClaim, claim.request_id, with_for_update=True)
    about = session.get_one(SubjectRequest, claim.request_id)
    if hold.fence != claim.fence or about.state is not state:
        raise ConflictError("Another worker took this request over.")
    return about


def record_search(
    session: Session,
    *,
    actor: str,
    at: datetime,
    claim: Claim,
    results: Sequence[StoreResult],
    state: RequestState = RequestState.APPROVED,
) -> bool:
    """Write down what became of the search in each data store; True when the answer may go out.

    While one failed that nobody decided to do without, the request is tried again later.
    """
    about = held(session, claim=claim, state=state)
    _forget_others(session, about, {result.store for result in results})
    for result in results:
        _record_store(session, actor, at, about=about, result=result)
    session.flush()
    failed = RequestTask.request_id == about.id, RequestTask.state == TaskState.FAILED
    waits = session.scalar(select(exists().where(*failed, RequestTask.waived_at.is_(None))))
    if waits:
        session.get_one(RequestClaim, about.id).claimed_until = at + pause_after(claim.fence)
    return not waits


def _forget_others(session: Session, about: SubjectRequest, names: Collection[str]) -> None:
    """Drop the lines of data stores that were taken off the register since the last try."""
    session.execute(
        delete(RequestTask).where(
            RequestTask.request_id == about.id, RequestTask.store_name.not_in(names)
        )
    )


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
class Packed:
    """A finished archive, and whether it had to say that something was not searched."""

    archive: bytes
    exceptions: bool


def keep_package(
    session: Session, *, actor: str, at: datetime, desk: Desk, claim: Claim, packed: Packed
) -> None:
    """Seal the archive under a new link, and owe its subject the link."""
    about = held(session, claim=claim)
    controller = session.get_one(Controller, about.controller_id)
    expires_at = at + lasts(session, "request.download", at)
    token = send_link(session, about, LinkUse.DOWNLOAD, at, expires_at)
    sealed = key_of(token).seal(packed.archive, context=_context(about))
    session.add(
        Package(
            subject_id=_subject_of(about),
            request_id=about.id,
            contents_sealed=sealed,
            size=len(packed.archive),
            created_at=at,
            expires_at=expires_at,
        )
    )
    about.state = RequestState.READY
    about.exceptions = packed.exceptions
    link = desk.links.for_subject(controller.slug, LinkUse.DOWNLOAD, token)
    letter = wording.request_ready(controller, link=link, expires_at=expires_at)
    write_to_subject(session, at=at, desk=desk, about=about, letter=letter)
    record(
        session,
        Action.REQUEST_PACKAGED,
        at,
        actor,
        about=about,
        bytes=len(packed.archive),
        digest=hashlib.sha256(sealed).hexdigest(),
        expires_on=day_of(expires_at, ZoneInfo(controller.zone)).isoformat(),
    )


def hand_over(session: Session, *, actor: str, at: datetime, to: Controller, token: str) -> bytes:
    """Open the package with its link, for the only time, and destroy what was kept of it.

    Raises NotFoundError or GoneError for a link that opens nothing (any more).
    """
    about = queries.by_link(session, token=token, use=LinkUse.DOWNLOAD, at=at, controller_id=to.id)
    use_link(session, token, at)
    kept = queries.package(session, about=about)
    archive = key_of(token).open_sealed(kept.contents_sealed, context=_context(about))
    if not _close(session, about, RequestState.COMPLETED, at):
        raise GoneError("The answer was handed over or destroyed already.")
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


def lapse(session: Session, *, actor: str, at: datetime, about: SubjectRequest) -> None:
    """Destroy a package that was not fetched in time; ConflictError if it was after all."""
    if not _close(session, about, RequestState.LAPSED, at):
        raise ConflictError("The package was fetched meanwhile.")
    record(session, Action.REQUEST_EXPIRED, at, actor, about=about, reason="not-fetched")


def _close(session: Session, about: SubjectRequest, state: RequestState, at: datetime) -> bool:
    """End a request whose package was waiting, with the package; one alone can."""
    if not move(session, about, RequestState.READY, state=state, closed_at=at):
        return False
    session.execute(
        delete(Package).where(
            Package.subject_id == about.subject_id, Package.request_id == about.id
        )
    )
    return True


def _subject_of(about: SubjectRequest) -> UUID:
    if about.subject_id is None:
        raise ConflictError("Nobody has confirmed this request yet.")
    return about.subject_id


def _context(about: SubjectRequest) -> Context:
    return ("package", "contents", str(about.controller_id), str(about.subject_id), str(about.id))
