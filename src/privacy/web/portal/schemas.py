"""What a subject types; each fault has a code that the page says in the reader's language."""

from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate, validates_schema

from privacy.requests.models import RequestKind
from privacy.requests.statements import LONGEST

KINDS = [kind.value for kind in RequestKind]


class RequestSchema(Schema):
    """The form of a new request."""

    class Meta:
        """A form also carries what pages and browsers add."""

        unknown = EXCLUDE

    kind = fields.Enum(
        RequestKind,
        by_value=True,
        required=True,
        error_messages={"required": "kind.missing", "unknown": "kind.invalid"},
    )
    email = fields.String(
        required=True,
        validate=[
            validate.Length(min=1, error="email.missing"),
            validate.Length(max=254, error="email.invalid"),
        ],
        error_messages={"required": "email.missing", "invalid": "email.invalid"},
    )
    wrong = fields.String(
        load_default="", validate=validate.Length(max=LONGEST, error="wrong.invalid")
    )
    right = fields.String(
        load_default="", validate=validate.Length(max=LONGEST, error="right.invalid")
    )
    send_to = fields.String(
        load_default="", validate=validate.Length(max=LONGEST, error="send_to.invalid")
    )

    @validates_schema
    def says_what_is_right(self, typed: Mapping[str, Any], **_named: Any) -> None:
        """Refuse a rectification of which nobody could say when it is done."""
        if typed["kind"] is RequestKind.RECTIFICATION and not typed["right"].strip():
            raise ValidationError({"right": ["right.missing"]})
