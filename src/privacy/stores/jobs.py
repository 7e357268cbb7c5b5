"""Looking whether data stores answer and are as declared, with no transaction open meanwhile."""

from collections.abc import Callable
from datetime import date
from functools import partial
from uuid import UUID

from privacy.clock import Clock
from privacy.db import Database
from privacy.errors import InvalidError, PrivacyError
from privacy.stores import acts, queries
from privacy.stores.gate import both, ensure_covered
from privacy.stores.protocol import Store
from privacy.stores.registry import Surveyed
from privacy.stores.review import drafts
from privacy.subjects.keys import KeyCabinet

CLEANER = "job:drop-drafts"


def check_store(
    database: Database,
    *,
    clock: Clock,
    cabinet: KeyCabinet,
    actor: str,
    controller_id: UUID,
    name: str,
) -> PrivacyError | None:
    """Check one registered store, keep what it said, and return what is wrong with it."""
    with database.reading() as session:
        row = queries.data_store(session, controller_id=controller_id, name=name)
        store = queries.open_store(session, row, cabinet=cabinet)
    error = fault_of(store, clock().date())
    with database.transaction() as session:
        row = queries.data_store(session, controller_id=controller_id, name=name)
        acts.record_check(session, actor=actor, at=clock(), store=row, error=error)
    return error


def drop_drafts(database: Database, *, clock: Clock) -> int:
    """Forget the definitions under review that nobody goes on with; return how many."""
    with database.transaction() as session:
        return drafts.drop_abandoned(session, actor=CLEANER, at=clock())


def fault_of(store: Store, today: date) -> PrivacyError | None:
    """Return what is wrong: it does not answer, something is missing, something is new.

    The store is closed then.
    """
    try:
        missing = _refused(store.check)
        if missing and not isinstance(missing, InvalidError):
            return missing
        new = _refused(partial(_gate, store, today))
        if isinstance(missing, InvalidError) and isinstance(new, InvalidError):
            return both(missing, new)
        return missing or new
    finally:
        store.close()


def _refused(check: Callable[[], None]) -> PrivacyError | None:
    try:
        check()
    except PrivacyError as error:
        return error
    return None


def _gate(store: Store, today: date) -> None:
    if isinstance(store, Surveyed):
        ensure_covered(store.definition, store.survey(), today=today)
