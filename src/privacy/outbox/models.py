"""Messages that are owed: written with the act that owes them, sent after its commit."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from privacy.crypto import Context
from privacy.db import Base

MAIL = "mail"
POST = "post"
TEXT = "text"
WEBHOOK = "webhook"
"""By which channel a message goes out."""
NOBODY = UUID(int=0)
"""What `subject_id` holds in a message to somebody who is no subject, or not yet known as one."""


class MessageState(StrEnum):
    """What became of a message."""

    PENDING = "pending"
    SENT = "sent"
    """The mail server took it over."""
    FAILED = "failed"
    """It can never be sent: refused for good, or nobody holds the key to its address any more."""
    DEAD = "dead"
    """Given up after too many tries."""


class OutboxMessage(Base):
    """One message to one address; address and variables are sealed and go when it is settled."""

    __tablename__ = "outbox_message"
    __table_args__ = (Index(None, "state", "next_at"), {"info": {"placement": "subject"}})

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    controller_id: Mapped[UUID]
    channel: Mapped[str]
    template: Mapped[str]
    language: Mapped[str]
    address_sealed: Mapped[bytes | None]
    variables_sealed: Mapped[bytes | None]
    """A JSON object of texts, sealed as a whole."""
    state: Mapped[MessageState]
    attempts: Mapped[int]
    created_at: Mapped[datetime]
    next_at: Mapped[datetime]
    """Before this instant it is not tried again."""
    claimed_until: Mapped[datetime | None]
    fence: Mapped[int]
    """Counts claims; who holds an older one may write nothing more."""
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str]
    """A code, such as smtp-451; never an address and never what a server wrote."""
    recipient_id: Mapped[UUID | None]
    """To which recipient of data a webhook goes; none for a mail."""
    body: Mapped[str | None]
    """What a webhook says: ids, codes and instants of the consent ledger, which names nobody."""


class TextGateway(Base):
    """Through whom texts go to phones (SMS), and what bounds their cost; one for a controller."""

    __tablename__ = "text_gateway"
    __table_args__ = {"info": {"placement": "reference"}}  # noqa: RUF012 -- a plain dict

    controller_id: Mapped[UUID] = mapped_column(primary_key=True)
    host: Mapped[str]
    """To be shown; the rest of the address may be a secret."""
    wording_sealed: Mapped[bytes]
    """How a text is handed over, with all secrets: JSON under the controller's key."""
    sender: Mapped[str]
    prefixes: Mapped[str]
    """Of which countries a number may be: prefixes of E.164, with commas between them."""
    price: Mapped[int]
    """Of one segment, in thousandths of the currency."""
    budget: Mapped[int]
    """What may be spent in a day, in the same unit."""
    per_number: Mapped[int]
    """Links that one number may be sent in a day by whoever types it."""
    created_at: Mapped[datetime]


class TextDay(Base):
    """What the texts of a controller came to in a day; sums, so without entries."""

    __tablename__ = "text_day"
    __table_args__ = {"info": {"placement": "local"}}  # noqa: RUF012 -- a plain dict

    controller_id: Mapped[UUID] = mapped_column(primary_key=True)
    sent_on: Mapped[date] = mapped_column(primary_key=True)
    texts: Mapped[int]
    spent: Mapped[int]


class TextNumber(Base):
    """How many links a number was sent in a day; gone some days later."""

    __tablename__ = "text_number"
    __table_args__ = {"info": {"placement": "local"}}  # noqa: RUF012 -- a plain dict

    controller_id: Mapped[UUID] = mapped_column(primary_key=True)
    number_index: Mapped[bytes] = mapped_column(primary_key=True)
    """Blind index of the number, under the controller's key."""
    sent_on: Mapped[date] = mapped_column(primary_key=True)
    texts: Mapped[int]


class WebhookEndpoint(Base):
    """Where a recipient of data wants to be told of withdrawals (Art. 7(3), 19 GDPR)."""

    __tablename__ = "webhook_endpoint"
    __table_args__ = (Index(None, "controller_id"), {"info": {"placement": "reference"}})

    recipient_id: Mapped[UUID] = mapped_column(primary_key=True)
    controller_id: Mapped[UUID]
    host: Mapped[str]
    """The host of the address, to be shown; the rest of it may be a secret."""
    url_sealed: Mapped[bytes]
    secret_sealed: Mapped[bytes]
    """What signs each message, under the controller's key."""
    identifier_kind: Mapped[str]
    """The kind of identifier by which the recipient knows a subject; empty if it needs none."""
    created_at: Mapped[datetime]


@dataclass(frozen=True)
class Draft:
    """A message before it is written down; seal its parts bound to `contexts(…)`."""

    id: UUID
    controller_id: UUID
    template: str
    language: str
    address_sealed: bytes
    variables_sealed: bytes
    subject_id: UUID = NOBODY
    channel: str = MAIL


@dataclass(frozen=True)
class Notification:
    """A webhook before it is written down; its id comes from what it tells, so it is owed once."""

    id: UUID
    subject_id: UUID
    controller_id: UUID
    recipient_id: UUID
    event: str
    """What happened, such as consent.withdrawn."""
    body: str


def address_context(*, controller_id: UUID, subject_id: UUID, message_id: UUID) -> Context:
    """Return what the sealed address of a message is bound to."""
    return ("outbox_message", "address", str(controller_id), str(subject_id), str(message_id))


def variables_context(*, controller_id: UUID, subject_id: UUID, message_id: UUID) -> Context:
    """Return what the sealed variables of a message are bound to."""
    return ("outbox_message", "variables", str(controller_id), str(subject_id), str(message_id))


def gateway_context(controller_id: UUID) -> Context:
    """Return what the sealed wording of a gateway is bound to."""
    return ("text_gateway", "wording", str(controller_id))


def endpoint_context(part: str, *, controller_id: UUID, recipient_id: UUID) -> Context:
    """Return what the sealed `url` or `secret` of a webhook endpoint is bound to."""
    return ("webhook_endpoint", part, str(controller_id), str(recipient_id))
