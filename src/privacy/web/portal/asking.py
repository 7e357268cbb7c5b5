"""Asking: what there is to ask, the form, and an answer that is the same for everybody."""

from collections.abc import Mapping
from http import HTTPStatus
from uuid import UUID

from flask import redirect, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response as AnyResponse

from privacy.errors import InvalidError, NotFoundError, TooManyError
from privacy.purposes import queries as purposes
from privacy.purposes.models import Controller
from privacy.requests import acts
from privacy.requests.acts import Submission
from privacy.requests.annexes import FactQuestion
from privacy.requests.behalf import Behalf, Standing
from privacy.requests.facts import Facts, check_facts, question_of
from privacy.requests.statements import said_with
from privacy.requests.texting import offered
from privacy.web import current, pages
from privacy.web.auth import public
from privacy.web.limits import take_for_text
from privacy.web.portal import behalf
from privacy.web.portal.schemas import KINDS, RequestSchema, contact_of
from privacy.web.portal.signed_in import known_here, submit_known
from privacy.web.portal.surface import WHY, blueprint, controller_of

NEEDLESS = "known@session.invalid"
"""Stands for the address of who is known already; nothing is sent to it (RFC 2606)."""
_FAULTS = {"texts": ("phone", "phone.spent"), "answer": ("fact_answer", "fact_answer.missing")}
"""The field and the words of a fault that is no fault of a field's."""


@blueprint.get("/")
@public(WHY)
def index() -> AnyResponse:
    """Go to the only controller's portal; where there are several, each has its own address."""
    with current.runtime().database.reading() as session:
        known = purposes.controllers(session)
    if len(known) != 1:
        raise NotFoundError("Each controller has a portal of its own; take its address.")
    return redirect(url_for("portal.home", slug=known[0].slug))


@blueprint.get("/<slug>/")
@public(WHY)
def home(slug: str) -> str:
    """Show what can be asked."""
    return pages.render("portal/home.html", controller=controller_of(slug), kinds=KINDS)


@blueprint.get("/<slug>/request")
@public(WHY)
def request_form(slug: str) -> str:
    """Show the form."""
    return _form(controller_of(slug), {"kind": request.args.get("kind", "")}, {})


@blueprint.post("/<slug>/request")
@public(WHY)
def submit(slug: str) -> AnyResponse | tuple[str, HTTPStatus]:
    """Take a request; the answer is the same whoever the address belongs to."""
    controller = controller_of(slug)
    typed = request.form.to_dict()
    known = known_here(controller)
    if known is not None:
        return _of_known(controller, known[0], typed)
    asks_for, faults = behalf.read(typed)
    if faults:
        faults = _all_faults(controller, typed) | faults
        return _form(controller, typed, faults), HTTPStatus.UNPROCESSABLE_ENTITY
    texts = _texts(controller)
    by_text = texts and "@" not in contact_of(typed, texts=texts)
    try:
        _submit(controller, typed, asks_for)
    except ValidationError as error:
        faults = {name: messages[0] for name, messages in error.messages_dict.items()}
        return _form(controller, typed, faults), HTTPStatus.UNPROCESSABLE_ENTITY
    except InvalidError as error:
        faults = dict(_FAULTS.get(name, (name, f"{name}.invalid")) for name in error.fields)
        return _form(controller, typed, faults), HTTPStatus.UNPROCESSABLE_ENTITY
    except TooManyError:
        pass  # told as any other: whether a mailbox is being flooded is nobody's to learn
    current.runtime().wake("deliver-texts" if by_text else "deliver-mail")
    by = "phone" if by_text else None
    return redirect(url_for("portal.sent", slug=slug, by=by), HTTPStatus.SEE_OTHER)


@blueprint.get("/<slug>/sent")
@public(WHY)
def sent(slug: str) -> str:
    """Say that a mail or a text is on its way, to everybody alike."""
    controller = controller_of(slug)
    by_text = request.args.get("by") == "phone" and _texts(controller)
    return pages.render("portal/sent.html", controller=controller, by_text=by_text)


def _of_known(
    controller: Controller, subject_id: UUID, typed: Mapping[str, str]
) -> AnyResponse | tuple[str, HTTPStatus]:
    """Take the request of somebody whom a session knows; nothing is to be confirmed."""
    faults = _all_faults(controller, {**typed, "email": NEEDLESS})
    if not faults:
        told = RequestSchema().load({**typed, "email": NEEDLESS})
        said = said_with(told["kind"], told)
        try:
            return submit_known(controller, subject_id, told["kind"], said)
        except InvalidError as error:
            faults = {name: f"{name}.invalid" for name in error.fields}
    return _form(controller, typed, faults), HTTPStatus.UNPROCESSABLE_ENTITY


def _texts(controller: Controller) -> bool:
    with current.runtime().database.reading() as session:
        return offered(session, controller_id=controller.id)


def _question(controller: Controller) -> FactQuestion | None:
    with current.runtime().database.reading() as session:
        return question_of(session, controller_id=controller.id)


def _given(controller: Controller, told: Mapping[str, str]) -> Facts | None:
    """Return by what the sender wants to be recognised; raise InvalidError by the form's field."""
    question, given = _question(controller), Facts(told["fact_value"], told["fact_answer"])
    if question is None or not (given.value.strip() or given.answer.strip()):
        return None
    try:
        check_facts(question, given)
    except InvalidError as error:
        name = "answer" if "answer" in error.fields else "fact_value"
        raise InvalidError("This cannot be compared.", fields={name: [str(error)]}) from None
    return given


def _all_faults(controller: Controller, typed: Mapping[str, str]) -> dict[str, str]:
    """Return what is wrong beside the part about another person, so that all is told at once."""
    found = RequestSchema(texts=_texts(controller)).validate(typed)
    return {name: messages[0] for name, messages in found.items()}


def _submit(controller: Controller, typed: Mapping[str, str], asks_for: Behalf | None) -> None:
    runtime = current.runtime()
    texts = _texts(controller)
    told = RequestSchema(texts=texts).load(typed)
    said = said_with(told["kind"], told)
    contact = contact_of(told, texts=texts)
    if "@" not in contact:
        take_for_text()
    given = None if asks_for else _given(controller, told)
    made = Submission(told["kind"], contact, pages.language(), said, asks_for, given)
    with runtime.database.transaction() as session:
        acts.submit_request(
            session,
            actor="subject",
            at=runtime.clock(),
            desk=runtime.desk,
            to=controller,
            made=made,
        )


def _form(controller: Controller, values: Mapping[str, str], errors: Mapping[str, str]) -> str:
    return pages.render(
        "portal/request_form.html",
        controller=controller,
        kinds=KINDS,
        known=known_here(controller),
        question=_question(controller),
        texts=_texts(controller),
        standings=tuple(Standing),
        behalf_fields=behalf.FIELDS,
        values=values,
        errors=errors,
    )
