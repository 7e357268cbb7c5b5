"""Acts on keys themselves: making, renewing, re-wrapping and destroying them.

A renewal never stops anything: the new version wraps from now on, older ones go on opening,
`rewrap_batch` moves the subjects' keys over in the background, and a version is destroyed only
when nothing is left under it. What is then still in a backup cannot be opened any more.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import Select, bindparam, func, select, update
from sqlalchemy.orm import Session

from privacy.audit import log
from privacy.audit.actions import Action
from privacy.errors import ConflictError, NotFoundError
from privacy.subjects.keys import (
    KeyCabinet,
    controller_context,
    mark_changed,
    new_secret,
    subject_context,
)
from privacy.subjects.models import ControllerKey, KeyUse, SubjectKey
from privacy.subjects.rows import count_changed, insert_new, table_of

RESTS = timedelta(hours=1)
"""How long a version must have been retired: longer than any cabinet or transaction knows it."""

Uses = Callable[[Session, UUID, int], int]
"""Counts a room's rows of a controller that a version of its key sealed directly."""


def create_controller_keys(
    session: Session, *, actor: str, at: datetime, cabinet: KeyCabinet, controller_id: UUID
) -> None:
    """Make the first keys of a controller; raise ConflictError if it has some."""
    for use in KeyUse:
        if not _add_key(session, cabinet, (controller_id, use, 1), at):
            raise ConflictError("The controller has keys already.")
        _log_rotated(session, cabinet, (controller_id, use, 1), at, actor=actor)


def rotate_controller_key(
    session: Session, *, actor: str, at: datetime, cabinet: KeyCabinet, controller_id: UUID
) -> int:
    """Make a new version of the key that wraps, and return its number.

    Raises NotFoundError if the controller has no keys, ConflictError if two renew at once.
    """
    newest = _newest(session, controller_id)
    key = (controller_id, KeyUse.WRAP, newest.version + 1)
    if not _add_key(session, cabinet, key, at):
        raise ConflictError("The key is being renewed by somebody else.")
    newest.retired_at = at
    _log_rotated(session, cabinet, key, at, actor=actor)
    return newest.version + 1


def rewrap_batch(
    session: Session,
    *,
    actor: str,
    at: datetime,
    cabinet: KeyCabinet,
    controller_id: UUID,
    limit: int = 500,
) -> int:
    """Wrap up to `limit` subject keys under the newest version; return how many were behind.

    Zero means that none is left. It may be stopped at any point and runs beside everything else.
    """
    version = _newest(session, controller_id).version
    key = cabinet.wrap_key(session, controller_id=controller_id, version=version)
    behind = session.execute(_behind(controller_id, version).limit(limit)).all()
    if not behind:
        return 0
    changes = []
    for subject_id, subject_version, old in behind:
        context = subject_context(controller_id, subject_id, subject_version)
        new = key.wrap(key.unwrap(cast("bytes", old), context=context), context=context)
        changes.append({"id": subject_id, "of": subject_version, "old": old, "new": new})
    moved = _move(session, changes, version)
    log.append(
        session,
        Action.KEYS_REWRAPPED,
        at=at,
        actor=actor,
        controller_id=controller_id,
        kind="subject",
        keys=moved,
        version=version,
    )
    return len(behind)


def rewrap_controller_keys(
    session: Session, *, actor: str, at: datetime, cabinet: KeyCabinet
) -> int:
    """Wrap every controller's keys under the current root; return how many were under others."""
    root = cabinet.keyring.current_root
    rows = session.scalars(select(ControllerKey).where(ControllerKey.root_id != root)).all()
    for row in rows:
        context = controller_context(row.controller_id, row.use, row.version)
        secret = cabinet.keyring.unwrap(row.key_sealed, context=context)
        row.key_sealed = cabinet.keyring.wrap(secret, context=context)
        row.root_id = cabinet.keyring.root_of(row.key_sealed)
    if rows:
        log.append(
            session,
            Action.KEYS_REWRAPPED,
            at=at,
            actor=actor,
            kind="controller",
            keys=len(rows),
            root=cabinet.keyring.current_root,
        )
    return len(rows)


def destroy_controller_key(
    session: Session,
    *,
    actor: str,
    at: datetime,
    controller_id: UUID,
    version: int,
    uses: Sequence[Uses],
) -> None:
    """Destroy a version that no longer wraps and that nothing is sealed under.

    `uses` counts what other rooms sealed directly. Raises NotFoundError for an unknown version
    and ConflictError while it is the newest, was retired less than an hour ago, or is in use.
    """
    row = session.get(ControllerKey, (controller_id, KeyUse.WRAP, version))
    if row is None:
        raise NotFoundError("The controller's key has no such version.")
    if row.retired_at is None or at - row.retired_at < RESTS:
        raise ConflictError("A version is destroyed one hour after a newer one at the earliest.")
    left = subject_keys_under(session, controller_id=controller_id, version=version)
    left += sum(count(session, controller_id, version) for count in uses)
    if left:
        raise ConflictError(f"{left} values are still sealed under this version.")
    mark_changed(session, controller_id)
    session.delete(row)
    log.append(
        session,
        Action.KEYS_VERSION_DESTROYED,
        at=at,
        actor=actor,
        controller_id=controller_id,
        kind=KeyUse.WRAP.value,
        version=version,
    )


@dataclass(frozen=True)
class Resealed:
    """What another room sealed anew under the newest version of a controller's key."""

    controller_id: UUID
    kind: str
    keys: int
    """How many rows."""
    version: int


def record_resealed(session: Session, *, actor: str, at: datetime, done: Resealed) -> int:
    """Append the entry of what was sealed anew, if anything was; return how many rows."""
    if done.keys:
        log.append(session, Action.KEYS_REWRAPPED, at=at, actor=actor, **vars(done))
    return done.keys


def subject_keys_under(session: Session, *, controller_id: UUID, version: int) -> int:
    """Return how many living subject keys a version of the controller's key wraps."""
    counting = select(func.count()).where(
        SubjectKey.controller_id == controller_id,
        SubjectKey.controller_version == version,
        SubjectKey.key_sealed.is_not(None),
    )
    return session.scalars(counting).one()


def _newest(session: Session, controller_id: UUID) -> ControllerKey:
    row = session.scalars(
        select(ControllerKey)
        .where(ControllerKey.controller_id == controller_id, ControllerKey.use == KeyUse.WRAP)
        .order_by(ControllerKey.version.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        raise NotFoundError("The controller has no keys; register it first.")
    return row


def _behind(controller_id: UUID, version: int) -> Select[UUID, int, bytes | None]:
    """Return the query for living subject keys that older versions wrap, the oldest first."""
    return (
        select(SubjectKey.subject_id, SubjectKey.version, SubjectKey.key_sealed)
        .where(
            SubjectKey.controller_id == controller_id,
            SubjectKey.controller_version < version,
            SubjectKey.key_sealed.is_not(None),
        )
        .order_by(SubjectKey.controller_version, SubjectKey.subject_id)
    )


def _add_key(
    session: Session, cabinet: KeyCabinet, key: tuple[UUID, KeyUse, int], at: datetime
) -> bool:
    controller_id, use, version = key
    sealed = cabinet.keyring.wrap(new_secret(), context=controller_context(*key))
    mark_changed(session, controller_id)
    return insert_new(
        session,
        ControllerKey,
        controller_id=controller_id,
        use=use.value,
        version=version,
        root_id=cabinet.keyring.root_of(sealed),
        key_sealed=sealed,
        created_at=at,
    )


def _move(session: Session, changes: list[dict[str, object]], version: int) -> int:
    """Replace the keys that are still what they were: one destroyed meanwhile stays destroyed."""
    columns = table_of(SubjectKey).c
    statement = (
        update(table_of(SubjectKey))
        .where(
            columns.subject_id == bindparam("id"),
            columns.version == bindparam("of"),
            columns.key_sealed == bindparam("old"),
        )
        .values(key_sealed=bindparam("new"), controller_version=version)
    )
    return count_changed(session, statement, changes)


def _log_rotated(
    session: Session,
    cabinet: KeyCabinet,
    key: tuple[UUID, KeyUse, int],
    at: datetime,
    *,
    actor: str,
) -> None:
    controller_id, use, version = key
    log.append(
        session,
        Action.KEYS_ROTATED,
        at=at,
        actor=actor,
        controller_id=controller_id,
        kind=use.value,
        version=version,
        root=cabinet.keyring.current_root,
    )
