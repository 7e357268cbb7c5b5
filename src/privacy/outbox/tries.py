"""One try to deliver a message: claimed in one transaction, settled in another."""

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, and_, update
from sqlalchemy.orm import Session

from privacy.audit import log
from privacy.audit.actions import Action
from privacy.db import Database
from privacy.outbox.backoff import MAX_TRIES, wait
from privacy.outbox.mailer import Scope
from privacy.outbox.models import WEBHOOK, MessageState, OutboxMessage

LEASE = timedelta(minutes=5)
"""Longer than a server that answers at the last moment, each time, can draw out one message."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """What one try came to."""

    state: MessageState
    error: str = ""
    stop: bool = False
    """Whether no other message would pass now."""
    not_before: datetime | None = None
    """Until when it waits, where that is known."""
    status: int = 0
    """With which status a recipient took a webhook."""


def failed(message: OutboxMessage, reason: str, scope: Scope) -> Outcome:
    """Return what a failure means for the message."""
    state = MessageState.PENDING
    if scope is Scope.FOREVER:
        state = MessageState.FAILED
    elif message.attempts + 1 >= MAX_TRIES:
        state = MessageState.DEAD
    return Outcome(state, reason, stop=scope is Scope.SERVER)


def claim(database: Database, message: OutboxMessage, at: datetime) -> bool:
    """Take the message for this process, unless another took it since it was read."""
    with database.transaction() as session:
        return _changes_one(
            session,
            _row(message, message.fence),
            attempts=message.attempts + 1,
            fence=message.fence + 1,
            claimed_until=at + LEASE,
        )


def settle(database: Database, message: OutboxMessage, outcome: Outcome, at: datetime) -> None:
    """Write down what became of the message, unless the claim was lost meanwhile."""
    with database.transaction() as session:
        mine = _changes_one(
            session, _row(message, message.fence + 1), **_values(message, outcome, at)
        )
        if mine and message.channel == WEBHOOK and outcome.state is not MessageState.PENDING:
            _log_told(session, message, outcome, at)
    if outcome.error or not mine:
        logger.warning(
            "outbox.undelivered" if mine else "outbox.claim-lost",
            extra={
                "message_id": str(message.id),
                "state": outcome.state.value,
                "error": outcome.error,
                "tries": message.attempts + 1,
            },
        )


def _values(message: OutboxMessage, outcome: Outcome, at: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {
        "state": outcome.state,
        "last_error": outcome.error,
        "claimed_until": None,
    }
    if outcome.state is MessageState.PENDING:
        share = secrets.randbelow(1000) / 1000
        usual = at + wait(message.attempts + 1, share)
        return values | {"next_at": outcome.not_before or usual}
    if outcome.state is MessageState.SENT:
        values["sent_at"] = at
    return values | {"address_sealed": None, "variables_sealed": None}


def _log_told(session: Session, message: OutboxMessage, outcome: Outcome, at: datetime) -> None:
    """Keep the receipt of a webhook: it shows later that the recipient was told, or was not."""
    log.append(
        session,
        Action.RECIPIENT_TOLD,
        at=at,
        actor="job:deliver-webhooks",
        controller_id=message.controller_id,
        subject_id=message.subject_id,
        message=str(message.id),
        recipient=str(message.recipient_id),
        event=message.template,
        outcome=outcome.state.value,
        status=f"http-{outcome.status}" if outcome.status else outcome.error,
        tries=message.attempts + 1,
    )


def _row(message: OutboxMessage, fence: int) -> ColumnElement[bool]:
    return and_(
        OutboxMessage.subject_id == message.subject_id,
        OutboxMessage.id == message.id,
        OutboxMessage.state == MessageState.PENDING,
        OutboxMessage.fence == fence,
    )


def _changes_one(session: Session, row: ColumnElement[bool], **values: Any) -> bool:
    result = session.execute(update(OutboxMessage).where(row).values(values))
    return isinstance(result, CursorResult) and result.rowcount == 1
