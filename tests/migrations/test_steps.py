"""The steps of the database: in order, whole, equal to the models, on both databases."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from privacy import tables
from privacy.audit.triggers import REFUSALS
from privacy.db import Base, Database
from tests.postgres import PostgresServer

STEPS = sorted((tables.migrations_folder() / "versions").glob("*.py"))
REVISIONS = [path.name[:4] for path in STEPS]
ENTRY = (
    "INSERT INTO audit_entry (log_id, idx, body, leaf_hash, id, action, actor, at) "
    "VALUES (1, 0, :body, :body, :id, 'subject.created', 'system', '2026-03-02 09:00:00')"
)
UPGRADE = """
import sys
from privacy import tables
from privacy.db import Base, Database
tables.upgrade(Database.connect(sys.argv[1]).engine)
"""


@pytest.fixture
def empty(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Return a database without a single table."""
    if backend == "sqlite":
        database = Database.connect(f"sqlite:///{tmp_path}/empty.sqlite3")
        yield database
        database.dispose()
        return
    server: PostgresServer = request.getfixturevalue("postgresql")
    name = f"empty_{os.getpid()}"
    database = Database.connect(server.create(name))
    yield database
    database.dispose()
    server.drop(name)


def constants(path: Path) -> dict[str, object]:
    """Return what a step says of itself, without running it."""
    tree = ast.parse(path.read_text())
    pairs = [node for node in tree.body if isinstance(node, ast.Assign)]
    return {ast.unparse(node.targets[0]): ast.literal_eval(node.value) for node in pairs}


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    plain = {
        one.name for node in ast.walk(tree) if isinstance(node, ast.Import) for one in node.names
    }
    return plain | {str(n.module) for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}


def test_the_steps_are_numbered_without_a_gap():
    assert [f"{number:04}" for number in range(1, len(STEPS) + 1)] == REVISIONS
    assert [constants(path)["revision"] for path in STEPS] == REVISIONS
    assert [constants(path)["down_revision"] for path in STEPS] == [None, *REVISIONS[:-1]]


def test_the_last_step_is_the_only_head():
    script = ScriptDirectory(str(tables.migrations_folder()))
    assert script.get_heads() == [tables.current_head()] == REVISIONS[-1:]


@pytest.mark.parametrize("path", STEPS, ids=lambda path: path.stem)
def test_a_step_takes_nothing_from_the_service(path: Path):
    assert imported(path) <= {"sqlalchemy", "alembic"}


def test_an_empty_database_takes_one_step_after_the_other(empty: Database):
    for revision in REVISIONS:
        assert not tables.is_at_head(empty.engine)
        tables.upgrade(empty.engine, to=revision)
    assert tables.is_at_head(empty.engine)


def test_a_second_upgrade_changes_nothing(empty: Database):
    tables.upgrade(empty.engine)
    before = sa.inspect(empty.engine).get_table_names()
    tables.upgrade(empty.engine)
    assert sa.inspect(empty.engine).get_table_names() == before
    assert set(before) == {*tables.METADATA.tables, "alembic_version"}


def test_two_upgrades_started_together_both_end_well(empty: Database):
    url = empty.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", UPGRADE, url]
    both = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(2)]
    assert [process.communicate()[1] for process in both] == [b"", b""]
    assert tables.is_at_head(empty.engine)


def test_the_steps_lead_to_the_models(empty: Database):
    tables.upgrade(empty.engine)
    with empty.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, tables.METADATA) == []


def test_the_steps_keep_every_check_of_the_models(empty: Database):
    tables.upgrade(empty.engine)
    found = sa.inspect(empty.engine)
    for table in tables.METADATA.tables.values():
        wanted = {
            str(one.name) for one in table.constraints if isinstance(one, sa.CheckConstraint)
        }
        assert {one["name"] for one in found.get_check_constraints(table.name)} == wanted


@pytest.mark.postgresql
def test_postgresql_knows_every_word_of_a_closed_list(postgresql: PostgresServer):
    name = f"words_{os.getpid()}"
    database = Database.connect(postgresql.create(name))
    tables.upgrade(database.engine)
    inspector = sa.inspect(database.engine)
    found = {
        (table, str(column["name"])): getattr(column["type"], "enums", None)
        for table in tables.METADATA.tables
        for column in inspector.get_columns(table)
    }
    database.dispose()
    postgresql.drop(name)
    for table in tables.METADATA.tables.values():
        for column in table.columns:
            if isinstance(column.type, sa.Enum) and column.type.native_enum:
                assert found[table.name, column.name] == column.type.enums


def test_a_connection_follows_foreign_keys_after_an_upgrade(empty: Database):
    tables.upgrade(empty.engine)
    if empty.engine.dialect.name == "sqlite":
        with empty.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


@pytest.mark.parametrize(
    "change", ["UPDATE audit_entry SET actor = 'x'", "DELETE FROM audit_entry"]
)
def test_the_database_refuses_to_change_an_entry(empty: Database, change: str):
    tables.upgrade(empty.engine)
    with empty.engine.begin() as connection:
        connection.execute(sa.text(ENTRY), {"body": b"x", "id": "0" * 32})
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), empty.engine.begin() as connection:
        connection.execute(sa.text(change))


@pytest.mark.postgresql
def test_postgresql_refuses_to_empty_the_log(postgresql: PostgresServer):
    name = f"truncate_{os.getpid()}"
    database = Database.connect(postgresql.create(name))
    tables.upgrade(database.engine)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), database.engine.begin() as one:
        one.execute(sa.text("TRUNCATE audit_entry"))
    database.dispose()
    postgresql.drop(name)


def test_the_first_step_refuses_as_the_audit_room_says():
    assert constants(STEPS[0])["REFUSALS"] == REFUSALS


def test_every_room_with_models_is_gathered():
    written = {path.parent.name for path in tables.PACKAGE.glob("*/models.py")}
    assert written == {mapper.class_.__module__.split(".")[1] for mapper in Base.registry.mappers}
