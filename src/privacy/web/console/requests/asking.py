"""What the DPO may do before deciding: ask the subject, go on, answer two requests at once."""

from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from privacy.operators.roles import Permission
from privacy.requests.annexes import QuestionKind
from privacy.requests.deadlines import questions
from privacy.requests.deadlines.questions import Answer, Question
from privacy.requests.intake import duplicates
from privacy.web import current
from privacy.web.auth import operators_only
from privacy.web.console.requests.deciding import decide, decider_of, not_accepted, reason_faults
from privacy.web.console.surface import blueprint, uuid_of

ASK_FIELDS = {"doubt": "ask-doubt", "words": "ask-words"}
"""What must be typed, and the id of its field on the page."""


@blueprint.post("/requests/<uuid:request_id>/ask")
@operators_only(Permission.REQUESTS_APPROVE)
def ask(request_id: UUID) -> AnyResponse | tuple[str, HTTPStatus]:
    """Ask the subject what the answer depends on; the request waits for it."""
    controller = decider_of(request_id)
    typed = {name: value.strip() for name, value in request.form.items()}
    errors = _faults(typed)
    if errors:
        return not_accepted(controller, request_id, "ask", errors)
    kind, override = QuestionKind(typed["kind"]), typed.get("override", "")
    asked = Question(kind, typed["doubt"], typed["words"], override)
    act = partial(questions.ask, desk=current.runtime().desk, asked=asked)
    return decide(controller, request_id, act, done="asked", wake="deliver-mail")


@blueprint.post("/requests/<uuid:request_id>/resume")
@operators_only(Permission.REQUESTS_APPROVE)
def resume(request_id: UUID) -> AnyResponse:
    """Go on with a request, with the answer that came by another way or without one."""
    words = request.form.get("words", "").strip()[: questions.LONGEST]
    given = Answer(words) if words else None
    act = partial(questions.resume, desk=current.runtime().desk, given=given)
    return decide(decider_of(request_id), request_id, act, done="resumed", wake="deliver-mail")


@blueprint.post("/requests/<uuid:request_id>/prove/<kind>")
@operators_only(Permission.REQUESTS_APPROVE)
def prove(request_id: UUID, kind: str) -> AnyResponse:
    """Accept the identifier that an answer gave: the search uses it from now on."""
    act = partial(questions.prove, desk=current.runtime().desk, kind=kind)
    return decide(decider_of(request_id), request_id, act, done="proven")


@blueprint.post("/requests/<uuid:request_id>/merge")
@operators_only(Permission.REQUESTS_APPROVE)
def merge(request_id: UUID) -> AnyResponse | tuple[str, HTTPStatus]:
    """Let an earlier request of the same subject answer this one too."""
    controller, into_id = decider_of(request_id), uuid_of(request.form.get("into"))
    if into_id is None:
        return not_accepted(controller, request_id, "merge", {"into": "into.missing"})
    act = partial(duplicates.merge, desk=current.runtime().desk, into_id=into_id)
    return decide(controller, request_id, act, done="merged", wake="deliver-mail")


def _faults(typed: Mapping[str, str]) -> dict[str, str]:
    faults: dict[str, str] = {}
    if typed.get("kind") not in set(QuestionKind):
        faults["kind"] = "question_kind.missing"
    for name, field in ASK_FIELDS.items():
        faults |= reason_faults(field, typed.get(name, ""))
    if len(typed.get("override", "")) > questions.LONGEST:
        faults["override"] = "reason.long"
    return faults
