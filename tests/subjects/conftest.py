"""A controller with keys, and a reader of the entries that acts leave."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from privacy.audit.models import AuditPending
from privacy.crypto import Keyring
from privacy.db import Database, new_id
from privacy.subjects.keys import KeyCabinet
from privacy.subjects.rotation import create_controller_keys
from tests.fakes import FakeClock

Entries = Callable[[], list[tuple[str, dict[str, Any]]]]


@pytest.fixture
def cabinet(keyring: Keyring, clock: FakeClock) -> KeyCabinet:
    return KeyCabinet(keyring, clock)


@pytest.fixture
def add_controller(
    database: Database, cabinet: KeyCabinet, clock: FakeClock
) -> Callable[[], UUID]:
    """Return a function that registers one more controller, with its keys."""

    def add() -> UUID:
        controller_id = new_id(clock())
        with database.transaction() as session:
            create_controller_keys(
                session, actor="system", at=clock(), cabinet=cabinet, controller_id=controller_id
            )
        return controller_id

    return add


@pytest.fixture
def controller_id(add_controller: Callable[[], UUID]) -> UUID:
    return add_controller()


@pytest.fixture
def entries(database: Database) -> Entries:
    """Return a function that lists type and details of all entries since it was last called."""
    seen: set[UUID] = set()

    def read() -> list[tuple[str, dict[str, Any]]]:
        with database.reading() as session:
            rows = session.scalars(select(AuditPending).order_by(AuditPending.id)).all()
        fresh = [row for row in rows if row.id not in seen]
        seen.update(row.id for row in fresh)
        bodies = [json.loads(row.body) for row in fresh]
        return [(body["t"], body["d"]) for body in bodies]

    return read
