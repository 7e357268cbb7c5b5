"""Which messages are owed now, and which never arrived."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from privacy.outbox.models import MessageState, OutboxMessage


def waiting(session: Session, *, at: datetime, limit: int = 50) -> Sequence[OutboxMessage]:
    """Return messages that may be tried now and that nobody holds, the longest due first."""
    wanted = (
        select(OutboxMessage)
        .where(
            OutboxMessage.state == MessageState.PENDING,
            OutboxMessage.next_at <= at,
            or_(OutboxMessage.claimed_until.is_(None), OutboxMessage.claimed_until <= at),
        )
        .order_by(OutboxMessage.next_at, OutboxMessage.id)
        .limit(limit)
    )
    return session.scalars(wanted).all()


def undelivered(
    session: Session, *, controller_id: UUID, limit: int = 100
) -> Sequence[OutboxMessage]:
    """Return a controller's messages that were given up, the latest first."""
    wanted = (
        select(OutboxMessage)
        .where(
            OutboxMessage.controller_id == controller_id,
            OutboxMessage.state.in_([MessageState.FAILED, MessageState.DEAD]),
        )
        .order_by(OutboxMessage.created_at.desc(), OutboxMessage.id.desc())
        .limit(limit)
    )
    return session.scalars(wanted).all()
