"""What programs say and are told of a rectification."""

from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from privacy.rectification.plan import LONGEST

MOST_DECISIONS: Final = 500


class FoundQuery(Schema):
    """How values are shown."""

    clear = fields.Boolean(
        load_default=False,
        metadata={"description": "Values as they are; needs the permission to approve."},
    )


class PlaceSchema(Schema):
    """One field of one row where a value stands."""

    number = fields.Integer(metadata={"description": "By what a decision names it."})
    store = fields.String()
    collection = fields.String()
    field = fields.String()
    hindrance = fields.String(
        metadata={"description": "Why a person has to write there; a code, or empty."}
    )


class ValueSchema(Schema):
    """One value of the subject, with every place where it stands."""

    value = fields.String(
        allow_none=True, metadata={"description": "Masked unless asked for in clear."}
    )
    category = fields.String()
    matches = fields.Boolean(metadata={"description": "Whether the subject spoke of it."})
    places = fields.List(fields.Nested(PlaceSchema))


class LeadSchema(Schema):
    """An identifier that others may have too, by which nobody searched yet."""

    number = fields.Integer()
    kind = fields.String()
    value = fields.String(metadata={"description": "Always masked."})
    store = fields.String()
    collection = fields.String()
    reason = fields.String()
    others = fields.Integer(
        allow_none=True, metadata={"description": "Further rows on which it stands; or unknown."}
    )
    own = fields.Boolean(
        allow_none=True, metadata={"description": "What was decided; null where nobody has."}
    )


class SettledSchema(Schema):
    """What became of one field."""

    id = fields.UUID()
    store = fields.String()
    collection = fields.String()
    field = fields.String(metadata={"description": "`*`: wherever the keeper holds the value."})
    origin = fields.String(metadata={"description": "decided, propagated or dependent."})
    state = fields.String(
        metadata={
            "description": "owed, by_hand, checking, asked, done, said, not_done or refused."
        }
    )
    detail = fields.String(metadata={"description": "Why a person is needed; a code."})
    before = fields.String(allow_none=True)
    after = fields.String(allow_none=True)
    reason = fields.String(
        metadata={"description": "Why it is not changed; only where asked for in clear."}
    )
    settled_at = fields.DateTime(allow_none=True)


class TellingSchema(Schema):
    """Who had the data that were rectified (Art. 19 GDPR)."""

    id = fields.UUID(attribute="recipient_id")
    name = fields.String()
    state = fields.String(metadata={"description": "webhook, by_hand, told or not_told."})


class WishSchema(Schema):
    """What the subject typed for one value, signed in."""

    before = fields.String(allow_none=True)
    after = fields.String()
    at_once = fields.Boolean(
        metadata={"description": "Whether it is written without a decision if nothing changed."}
    )
    proven = fields.Boolean(
        metadata={"description": "False for a new e-mail address that nobody confirmed yet."}
    )


class RectificationSchema(Schema):
    """A rectification: what was found, what was decided, what became of it."""

    id = fields.UUID()
    state = fields.String()
    exceptions = fields.Boolean()
    search = fields.String(
        metadata={"description": "Of which search the numbers are; empty while there is none."}
    )
    cut = fields.Boolean(metadata={"description": "Whether there is more than is listed."})
    typed = fields.List(fields.Nested(WishSchema))
    values = fields.List(fields.Nested(ValueSchema))
    leads = fields.List(fields.Nested(LeadSchema))
    keepers = fields.List(
        fields.String(),
        metadata={"description": "Data stores whose keepers are asked once it is decided."},
    )
    corrections = fields.List(fields.Nested(SettledSchema))
    recipients = fields.List(fields.Nested(TellingSchema))


class DecisionSchema(Schema):
    """What is decided on one value in some of its places."""

    places = fields.List(
        fields.Integer(validate=validate.Range(min=0)),
        required=True,
        validate=validate.Length(min=1, max=MOST_DECISIONS),
    )
    before = fields.String(
        required=True,
        allow_none=True,
        data_key="from",
        validate=validate.Length(max=LONGEST),
        metadata={"description": "What stands there; 409 when something else does."},
    )
    after = fields.String(
        data_key="to", load_default="", validate=validate.Length(min=1, max=LONGEST)
    )
    refused = fields.String(
        data_key="refuse",
        load_default="",
        validate=validate.Length(min=1, max=LONGEST),
        metadata={"description": "Why it stays as it is, for the subject to read."},
    )

    @validates_schema
    def check(self, told: dict[str, Any], **_options: Any) -> None:
        """Refuse a decision that says both, or neither."""
        if bool(told["after"].strip()) == bool(told["refused"].strip()):
            raise ValidationError("Give `to`, or `refuse` with the reason; not both.", "to")


class DecidedSchema(Schema):
    """A whole decision; the same again changes nothing, another one is refused."""

    search = fields.String(
        required=True,
        validate=validate.Length(min=1, max=64),
        metadata={"description": "`search` of the list that was decided on."},
    )
    decisions = fields.List(
        fields.Nested(DecisionSchema),
        required=True,
        validate=validate.Length(min=1, max=MOST_DECISIONS),
    )
    answer = fields.String(
        load_default="",
        validate=validate.Length(max=LONGEST),
        metadata={"description": "What the subject reads beside the result."},
    )


class VerdictSchema(Schema):
    """Whether an identifier is the subject's."""

    search = fields.String(required=True, validate=validate.Length(min=1, max=64))
    own = fields.Boolean(required=True)


class SettlingSchema(Schema):
    """What a person did about a field."""

    outcome = fields.String(required=True, validate=validate.OneOf(["done", "leave"]))


class ToldSchema(Schema):
    """Whether a recipient was told by a person."""

    told = fields.Boolean(
        required=True,
        metadata={"description": "False: impossible, or a disproportionate effort."},
    )
