"""A database that is used again is as empty as a new one."""

from uuid import UUID

import psycopg
import pytest
import sqlalchemy as sa

from privacy.audit import triggers
from privacy.audit.models import AuditEntry
from privacy.db import Database
from tests.fakes import FakeClock
from tests.postgres import PostgresServer, Spares

pytestmark = pytest.mark.postgresql


def entry(clock: FakeClock) -> AuditEntry:
    return AuditEntry(
        log_id=1, idx=0, body=b"x", leaf_hash=b"x", id=UUID(int=1), action="subject.created",
        actor="system", at=clock(),
    )  # fmt: skip


def test_even_rows_that_cannot_be_deleted_are_gone(
    postgresql: PostgresServer, postgresql_spares: Spares, clock: FakeClock
):
    name = postgresql_spares.take()
    database = Database.connect(postgresql.url_of(name))
    with database.transaction() as session:
        session.add(entry(clock))
    postgresql_spares.give_back(name)
    assert postgresql_spares.take() == name
    database.dispose()
    with database.reading() as session:
        assert session.scalars(sa.select(AuditEntry)).all() == []
    database.dispose()
    with psycopg.connect(f"{postgresql.url}/{name}") as connection:
        refusing = connection.execute(
            "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'audit_entry_no_%'"
        )
        assert refusing.fetchone() == (2,)
    postgresql_spares.give_back(name)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE more (id int)",
        triggers.REMOVALS["postgresql"][0],
        "UPDATE alembic_version SET version_num = '0001'",
        "DELETE FROM alembic_version",
    ],
)
def test_a_database_of_another_shape_is_thrown_away(
    postgresql: PostgresServer, postgresql_spares: Spares, statement: str
):
    name = postgresql_spares.take()
    postgresql.run(statement, database=name)
    postgresql_spares.give_back(name)
    other = postgresql_spares.take()
    assert other != name
    postgresql_spares.give_back(other)
