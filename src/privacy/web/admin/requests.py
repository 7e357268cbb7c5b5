"""Requests of subjects, for programs of the controller: taken in, approved, followed."""

from http import HTTPStatus
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Response, jsonify
from marshmallow import Schema, fields, validate
from sqlalchemy.orm import Session

from privacy.errors import ForbiddenError, InvalidError, NotFoundError
from privacy.operators.roles import Permission
from privacy.policy.months import day_of
from privacy.purposes import queries as purposes
from privacy.purposes.models import Controller
from privacy.requests import deciding, queries, statements
from privacy.requests.annexes import AgeBand, Capacity
from privacy.requests.intake import taking_in
from privacy.requests.intake.representing import Representative
from privacy.requests.models import Channel, RequestKind, RequestState, SubjectRequest
from privacy.requests.moves import Asked
from privacy.requests.statements import said_with
from privacy.subjects.identify import Claim
from privacy.web import current
from privacy.web.admin.rights import CorrectionSchema, TransferSchema, of_kind
from privacy.web.auth import operators_only
from privacy.web.openapi import Blueprint
from privacy.web.words import LANGUAGES

MOST = 20
"""Identifiers of one request."""

blueprint = Blueprint(
    "requests", __name__, url_prefix="/v1", description="Requests of data subjects, for staff."
)


class IdentifierSchema(Schema):
    """What the sender was proven to hold."""

    kind = fields.String(required=True, validate=validate.Length(min=1, max=40))
    value = fields.String(required=True, validate=validate.Length(min=1, max=254))


class SaidSchema(Schema):
    """What the sender said; each part belongs to a kind and is ignored with another."""

    wrong = fields.String(load_default="", validate=validate.Length(max=statements.LONGEST))
    right = fields.String(
        load_default="",
        validate=validate.Length(max=statements.LONGEST),
        metadata={"description": "What should stand there; a rectification needs it."},
    )
    send_to = fields.String(
        load_default="",
        validate=validate.Length(max=statements.LONGEST),
        metadata={"description": "https address of the controller that gets a portable copy."},
    )


class RepresentativeSchema(Schema):
    """Who acts for the subject; every letter goes to them, and their address is no identifier."""

    capacity = fields.Enum(Capacity, by_value=True, required=True)
    age_band = fields.Enum(
        AgeBand, by_value=True, required=True, metadata={"description": "Of the subject."}
    )
    name = fields.String(required=True, validate=validate.Length(min=1, max=200))
    email = fields.String(required=True, validate=validate.Length(max=254))
    proof = fields.String(
        load_default="",
        validate=validate.Length(max=statements.LONGEST),
        metadata={"description": "What shows the mandate; no copy of it."},
    )
    until_on = fields.Date(load_default=None, allow_none=True)


class TakenSchema(Schema):
    """A request whose sender the caller identified."""

    id = fields.UUID(
        metadata={"description": "Made by the caller, so that a call may be repeated."}
    )
    controller = fields.String(
        required=True, validate=validate.Length(max=80), metadata={"description": "Its slug."}
    )
    kind = fields.Enum(RequestKind, by_value=True, required=True)
    identifiers = fields.List(
        fields.Nested(IdentifierSchema),
        required=True,
        validate=validate.Length(min=1, max=MOST),
        metadata={"description": "Each proven; an email among them, for the answer's link."},
    )
    representative = fields.Nested(
        RepresentativeSchema,
        metadata={"description": "Then `approve` waits until a DPO accepts the mandate."},
    )
    verification = fields.Enum(
        taking_in.Verification,
        by_value=True,
        required=True,
        metadata={"description": "How the identity was established (Art. 12(6) GDPR)."},
    )
    language = fields.String(load_default=LANGUAGES[0], validate=validate.OneOf(LANGUAGES))
    channel = fields.Enum(Channel, by_value=True, load_default=Channel.API)
    received_on = fields.Date(
        metadata={"description": "The day it arrived, from which the period runs; or today."}
    )
    statement = fields.Nested(SaidSchema)
    approve = fields.Boolean(
        load_default=False,
        metadata={"description": "Answer it without a further decision; needs that permission."},
    )


class TaskSchema(Schema):
    """What became of a request in one data store."""

    store = fields.String(attribute="store_name")
    state = fields.String()
    found = fields.Integer(metadata={"description": "Records."})
    detail = fields.String()


class RequestSchema(Schema):
    """Where a request stands; it holds no personal data."""

    id = fields.UUID()
    controller = fields.String()
    kind = fields.String()
    state = fields.String()
    language = fields.String()
    received_on = fields.Date()
    target_on = fields.Date(metadata={"description": "One month after receipt."})
    legal_latest_on = fields.Date(metadata={"description": "The last lawful day."})
    extended = fields.Boolean()
    exceptions = fields.Boolean(
        metadata={"description": "Whether the answer had to say that something was not searched."}
    )
    closed_at = fields.DateTime(allow_none=True)
    stores = fields.List(fields.Nested(TaskSchema))
    corrections = fields.List(fields.Nested(CorrectionSchema))
    transfer = fields.Nested(TransferSchema, allow_none=True)


class BoardQuery(Schema):
    """Which requests; without a state, those that are not closed."""

    controller = fields.String(required=True, validate=validate.Length(max=80))
    state = fields.Enum(RequestState, by_value=True)
    limit = fields.Integer(load_default=100, validate=validate.Range(min=1, max=500))


class BoardSchema(Schema):
    """Requests, what is due first at the top."""

    requests = fields.List(fields.Nested(RequestSchema))


@blueprint.post("/requests")
@operators_only(Permission.REQUESTS_HANDLE)
@blueprint.arguments(TakenSchema)
@blueprint.response(HTTPStatus.CREATED, RequestSchema)
@blueprint.alt_response(
    HTTPStatus.OK, schema=RequestSchema, description="An earlier call with this id made it."
)
def take_in(told: dict[str, Any]) -> Response:
    """Take in a request of a subject whom the caller identified.

    The subject is told by mail. With `approve` the data stores are searched at once.
    """
    runtime = current.runtime()
    with runtime.database.transaction() as session:
        to = controller_named(session, told["controller"], _needed(told))
        about = taking_in.repeated(session, to=to, request_id=told.get("id"))
        status = HTTPStatus.OK if about else HTTPStatus.CREATED
        shown = _shown(session, about or _taken(session, to, told), to)
    if status is HTTPStatus.CREATED:
        runtime.wake("fulfil-access" if told["approve"] else "deliver-mail")
    if told["kind"] is RequestKind.RECTIFICATION:
        runtime.wake("rectify")
    return _answer(shown, status)


@blueprint.get("/requests")
@operators_only(Permission.REQUESTS_READ)
@blueprint.arguments(BoardQuery, location="query")
@blueprint.response(HTTPStatus.OK, BoardSchema)
def board(asked: dict[str, Any]) -> dict[str, Any]:
    """List the requests of a controller, what is due first at the top."""
    states = [asked["state"]] if "state" in asked else queries.OPEN_STATES
    with current.runtime().database.reading() as session:
        to = controller_named(session, asked["controller"], Permission.REQUESTS_READ)
        found = queries.board(session, controller_id=to.id, states=states, limit=asked["limit"])
        return {"requests": [_shown(session, one, to) for one in found]}


@blueprint.get("/requests/<uuid:request_id>")
@operators_only(Permission.REQUESTS_READ)
@blueprint.response(HTTPStatus.OK, RequestSchema)
def read(request_id: UUID) -> dict[str, Any]:
    """Read where a request stands, and what became of it in each data store."""
    with current.runtime().database.reading() as session:
        about, to = _found(session, request_id, Permission.REQUESTS_READ)
        return _shown(session, about, to)


@blueprint.post("/requests/<uuid:request_id>/approve")
@operators_only(Permission.REQUESTS_APPROVE)
@blueprint.response(HTTPStatus.OK, RequestSchema)
def approve(request_id: UUID) -> dict[str, Any]:
    """Decide that a request is answered; the data stores are searched at once."""
    runtime = current.runtime()
    with runtime.database.transaction() as session:
        about, to = _found(session, request_id, Permission.REQUESTS_APPROVE)
        deciding.approve(session, actor=current.operator().actor, at=runtime.clock(), about=about)
        shown = _shown(session, about, to)
    runtime.wake("fulfil-access")
    return shown


def _needed(told: dict[str, Any]) -> Permission:
    return Permission.REQUESTS_APPROVE if told["approve"] else Permission.REQUESTS_HANDLE


def controller_named(session: Session, slug: str, permission: Permission) -> Controller:
    """Return a controller of the operator; another's is as unknown as none."""
    operator = current.operator()
    mine = [one for one in purposes.controllers(session) if one.id in operator.roles]
    found = next((one for one in mine if one.slug == slug), None)
    if found is None:
        raise NotFoundError("There is no such controller.")
    if not operator.may(found.id, permission):
        raise ForbiddenError("Your roles do not allow this.")
    return found


def _found(
    session: Session, request_id: UUID, permission: Permission
) -> tuple[SubjectRequest, Controller]:
    allowed = current.operator().controllers(permission)
    about = session.get(SubjectRequest, request_id)
    if about is None or about.controller_id not in allowed:
        raise NotFoundError("There is no such request.")
    return about, purposes.controller(session, about.controller_id)


def _taken(session: Session, to: Controller, told: dict[str, Any]) -> SubjectRequest:
    runtime = current.runtime()
    asked = Asked(
        kind=told["kind"],
        language=told["language"],
        received_on=told.get("received_on") or day_of(runtime.clock(), ZoneInfo(to.zone)),
        channel=told["channel"],
        id=told.get("id"),
        statement=said_with(told["kind"], told.get("statement", {})),
    )
    actor, at = current.operator().actor, runtime.clock()
    by = Representative(**told["representative"]) if "representative" in told else None
    claims = _claims(told["identifiers"])
    taken = taking_in.Taken(asked, claims, told["verification"], representative=by)
    about = taking_in.take_in(session, actor=actor, at=at, desk=runtime.desk, to=to, taken=taken)
    if told["approve"]:
        deciding.approve(session, actor=actor, at=at, about=about)
    return about


def _claims(identifiers: list[dict[str, str]]) -> list[Claim]:
    faults: dict[str, list[str]] = {}
    claims = []
    for index, one in enumerate(identifiers):
        try:
            claims.append(Claim(one["kind"], one["value"], verified=True))
        except InvalidError as error:
            faults[f"identifiers.{index}"] = [str(error)]
    if faults:
        raise InvalidError("An identifier cannot be read.", fields=faults)
    return claims


def _shown(session: Session, about: SubjectRequest, to: Controller) -> dict[str, Any]:
    names = ("id", "language", "received_on", "target_on", "legal_latest_on", "exceptions")
    return {
        **{name: getattr(about, name) for name in names},
        "controller": to.slug,
        "kind": about.kind.value,
        "state": about.state.value,
        "extended": about.extended_at is not None,
        "closed_at": about.closed_at,
        "stores": queries.tasks(session, request_id=about.id),
        **of_kind(session, about),
    }


def _answer(shown: dict[str, Any], status: HTTPStatus) -> Response:
    response = jsonify(RequestSchema().dump(shown))
    response.status_code = status
    return response
