"""The board of requests, and one request."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy.orm import Session

from privacy.audit.actions import Action
from privacy.errors import GoneError, NotFoundError
from privacy.operators.roles import Permission
from privacy.purposes.models import Controller
from privacy.requests import agreeing, queries, transfers
from privacy.requests.acting import acting_for
from privacy.requests.annexes import QuestionKind
from privacy.requests.deadline import Deadline, Stage, may_extend, stage
from privacy.requests.deadlines import pauses, questions
from privacy.requests.intake import duplicates
from privacy.requests.intake.representing import waits_for_mandate
from privacy.requests.letters import confirmed_address, reason_of, texted_number
from privacy.requests.models import RequestKind, RequestState, SubjectRequest
from privacy.requests.moves import record, terms_of
from privacy.requests.posting import letters_to_post
from privacy.requests.previews import preview
from privacy.requests.statements import statement_of
from privacy.web import current
from privacy.web.auth import operators_only
from privacy.web.console.sites.scans import failing
from privacy.web.console.surface import blueprint, chosen, keep, mine, page, today_of
from privacy.web.words import Words


@blueprint.get("/requests")
@operators_only(Permission.REQUESTS_READ)
def requests() -> str:
    """Show the board: what is due first stands at the top."""
    controller = chosen(Permission.REQUESTS_READ)
    state = request.args.get("state")
    with current.runtime().database.reading() as session:
        counts = queries.counts(session, controller_id=controller.id)
        wanted = [one for one in counts if one == state] or queries.OPEN_STATES
        shown = queries.board(session, controller_id=controller.id, states=wanted)
        ids = [one.id for one in shown]
        standing = pauses.standing(session, request_ids=ids)
        waiting = queries.with_failed_stores(session, request_ids=ids)
        undecided = preview.undecided(session, request_ids=ids)
    return page(
        "requests",
        controller,
        requests=shown,
        due=_tally(shown, today_of(controller)),
        standing=standing,
        failing=waiting,
        undecided=undecided,
        states=[(one.value, counts[one]) for one in RequestState if one in counts],
        state=state if state in counts else None,
        alarms=failing(controller),
        today=today_of(controller),
    )


def _tally(shown: Sequence[SubjectRequest], today: date) -> list[tuple[str, int]]:
    """Count what is still owed by how near its end is, the most pressing first."""
    owed = [one for one in shown if one.state in duplicates.ANSWERABLE]
    stages = Counter(stage(today, Deadline(one.target_on, one.legal_latest_on)) for one in owed)
    return [(one.value, stages[one]) for one in reversed(Stage) if stages[one]]


@blueprint.get("/requests/<uuid:request_id>")
@operators_only(Permission.REQUESTS_READ)
def request_detail(request_id: UUID) -> str:
    """Show one request; that it was looked at is an act of its own (CNIL 2021-122)."""
    controller, runtime = controller_of(request_id), current.runtime()
    with runtime.database.transaction() as session:
        about = queries.request_of(session, controller_id=controller.id, request_id=request_id)
        operator = current.operator()
        record(session, Action.REQUEST_VIEWED, runtime.clock(), operator.actor, about=about)
    return detail(controller, request_id)


def _undecided(session: Session, about: SubjectRequest) -> int:
    """Return how many identifiers may be somebody else's too that somebody should decide on."""
    kept = preview.of(session, about=about)
    return kept.undecided if kept and about.state is RequestState.OPEN else 0


def controller_of(request_id: UUID) -> Controller:
    """Return the controller of a request, if the operator may see it; else NotFoundError."""
    candidates = mine(Permission.REQUESTS_READ)
    with current.runtime().database.reading() as session:
        for one in candidates:
            try:
                queries.request_of(session, controller_id=one.id, request_id=request_id)
            except NotFoundError:
                continue
            return keep(one)
    raise NotFoundError("There is no such request.")


def detail(controller: Controller, request_id: UUID, **typed: Any) -> str:
    """Return the page of a request; `typed` is a form that was not accepted, with its faults."""
    with current.runtime().database.reading() as session:
        about = queries.request_of(session, controller_id=controller.id, request_id=request_id)
        shown = {
            **_personal(session, about),
            **_asked(session, controller, about),
            "shown_by": queries.shown_by(session, about=about),
            "tasks": queries.tasks(session, request_id=request_id),
            "undecided": _undecided(session, about),
            "timeline": [
                {**vars(one), "note": None} for one in queries.timeline(session, about=about)
            ],
        }
    defaults: dict[str, Any] = {"errors": {}, "values": {}, "form": None}
    return page(
        "request_detail",
        controller,
        subject_request=about,
        titles=_titles(controller),
        today=today_of(controller),
        can=_can(controller, about),
        **shown | defaults | typed,
    )


def _personal(session: Session, about: SubjectRequest) -> dict[str, Any]:
    """Return what only the subject's key opens; nothing once the subject was erased."""
    cabinet = current.runtime().cabinet
    try:
        return {
            "email": confirmed_address(session, cabinet=cabinet, about=about)
            or texted_number(session, cabinet=cabinet, about=about),
            "letters": letters_to_post(session, cabinet=cabinet, about=about),
            "reason": reason_of(session, cabinet=cabinet, about=about),
            "questions": questions.told(session, cabinet, about=about),
            "acting": acting_for(session, cabinet=cabinet, about=about),
            "may_ask": agreeing.may_ask(session, desk=current.runtime().desk, about=about),
            "transfer": _transfer(session, about),
        }
    except GoneError:
        nothing = dict.fromkeys(("email", "letters", "reason", "acting", "may_ask", "transfer"))
        return {**nothing, "questions": []}


def _transfer(session: Session, about: SubjectRequest) -> dict[str, str] | None:
    """Return to whom the subject wants the data sent, and what became of it; None for nobody."""
    said = statement_of(session, cabinet=current.runtime().cabinet, about=about)
    row = transfers.transfer_of(session, about=about)
    state, status = (row.state.value, row.status) if row else ("", "")
    told = {"url": said.send_to, "state": state, "status": status}
    return told if said.send_to else None


def _asked(session: Session, controller: Controller, about: SubjectRequest) -> dict[str, Any]:
    """Return what may still be asked, in time until when, and what was asked before."""
    known = {one.kind for one in pauses.questions(session, about=about)}
    terms = terms_of(session, controller, about.received_at)
    found = duplicates.others(session, about=about, at=current.runtime().clock())
    return {
        "askable": [one for one in QuestionKind if one not in known],
        "in_time_until": pauses.last_prompt_day(about.received_on, terms),
        "first_question": Words(about.language).text(_first(session, about)),
        "others": [(one, duplicates.may_take(session, about, one)) for one in found],
    }


def _first(session: Session, about: SubjectRequest) -> str:
    """Return the key of the question to begin with: what shows the mandate, or who it is."""
    return "question.mandate" if waits_for_mandate(session, about=about) else "question.first"


def _titles(controller: Controller) -> dict[str, str]:
    stores = current.runtime().open_stores(controller.id)
    return {name: one.definition.title[current.language()] for name, one in stores.items()}


def _can(controller: Controller, about: SubjectRequest) -> set[str]:
    if not current.operator().may(controller.id, Permission.REQUESTS_APPROVE):
        return set()
    if about.state is not RequestState.OPEN:
        return {RequestState.APPROVED: {"waive"}, RequestState.PAUSED: {"resume", "refuse"}}.get(
            about.state, set()
        )
    late = about.extended_at or not may_extend(today_of(controller), about.target_on)
    answer = "rectify" if about.kind is RequestKind.RECTIFICATION else "approve"
    return {answer, "refuse", "ask"} | (set() if late else {"extend"})
