"""The keeping of statements, for machines and agents."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import Schema, fields, validate, validates_schema
from sqlalchemy.orm import Session

from privacy.consent import saying
from privacy.consent.acts import ReplayedError
from privacy.consent.models import Method, Scope
from privacy.consent.receipts.receipt import Receipt, signed
from privacy.consent.statements import Statement, first_receipt, record_statement
from privacy.operators.roles import Permission
from privacy.subjects import acts as subjects
from privacy.subjects.identify import Claim
from privacy.subjects.queries import find_by_identifier
from privacy.subjects.visitors import visitor_subject
from privacy.web import current
from privacy.web.admin.gate import CODE, CONTROLLER, KnownBySchema, controller_of, exactly_one
from privacy.web.auth import operators_only
from privacy.web.openapi import Blueprint
from privacy.web.shapes import IGNORED, MOST_PURPOSES, ReceiptSchema, Truth

blueprint = Blueprint(
    "statements", __name__, url_prefix="/v1", description="What subjects say outside a banner."
)


class SayingSchema(Schema):
    """What a subject said to a form, an agent, on the phone or on paper."""

    controller = fields.String(required=True, validate=CONTROLLER)
    id = fields.UUID(
        required=True, metadata={"description": "Chosen by the caller; send it again on retry."}
    )
    subject = fields.UUID()
    visitor = fields.String(validate=validate.Regexp(r"[0-9a-f]{32}\Z"))
    identifier = fields.Nested(KnownBySchema)
    answers = fields.Dict(
        keys=fields.String(validate=CODE),
        values=Truth(required=True),
        required=True,
        validate=validate.Length(min=1, max=MOST_PURPOSES),
    )
    method = fields.Enum(
        Method,
        by_value=True,
        required=True,
        validate=validate.OneOf(
            [Method.FORM, Method.AGENT, Method.PHONE, Method.PAPER],
            error="Must be one of: form, agent, phone, paper.",
        ),
    )
    language = fields.String(required=True, validate=validate.Regexp(r"[a-z]{2,3}\Z"))
    notice = fields.String(load_default="", validate=validate.Regexp(r"(?:[0-9a-f]{64})?\Z"))
    evidence = fields.String(load_default="", validate=validate.Length(max=saying.LONGEST))
    said_at = fields.AwareDateTime(load_default=None)
    scope = fields.Enum(Scope, by_value=True, load_default=Scope.SUBJECT)
    beneficiary = fields.String(load_default="", validate=validate.Length(max=saying.LONGEST))
    about = fields.String(load_default="", validate=validate.Length(max=saying.LONGEST))
    age = fields.Integer(load_default=None, validate=validate.Range(min=0, max=150))
    joint = fields.UUID(load_default=None)

    @validates_schema
    def _one(self, data: Mapping[str, Any], **_options: object) -> None:
        exactly_one(data, "subject", "visitor", "identifier")


@blueprint.post("/consents")
@operators_only(Permission.CONSENTS_RECORD)
@blueprint.arguments(SayingSchema)
@blueprint.response(HTTPStatus.CREATED, ReceiptSchema)
@blueprint.alt_response(
    HTTPStatus.OK, schema=ReceiptSchema, description="The statement was recorded before."
)
def record(said: dict[str, Any]) -> Response:
    """Record what a subject said elsewhere, and give the signed receipt of it.

    The time is the server's. A `said_at` more than a day off is ignored, and the header
    `Privacy-Ignored` says so; on paper it may lie further back, and the term runs from it.
    """
    runtime = current.runtime()
    with runtime.database.reading() as session:
        controller_id = controller_of(session, said["controller"], Permission.CONSENTS_RECORD)
    receipt, status, statement = _recorded(said, controller_id)
    body = signed(receipt.statement(), runtime.keyring.signer)
    response = Response(body, status, mimetype="application/json")
    if statement.said_at is not None and saying.believed(statement, runtime.clock()) is None:
        response.headers[IGNORED] = "said_at"
    return response


def _recorded(
    said: Mapping[str, Any], controller_id: UUID
) -> tuple[Receipt, HTTPStatus, Statement]:
    runtime = current.runtime()
    origin = runtime.keyring.signer.name
    with runtime.database.transaction() as session:
        statement = _statement(session, said, controller_id)
        try:
            receipt = record_statement(
                session,
                actor=current.operator().actor,
                at=runtime.clock(),
                statement=statement,
                origin=origin,
            )
        except ReplayedError:
            receipt = first_receipt(session, statement=statement, origin=origin)
            return receipt, HTTPStatus.OK, statement
    return receipt, HTTPStatus.CREATED, statement


def _statement(session: Session, said: Mapping[str, Any], controller_id: UUID) -> Statement:
    known = {
        name: value
        for name, value in said.items()
        if name not in {"controller", "id", "subject", "visitor", "identifier"}
    }
    return Statement(
        subject_id=_subject(session, said, controller_id),
        controller_id=controller_id,
        answer_id=said["id"],
        **known,
    )


def _subject(session: Session, said: Mapping[str, Any], controller_id: UUID) -> UUID:
    """Return who said it; whoever is first known by an identifier becomes a subject now."""
    runtime = current.runtime()
    if "subject" in said:
        named: UUID = said["subject"]
        return named
    if "visitor" in said:
        return visitor_subject(
            session,
            cabinet=runtime.cabinet,
            controller_id=controller_id,
            visitor=said["visitor"],
        )
    claim = Claim(said["identifier"]["kind"], said["identifier"]["value"])
    return find_by_identifier(
        session,
        cabinet=runtime.cabinet,
        controller_id=controller_id,
        kind=claim.kind,
        value=claim.value,
    ) or subjects.resolve_subject(
        session,
        actor=current.operator().actor,
        at=runtime.clock(),
        cabinet=runtime.cabinet,
        controller_id=controller_id,
        claim=claim,
    )
