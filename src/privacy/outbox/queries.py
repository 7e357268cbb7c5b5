"""Which messages are owed now, and which never arrived."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from privacy.errors import NotFoundError
from privacy.outbox.models import (
    MAIL,
    POST,
    TEXT,
    WEBHOOK,
    MessageState,
    OutboxMessage,
    TextGateway,
    WebhookEndpoint,
)

GIVEN_UP = (MessageState.FAILED, MessageState.DEAD)


def waiting(
    session: Session,
    *,
    at: datetime,
    limit: int = 50,
    channel: str = MAIL,
    except_to: frozenset[UUID] = frozenset(),
) -> Sequence[OutboxMessage]:
    """Return messages that may be tried now and that nobody holds, the longest due first.

    Webhooks to the recipients in `except_to` are left out.
    """
    wanted = (
        select(OutboxMessage)
        .where(
            OutboxMessage.state == MessageState.PENDING,
            OutboxMessage.channel == channel,
            OutboxMessage.next_at <= at,
            or_(OutboxMessage.claimed_until.is_(None), OutboxMessage.claimed_until <= at),
        )
        .order_by(OutboxMessage.next_at, OutboxMessage.id)
        .limit(limit)
    )
    if except_to:
        wanted = wanted.where(OutboxMessage.recipient_id.not_in(except_to))
    return session.scalars(wanted).all()


def undelivered(
    session: Session, *, controller_id: UUID, limit: int = 100
) -> Sequence[OutboxMessage]:
    """Return a controller's mails and texts that were given up, the latest first."""
    wanted = (
        select(OutboxMessage)
        .where(
            OutboxMessage.controller_id == controller_id,
            OutboxMessage.channel.in_([MAIL, TEXT]),
            OutboxMessage.state.in_(GIVEN_UP),
        )
        .order_by(OutboxMessage.created_at.desc(), OutboxMessage.id.desc())
        .limit(limit)
    )
    return session.scalars(wanted).all()


def endpoints(session: Session, *, controller_id: UUID) -> dict[UUID, WebhookEndpoint]:
    """Return the webhook endpoints of a controller, by recipient."""
    wanted = select(WebhookEndpoint).where(WebhookEndpoint.controller_id == controller_id)
    return {one.recipient_id: one for one in session.scalars(wanted)}


def gateway(session: Session, *, controller_id: UUID) -> TextGateway | None:
    """Return through whom a controller's texts go to phones; None where there is nobody."""
    return session.get(TextGateway, controller_id)


def endpoint(session: Session, *, controller_id: UUID, recipient_id: UUID) -> WebhookEndpoint:
    """Return where a recipient is told; raise NotFoundError when it has no endpoint."""
    found = session.get(WebhookEndpoint, recipient_id)
    if found is None or found.controller_id != controller_id:
        raise NotFoundError("This recipient has no webhook endpoint.")
    return found


@dataclass(frozen=True)
class Traffic:
    """How many webhooks to one recipient stand where, and when one last arrived."""

    pending: int = 0
    sent: int = 0
    given_up: int = 0
    sent_at: datetime | None = None


def traffic(session: Session, *, controller_id: UUID) -> dict[UUID, Traffic]:
    """Count the webhooks of a controller, by recipient."""
    counted = session.execute(
        select(
            OutboxMessage.recipient_id,
            OutboxMessage.state,
            func.count(),
            func.max(OutboxMessage.sent_at),
        )
        .where(
            OutboxMessage.controller_id == controller_id,
            OutboxMessage.channel == WEBHOOK,
            OutboxMessage.recipient_id.is_not(None),
        )
        .group_by(OutboxMessage.recipient_id, OutboxMessage.state)
    ).all()
    found: dict[UUID, dict[MessageState, tuple[int, datetime | None]]] = {}
    for recipient_id, state, count, sent_at in counted:
        if recipient_id is not None:
            found.setdefault(recipient_id, {})[state] = (count, sent_at)
    return {recipient_id: _traffic(states) for recipient_id, states in found.items()}


def _traffic(states: dict[MessageState, tuple[int, datetime | None]]) -> Traffic:
    def count(*wanted: MessageState) -> int:
        return sum(states.get(one, (0, None))[0] for one in wanted)

    return Traffic(
        pending=count(MessageState.PENDING),
        sent=count(MessageState.SENT),
        given_up=count(*GIVEN_UP),
        sent_at=states.get(MessageState.SENT, (0, None))[1],
    )


def webhooks(
    session: Session,
    *,
    controller_id: UUID,
    recipient_id: UUID,
    states: Sequence[MessageState],
    limit: int = 50,
) -> Sequence[OutboxMessage]:
    """Return the newest webhooks to one recipient that stand in one of the states."""
    wanted = (
        select(OutboxMessage)
        .where(
            OutboxMessage.controller_id == controller_id,
            OutboxMessage.recipient_id == recipient_id,
            OutboxMessage.channel == WEBHOOK,
            OutboxMessage.state.in_(states),
        )
        .order_by(OutboxMessage.created_at.desc(), OutboxMessage.id.desc())
        .limit(limit)
    )
    return session.scalars(wanted).all()


def to_post(session: Session, *, subject_id: UUID) -> Sequence[OutboxMessage]:
    """Return the letters to a subject that wait for somebody to post them, oldest first."""
    wanted = (
        select(OutboxMessage)
        .where(
            OutboxMessage.subject_id == subject_id,
            OutboxMessage.channel == POST,
            OutboxMessage.state == MessageState.PENDING,
        )
        .order_by(OutboxMessage.created_at, OutboxMessage.id)
    )
    return session.scalars(wanted).all()


def last_written(session: Session, *, controller_id: UUID, template: str) -> datetime | None:
    """Return when a mail of this template was last owed for a controller; None if never."""
    return session.scalar(
        select(func.max(OutboxMessage.created_at)).where(
            OutboxMessage.controller_id == controller_id,
            OutboxMessage.channel == MAIL,
            OutboxMessage.template == template,
        )
    )
