"""Operators, what they are to each controller, and the sessions and tokens they hold."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from privacy.db import Base
from privacy.operators.roles import Role

LOCAL = {"placement": "local"}


class OperatorState(StrEnum):
    """Whether an operator may sign in."""

    ACTIVE = "active"
    CLOSED = "closed"


class Operator(Base):
    """A member of staff; e-mail and name are sealed by the key file's service key."""

    __tablename__ = "operator"
    __table_args__ = (CheckConstraint("state IN ('active', 'closed')", "state"), {"info": LOCAL})

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email_index: Mapped[bytes] = mapped_column(unique=True)
    email_sealed: Mapped[bytes]
    name_sealed: Mapped[bytes]
    password_hash: Mapped[str]
    state: Mapped[str] = mapped_column(default=OperatorState.ACTIVE)
    created_at: Mapped[datetime]


class OperatorRole(Base):
    """One role of one operator for one controller."""

    __tablename__ = "operator_role"
    __table_args__ = (
        CheckConstraint(f"role IN ({', '.join(repr(str(r)) for r in Role)})", "role"),
        {"info": LOCAL},
    )

    operator_id: Mapped[UUID] = mapped_column(ForeignKey("operator.id"), primary_key=True)
    # Without a foreign key: controllers belong to a room above this one.
    controller_id: Mapped[UUID] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)


class OperatorSession(Base):
    """A browser in which an operator is signed in; only the token's digest is kept."""

    __tablename__ = "operator_session"
    __table_args__ = ({"info": LOCAL},)

    token_digest: Mapped[bytes] = mapped_column(primary_key=True)
    operator_id: Mapped[UUID] = mapped_column(ForeignKey("operator.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class OperatorToken(Base):
    """A bearer token with which a machine acts for an operator, within the operator's roles."""

    __tablename__ = "operator_token"
    __table_args__ = ({"info": LOCAL},)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    token_digest: Mapped[bytes] = mapped_column(unique=True)
    operator_id: Mapped[UUID] = mapped_column(ForeignKey("operator.id"), index=True)
    name: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class SignInAttempt(Base):
    """Failed tries to sign in with one e-mail, whether or not an operator has it.

    Unknown e-mails are counted like known ones, so that a lock-out tells nothing.
    """

    __tablename__ = "sign_in_attempt"
    __table_args__ = ({"info": LOCAL},)

    email_index: Mapped[bytes] = mapped_column(primary_key=True)
    failures: Mapped[int]
    failed_at: Mapped[datetime] = mapped_column(index=True)
    locked_until: Mapped[datetime]
