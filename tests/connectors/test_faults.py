"""What connectors do when the database is away, changed, slow, or asked to write."""

import gc
import shutil
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from privacy.errors import InvalidError, UnavailableError
from privacy.stores.connectors import sql
from privacy.stores.connectors.postgres import connector as postgres
from privacy.stores.connectors.sqlite.connector import SqliteConnector
from privacy.stores.protocol import Store
from tests.connectors.places import (
    MysqlDatabase,
    PostgresDatabase,
    SqliteFile,
    SqlPlace,
    Table,
    definition_of,
)

PEOPLE = Table("people", {"id": "INTEGER", "email": "TEXT"}, [(1, "ada@example.com")])
SLOW = {
    "sqlite": "CREATE VIEW slow AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1"
    " FROM n) SELECT id, 'x' AS email FROM n WHERE id < 0",
    "mysql": "CREATE VIEW slow AS SELECT 1 AS id, IF(SLEEP(600), 'x', 'x') AS email",
    "postgresql": "CREATE VIEW slow AS SELECT 1 AS id, 'x' AS email FROM pg_sleep(600)",
}


def rows(store: Store, name: str = "t0") -> list[Any]:
    return list(store.read(store.definition.collection(name), ("id",), [("1",)]))


def kind(place: SqlPlace) -> str:
    return {SqliteFile: "sqlite", MysqlDatabase: "mysql"}.get(type(place), "postgresql")


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO people VALUES (2, 'x')",
        "UPDATE people SET email = 'x'",
        "DELETE FROM people",
        "DROP TABLE people",
        "CREATE TABLE other (id INTEGER)",
        "CREATE TEMPORARY TABLE other (id INTEGER); INSERT INTO people VALUES (2, 'x')",
    ],
)
def test_the_database_itself_refuses_to_write(sql_place: SqlPlace, statement: str) -> None:
    store = sql_place.make(PEOPLE)
    with store._connected() as connection, pytest.raises((DBAPIError, sqlite3.Error)):  # noqa: SLF001 -- its own connection
        connection.exec_driver_sql(statement)
    assert rows(store) == [{"id": 1, "email": "ada@example.com"}]
    store.check()


def test_check_names_everything_that_is_missing_at_once(sql_place: SqlPlace) -> None:
    sql_place.fill(PEOPLE)
    declared = definition_of(
        Table("people", {"id": "INTEGER", "phone": "TEXT", "name": "TEXT"}, []),
        Table("orders", {"id": "INTEGER"}, []),
    )
    store = sql_place.open(declared)
    with pytest.raises(InvalidError) as refused:
        store.check()
    assert set(refused.value.fields) == {"t0.phone", "t0.name", "t1"}
    with pytest.raises(InvalidError):
        rows(store)


def test_a_column_dropped_meanwhile_is_a_misfit_and_the_other_tables_are_read(
    sql_place: SqlPlace,
) -> None:
    store = sql_place.make(PEOPLE, Table("other", {"id": "INTEGER"}, [(1,)]))
    assert rows(store)
    sql_place.run("ALTER TABLE people DROP COLUMN email")
    with pytest.raises(InvalidError):
        rows(store)
    assert rows(store, "t1") == [{"id": 1}]
    with pytest.raises(InvalidError):
        store.check()


@pytest.mark.parametrize(
    ("schema", "table"),
    [
        ("", "sqlite_master"),
        ("", "sqlite_schema"),
        ("", "pg_authid"),
        ("pg_catalog", "pg_authid"),
        ("PG_CATALOG", "pg_user"),
        ("information_schema", "tables"),
        ("", "x" * 10_000),
        ("nowhere", "people"),
        ('public"; DROP TABLE people; --', "people"),
        ("", "(SELECT 1 AS id) AS x"),
        ("", "people, people"),
        ("", "public.people"),
    ],
)
def test_only_tables_of_the_store_itself_can_be_read(
    sql_place: SqlPlace, schema: str, table: str
) -> None:
    sql_place.fill(PEOPLE)
    store = sql_place.open(definition_of(Table(table, {"id": "INTEGER"}, [], schema=schema)))
    with pytest.raises((InvalidError, UnavailableError)):
        store.check()
    with pytest.raises((InvalidError, UnavailableError)):
        rows(store)
    assert rows(sql_place.open(definition_of(PEOPLE)))


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("schema", "table", "column"),
    [("pg_catalog", "pg_authid", "rolname"), ("information_schema", "tables", "table_name")],
)
def test_the_books_of_the_database_itself_are_no_store(
    postgresql_place: PostgresDatabase, schema: str, table: str, column: str
) -> None:
    declared = Table(table, {column: "TEXT"}, [], key=(column,), schema=schema)
    store = postgresql_place.open(definition_of(declared))
    with pytest.raises(InvalidError):
        store.check()
    postgresql_place.close()


def test_a_file_is_closed_to_writing_twice_over(tmp_path: Path) -> None:
    store = SqliteFile(tmp_path / "place.sqlite3").make(PEOPLE)
    with store._connected() as connection:  # noqa: SLF001 -- its own connection
        assert connection.scalar(text("PRAGMA query_only")) == 1
        connection.exec_driver_sql("PRAGMA query_only=OFF")
        with pytest.raises(DBAPIError, match="readonly"):
            connection.exec_driver_sql("DELETE FROM people")


@pytest.mark.postgresql
def test_a_table_of_another_schema_is_read_when_it_is_declared(
    postgresql_place: PostgresDatabase,
) -> None:
    postgresql_place.empty()
    postgresql_place.run('CREATE SCHEMA IF NOT EXISTS "Crm x"')
    postgresql_place.run('DROP TABLE IF EXISTS "Crm x".people')
    store = postgresql_place.make(
        Table("people", {"id": "INTEGER", "email": "TEXT"}, [(1, "crm")], schema="Crm x"), PEOPLE
    )
    store.check()
    assert [row["email"] for row in (*rows(store), *rows(store, "t1"))] == [
        "crm",
        "ada@example.com",
    ]
    postgresql_place.close()


def test_views_are_read_like_tables(sql_place: SqlPlace) -> None:
    sql_place.fill(PEOPLE)
    sql_place.run("CREATE VIEW seen AS SELECT id, upper(email) AS email FROM people")
    store = sql_place.open(definition_of(Table("seen", PEOPLE.columns, [])))
    store.check()
    assert rows(store) == [{"id": 1, "email": "ADA@EXAMPLE.COM"}]


NOWHERE = {
    "sqlite": [
        "sqlite:////nowhere/at/all.sqlite3",
        "sqlite:////dev/null",
        "sqlite:////etc/passwd",
    ],
    "mysql": [
        "mysql://u:s3cret@127.0.0.1:1/db",
        "mariadb://u:s3cret@localhost:1/db",
    ],
    "postgresql": [
        "postgresql://u:s3cret@127.0.0.1:1/db",
        "postgresql://u:s3cret@localhost:1/db",
        "postgresql+psycopg://u:s3cret@127.0.0.1:1/db?connect_timeout=900",
    ],
}


@pytest.mark.timeout(60)
def test_a_store_that_cannot_be_reached_is_unavailable_and_its_address_stays_secret(
    sql_place: SqlPlace,
) -> None:
    for address in NOWHERE[kind(sql_place)]:
        store = sql_place.open(definition_of(PEOPLE), address)
        with pytest.raises((UnavailableError, InvalidError)) as refused:
            store.check()
        with pytest.raises((UnavailableError, InvalidError)):
            rows(store)
        told = str(refused.value) + repr(refused.value.__cause__)
        assert "s3cret" not in told
        assert "nowhere" not in told


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "absent.sqlite3"
    store = SqliteConnector(definition_of(PEOPLE), f"sqlite:///{path}")
    with pytest.raises(UnavailableError):
        store.check()
    assert not path.exists()


ADDRESSES = [
    "",
    "sqlite://",
    "sqlite:///:memory:",
    "sqlite:////tmp/x?mode=rwc",
    "sqlite:///file:x?mode=rwc&uri=true",
    "sqlite://host/path",
    "oracle://h/db",
    "mysql://",
    "mysql://host",
    "mysql://host/db?read_default_file=/etc/passwd",
    "mysql://host/db?unix_socket=/run/x",
    "postgresql://",
    "postgresql://host",
    "nonsense",
    "http://169.254.169.254/",
]


def test_an_address_of_another_kind_is_refused(sql_place: SqlPlace) -> None:
    for address in ADDRESSES:
        with pytest.raises(InvalidError):
            sql_place.connector(definition_of(PEOPLE), address or "nothing")


def test_no_values_ask_nothing_of_the_database(sql_place: SqlPlace) -> None:
    for address in NOWHERE[kind(sql_place)]:
        store = sql_place.open(definition_of(PEOPLE), address)
        assert list(store.read(store.definition.collection("t0"), ("id",), [])) == []


@pytest.mark.timeout(60)
def test_a_question_that_takes_too_long_is_given_up(
    sql_place: SqlPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    sql_place.fill(PEOPLE)
    sql_place.run(SLOW[kind(sql_place)])
    monkeypatch.setattr(sql, "PATIENCE", 0.5)
    monkeypatch.setattr(postgres, "PATIENCE", 0.5)
    store = sql_place.open(definition_of(PEOPLE, Table("slow", PEOPLE.columns, [])))
    with pytest.raises(UnavailableError):
        rows(store, "t1")
    assert rows(store)


@pytest.mark.timeout(60)
def test_a_file_that_a_writer_holds_is_unavailable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = SqliteFile(tmp_path / "held.sqlite3")
    place.fill(PEOPLE)
    monkeypatch.setattr("privacy.stores.connectors.sqlite.connector.CONNECT_PATIENCE", 0.1)
    store = place.open(definition_of(PEOPLE))
    with closing(sqlite3.connect(place.path, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        with pytest.raises(UnavailableError):
            rows(store)
        writer.execute("ROLLBACK")
    assert rows(store)


def test_a_file_that_was_replaced_is_read_anew(tmp_path: Path) -> None:
    place, other = SqliteFile(tmp_path / "a.sqlite3"), SqliteFile(tmp_path / "b.sqlite3")
    store = place.make(PEOPLE)
    assert rows(store)
    other.fill(Table("people", PEOPLE.columns, [(1, "new@example.com")]))
    shutil.move(other.path, place.path)
    assert rows(store) == [{"id": 1, "email": "new@example.com"}]


def test_what_a_file_holds_against_its_types_is_read_as_it_is(tmp_path: Path) -> None:
    place = SqliteFile(tmp_path / "odd.sqlite3")
    columns = {"id": "", "day": "DATE", "amount": "NUMERIC(9,2)", "on_at": "DATETIME"}
    odd = [(1, "yesterday", "much", 17), ("1", "2026-03-01", 4.5, None), (2, None, None, None)]
    store = place.make(Table("odd", columns, odd))
    store.check()
    found = rows(store)
    assert [tuple(row.values()) for row in found] == odd[:2]


@pytest.mark.postgresql
def test_a_connection_that_the_server_ended_is_replaced(
    postgresql_place: PostgresDatabase,
) -> None:
    postgresql_place.empty()
    store = postgresql_place.make(PEOPLE)
    assert rows(store)
    postgresql_place.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name = 'privacy' AND datname = current_database()"
    )
    assert rows(store)
    postgresql_place.close()


@pytest.mark.postgresql
def test_a_role_that_may_not_read_a_table_is_told_so(postgresql_place: PostgresDatabase) -> None:
    if "privacy@" not in postgresql_place.url:
        pytest.skip("roles are only made on a server of our own")
    postgresql_place.empty()
    postgresql_place.fill(PEOPLE)
    postgresql_place.run("DROP ROLE IF EXISTS weak")
    postgresql_place.run("CREATE ROLE weak LOGIN")
    postgresql_place.run("GRANT USAGE ON SCHEMA public TO weak")
    address = postgresql_place.url.replace("privacy@", "weak@")
    store = postgresql_place.open(definition_of(PEOPLE), address)
    with pytest.raises(UnavailableError, match="account may read"):
        store.check()
    postgresql_place.run("GRANT SELECT ON people TO weak")
    store.check()
    postgresql_place.close()
    postgresql_place.run("DROP OWNED BY weak")


@pytest.mark.postgresql
def test_types_come_back_whole(postgresql_place: PostgresDatabase) -> None:
    postgresql_place.empty()
    columns = {"id": "INTEGER", "tags": "TEXT[]", "doc": "JSONB", "raw": "BYTEA", "ip": "INET"}
    table = Table("t", columns, [(1, ["a", "b"], '{"x": 1}', b"\x00\x01", "192.0.2.1")])
    store = postgresql_place.make(table)
    (row,) = rows(store)
    assert row["tags"] == ["a", "b"]
    assert row["doc"] == {"x": 1}
    assert bytes(row["raw"]) == b"\x00\x01"
    collection = store.definition.collection("t0")
    assert len(list(store.read(collection, ("ip",), [("192.0.2.1",)]))) == 1
    assert len(list(store.read(collection, ("raw",), [("0001",), ("no hex",)]))) == 1
    postgresql_place.close()


@pytest.mark.postgresql
@pytest.mark.timeout(60)
def test_a_question_that_the_server_does_not_end_is_cut_from_here_and_leaves_nothing_open(
    postgresql_place: PostgresDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sql, "PATIENCE", 0.3)
    postgresql_place.empty()
    postgresql_place.run(SLOW["postgresql"])
    store = postgresql_place.open(definition_of(Table("slow", PEOPLE.columns, [])))
    with pytest.raises(UnavailableError):
        rows(store)
    store.close()
    gc.collect()  # a cursor left open would warn now, and a warning fails the run


@contextmanager
def wire_to(host: str, port: int) -> Iterator[tuple[int, threading.Event]]:
    """Yield a port that leads to a server, and an event after which nothing passes any more."""
    cut = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    ends: list[socket.socket] = []

    def pump(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if cut.is_set():
                    cut.wait()
                    continue
                sink.sendall(data)

    def accept() -> None:
        with suppress(OSError):
            while True:
                near, _address = listener.accept()
                far = socket.create_connection((host, port))
                ends.extend((near, far))
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=pump, args=pair, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1], cut
    finally:
        for end in (listener, *ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@pytest.mark.postgresql
@pytest.mark.timeout(60)
def test_a_server_that_falls_silent_is_given_up(
    postgresql_place: PostgresDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sql, "PATIENCE", 0.5)
    monkeypatch.setattr(postgres, "CONNECT_PATIENCE", 2)
    postgresql_place.empty()
    postgresql_place.fill(PEOPLE)
    server = psycopg.conninfo.conninfo_to_dict(postgresql_place.url)
    with wire_to("127.0.0.1", int(str(server["port"]))) as (port, cut):
        address = postgresql_place.url.replace(f":{server['port']}", f":{port}")
        store = postgresql_place.open(definition_of(PEOPLE), address)
        assert rows(store)
        cut.set()
        with pytest.raises(UnavailableError):
            rows(store)
        store.close()


@pytest.mark.postgresql
@pytest.mark.timeout(60)
def test_a_port_that_accepts_and_says_nothing_is_given_up(
    postgresql_place: PostgresDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "CONNECT_PATIENCE", 2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"postgresql://u:p@127.0.0.1:{silent.getsockname()[1]}/db"
        store = postgresql_place.connector(definition_of(PEOPLE), address)
        with pytest.raises(UnavailableError):
            store.check()


@pytest.mark.postgresql
def test_the_database_is_told_which_transaction_only_reads(
    postgresql_place: PostgresDatabase,
) -> None:
    store = postgresql_place.open(definition_of(PEOPLE))
    with store._connected() as connection:  # noqa: SLF001 -- its own connection
        assert connection.scalar(text("SHOW transaction_read_only")) == "on"
        assert connection.scalar(text("SHOW statement_timeout")) == "27s"
    postgresql_place.close()
