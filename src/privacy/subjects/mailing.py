"""A mail that is owed, sealed with the key of whoever it is about."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from privacy.crypto import DataKey
from privacy.db import new_id
from privacy.outbox.acts import enqueue
from privacy.outbox.models import MAIL, NOBODY, Draft, address_context, variables_context


@dataclass(frozen=True)
class Sheet:
    """One mail or text: to which address, by which template, with which texts."""

    controller_id: UUID
    address: str = field(repr=False)
    template: str
    variables: Mapping[str, str] = field(repr=False)
    language: str
    subject_id: UUID = NOBODY
    channel: str = MAIL
    """Whether it goes to a mailbox or, as a text, to a phone."""


def owe(session: Session, *, at: datetime, key: DataKey, sheet: Sheet) -> None:
    """Owe a message from this transaction on; the key is the subject's, or the controller's."""
    place = {
        "controller_id": sheet.controller_id,
        "subject_id": sheet.subject_id,
        "message_id": new_id(at),
    }
    draft = Draft(
        id=place["message_id"],
        controller_id=sheet.controller_id,
        subject_id=sheet.subject_id,
        channel=sheet.channel,
        template=sheet.template,
        language=sheet.language,
        address_sealed=key.seal(sheet.address, context=address_context(**place)),
        variables_sealed=key.seal(
            json.dumps(dict(sheet.variables)), context=variables_context(**place)
        ),
    )
    enqueue(session, at=at, draft=draft)
