"""Owing a message."""

from datetime import datetime

from sqlalchemy.orm import Session

from privacy.outbox.models import Draft, MessageState, OutboxMessage

MAIL = "mail"


def enqueue(session: Session, *, at: datetime, draft: Draft) -> OutboxMessage:
    """Owe a mail from this transaction on: it is sent after the commit, or not at all.

    The caller seals, since this room knows no keys, and appends the entry of its own act.
    """
    message = OutboxMessage(
        subject_id=draft.subject_id,
        id=draft.id,
        controller_id=draft.controller_id,
        channel=MAIL,
        template=draft.template,
        language=draft.language,
        address_sealed=draft.address_sealed,
        variables_sealed=draft.variables_sealed,
        state=MessageState.PENDING,
        attempts=0,
        created_at=at,
        next_at=at,
        fence=0,
        last_error="",
    )
    session.add(message)
    return message
