"""Answering the one question that an answer may depend on; its link is in a letter."""

from collections.abc import Mapping
from http import HTTPStatus

from flask import redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from privacy.errors import GoneError, InvalidError
from privacy.purposes.models import Controller
from privacy.requests import queries
from privacy.requests.deadlines import questions
from privacy.requests.deadlines.questions import LONGEST, Answer, Asked
from privacy.requests.models import LinkUse, RequestState
from privacy.subjects.identify import Claim, IdentifierKind
from privacy.web import current, pages
from privacy.web.auth import public
from privacy.web.portal.surface import WHY, blueprint, controller_of, gone

FURTHER = (IdentifierKind.ACCOUNT_NUMBER, IdentifierKind.LOYALTY_CARD, IdentifierKind.PHONE)
"""Identifiers that may be given as evidence."""


@blueprint.get("/<slug>/answer/<token>")
@public(WHY)
def answer_form(slug: str, token: str) -> str | tuple[str, HTTPStatus]:
    """Show the question, and the form for its answer."""
    controller = controller_of(slug)
    try:
        return _form(controller, token, {}, {})
    except GoneError:
        return gone(controller, LinkUse.ANSWER)


@blueprint.post("/<slug>/answer/<token>")
@public(WHY)
def answer(slug: str, token: str) -> AnyResponse | tuple[str, HTTPStatus]:
    """Take the answer, once, and let the request go on."""
    runtime, controller = current.runtime(), controller_of(slug)
    typed = {name: value.strip() for name, value in request.form.items()}
    try:
        given, faults = _read(typed)
        if given is None:
            return _form(controller, token, typed, faults), HTTPStatus.UNPROCESSABLE_ENTITY
        with runtime.database.transaction() as session:
            questions.answer(
                session,
                at=runtime.clock(),
                desk=runtime.desk,
                to=controller,
                token=token,
                given=given,
            )
    except GoneError:
        return gone(controller, LinkUse.ANSWER)
    runtime.wake("deliver-mail")
    return redirect(url_for("portal.answered", slug=slug), HTTPStatus.SEE_OTHER)


@blueprint.get("/<slug>/answered")
@public(WHY)
def answered(slug: str) -> str:
    """Say that the answer was received."""
    return pages.render("portal/answered.html", controller=controller_of(slug))


def _read(typed: Mapping[str, str]) -> tuple[Answer | None, dict[str, str]]:
    """Return what was answered, or what is wrong with it by field."""
    words, value = typed.get("words", ""), typed.get("value", "")
    if len(words) > LONGEST:
        return None, {"words": "words.long"}
    if not words and not value:
        return None, {"words": "words.missing"}
    claim, faults = _evidence(typed.get("kind", ""), value) if value else (None, {})
    return (None, faults) if faults else (Answer(words, claim), {})


def _evidence(kind: str, value: str) -> tuple[Claim | None, dict[str, str]]:
    if kind not in FURTHER:
        return None, {"kind": "identifier.missing"}
    try:
        return Claim(kind, value), {}
    except InvalidError:
        return None, {"value": "number.invalid"}


def _form(
    controller: Controller, token: str, values: Mapping[str, str], errors: Mapping[str, str]
) -> str:
    with current.runtime().database.reading() as session:
        asked = _waiting(session, controller, token)
    return pages.render(
        "portal/answer.html",
        controller=controller,
        token=token,
        asked=asked,
        kinds=FURTHER,
        values=values,
        errors=errors,
    )


def _waiting(session: Session, controller: Controller, token: str) -> Asked:
    """Return the question that a link answers; GoneError when it awaits no answer any more."""
    runtime = current.runtime()
    about = queries.by_link(
        session,
        token=token,
        use=LinkUse.ANSWER,
        at=runtime.clock(),
        controller_id=controller.id,
    )
    asked = questions.told(session, runtime.cabinet, about=about)
    waiting = [one for one in asked if one.row.ended_on is None]
    if about.state is not RequestState.PAUSED or not waiting:
        raise GoneError("This question waits for no answer any more.")
    return waiting[0]
