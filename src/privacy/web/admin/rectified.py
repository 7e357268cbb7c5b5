"""Rectifications for programs of the controller: what was found, the decision, the state."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from privacy.audit.actions import Action
from privacy.errors import ConflictError, ForbiddenError, NotFoundError
from privacy.operators.roles import Permission
from privacy.rectification import acts, ending, queries
from privacy.rectification.acts import Decided
from privacy.rectification.models import CorrectionState, NoticeState
from privacy.rectification.plan import Wanted
from privacy.requests.models import RequestKind, SubjectRequest
from privacy.requests.moves import record
from privacy.requests.previews.withholding import Verdict
from privacy.web import current
from privacy.web.admin.bulk import blueprint  # whose routes stand on it, too
from privacy.web.admin.rectified_schemas import (
    DecidedSchema,
    FoundQuery,
    RectificationSchema,
    SettlingSchema,
    ToldSchema,
    VerdictSchema,
)
from privacy.web.admin.rectified_shown import EMPTY, shown_of
from privacy.web.auth import operators_only

__all__ = ["blueprint"]

ROOT = "/requests/<uuid:request_id>/rectification"


@blueprint.get(ROOT)
@operators_only(Permission.REQUESTS_READ)
@blueprint.arguments(FoundQuery, location="query")
@blueprint.response(HTTPStatus.OK, RectificationSchema)
def rectification(asked: dict[str, Any], request_id: UUID) -> dict[str, Any]:
    """Read what was found for a rectification, what was decided, and what became of it.

    Values are masked; `clear` shows them to who may decide, and leaves an entry in the log.
    """
    runtime, clear = current.runtime(), asked["clear"]
    with runtime.database.transaction() as session:
        about = _found(session, request_id, Permission.REQUESTS_READ)
        operator = current.operator()
        if clear and not operator.may(about.controller_id, Permission.REQUESTS_APPROVE):
            raise ForbiddenError("Your roles do not allow to see values as they are.")
        record(session, Action.REQUEST_VIEWED, runtime.clock(), operator.actor, about=about)
        return shown_of(session, about, clear=clear)


@blueprint.post(ROOT)
@operators_only(Permission.REQUESTS_APPROVE)
@blueprint.arguments(DecidedSchema)
@blueprint.response(HTTPStatus.OK, RectificationSchema)
def decide(told: dict[str, Any], request_id: UUID) -> dict[str, Any]:
    """Decide value by value what stands from now on, or why it stays; it is written after that.

    The same decision again is answered as the first was; 409 for another one, for a list that has
    changed, and for a `from` that does not stand there.
    """

    def act(session: Session, about: SubjectRequest) -> None:
        runtime = current.runtime()
        wanted = [
            Wanted(frozenset(one["places"]), one["after"].strip(), one["refused"].strip())
            for one in told["decisions"]
        ]
        decided = Decided(wanted, told["answer"].strip(), told["search"])
        if queries.was_decided(session, cabinet=runtime.cabinet, about=about, mark=decided.mark):
            return
        _check_standing(session, about, told)
        acts.decide(
            session,
            actor=current.operator().actor,
            at=runtime.clock(),
            desk=runtime.desk,
            about=about,
            decided=decided,
        )

    return _done(request_id, act)


@blueprint.post(f"{ROOT}/search")
@operators_only(Permission.REQUESTS_APPROVE)
@blueprint.response(HTTPStatus.OK, RectificationSchema)
def search(request_id: UUID) -> dict[str, Any]:
    """Let the data stores be searched anew; 409 once it is decided."""

    def act(session: Session, about: SubjectRequest) -> None:
        actor, at = current.operator().actor, current.runtime().clock()
        acts.search_again(session, actor=actor, at=at, about=about)

    return _done(request_id, act)


@blueprint.post(f"{ROOT}/leads/<int:number>")
@operators_only(Permission.REQUESTS_APPROVE)
@blueprint.arguments(VerdictSchema)
@blueprint.response(HTTPStatus.OK, RectificationSchema)
def lead(told: dict[str, Any], request_id: UUID, number: int) -> dict[str, Any]:
    """Say whether an identifier that others may have too is the subject's; it is searched anew."""

    def act(session: Session, about: SubjectRequest) -> None:
        runtime = current.runtime()
        if told["search"] != queries.mark_of(session, about=about):
            raise ConflictError("The list has changed meanwhile; read it again.")
        kept = queries.search_of(session, cabinet=runtime.cabinet, about=about) or EMPTY
        if number >= len(kept.leads):
            raise NotFoundError("There is no such identifier on this list.")
        acts.confirm_lead(
            session,
            actor=current.operator().actor,
            at=runtime.clock(),
            desk=runtime.desk,
            about=about,
            verdict=Verdict(kept.leads[number], told["own"]),
        )

    return _done(request_id, act)


@blueprint.post(f"{ROOT}/corrections/<uuid:correction_id>")
@operators_only(Permission.REQUESTS_APPROVE)
@blueprint.arguments(SettlingSchema)
@blueprint.response(HTTPStatus.OK, RectificationSchema)
def settle(told: dict[str, Any], request_id: UUID, correction_id: UUID) -> dict[str, Any]:
    """Say of a field that a person did it, or that it stays; the same again changes nothing."""

    def act(session: Session, about: SubjectRequest) -> None:
        row = queries.correction(session, about=about, correction_id=correction_id)
        leaves = told["outcome"] == "leave"
        if row.state in (LEFT if leaves else SETTLED):
            return
        does = acts.leave if leaves else acts.say_done
        does(session, actor=current.operator().actor, at=current.runtime().clock(), row=row)

    return _done(request_id, act)


@blueprint.post(f"{ROOT}/recipients/<uuid:recipient_id>")
@operators_only(Permission.REQUESTS_APPROVE)
@blueprint.arguments(ToldSchema)
@blueprint.response(HTTPStatus.OK, RectificationSchema)
def recipient(told: dict[str, Any], request_id: UUID, recipient_id: UUID) -> dict[str, Any]:
    """Say that a recipient was told by a person, or that it is impossible (Art. 19 GDPR)."""
    becomes = NoticeState.TOLD if told["told"] else NoticeState.NOT_TOLD

    def act(session: Session, about: SubjectRequest) -> None:
        known = queries.notices(session, about=about)
        notice = next((one for one in known if one.recipient_id == recipient_id), None)
        if notice is None:
            raise NotFoundError("This request has no such recipient.")
        if notice.state is not becomes:
            actor, at = current.operator().actor, current.runtime().clock()
            ending.note_recipient(session, actor=actor, at=at, notice=notice, told=told["told"])

    return _done(request_id, act)


LEFT = frozenset({CorrectionState.NOT_DONE})
SETTLED = frozenset({CorrectionState.CHECKING, CorrectionState.DONE, CorrectionState.SAID})


def _done(request_id: UUID, act: Callable[[Session, SubjectRequest], None]) -> dict[str, Any]:
    """Do one act on a rectification that the caller may decide, and show what it came to."""
    runtime = current.runtime()
    with runtime.database.transaction() as session:
        about = _found(session, request_id, Permission.REQUESTS_APPROVE)
        act(session, about)
        session.flush()
        session.refresh(about)
        shown = shown_of(session, about, clear=False)
    runtime.wake("rectify")
    return shown


def _found(session: Session, request_id: UUID, permission: Permission) -> SubjectRequest:
    allowed = current.operator().controllers(permission)
    about = session.get(SubjectRequest, request_id)
    if about is None or about.controller_id not in allowed:
        raise NotFoundError("There is no such request.")
    if about.kind is not RequestKind.RECTIFICATION:
        raise NotFoundError("This request asks for no rectification.")
    return about


def _check_standing(session: Session, about: SubjectRequest, told: Mapping[str, Any]) -> None:
    """Refuse a decision that was made on other values than those on the list."""
    kept = queries.search_of(session, cabinet=current.runtime().cabinet, about=about) or EMPTY
    known = {one.number: one.value for one in kept.candidates}
    for one in told["decisions"]:
        for number in one["places"]:
            if number in known and _folded(known[number]) != _folded(one["before"]):
                raise ConflictError("Something else stands there; read the list again.")


def _folded(value: str | None) -> str:
    return " ".join((value or "").casefold().split())
