"""Receipts and what is counted of them, for machines of the staff."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Response, json
from marshmallow import Schema, fields, validate
from sqlalchemy.orm import Session

from privacy.consent import exports, proofs
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
    format = fields.String(
        load_default="signed",
        validate=validate.OneOf(["signed", "27560"]),
        metadata={"description": "`27560`: ISO/IEC TS 27560:2023 in the words of DPV (JSON-LD)."},
    )


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
    as_record = asked["format"] == "27560"
    find = partial(
        proofs.by_answer,
        answer_id=receipt_id,
        controller_ids=current.operator().controllers(Permission.CONSENTS_READ),
        subject_id=asked.get("subject"),
        leaf=bytes.fromhex(asked["leaf"]) if "leaf" in asked else None,
    )
    return _as_record(find) if as_record else proving.answer(find)


def _as_record(find: Callable[[Session], proofs.Kept]) -> Response:
    """Answer the receipt of ISO/IEC TS 27560, with the record of the answer inside."""
    runtime = current.runtime()
    with runtime.database.reading() as session:
        told = exports.receipt(
            session,
            find(session).rows,
            at=runtime.clock(),
            public_url=runtime.settings.public_url,
        )
    return Response(json.dumps(told), mimetype="application/ld+json")
