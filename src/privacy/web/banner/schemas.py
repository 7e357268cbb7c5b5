"""What the banner sends, and nothing else: an unknown key is refused."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from marshmallow import Schema, fields, validate
from typing_extensions import override

from privacy.consent.models import Method

MOST_PURPOSES = 100
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(9000, 1, 1, tzinfo=UTC)
"""A browser's clock may be wrong, but what it says must be an instant in every zone."""


class Truth(fields.Boolean):
    """A JSON true or false; marshmallow's own field would also take "yes" and 1."""

    @override
    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class AnswerSchema(Schema):
    """One answer of a visitor; every purpose that was asked is answered by true or false."""

    site = fields.String(required=True, validate=validate.Regexp(r"pk_[0-9a-z]{8,64}\Z"))
    id = fields.UUID(required=True)
    visitor = fields.String(required=True, validate=validate.Regexp(r"[0-9a-f]{32}\Z"))
    notice = fields.String(required=True, validate=validate.Regexp(r"[0-9a-f]{64}\Z"))
    language = fields.String(required=True, validate=validate.Regexp(r"[a-z]{2}\Z"))
    method = fields.Enum(Method, by_value=True, required=True)
    answers = fields.Dict(
        keys=fields.String(validate=validate.Regexp(r"[a-z0-9_]{1,60}\Z")),
        values=Truth(required=True),
        required=True,
        validate=validate.Length(min=1, max=MOST_PURPOSES),
    )
    page = fields.String(load_default="", validate=validate.Regexp(r"[^?#\r\n]{0,1000}\Z"))
    said_at = fields.AwareDateTime(
        load_default=None, format="iso", validate=validate.Range(min=EARLIEST, max=LATEST)
    )


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
