"""Sending what is owed: claim in one transaction, send outside any, settle in another."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from privacy.audit.form import canonical
from privacy.clock import Clock
from privacy.db import Database
from privacy.errors import GoneError, NotFoundError, SealError
from privacy.outbox import queries
from privacy.outbox.backoff import MAX_TRIES
from privacy.outbox.mail import Mail, OpenedMessage
from privacy.outbox.mailer import Mailer, Scope, UndeliveredError
from privacy.outbox.models import WEBHOOK, MessageState, OutboxMessage
from privacy.outbox.tries import Outcome, claim, failed, settle
from privacy.outbox.webhook import Poster, Target

Open = Callable[[OutboxMessage], OpenedMessage]
"""Opens the seals; raises SealError, NotFoundError or GoneError when the keys are gone."""

Render = Callable[[str, str, Mapping[str, str]], Mail]
"""Makes the mail of a template, in a language, with its variables."""


def deliver(
    database: Database,
    *,
    clock: Clock,
    open_message: Open,
    render: Render,
    mailer: Mailer,
    limit: int = 50,
) -> int:
    """Try mails that are due and return how many were sent; any number may run at once.

    A mail is sent at least once: twice only if the process dies, or loses the database,
    after the server took it and before that was written down; both then carry one Message-ID.
    """
    with database.reading() as session:
        messages = queries.waiting(session, at=clock(), limit=limit)
    sent = 0
    for message in messages:
        if not claim(database, message, clock()):
            continue
        outcome = _try(message, open_message, render, mailer)
        settle(database, message, outcome, clock())
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
        return failed(message, error.reason, error.scope)
    except Exception as error:  # noqa: BLE001 -- one message must not stop the others
        return failed(message, type(error).__name__, Scope.MESSAGE)
    return Outcome(MessageState.SENT)


def _opened(message: OutboxMessage, open_message: Open) -> OpenedMessage:
    try:
        return open_message(message)
    except (SealError, NotFoundError, GoneError):
        raise UndeliveredError("keys-gone", Scope.FOREVER) from None


@dataclass(frozen=True)
class Telling:
    """Where one webhook goes, and the identifiers by which its recipient knows the subject."""

    target: Target
    identifiers: Sequence[Mapping[str, str]] = field(default=(), repr=False)
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """What else it says in `data`, that is kept sealed until it is sent."""


Tell = Callable[[OutboxMessage], Telling]
"""Opens what a webhook needs; raises NotFoundError when its recipient has no endpoint any more."""

PASS: Final = 50
"""Webhooks that are read at once; a pass goes on while there are more."""


@dataclass(frozen=True)
class Passed:
    """What one pass over the webhooks came to."""

    sent: int
    given_up: frozenset[UUID]
    """Recipients of those that are not tried again by themselves."""


def deliver_webhooks(database: Database, *, clock: Clock, tell: Tell, poster: Poster) -> Passed:
    """Try every webhook that is due; any number of processes may at once.

    Each arrives at least once, and every time under the same webhook-id. An endpoint that does
    not answer is left alone for the rest of the pass, so that it delays no other for long.
    """
    sent, given_up, silent = 0, set[UUID](), set[UUID]()
    while messages := _due(database, clock(), silent):
        for message in messages:
            if message.recipient_id in silent or not claim(database, message, clock()):
                continue
            outcome = _try_webhook(message, tell, poster, clock())
            settle(database, message, outcome, clock())
            sent += outcome.state is MessageState.SENT
            if message.recipient_id is not None and outcome.stop:
                silent.add(message.recipient_id)
            if message.recipient_id is not None and outcome.state in queries.GIVEN_UP:
                given_up.add(message.recipient_id)
    return Passed(sent, frozenset(given_up))


def _due(database: Database, at: datetime, silent: set[UUID]) -> Sequence[OutboxMessage]:
    with database.reading() as session:
        return queries.waiting(
            session, at=at, limit=PASS, channel=WEBHOOK, except_to=frozenset(silent)
        )


def _try_webhook(message: OutboxMessage, tell: Tell, poster: Poster, at: datetime) -> Outcome:
    if message.attempts >= MAX_TRIES:  # its last try ended with the process
        return Outcome(MessageState.DEAD, "abandoned")
    try:
        telling = tell(message)
        body = body_of(message.body or "{}", telling.identifiers, telling.values)
        status = poster.post(telling.target, message_id=message.id, at=at, body=body)
    except UndeliveredError as error:
        return failed(message, error.reason, error.scope)
    except NotFoundError:
        return Outcome(MessageState.FAILED, "no-endpoint")
    except Exception as error:  # noqa: BLE001 -- one message must not stop the others
        return failed(message, type(error).__name__, Scope.MESSAGE)
    return Outcome(MessageState.SENT, status=status)


def body_of(
    body: str,
    identifiers: Sequence[Mapping[str, str]],
    values: Mapping[str, Any] = MappingProxyType({}),
) -> bytes:
    """Return what is sent: what was written down, with identifiers that are kept nowhere else."""
    if not identifiers and not values:
        return body.encode()
    told = json.loads(body)
    told["data"].update(values)
    if identifiers:
        told["data"]["identifiers"] = [dict(one) for one in identifiers]
    return canonical(told).encode()
