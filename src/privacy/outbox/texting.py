"""Sending texts that are owed: as mails are, and never beyond what a day may cost."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from privacy.clock import Clock
from privacy.db import Database
from privacy.errors import GoneError, NotFoundError, SealError
from privacy.outbox import queries
from privacy.outbox.backoff import MAX_TRIES
from privacy.outbox.budget import give_back, next_day, spend
from privacy.outbox.gateway import Asker, Gateway, hand_over
from privacy.outbox.gsm import segments
from privacy.outbox.jobs import Open
from privacy.outbox.mail import OpenedMessage
from privacy.outbox.mailer import Scope, UndeliveredError
from privacy.outbox.models import TEXT, MessageState, OutboxMessage
from privacy.outbox.tries import Outcome, claim, failed, settle

RenderText = Callable[[str, str, Mapping[str, str]], str]
"""Makes the words of a text from its template, its language and its variables."""
OpenGateway = Callable[[UUID], Gateway]
"""Returns through whom a controller's texts go; raises NotFoundError where there is none."""
BUDGET: Final = "budget"
"""Why a text waits for the next day."""
PASS: Final = 50
_UNKNOWN: Final = frozenset({"timeout", "no-json"})
"""Failures after which the gateway may have sent, and charged, all the same."""


@dataclass(frozen=True)
class Counter:
    """What sending texts needs: the database, the clock, seals, words, gateways, the way out."""

    database: Database
    clock: Clock
    open_message: Open
    render: RenderText
    gateway: OpenGateway
    asker: Asker


@dataclass(frozen=True)
class Sent:
    """What one pass over the texts came to."""

    sent: int
    stopped: frozenset[UUID]
    """Controllers whose budget of the day is used up."""


def deliver_texts(counter: Counter, *, limit: int = PASS) -> Sent:
    """Try texts that are due; any number of processes may at once.

    A text arrives at least once. A gateway that does not answer is left alone for the rest of
    the pass, and one whose day's budget is used up until the next day.
    """
    with counter.database.reading() as session:
        messages = queries.waiting(session, at=counter.clock(), limit=limit, channel=TEXT)
    sent, silent, stopped = 0, set[UUID](), set[UUID]()
    for message in messages:
        if message.controller_id in silent or not claim(
            counter.database, message, counter.clock()
        ):
            continue
        outcome = _try(counter, message)
        settle(counter.database, message, outcome, counter.clock())
        sent += outcome.state is MessageState.SENT
        if outcome.stop:
            silent.add(message.controller_id)
        if outcome.error == BUDGET:
            stopped.add(message.controller_id)
    return Sent(sent, frozenset(stopped))


def _try(counter: Counter, message: OutboxMessage) -> Outcome:
    if message.attempts >= MAX_TRIES:  # its last try ended with the process
        return Outcome(MessageState.DEAD, "abandoned")
    try:
        gateway, opened = _opened(counter, message)
        text = counter.render(message.template, message.language, opened.variables)
        cost = segments(text) * gateway.price
        at = counter.clock()
        if not spend(counter.database, message.controller_id, at, cost, gateway.budget):
            return Outcome(MessageState.PENDING, BUDGET, not_before=next_day(at))
        try:
            hand_over(
                counter.asker, gateway, number=opened.address, text=text, message_id=message.id
            )
        except UndeliveredError as error:
            if error.reason not in _UNKNOWN:
                give_back(counter.database, message.controller_id, at, cost)
            raise
    except UndeliveredError as error:
        return failed(message, error.reason, error.scope)
    except Exception as error:  # noqa: BLE001 -- one message must not stop the others
        return failed(message, type(error).__name__, Scope.MESSAGE)
    return Outcome(MessageState.SENT)


def _opened(counter: Counter, message: OutboxMessage) -> tuple[Gateway, OpenedMessage]:
    try:
        gateway = counter.gateway(message.controller_id)
    except NotFoundError:
        raise UndeliveredError("no-gateway", Scope.FOREVER) from None
    try:
        opened = counter.open_message(message)
    except (SealError, NotFoundError, GoneError):
        raise UndeliveredError("keys-gone", Scope.FOREVER) from None
    if not gateway.serves(opened.address):
        raise UndeliveredError("no-such-country", Scope.FOREVER)
    return gateway, opened
