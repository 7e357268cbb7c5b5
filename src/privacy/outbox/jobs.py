"""Sending what is owed: claim in one transaction, send outside any, settle in another."""

import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, and_, update
from sqlalchemy.orm import Session

from privacy.clock import Clock
from privacy.db import Database
from privacy.errors import GoneError, NotFoundError, SealError
from privacy.outbox import queries
from privacy.outbox.backoff import MAX_TRIES, wait
from privacy.outbox.mail import Mail, OpenedMessage
from privacy.outbox.mailer import Mailer, Scope, UndeliveredError
from privacy.outbox.models import MessageState, OutboxMessage

LEASE = timedelta(minutes=5)
"""Longer than a server that answers at the last moment, each time, can draw out one mail."""

logger = logging.getLogger(__name__)

Open = Callable[[OutboxMessage], OpenedMessage]
"""Opens the seals; raises SealError, NotFoundError or GoneError when the keys are gone."""

Render = Callable[[str, str, Mapping[str, str]], Mail]
"""Makes the mail of a template, in a language, with its variables."""


@dataclass(frozen=True)
class Outcome:
    """What one try came to."""

    state: MessageState
    error: str = ""
    stop: bool = False
    """Whether no other message would pass now."""


def deliver(
    database: Database,
    *,
    clock: Clock,
    open_message: Open,
    render: Render,
    mailer: Mailer,
    limit: int = 50,
) -> int:
    """Try messages that are due and return how many were sent; any number may run at once.

    A message is sent at least once: twice only if the process dies, or loses the database,
    after the server took it and before that was written down; both then carry one Message-ID.
    """
    with database.reading() as session:
        messages = queries.waiting(session, at=clock(), limit=limit)
    sent = 0
    for message in messages:
        if not _claim(database, message, clock()):
            continue
        outcome = _try(message, open_message, render, mailer)
        _settle(database, message, outcome, clock())
        sent += outcome.state is MessageState.SENT
        if outcome.stop:
            break
    return sent


def _try(message: OutboxMessage, open_message: Open, render: Render, mailer: Mailer) -> Outcome:
    if message.attempts >= MAX_TRIES:  # its last try ended with the process
        return Outcome(MessageState.DEAD, "abandoned")
    try:
        opened = _opened(message, open_message)
        mail = render(message.template, message.language, opened.variables)
        mailer.send(mail, address=opened.address, message_id=message.id)
    except UndeliveredError as error:
        return _failed(message, error.reason, error.scope)
    except Exception as error:  # noqa: BLE001 -- one message must not stop the others
        return _failed(message, type(error).__name__, Scope.MESSAGE)
    return Outcome(MessageState.SENT)


def _opened(message: OutboxMessage, open_message: Open) -> OpenedMessage:
    try:
        return open_message(message)
    except (SealError, NotFoundError, GoneError):
        raise UndeliveredError("keys-gone", Scope.FOREVER) from None


def _failed(message: OutboxMessage, reason: str, scope: Scope) -> Outcome:
    state = MessageState.PENDING
    if scope is Scope.FOREVER:
        state = MessageState.FAILED
    elif message.attempts + 1 >= MAX_TRIES:
        state = MessageState.DEAD
    return Outcome(state, reason, stop=scope is Scope.SERVER)


def _claim(database: Database, message: OutboxMessage, at: datetime) -> bool:
    """Take the message for this process, unless another took it since it was read."""
    with database.transaction() as session:
        return _changes_one(
            session,
            _row(message, message.fence),
            attempts=message.attempts + 1,
            fence=message.fence + 1,
            claimed_until=at + LEASE,
        )


def _settle(database: Database, message: OutboxMessage, outcome: Outcome, at: datetime) -> None:
    """Write down what became of the message, unless the claim was lost meanwhile."""
    values: dict[str, Any] = {
        "state": outcome.state,
        "last_error": outcome.error,
        "claimed_until": None,
    }
    if outcome.state is MessageState.PENDING:
        share = secrets.randbelow(1000) / 1000
        values["next_at"] = at + wait(message.attempts + 1, share)
    else:
        values |= {"address_sealed": None, "variables_sealed": None}
    if outcome.state is MessageState.SENT:
        values["sent_at"] = at
    with database.transaction() as session:
        mine = _changes_one(session, _row(message, message.fence + 1), **values)
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
