"""The address at which an operator's calendar program reads deadlines; the token is the right."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from privacy.audit import log
from privacy.audit.actions import Action
from privacy.crypto import tokens
from privacy.errors import NotFoundError
from privacy.requests.annexes import CalendarFeed


def make_feed(session: Session, *, actor: str, at: datetime, operator_id: UUID) -> str:
    """Return the token of a new address; the operator's earlier one opens nothing any more."""
    token = tokens.new_token()
    session.execute(delete(CalendarFeed).where(CalendarFeed.operator_id == operator_id))
    session.add(CalendarFeed(operator_id=operator_id, digest=tokens.digest(token), created_at=at))
    log.append(
        session, Action.OPERATOR_CALENDAR_MADE, at=at, actor=actor, operator=str(operator_id)
    )
    return token


def operator_of_feed(session: Session, *, token: str) -> UUID:
    """Return whose address has this token; raise NotFoundError where there is none."""
    wanted = select(CalendarFeed.operator_id).where(CalendarFeed.digest == tokens.digest(token))
    found = session.scalar(wanted)
    if found is None:
        raise NotFoundError("This address opens no calendar; make a new one in the console.")
    return found


def feed_made_at(session: Session, *, operator_id: UUID) -> datetime | None:
    """Return since when an operator's address holds; None where there is none."""
    found = session.get(CalendarFeed, operator_id)
    return found.created_at if found else None
