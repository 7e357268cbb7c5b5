"""Receipts and what is counted of them, for machines of the staff."""

from collections.abc import Callable
from datetime import date
from functools import partial
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Response, json
from marshmallow import Schema, fields, validate
from sqlalchemy.orm import Session

from privacy.consent import statistics
from privacy.consent.receipts import proofs
from privacy.consent.records import exports
from privacy.consent.statistics import By, Unit
from privacy.errors import NotFoundError
from privacy.operators.roles import Permission
from privacy.purposes import queries as purposes
from privacy.web import current, proving
from privacy.web.admin.gate import CONTROLLER, controller_of
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


_OUR_AGE = validate.Range(min=date(1970, 1, 1), max=date(8999, 12, 31))
"""Days that exist in every zone and every database."""


class StatisticsQuery(Schema):
    """Which answers are counted, and by what they are grouped."""

    controller = fields.String(required=True, validate=CONTROLLER)
    site = fields.String(metadata={"description": "The public key of one site; all if absent."})
    since = fields.Date(
        required=True, validate=_OUR_AGE, metadata={"description": "The first day, in its zone."}
    )
    until = fields.Date(
        required=True, validate=_OUR_AGE, metadata={"description": "The last day, included."}
    )
    unit = fields.Enum(Unit, by_value=True, load_default=None)
    by = fields.Enum(By, by_value=True, load_default=By.PURPOSE)


class CountSchema(Schema):
    """How many answers a group has; all null where they are too few to be shown."""

    group = fields.String(metadata={"description": "A day, a language, or a notice's digest."})
    granted = fields.Integer(allow_none=True)
    refused = fields.Integer(allow_none=True)
    withdrawn = fields.Integer(allow_none=True)
    rate = fields.Float(
        allow_none=True, metadata={"description": "Granted of granted and refused, 0 to 1."}
    )


class StatisticsSchema(Schema):
    """Counts by purpose; nothing of the device is kept, so nothing is counted by it."""

    since = fields.Date()
    until = fields.Date()
    unit = fields.Enum(Unit, by_value=True)
    least = fields.Integer(metadata={"description": "Answers of the smallest group shown."})
    groups = fields.Dict(keys=fields.String(), values=fields.List(fields.Nested(CountSchema)))
    series = fields.Dict(keys=fields.String(), values=fields.List(fields.Nested(CountSchema)))


@blueprint.get("/consents/statistics")
@operators_only(Permission.CONSENTS_READ)
@blueprint.arguments(StatisticsQuery, location="query")
@blueprint.response(HTTPStatus.OK, StatisticsSchema)
def read_statistics(asked: dict[str, Any]) -> dict[str, Any]:
    """Count answers by purpose, over the steps of a period and by group.

    Imported answers are left out, and groups of fewer than ten answers are not told.
    """
    unit = asked["unit"] or statistics.fitting(asked["since"], asked["until"])
    with current.runtime().database.reading() as session:
        controller_id = controller_of(session, asked["controller"], Permission.CONSENTS_READ)
        wanted = statistics.checked(
            statistics.Asked(
                controller_id=controller_id,
                zone=purposes.controller(session, controller_id).zone,
                since=asked["since"],
                until=asked["until"],
                unit=unit,
                site_id=_site(session, controller_id, asked.get("site")),
            )
        )
        return {
            "since": wanted.since,
            "until": wanted.until,
            "unit": unit,
            "least": statistics.LEAST,
            "groups": statistics.groups(session, asked=wanted, by=asked["by"]),
            "series": statistics.series(session, asked=wanted),
        }


def _site(session: Session, controller_id: UUID, key: str | None) -> UUID | None:
    if key is None:
        return None
    for one in purposes.sites(session, controller_id=controller_id):
        if one.key == key:
            return one.id
    raise NotFoundError("There is no such site.")
