"""What answers and receipts look like on every surface that speaks JSON."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields
from typing_extensions import override

MOST_PURPOSES = 100
IGNORED = "Privacy-Ignored"
"""The header that names what was sent and not believed."""


class Truth(fields.Boolean):
    """A JSON true or false; marshmallow's own field would also take "yes" and 1."""

    @override
    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class LogPlaceSchema(Schema):
    """Where the proof of an answer is: the log and the hash of its entry (RFC 6962)."""

    origin = fields.String(required=True)
    leaf = fields.String(required=True)
    merge_delay = fields.Integer(required=True)


class StatementSchema(Schema):
    """What was recorded; its canonical JSON is what the signature covers."""

    schema = fields.String(required=True)
    id = fields.UUID(required=True)
    subject = fields.UUID(required=True)
    controller = fields.UUID(required=True)
    site = fields.String(required=True)
    notice = fields.String(required=True)
    language = fields.String(required=True)
    method = fields.String(required=True)
    answers = fields.Dict(keys=fields.String(), values=fields.Boolean(), required=True)
    at = fields.String(required=True)
    valid_until = fields.String(required=True)
    log = fields.Nested(LogPlaceSchema, required=True)


class ReceiptSchema(Schema):
    """A signed receipt; `key` is the log's public key as C2SP signed-note writes it."""

    receipt = fields.Nested(StatementSchema, required=True)
    signature = fields.String(required=True)
    key = fields.String(required=True)
