"""What the banner sends, and nothing else: an unknown key is refused."""

from datetime import UTC, datetime

from marshmallow import Schema, fields, validate

from privacy.consent.models import ON_SITES, Method
from privacy.web.shapes import MOST_PURPOSES, Truth

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(9000, 1, 1, tzinfo=UTC)
"""A browser's clock may be wrong, but what it says must be an instant in every zone."""


class AnswerSchema(Schema):
    """One answer of a visitor; every purpose that was asked is answered by true or false."""

    site = fields.String(required=True, validate=validate.Regexp(r"pk_[0-9a-z]{8,64}\Z"))
    id = fields.UUID(required=True)
    visitor = fields.String(required=True, validate=validate.Regexp(r"[0-9a-f]{32}\Z"))
    notice = fields.String(required=True, validate=validate.Regexp(r"[0-9a-f]{64}\Z"))
    language = fields.String(required=True, validate=validate.Regexp(r"[a-z]{2}\Z"))
    method = fields.Enum(
        Method,
        by_value=True,
        required=True,
        validate=validate.OneOf(
            sorted(ON_SITES), error=f"Must be one of: {', '.join(sorted(ON_SITES))}."
        ),
    )
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
