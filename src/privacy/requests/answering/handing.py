"""The answer to a request: searched for under a claim, kept sealed, handed over once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from privacy.audit.actions import Action
from privacy.crypto import Context
from privacy.errors import ConflictError, GoneError
from privacy.packages.models import PackageFetch, PackagePart
from privacy.packages.stowing import Box, Stowed
from privacy.policy.months import day_of
from privacy.purposes.models import Controller
from privacy.requests import queries, wording
from privacy.requests.answering.claiming import Claim, held, pause_after, release
from privacy.requests.letters import Desk, write_to_subject
from privacy.requests.links import send_link, use_link
from privacy.requests.models import (
    LinkUse,
    Package,
    RequestState,
    RequestTask,
    SubjectRequest,
    TaskState,
)
from privacy.requests.moves import lasts, move, record, record_completed
from privacy.stores.search.findings import StoreResult

LONGEST_WAIT = timedelta(days=7)
"""After this a request looks for an answer that somebody owes, if that did not wake it."""
UNSETTLED = frozenset({TaskState.FAILED, TaskState.AWAITED})
"""What became of a data store without which only a person can decide to answer."""


def may_wait(results: Sequence[StoreResult]) -> bool:
    """Whether somebody may still have to be waited for, before what was found may go out."""
    return any(TaskState(one.outcome.value) in UNSETTLED for one in results)


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
    known = {task.store_name: task for task in queries.tasks(session, request_id=about.id)}
    for result in results:
        task = known.get(result.store) or _new_task(session, about, result)
        _record_store(session, actor, at, about=about, task=task, result=result)
    session.flush()
    waits = _open_states(session, about)
    if waits:
        awaited_only = waits == {TaskState.AWAITED} and state is RequestState.APPROVED
        pause = LONGEST_WAIT if awaited_only else pause_after(claim.fence)
        release(session, at=at + pause, request_id=about.id)
    return not waits


def _open_states(session: Session, about: SubjectRequest) -> set[TaskState]:
    """Return why the answer may not go out yet; nothing for what nobody waits for any more."""
    wanted = select(RequestTask.state).where(
        RequestTask.request_id == about.id,
        RequestTask.state.in_(UNSETTLED),
        RequestTask.waived_at.is_(None),
    )
    return set(session.scalars(wanted))


def _forget_others(session: Session, about: SubjectRequest, names: Collection[str]) -> None:
    """Drop the lines of data stores that were taken off the register since the last try."""
    session.execute(
        delete(RequestTask).where(
            RequestTask.request_id == about.id, RequestTask.store_name.not_in(names)
        )
    )


def _new_task(session: Session, about: SubjectRequest, result: StoreResult) -> RequestTask:
    task = RequestTask(request_id=about.id, store_name=result.store)
    session.add(task)
    return task


def _record_store(
    session: Session, actor: str, at: datetime, *, about: SubjectRequest, task: RequestTask,
    result: StoreResult,
) -> None:  # fmt: skip
    task.state = state = TaskState(result.outcome.value)
    task.found, task.detail, task.finished_at = result.rows, result.reason, at
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

    archive: Stowed
    exceptions: bool


def keep_package(
    session: Session, *, actor: str, at: datetime, desk: Desk, claim: Claim, packed: Packed
) -> None:
    """Keep an archive that is sealed under a new link, and owe its subject the link."""
    about = held(session, claim=claim)
    controller = session.get_one(Controller, about.controller_id)
    expires_at = at + lasts(session, "request.download", at)
    archive = packed.archive
    send_link(session, about, LinkUse.DOWNLOAD, at, expires_at, token=archive.token)
    _forget_parts(session, about, since=archive.parts)
    session.add(
        Package(
            subject_id=subject_of(about),
            request_id=about.id,
            contents_sealed=archive.last,
            parts=archive.parts,
            size=archive.size,
            created_at=at,
            expires_at=expires_at,
        )
    )
    about.state = RequestState.READY
    about.exceptions = packed.exceptions
    link = desk.links.for_subject(controller.slug, LinkUse.DOWNLOAD, archive.token)
    letter = wording.request_ready(
        controller, link=link, expires_at=expires_at, exceptions=packed.exceptions
    )
    write_to_subject(session, at=at, desk=desk, about=about, letter=letter)
    record(
        session,
        Action.REQUEST_PACKAGED,
        at,
        actor,
        about=about,
        bytes=archive.size,
        digest=archive.digest,
        expires_on=day_of(expires_at, ZoneInfo(controller.zone)).isoformat(),
    )


def hand_over(session: Session, *, actor: str, at: datetime, to: Controller, token: str) -> bytes:
    """Open a package of one part with its link, for the only time, and destroy what was kept.

    Raises NotFoundError or GoneError for a link that opens nothing (any more), and ConflictError
    for a package of several parts, which `delivering.deliver` hands over.
    """
    about = queries.by_link(session, token=token, use=LinkUse.DOWNLOAD, at=at, controller_id=to.id)
    kept = queries.package(session, about=about)
    if kept.parts:
        raise ConflictError("This answer is too large to be handed over at once.")
    archive = Box(token, address_of(about)).unseal(0, kept.contents_sealed, last=True)
    handed_over(session, actor=actor, at=at, about=about, token=token, size=len(archive))
    return archive


def handed_over(
    session: Session, *, actor: str, at: datetime, about: SubjectRequest, token: str, size: int
) -> None:
    """Record that a package was handed over, use its link up, and destroy what was kept of it.

    Raises GoneError when that was done before.
    """
    use_link(session, token, at)
    if not _close(session, about, RequestState.COMPLETED, at):
        raise GoneError("The answer was handed over or destroyed already.")
    record(session, Action.REQUEST_HANDED_OVER, at, actor, about=about, bytes=size)
    record_completed(session, at, actor, about=about)


def lapse(session: Session, *, actor: str, at: datetime, about: SubjectRequest) -> None:
    """Destroy a package that was not fetched in time; ConflictError if it was after all.

    One whose download broke off is destroyed too, but not while somebody is fetching it.
    """
    fetch = session.get(PackageFetch, (subject_of(about), about.id), with_for_update=True)
    if fetch and fetch.held_until > at:
        raise ConflictError("The package is being fetched.")
    if not _close(session, about, RequestState.LAPSED, at):
        raise ConflictError("The package was fetched meanwhile.")
    record(
        session,
        Action.REQUEST_EXPIRED,
        at,
        actor,
        about=about,
        reason="interrupted" if fetch else "not-fetched",
    )


def _close(session: Session, about: SubjectRequest, state: RequestState, at: datetime) -> bool:
    """End a request whose package was waiting, with the package; one alone can.

    Its parts, if it has any, are for `keeping` to destroy: alone they are no whole archive.
    """
    if not move(session, about, RequestState.READY, state=state, closed_at=at):
        return False
    for kept in (Package, PackageFetch):
        session.execute(
            delete(kept).where(kept.subject_id == about.subject_id, kept.request_id == about.id)
        )
    return True


def _forget_parts(session: Session, about: SubjectRequest, *, since: int) -> None:
    session.execute(
        delete(PackagePart).where(
            PackagePart.subject_id == about.subject_id,
            PackagePart.request_id == about.id,
            PackagePart.number >= since,
        )
    )


def subject_of(about: SubjectRequest) -> UUID:
    """Return the subject of a request; ConflictError while nobody has confirmed it."""
    if about.subject_id is None:
        raise ConflictError("Nobody has confirmed this request yet.")
    return about.subject_id


def address_of(about: SubjectRequest) -> Context:
    """Return what the archive that answers a request is bound to."""
    return ("package", "contents", str(about.controller_id), str(about.subject_id), str(about.id))
