"""Who is signed in, and what an operator may do for which controller."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from privacy.crypto import Keyring
from privacy.operators import seals
from privacy.operators.models import (
    Operator,
    OperatorRole,
    OperatorSession,
    OperatorState,
    OperatorToken,
)
from privacy.operators.roles import Permission, Role, allowed

IDLE = timedelta(minutes=30)
"""A session dies when it was not used for this long (ASVS 7.3.1)."""
ABSOLUTE = timedelta(hours=12)
"""A session dies this long after the sign-in, used or not (ASVS 7.3.2)."""
TOUCH_EVERY = timedelta(minutes=1)
"""How exactly `seen_at` is kept; a write for each page would be dear."""


@dataclass(frozen=True)
class SignedInOperator:
    """An operator who has proven to be one, with the roles held for each controller."""

    operator_id: UUID
    name: str
    roles: Mapping[UUID, frozenset[Role]]
    needs_touch: bool = False
    """Whether the session's last use should be noted now (`acts.touch_session`)."""

    @property
    def actor(self) -> str:
        """Return the name under which acts of this operator are recorded."""
        return f"operator:{self.operator_id}"

    def may(self, controller_id: UUID, permission: Permission) -> bool:
        """Say whether the operator has the permission for this controller."""
        return allowed(self.roles.get(controller_id, ()), permission)

    def controllers(self, permission: Permission) -> frozenset[UUID]:
        """Return the controllers for which the operator has the permission; may be none."""
        return frozenset(one for one in self.roles if self.may(one, permission))


@dataclass(frozen=True)
class ListedOperator:
    """An operator as the screen of operators shows one."""

    operator_id: UUID
    email: str
    name: str
    state: OperatorState
    roles: Mapping[UUID, frozenset[Role]]


def operator_of_session(
    session: Session, *, keyring: Keyring, digest: bytes, at: datetime
) -> SignedInOperator | None:
    """Return who holds the session token with this digest, or None if it is dead or unknown."""
    found = session.execute(
        select(Operator, OperatorSession)
        .join(OperatorSession, OperatorSession.operator_id == Operator.id)
        .where(OperatorSession.token_digest == digest, Operator.state == OperatorState.ACTIVE)
        .where(OperatorSession.expires_at > at, OperatorSession.seen_at > at - IDLE)
    ).one_or_none()
    if found is None:
        return None
    operator, browser = found
    return _signed_in(
        session, operator, keyring=keyring, needs_touch=at - browser.seen_at >= TOUCH_EVERY
    )


def operator_of_token(
    session: Session, *, keyring: Keyring, digest: bytes, at: datetime
) -> SignedInOperator | None:
    """Return whose bearer token has this digest, or None if it has expired or is unknown."""
    operator = session.scalar(
        select(Operator)
        .join(OperatorToken, OperatorToken.operator_id == Operator.id)
        .where(OperatorToken.token_digest == digest, OperatorToken.expires_at > at)
        .where(Operator.state == OperatorState.ACTIVE)
    )
    if operator is None:
        return None
    return _signed_in(session, operator, keyring=keyring, needs_touch=False)


def operator_by_id(
    session: Session, *, keyring: Keyring, operator_id: UUID
) -> SignedInOperator | None:
    """Return an operator as one who has signed in, for what another proof let in; None if closed.

    The caller has checked that proof, such as the token of a calendar's address.
    """
    operator = session.get(Operator, operator_id)
    if operator is None or operator.state != OperatorState.ACTIVE:
        return None
    return _signed_in(session, operator, keyring=keyring, needs_touch=False)


def operators(session: Session, *, keyring: Keyring) -> list[ListedOperator]:
    """Return every operator of this installation, oldest first."""
    rows = session.scalars(select(Operator).order_by(Operator.id)).all()
    roles = _roles(session, (row.id for row in rows))
    return [
        ListedOperator(
            row.id,
            seals.opened(keyring, row.email_sealed, column="email", operator_id=row.id),
            seals.opened(keyring, row.name_sealed, column="name", operator_id=row.id),
            OperatorState(row.state),
            roles[row.id],
        )
        for row in rows
    ]


def by_email(session: Session, *, keyring: Keyring, email: str) -> Operator | None:
    """Return the operator who has this e-mail; raise InvalidError if it is no e-mail."""
    index = seals.email_index(keyring, seals.normalised_email(email))
    return session.scalar(select(Operator).where(Operator.email_index == index))


def _signed_in(
    session: Session, operator: Operator, *, keyring: Keyring, needs_touch: bool
) -> SignedInOperator:
    name = seals.opened(keyring, operator.name_sealed, column="name", operator_id=operator.id)
    roles = _roles(session, [operator.id])[operator.id]
    return SignedInOperator(operator.id, name, roles, needs_touch)


def _roles(
    session: Session, operator_ids: Iterable[UUID]
) -> dict[UUID, dict[UUID, frozenset[Role]]]:
    found: dict[UUID, dict[UUID, frozenset[Role]]] = {one: {} for one in operator_ids}
    for row in session.scalars(select(OperatorRole).where(OperatorRole.operator_id.in_(found))):
        held = found[row.operator_id]
        held[row.controller_id] = held.get(row.controller_id, frozenset()) | {Role(row.role)}
    return found
