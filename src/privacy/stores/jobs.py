"""Looking whether data stores answer and are as declared, with no transaction open meanwhile."""

from uuid import UUID

from privacy.clock import Clock
from privacy.db import Database
from privacy.errors import PrivacyError
from privacy.stores import acts, queries
from privacy.stores.protocol import Store
from privacy.subjects.keys import KeyCabinet


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
    error = _fault_of(store)
    with database.transaction() as session:
        row = queries.data_store(session, controller_id=controller_id, name=name)
        acts.record_check(session, actor=actor, at=clock(), store=row, error=error)
    return error


def _fault_of(store: Store) -> PrivacyError | None:
    try:
        store.check()
    except PrivacyError as error:
        return error
    finally:
        store.close()
    return None
