"""Each test of the contract runs in memory, by the docs' example, on SQLite and PostgreSQL."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.connectors.places import (
    JsonLines,
    Memory,
    Place,
    PostgresDatabase,
    SqliteFile,
    SqlPlace,
)
from tests.postgres import PostgresServer

POSTGRESQL = pytest.param("postgresql", marks=pytest.mark.postgresql)


@pytest.fixture(scope="module")
def postgresql_place(postgresql: PostgresServer) -> Iterator[PostgresDatabase]:
    """Return one database for the tests of a file; making one for each would take a minute."""
    name = f"place_{os.getpid()}"
    yield PostgresDatabase(postgresql.create(name).replace("+psycopg", ""))
    postgresql.drop(name)


@pytest.fixture(params=["memory", "docs", "sqlite", POSTGRESQL])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Return an empty place for tables."""
    if request.param == "memory":
        yield Memory()
    elif request.param == "docs":
        yield JsonLines(tmp_path)
    else:
        yield from _database(request, tmp_path)


@pytest.fixture(params=["sqlite", POSTGRESQL])
def sql_place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlPlace]:
    """Return an empty database, for what only a database can do."""
    yield from _database(request, tmp_path)


def _database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlPlace]:
    if request.param == "sqlite":
        file = SqliteFile(tmp_path / "place.sqlite3")
        yield file
        file.close()
        return
    database: PostgresDatabase = request.getfixturevalue("postgresql_place")
    database.empty()
    yield database
    database.close()
