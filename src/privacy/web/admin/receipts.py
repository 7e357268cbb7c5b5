"""Receipts and what is counted of them, for machines of the staff."""

from functools import partial
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import Schema, fields, validate

from privacy.consent import proofs
from privacy.operators.roles import Permission
from privacy.web import current, proving
from privacy.web.auth import operators_only
from privacy.web.openapi import Blueprint

blueprint = Blueprint(
    "consents", __name__, url_prefix="/v1", description="The consent ledger, for staff."
)


class ReceiptQuery(Schema):
    """Which answer is meant, where the id alone does not say it."""

    leaf = fields.String(
        validate=validate.Regexp(r"[0-9a-f]{64}\Z"),
        metadata={"description": "The hash of its entry, which stands on the receipt."},
    )
    subject = fields.UUID(metadata={"description": "Who answered, by the id on the receipt."})


@blueprint.get("/receipts/<uuid:receipt_id>")
@operators_only(Permission.CONSENTS_READ)
@blueprint.arguments(ReceiptQuery, location="query")
@blueprint.response(HTTPStatus.OK, proving.ProvenSchema)
@blueprint.alt_response(
    HTTPStatus.ACCEPTED, schema=proving.ProvenSchema, description=proving.WAITS
)
def read_receipt(asked: dict[str, Any], receipt_id: UUID) -> Response:
    """Read the receipt of an answer, made again from the ledger, with its proof.

    The id was chosen by the visitor's browser; on a large ledger also say `leaf` or `subject`,
    which finds it at once.
    """
    find = partial(
        proofs.by_answer,
        answer_id=receipt_id,
        controller_ids=current.operator().controllers(Permission.CONSENTS_READ),
        subject_id=asked.get("subject"),
        leaf=bytes.fromhex(asked["leaf"]) if "leaf" in asked else None,
    )
    return proving.answer(find)
