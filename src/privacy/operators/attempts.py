"""Counting tries to sign in, and the growing lock-out after too many failures."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import case, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from privacy.audit import log
from privacy.audit.actions import Action
from privacy.errors import TooManyError
from privacy.operators.models import Operator, OperatorState, SignInAttempt

FREE_TRIES = 5
FIRST_DELAY = timedelta(seconds=15)
LONGEST_DELAY = timedelta(minutes=15)
FORGET_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class Attempt:
    """One counted try: whose it is, if anybody's, and how many came before success."""

    operator_id: UUID | None
    password_hash: str | None
    tries: int


def delay(failures: int) -> timedelta:
    """Return how long nobody may try after so many failures in a row; it doubles each time."""
    if failures < FREE_TRIES:
        return timedelta()
    doublings = min(failures - FREE_TRIES, 20)
    return min(FIRST_DELAY * (1 << doublings), LONGEST_DELAY)


def count_attempt(session: Session, *, actor: str, at: datetime, email_index: bytes) -> Attempt:
    """Count a try as failed before the password is looked at, so that parallel ones count too.

    It does the same for an e-mail that nobody has. Raises TooManyError while locked.
    """
    del actor  # an entry follows when it is known how the try ended
    tries = _counted(session, email_index, at)
    operator = session.scalar(
        select(Operator).where(
            Operator.email_index == email_index, Operator.state == OperatorState.ACTIVE
        )
    )
    if operator is None:
        return Attempt(None, None, tries)
    return Attempt(operator.id, operator.password_hash, tries)


def refuse_sign_in(session: Session, *, actor: str, at: datetime, attempt: Attempt) -> None:
    """Record a failed try, known operator or not, and forget those of more than a day ago."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.failed_at < at - FORGET_AFTER))
    log.append(
        session,
        Action.OPERATOR_SIGN_IN_REFUSED,
        at=at,
        actor=actor,
        operator=str(attempt.operator_id) if attempt.operator_id else None,
        tries=attempt.tries,
    )


def _counted(session: Session, email_index: bytes, at: datetime) -> int:
    """Add one failure in a single statement that holds the row; return how many there are."""
    connection = session.connection()
    dialect: Any = sqlite if connection.dialect.name == "sqlite" else postgresql
    again = case(
        (SignInAttempt.failed_at < at - FORGET_AFTER, 1), else_=SignInAttempt.failures + 1
    )
    counting = (
        dialect.insert(SignInAttempt)
        .values(email_index=email_index, failures=1, failed_at=at, locked_until=at)
        .on_conflict_do_update(
            index_elements=[SignInAttempt.email_index],
            set_={"failures": again, "failed_at": at},
            where=SignInAttempt.locked_until <= at,
        )
        .returning(SignInAttempt.failures)
    )
    tries: int | None = connection.execute(counting).scalar_one_or_none()
    row = SignInAttempt.email_index == email_index
    if tries is None:
        until = session.scalars(select(SignInAttempt.locked_until).where(row)).one()
        wait = math.ceil((until - at).total_seconds())
        raise TooManyError("Too many failed tries; wait before the next.", retry_after=wait)
    connection.execute(update(SignInAttempt).where(row).values(locked_until=at + delay(tries)))
    return tries
