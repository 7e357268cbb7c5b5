"""What a request shows beside its state where its kind has more to tell; never a value."""

from typing import Any

from marshmallow import Schema, fields
from sqlalchemy.orm import Session

from privacy.rectification import queries as rectification
from privacy.requests import transfers
from privacy.requests.models import RequestKind, SubjectRequest


class CorrectionSchema(Schema):
    """What became of one field of a rectification."""

    store = fields.String(attribute="store_name")
    collection = fields.String()
    field = fields.String()
    origin = fields.String(
        metadata={"description": "decided, propagated (the same value elsewhere) or dependent."}
    )
    state = fields.String(
        metadata={"description": "owed, by_hand, checking, done, said or not_done."}
    )
    detail = fields.String(metadata={"description": "Why a person is needed; a code."})


class TransferSchema(Schema):
    """What became of sending portable data to another controller."""

    state = fields.String(metadata={"description": "owed, sent, failed or declined."})
    status = fields.String(metadata={"description": "How it ended, such as http-200."})
    digest = fields.String(metadata={"description": "SHA-256 of what was sent."})


def of_kind(session: Session, about: SubjectRequest) -> dict[str, Any]:
    """Return the corrections of a rectification, and the transfer of a portability."""
    rectifies = about.kind is RequestKind.RECTIFICATION
    ports = about.kind is RequestKind.PORTABILITY
    return {
        "corrections": rectification.corrections(session, about=about) if rectifies else [],
        "transfer": transfers.transfer_of(session, about=about) if ports else None,
    }
