"""Signing in and changing a password: slow hashing between short transactions.

Argon2id takes a good part of a second; inside a transaction it would stop every other writer of
an embedded database for as long.
"""

import functools
import threading
from dataclasses import dataclass
from uuid import UUID

from privacy.clock import Clock
from privacy.crypto import Keyring, passwords, tokens
from privacy.db import Database
from privacy.errors import InvalidError, NotFoundError
from privacy.operators import acts, attempts, seals, strength
from privacy.operators.attempts import Attempt
from privacy.operators.models import Operator, OperatorState

_hashing = threading.BoundedSemaphore(2)
"""Each hash takes megabytes; a flood of tries must not take them all at once."""


@dataclass(frozen=True)
class PasswordChange:
    """The password that an operator has, to prove it, and the one that is wanted."""

    current: str
    new: str


def sign_in(
    database: Database,
    *,
    keyring: Keyring,
    clock: Clock,
    email: str,
    password: str,
    old: bytes | None = None,
) -> str:
    """Return the token of a new session; the browser's earlier one (`old`, a digest) ends.

    An unknown e-mail and a wrong password raise the same InvalidError after the same work;
    TooManyError says how long to wait after too many failures.
    """
    index = seals.email_index(keyring, seals.normalised_email(email))
    with database.transaction() as session:
        attempt = attempts.count_attempt(session, actor="system", at=clock(), email_index=index)
    if not _is_right(password, attempt):
        with database.transaction() as session:
            attempts.refuse_sign_in(session, actor="system", at=clock(), attempt=attempt)
        raise InvalidError("The e-mail or the password is wrong.")
    return _opened(database, clock, attempt=attempt, password=password, old=old)


def change_password(
    database: Database,
    *,
    keyring: Keyring,
    clock: Clock,
    operator_id: UUID,
    change: PasswordChange,
    keep: bytes | None = None,
) -> None:
    """Replace the operator's own password and end every session but `keep` (a digest).

    Raises InvalidError when the current password is wrong or the new one too weak.
    """
    with database.reading() as session:
        operator = session.get(Operator, operator_id)
    if operator is None or operator.state != OperatorState.ACTIVE:
        raise NotFoundError("There is no such operator.")
    if not _verified(change.current, operator.password_hash):
        raise InvalidError("The password is wrong.", fields={"current": ["wrong password"]})
    columns = (("email", operator.email_sealed), ("name", operator.name_sealed))
    strength.check(
        change.new,
        *(
            seals.opened(keyring, sealed, column=column, operator_id=operator_id)
            for column, sealed in columns
        ),
    )
    password_hash = _hashed(change.new)
    with database.transaction() as session:
        acts.set_password(
            session,
            actor=f"operator:{operator_id}",
            at=clock(),
            operator_id=operator_id,
            password_hash=password_hash,
            keep=keep,
        )


def _opened(
    database: Database, clock: Clock, *, attempt: Attempt, password: str, old: bytes | None
) -> str:
    if attempt.operator_id is None or attempt.password_hash is None:
        raise NotFoundError("There is no such operator.")
    stale = passwords.needs_rehash(attempt.password_hash)
    renewed = _hashed(password) if stale else None
    actor = f"operator:{attempt.operator_id}"
    with database.transaction() as session:
        if renewed:
            acts.renew_hash(
                session,
                actor=actor,
                at=clock(),
                operator_id=attempt.operator_id,
                password_hash=renewed,
            )
        return acts.open_session(
            session, actor=actor, at=clock(), operator_id=attempt.operator_id, old=old
        )


def _is_right(password: str, attempt: Attempt) -> bool:
    nobody = _nobodys_hash()
    right = _verified(password, attempt.password_hash or nobody)
    return right and attempt.password_hash is not None


@functools.cache
def _nobodys_hash() -> str:
    return _hashed(tokens.new_token())


def _verified(password: str, password_hash: str) -> bool:
    with _hashing:
        return passwords.verify_password(password, password_hash)


def _hashed(password: str) -> str:
    with _hashing:
        return passwords.hash_password(password)
