"""A controller with keys, a file to register, and a reader of the entries that acts leave."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from privacy.audit.models import AuditPending
from privacy.crypto import Keyring
from privacy.db import Database
from privacy.stores.acts import StoreFacts
from privacy.subjects.keys import KeyCabinet
from tests.connectors.places import SqliteFile, Table, definition_of
from tests.fakes import FakeClock
from tests.make import make_controller

Entries = Callable[[], list[tuple[str, str | None, dict[str, Any]]]]


@pytest.fixture
def cabinet(keyring: Keyring, clock: FakeClock) -> KeyCabinet:
    return KeyCabinet(keyring, clock)


@pytest.fixture
def controller_id(database: Database, clock: FakeClock, cabinet: KeyCabinet) -> UUID:
    with database.transaction() as session:
        return make_controller(session, at=clock(), cabinet=cabinet).id


@pytest.fixture
def facts(tmp_path: Path) -> StoreFacts:
    """Return a real file with one table, and what is declared of it."""
    table = Table("people", {"id": "INTEGER", "email": "TEXT"}, [(1, "ada@example.com")])
    SqliteFile(tmp_path / "people.sqlite3").fill(table)
    return StoreFacts(f"sqlite:///{tmp_path}/people.sqlite3", definition_of(table))


@pytest.fixture
def entries(database: Database) -> Entries:
    """Return a function that lists type, controller and details of entries on data stores."""

    def read() -> list[tuple[str, str | None, dict[str, Any]]]:
        with database.reading() as session:
            rows = session.scalars(select(AuditPending).order_by(AuditPending.id)).all()
        bodies = [json.loads(row.body) for row in rows]
        return [(b["t"], b["c"], b["d"]) for b in bodies if b["t"].startswith("store.")]

    return read
