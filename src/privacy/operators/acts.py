"""What changes an operator, a role, a session or a token."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from privacy.audit import log
from privacy.audit.actions import Action
from privacy.crypto import Keyring, passwords, tokens
from privacy.db import new_id
from privacy.errors import ConflictError, InvalidError, NotFoundError
from privacy.operators import seals, strength
from privacy.operators.models import (
    Operator,
    OperatorRole,
    OperatorSession,
    OperatorState,
    OperatorToken,
    SignInAttempt,
)
from privacy.operators.queries import ABSOLUTE
from privacy.operators.roles import Role

LONGEST_TOKEN = timedelta(days=400)


@dataclass(frozen=True)
class NewOperator:
    """Who is to be added; the password is in clear and is kept as its Argon2id hash only."""

    email: str
    name: str
    password: str


def add_operator(
    session: Session, *, actor: str, at: datetime, keyring: Keyring, new: NewOperator
) -> Operator:
    """Add an operator without any role.

    Raises InvalidError for a weak password or what is no e-mail, ConflictError if it is taken.
    """
    email = seals.normalised_email(new.email)
    strength.check(new.password, email, new.name)
    index = seals.email_index(keyring, email)
    if session.scalar(select(Operator.id).where(Operator.email_index == index)):
        raise ConflictError("An operator with this e-mail exists.")
    operator_id = new_id(at)
    operator = Operator(
        id=operator_id,
        email_index=index,
        email_sealed=seals.seal(keyring, email, column="email", operator_id=operator_id),
        name_sealed=seals.seal(keyring, new.name.strip(), column="name", operator_id=operator_id),
        password_hash=passwords.hash_password(new.password),
        state=OperatorState.ACTIVE,
        created_at=at,
    )
    session.add(operator)
    log.append(session, Action.OPERATOR_ADDED, at=at, actor=actor, operator=str(operator_id))
    return operator


def grant_role(
    session: Session,
    *,
    actor: str,
    at: datetime,
    operator_id: UUID,
    controller_id: UUID,
    role: Role,
) -> None:
    """Give the operator a role for the controller; no change if the operator has it."""
    _active(session, operator_id)
    if session.get(OperatorRole, (operator_id, controller_id, role)) is not None:
        return
    session.add(OperatorRole(operator_id=operator_id, controller_id=controller_id, role=role))
    _log_roles(session, at, actor, operator_id=operator_id, controller_id=controller_id)


def revoke_role(
    session: Session,
    *,
    actor: str,
    at: datetime,
    operator_id: UUID,
    controller_id: UUID,
    role: Role,
) -> None:
    """Take a role away; it holds from the operator's next request on.

    Raises NotFoundError if the operator does not have it, ConflictError if the controller would
    be left without a DPO.
    """
    row = session.get(OperatorRole, (operator_id, controller_id, role))
    if row is None:
        raise NotFoundError("The operator does not have this role.")
    if role is Role.DPO:
        _check_other_dpo(session, operator_id, controller_id)
    session.delete(row)
    _log_roles(session, at, actor, operator_id=operator_id, controller_id=controller_id)


def close_operator(session: Session, *, actor: str, at: datetime, operator_id: UUID) -> None:
    """Shut an operator out for good: no role, no session and no token is left.

    Raises ConflictError if a controller would be left without a DPO.
    """
    operator = _active(session, operator_id)
    held = select(OperatorRole.controller_id).where(
        OperatorRole.operator_id == operator_id, OperatorRole.role == Role.DPO
    )
    for controller_id in session.scalars(held):
        _check_other_dpo(session, operator_id, controller_id)
    operator.state = OperatorState.CLOSED
    for table in (OperatorRole, OperatorSession, OperatorToken):
        session.execute(delete(table).where(table.operator_id == operator_id))
    log.append(session, Action.OPERATOR_CLOSED, at=at, actor=actor, operator=str(operator_id))


def open_session(
    session: Session, *, actor: str, at: datetime, operator_id: UUID, old: bytes | None = None
) -> str:
    """Open a session for an operator who has just proven to be one; return its token.

    The browser's earlier session (`old`, a digest) and all expired ones end; failed tries are
    forgotten.
    """
    operator = _active(session, operator_id)
    session.execute(
        delete(OperatorSession).where(
            (OperatorSession.token_digest == old)
            | ((OperatorSession.operator_id == operator_id) & (OperatorSession.expires_at <= at))
        )
    )
    session.execute(delete(SignInAttempt).where(SignInAttempt.email_index == operator.email_index))
    token = tokens.new_token()
    session.add(
        OperatorSession(
            token_digest=tokens.digest(token),
            operator_id=operator_id,
            created_at=at,
            seen_at=at,
            expires_at=at + ABSOLUTE,
        )
    )
    log.append(session, Action.OPERATOR_SIGNED_IN, at=at, actor=actor, operator=str(operator_id))
    return token


def touch_session(session: Session, *, actor: str, at: datetime, digest: bytes) -> None:
    """Note that the session is in use, which keeps it from going idle."""
    del actor  # using a session is no act of its own, so it leaves no entry
    session.connection().execute(
        update(OperatorSession)
        .where(OperatorSession.token_digest == digest, OperatorSession.seen_at < at)
        .values(seen_at=at)
    )


def sign_out(session: Session, *, actor: str, at: datetime, digest: bytes) -> None:
    """End the session with this token digest; no change if it has ended."""
    row = session.get(OperatorSession, digest)
    if row is not None:
        session.delete(row)
        log.append(
            session, Action.OPERATOR_SIGNED_OUT, at=at, actor=actor, operator=str(row.operator_id)
        )


def set_password(
    session: Session,
    *,
    actor: str,
    at: datetime,
    operator_id: UUID,
    password_hash: str,
    keep: bytes | None = None,
) -> None:
    """Replace the password's hash and end every session but the one to `keep` (a digest)."""
    _active(session, operator_id).password_hash = password_hash
    others = delete(OperatorSession).where(OperatorSession.operator_id == operator_id)
    if keep is not None:
        others = others.where(OperatorSession.token_digest != keep)
    session.execute(others)
    log.append(
        session,
        Action.OPERATOR_PASSWORD_CHANGED,
        at=at,
        actor=actor,
        operator=str(operator_id),
    )


def renew_hash(
    session: Session, *, actor: str, at: datetime, operator_id: UUID, password_hash: str
) -> None:
    """Keep the same password under today's cost; part of signing in, so without an entry."""
    del actor, at
    _active(session, operator_id).password_hash = password_hash


def issue_token(
    session: Session,
    *,
    actor: str,
    at: datetime,
    operator_id: UUID,
    name: str,
    expires_at: datetime,
) -> str:
    """Make a bearer token with the operator's roles and return it; it is shown only now.

    Raises InvalidError if it would have expired or would live for more than 400 days.
    """
    _active(session, operator_id)
    if not at < expires_at <= at + LONGEST_TOKEN:
        raise InvalidError("A token must expire within 400 days.")
    token, token_id = tokens.new_token(), new_id(at)
    session.add(
        OperatorToken(
            id=token_id,
            token_digest=tokens.digest(token),
            operator_id=operator_id,
            name=name,
            created_at=at,
            expires_at=expires_at,
        )
    )
    log.append(
        session,
        Action.OPERATOR_TOKEN_ISSUED,
        at=at,
        actor=actor,
        operator=str(operator_id),
        token=str(token_id),
        expires_on=expires_at.date().isoformat(),
    )
    return token


def revoke_token(session: Session, *, actor: str, at: datetime, token_id: UUID) -> None:
    """End a bearer token; raise NotFoundError if there is none with this id."""
    row = session.get(OperatorToken, token_id)
    if row is None:
        raise NotFoundError("There is no such token.")
    session.delete(row)
    log.append(
        session,
        Action.OPERATOR_TOKEN_REVOKED,
        at=at,
        actor=actor,
        token=str(token_id),
        operator=str(row.operator_id),
    )


def _active(session: Session, operator_id: UUID) -> Operator:
    operator = session.get(Operator, operator_id)
    if operator is None or operator.state != OperatorState.ACTIVE:
        raise NotFoundError("There is no such operator.")
    return operator


def _check_other_dpo(session: Session, operator_id: UUID, controller_id: UUID) -> None:
    others = select(OperatorRole.operator_id).where(
        OperatorRole.controller_id == controller_id,
        OperatorRole.role == Role.DPO,
        OperatorRole.operator_id != operator_id,
    )
    if session.scalar(others.limit(1)) is None:
        raise ConflictError("Name another DPO for the controller first.")


def _log_roles(
    session: Session, at: datetime, actor: str, *, operator_id: UUID, controller_id: UUID
) -> None:
    session.flush()
    held = session.scalars(
        select(OperatorRole.role).where(
            OperatorRole.operator_id == operator_id, OperatorRole.controller_id == controller_id
        )
    )
    log.append(
        session,
        Action.OPERATOR_ROLES_CHANGED,
        at=at,
        actor=actor,
        controller_id=controller_id,
        operator=str(operator_id),
        roles=",".join(sorted(held)),
    )
