"""What machines of the staff may ask, and what they are told."""

from marshmallow import Schema, fields, validate

from privacy.audit.actions import Action
from privacy.web.intake import LARGEST


class EntriesQuery(Schema):
    """Which entries; without any, the newest."""

    before = fields.Integer(
        validate=validate.Range(min=0, max=LARGEST),
        metadata={"description": "The page before this index (`next` of the page in hand)."},
    )
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=500))
    action = fields.String(validate=validate.OneOf([action.value for action in Action]))
    actor = fields.String(validate=validate.Length(max=80))
    subject_id = fields.UUID()
    since = fields.AwareDateTime(metadata={"description": "RFC 3339 with a zone; included."})
    until = fields.AwareDateTime(metadata={"description": "RFC 3339 with a zone; not included."})


class EntrySchema(Schema):
    """One entry of the audit log; it holds no personal data."""

    index = fields.Integer(
        allow_none=True,
        metadata={"description": "Its place in the log; null while it waits for one."},
    )
    id = fields.UUID()
    action = fields.String()
    actor = fields.String()
    controller_id = fields.UUID(allow_none=True)
    subject_id = fields.UUID(allow_none=True)
    at = fields.DateTime()
    leaf_hash = fields.String(metadata={"description": "RFC 6962 leaf hash, in hexadecimal."})
    details = fields.Dict()
    is_whole = fields.Boolean(
        metadata={"description": "False when the stored bytes are not those that were hashed."}
    )


class EntriesSchema(Schema):
    """A page of entries, newest first."""

    entries = fields.List(fields.Nested(EntrySchema))
    next = fields.Integer(
        allow_none=True,
        metadata={"description": "Ask again with `before` set to this; null on the last page."},
    )


class PolicyQuery(Schema):
    """The day whose values are wanted."""

    on = fields.Date(metadata={"description": "RFC 3339 full-date; today in France if absent."})


class PolicyValueSchema(Schema):
    """A dated legal value."""

    key = fields.String()
    value = fields.String()
    unit = fields.String()
    from_on = fields.Date()
    to_on = fields.Date(allow_none=True)
    source = fields.String()
    force = fields.String()
    reason = fields.String(metadata={"description": "Why it was set; empty if it is built in."})


class PolicySchema(Schema):
    """The values in force on a day."""

    on = fields.Date()
    values = fields.List(fields.Nested(PolicyValueSchema))
