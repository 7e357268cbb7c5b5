"""What a subject types; each fault has a code that the page says in the reader's language."""

from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate, validates_schema

from privacy.requests.facts import LONGEST as LONGEST_FACT
from privacy.requests.models import RequestKind
from privacy.requests.statements import LONGEST

KINDS = [kind.value for kind in RequestKind]


def contact_of(typed: Mapping[str, str], *, texts: bool) -> str:
    """Return where the sender is reached: an address, else a number where texts are sent."""
    email, phone = typed.get("email", "").strip(), typed.get("phone", "").strip()
    if email and "@" not in email:
        return f"{email}@"  # a number in the wrong field is no address
    return email or (phone if texts else "")


class RequestSchema(Schema):
    """The form of a new request, of a controller that sends texts or does not."""

    def __init__(self, *, texts: bool = False) -> None:
        super().__init__()
        self.context_texts = texts

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
        load_default="",
        validate=validate.Length(max=254, error="email.invalid"),
        error_messages={"invalid": "email.invalid"},
    )
    phone = fields.String(load_default="", validate=validate.Length(max=40, error="phone.invalid"))
    fact_value = fields.String(
        load_default="", validate=validate.Length(max=LONGEST_FACT, error="fact_value.invalid")
    )
    fact_answer = fields.String(
        load_default="", validate=validate.Length(max=LONGEST_FACT, error="fact_answer.missing")
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
    def can_be_reached(self, typed: Mapping[str, Any], **_named: Any) -> None:
        """Refuse what nobody could answer; a number is enough only where texts are sent."""
        if not contact_of(typed, texts=self.context_texts):
            raise ValidationError({"email": ["email.missing"]})

    @validates_schema
    def says_what_is_right(self, typed: Mapping[str, Any], **_named: Any) -> None:
        """Refuse a rectification of which nobody could say when it is done."""
        if typed["kind"] is RequestKind.RECTIFICATION and not typed["right"].strip():
            raise ValidationError({"right": ["right.missing"]})
