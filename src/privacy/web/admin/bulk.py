"""Many requests at once, for programs of the controller: all are right, or none is taken in."""

from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import Schema, fields, validate

from privacy.operators.roles import Permission
from privacy.policy.months import day_of
from privacy.requests.intake import bulk
from privacy.requests.intake.taking_in import Verification
from privacy.web import current
from privacy.web.admin.gate import roomy
from privacy.web.admin.requests import blueprint, controller_named
from privacy.web.auth import operators_only
from privacy.web.words import LANGUAGES

__all__ = ["blueprint"]


class LineSchema(Schema):
    """One request, as a line of a file would have it."""

    email = fields.String(required=True, validate=validate.Length(max=254))
    kind = fields.String(required=True, validate=validate.Length(max=40))
    received_on = fields.String(required=True, validate=validate.Length(max=10))
    channel = fields.String(load_default="api", validate=validate.Length(max=20))
    language = fields.String(load_default=LANGUAGES[0], validate=validate.Length(max=10))
    reference = fields.String(
        required=True,
        validate=validate.Length(max=bulk.LONGEST_REFERENCE),
        metadata={"description": "The caller's own; it makes a call repeatable."},
    )


class BulkSchema(Schema):
    """Requests of one controller whose senders were all identified in one way."""

    controller = fields.String(
        required=True, validate=validate.Length(max=80), metadata={"description": "Its slug."}
    )
    verification = fields.Enum(Verification, by_value=True, required=True)
    requests = fields.List(
        fields.Nested(LineSchema), required=True, validate=validate.Length(min=1, max=bulk.MOST)
    )


class ImportedSchema(Schema):
    """What became of them."""

    taken = fields.Integer(metadata={"description": "New requests."})
    known = fields.Integer(metadata={"description": "Taken in by an earlier call."})
    requests = fields.Dict(
        keys=fields.String(),
        values=fields.UUID(),
        metadata={"description": "Ids by reference."},
    )


@blueprint.post("/requests/bulk")
@operators_only(Permission.REQUESTS_HANDLE)
@roomy
@blueprint.arguments(BulkSchema)
@blueprint.response(HTTPStatus.OK, ImportedSchema)
def take_in_bulk(told: dict[str, Any]) -> dict[str, Any]:
    """Take in many requests; faults are named by the line they stand in, counted from 1.

    Nothing is taken in unless all lines are right. A reference that is known is left as it is.
    """
    runtime = current.runtime()
    with runtime.database.reading() as session:
        to = controller_named(session, told["controller"], Permission.REQUESTS_HANDLE)
    today = day_of(runtime.clock(), ZoneInfo(to.zone))
    lines = bulk.read_lines(enumerate(told["requests"], 1), today=today, languages=LANGUAGES)
    done = bulk.import_lines(
        runtime.database,
        clock=runtime.clock,
        desk=runtime.desk,
        batch=bulk.Batch(to, told["verification"], current.operator().actor),
        lines=lines,
    )
    runtime.wake("deliver-mail")
    return {"taken": done.taken, "known": done.known, "requests": done.ids}
