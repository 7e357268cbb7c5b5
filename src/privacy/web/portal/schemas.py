"""What a subject types; each fault has a code that the page says in the reader's language."""

from marshmallow import EXCLUDE, Schema, fields, validate

from privacy.requests.models import RequestKind

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
