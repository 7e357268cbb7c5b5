"""Renewals that need more than one transaction, or a change of the key file between them."""

from uuid import UUID

from sqlalchemy import func, select

from privacy.audit import log
from privacy.audit.actions import Action
from privacy.clock import Clock
from privacy.db import Database
from privacy.errors import ConflictError
from privacy.subjects.keys import KeyCabinet
from privacy.subjects.models import ControllerKey
from privacy.subjects.rotation import rewrap_batch, rewrap_controller_keys


def rewrap_subject_keys(
    database: Database,
    *,
    actor: str,
    clock: Clock,
    cabinet: KeyCabinet,
    controller_id: UUID,
    limit: int = 500,
) -> int:
    """Wrap all of a controller's subject keys under its newest version; return how many."""
    total = 0
    while True:
        with database.transaction() as session:
            done = rewrap_batch(
                session,
                actor=actor,
                at=clock(),
                cabinet=cabinet,
                controller_id=controller_id,
                limit=limit,
            )
        total += done
        if done < limit:
            return total


def rotate_root(database: Database, *, actor: str, clock: Clock, cabinet: KeyCabinet) -> str:
    """Add a root to the key file, wrap every controller's keys under it and return its id.

    After a crash in between, a second call completes the work under one more root.
    """
    root = cabinet.keyring.add_root()
    with database.transaction() as session:
        log.append(session, Action.KEYS_ROOT_ADDED, at=clock(), actor=actor, root=root)
        rewrap_controller_keys(session, actor=actor, at=clock(), cabinet=cabinet)
    return root


def drop_root(
    database: Database, *, actor: str, clock: Clock, cabinet: KeyCabinet, root: str
) -> None:
    """Destroy a root that wraps nothing any more; backups made under it never open again.

    Raises ConflictError while it is current or wraps a key, NotFoundError if it is unknown.
    """
    with database.transaction() as session:
        wrapped = select(func.count()).where(ControllerKey.root_id == root)
        if session.scalars(wrapped).one():
            raise ConflictError("The root still wraps keys of controllers; wrap them anew first.")
        # Inside the transaction: if the file cannot be changed, the entry is not written either.
        cabinet.keyring.drop_root(root)
        log.append(
            session, Action.KEYS_VERSION_DESTROYED, at=clock(), actor=actor, kind="root", root=root
        )
