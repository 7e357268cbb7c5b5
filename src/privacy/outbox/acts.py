"""Owing a message."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, Table, update
from sqlalchemy.orm import Session

from privacy.audit import log
from privacy.audit.actions import Action
from privacy.inserting import insert_many
from privacy.outbox.models import (
    WEBHOOK,
    Draft,
    MessageState,
    Notification,
    OutboxMessage,
)

_MESSAGE = cast("Table", OutboxMessage.__table__)


def enqueue(session: Session, *, at: datetime, draft: Draft) -> OutboxMessage:
    """Owe a mail or a text from this transaction on: it is sent after the commit, or not at all.

    The caller seals, since this room knows no keys, and appends the entry of its own act.
    """
    message = OutboxMessage(
        subject_id=draft.subject_id,
        id=draft.id,
        controller_id=draft.controller_id,
        channel=draft.channel,
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


def notify(session: Session, *, at: datetime, told: Sequence[Notification]) -> None:
    """Owe webhooks from this transaction on, in one statement; one that is owed is not doubled.

    The caller appends the entry of its own act.
    """
    if told:
        insert_many(session, _MESSAGE, [_row(one, at) for one in told], skip_existing=True)


def _row(one: Notification, at: datetime) -> dict[str, Any]:
    return {
        "subject_id": one.subject_id,
        "id": one.id,
        "controller_id": one.controller_id,
        "channel": WEBHOOK,
        "template": one.event,
        "language": "",
        "state": MessageState.PENDING,
        "attempts": 0,
        "created_at": at,
        "next_at": at,
        "fence": 0,
        "last_error": "",
        "recipient_id": one.recipient_id,
        "body": one.body,
    }


def retry(
    session: Session, *, actor: str, at: datetime, controller_id: UUID, recipient_id: UUID
) -> int:
    """Let every webhook of a recipient that was given up be tried again; return how many."""
    given_up = update(OutboxMessage).where(
        OutboxMessage.controller_id == controller_id,
        OutboxMessage.recipient_id == recipient_id,
        OutboxMessage.channel == WEBHOOK,
        OutboxMessage.state.in_([MessageState.FAILED, MessageState.DEAD]),
    )
    result = session.execute(
        given_up.values(state=MessageState.PENDING, attempts=0, next_at=at, claimed_until=None)
    )
    count = result.rowcount if isinstance(result, CursorResult) else 0
    if count:
        log.append(
            session,
            Action.RECIPIENT_RETRIED,
            at=at,
            actor=actor,
            controller_id=controller_id,
            recipient=str(recipient_id),
            messages=count,
        )
    return count
