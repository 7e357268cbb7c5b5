import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from privacy.audit.triggers import REFUSALS, REMOVALS
from privacy.db import Database
from tests.audit.logs import bodies, make_log
from tests.fakes import FakeClock


def execute(database: Database, *statements: str) -> None:
    with database.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET actor = 'system'",
        "UPDATE audit_entry SET idx = idx + 10",
        "DELETE FROM audit_entry",
        "DELETE FROM audit_entry WHERE idx = 1",
    ],
)
def test_the_database_refuses_to_change_or_delete_an_entry(
    database: Database, clock: FakeClock, statement: str
):
    make_log(database, clock, 2)
    before = bodies(database)
    with pytest.raises(DatabaseError, match="append-only"):
        execute(database, statement)
    assert bodies(database) == before


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_the_database_refuses_to_truncate_the_log(database: Database, clock: FakeClock):
    make_log(database, clock, 2)
    with pytest.raises(DatabaseError, match="append-only"):
        execute(database, "TRUNCATE audit_entry")
    assert len(bodies(database)) == 2


def test_the_owner_can_remove_the_refusals_and_put_them_back(database: Database, clock: FakeClock):
    make_log(database, clock, 2)
    dialect = database.engine.dialect.name
    execute(database, *REMOVALS[dialect], "DELETE FROM audit_entry", *REFUSALS[dialect])
    assert bodies(database) == []
    with pytest.raises(DatabaseError, match="append-only"):
        execute(
            database,
            *REMOVALS[dialect],
            *REFUSALS[dialect],
            "INSERT INTO audit_entry (log_id, idx, body, leaf_hash, id, action, actor, at)"
            " VALUES (1, 0, '', '', '00000000000000000000000000000000', '', '', '2026-01-01')",
            "DELETE FROM audit_entry",
        )
