"""What is particular to MySQL and MariaDB: collations, types, streams that end early."""

import socket
import time
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from privacy.errors import UnavailableError
from privacy.stores.connectors import sql
from privacy.stores.connectors.mysql import connector as mysql
from privacy.stores.connectors.mysql.connector import MysqlConnector
from privacy.stores.protocol import Store
from tests.connectors.places import MysqlDatabase, Table, definition_of
from tests.connectors.test_faults import PEOPLE, wire_to

WORDS = ["Zoe", "zoe", "Zoé", "ZOÉ", "zoe ", "strasse", "straße", "42", "42.0", "0042", "42x"]


def found(store: Store, column: str, *texts: str) -> list[Any]:
    keys = [(text,) for text in texts]
    return [row["id"] for row in store.read(store.definition.collection("t0"), (column,), keys)]


@pytest.mark.parametrize("collation", ["utf8mb4_general_ci", "utf8mb4_unicode_ci", "latin1"])
def test_what_a_collation_calls_equal_is_told_apart(
    mysql_place: MysqlDatabase, collation: str
) -> None:
    clause = "CHARACTER SET latin1" if collation == "latin1" else f"COLLATE {collation}"
    table = Table("t", {"id": "INTEGER", "x": f"VARCHAR(20) {clause}"}, list(enumerate(WORDS)))
    store = mysql_place.make(table)
    for number, word in enumerate(WORDS):
        assert found(store, "x", word) == [number]
    collection = store.definition.collection("t0")
    assert store.erase(collection, ("x",), [("zoe",), ("straße",)]) == 2
    assert sorted(found(store, "x", *WORDS)) == [0, 2, 3, 4, 5, 7, 8, 9, 10]


def test_rows_whose_key_a_collation_confuses_are_erased_one_by_one(
    mysql_place: MysqlDatabase,
) -> None:
    rows = [("a", 1), ("A", 2), ("á", 3), ("a ", 4)]
    table = Table("t", {"id": "VARCHAR(9)", "no": "INTEGER"}, rows)
    store = mysql_place.make(table)
    collection = store.definition.collection("t0")
    assert store.rectify(collection, ("A",), {"no": "9"}) == 1
    assert store.erase(collection, ("id",), [("a",)]) == 1
    left = store.read(collection, ("id",), [(name,) for name, _no in rows])
    assert sorted((row["id"], row["no"]) for row in left) == [("A", 9), ("a ", 4), ("á", 3)]


def test_types_come_back_whole(mysql_place: MysqlDatabase) -> None:
    columns = {
        "id": "BIGINT UNSIGNED",
        "tiny": "TINYINT(1)",
        "kind": "ENUM('a', 'b')",
        "raw": "BINARY(2)",
        "amount": "DECIMAL(9,2)",
        "doc": "JSON",
        "at": "DATETIME(6)",
        "year": "YEAR",
    }
    top = 2**64 - 1
    row = (top, 1, "b", b"\x00\x01", "42.50", '{"x": 1}', "2026-03-01 10:00:00.5", 2026)
    store = mysql_place.make(Table("t", columns, [row]))
    for column, word in {"id": str(top), "tiny": "1", "kind": "b", "raw": "0001"}.items():
        assert found(store, column, word) == [top]
    assert found(store, "kind", "B", "c", "2") == []
    (back,) = store.read(store.definition.collection("t0"), ("year",), [("2026",)])
    assert back["amount"] == Decimal("42.50")
    assert back["raw"] == b"\x00\x01"
    assert str(back["at"]) == "2026-03-01 10:00:00.500000"


def test_a_long_stream_that_is_left_early_costs_no_reading_to_its_end(
    mysql_place: MysqlDatabase,
) -> None:
    mysql_place.run(
        "CREATE VIEW endless AS SELECT 1 AS id, REPEAT('x', 50) AS email FROM seq_1_to_100000000"
    )
    store = mysql_place.open(definition_of(Table("endless", PEOPLE.columns, [])))
    collection = store.definition.collection("t0")
    before = time.monotonic()
    stream = store.read(collection, ("id",), [("1",)])
    next(stream)
    stream.close()  # type: ignore[attr-defined]  # a generator
    assert time.monotonic() - before < sql.PATIENCE
    store.check()


def test_a_wrong_password_is_unavailable_and_not_told(mysql_place: MysqlDatabase) -> None:
    address = f"mysql://root:s3cret@127.0.0.1:{mysql_place.port}/place"
    store = mysql_place.open(definition_of(PEOPLE), address)
    with pytest.raises(UnavailableError) as refused:
        store.check()
    assert "s3cret" not in f"{refused.value} {refused.value.__cause__} {refused.value.__context__}"


def test_an_account_that_may_only_read_cannot_be_used_to_write(mysql_place: MysqlDatabase) -> None:
    mysql_place.fill(PEOPLE)
    mysql_place.run("CREATE OR REPLACE USER weak@'%' IDENTIFIED BY 'pass word/@'")
    mysql_place.run("GRANT SELECT ON place.people TO weak@'%'")
    address = f"mysql://weak:pass%20word%2F%40@127.0.0.1:{mysql_place.port}/place"
    store = mysql_place.open(definition_of(PEOPLE), address)
    people = store.definition.collection("t0")
    store.check()
    with pytest.raises(UnavailableError, match="write"):
        store.erase(people, ("id",), [("1",)])
    assert store.count(people, ("id",), [("1",)]) == 1


def test_a_connection_that_the_server_ended_is_replaced(mysql_place: MysqlDatabase) -> None:
    store = mysql_place.make(PEOPLE)
    assert found(store, "id", "1")
    with store._connected() as connection:  # noqa: SLF001 -- its own connection
        number = connection.scalar(text("SELECT connection_id()"))
    mysql_place.run(f"KILL {number}")
    assert found(store, "id", "1")


@pytest.mark.timeout(60)
def test_a_server_that_falls_silent_is_given_up(
    mysql_place: MysqlDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sql, "PATIENCE", 0.5)
    mysql_place.fill(PEOPLE)
    with wire_to("127.0.0.1", mysql_place.port) as (port, cut):
        address = f"mysql://root@127.0.0.1:{port}/place"
        store = MysqlConnector(definition_of(PEOPLE), address)
        assert found(store, "id", "1")
        cut.set()
        with pytest.raises(UnavailableError):
            found(store, "id", "1")
        store.close()


@pytest.mark.timeout(60)
def test_a_port_that_accepts_and_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mysql, "CONNECT_PATIENCE", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent, suppress(OSError):
        address = f"mysql://u:p@127.0.0.1:{silent.getsockname()[1]}/db"
        with pytest.raises(UnavailableError):
            MysqlConnector(definition_of(PEOPLE), address).check()


def test_the_server_is_told_which_session_only_reads(mysql_place: MysqlDatabase) -> None:
    store = mysql_place.open(definition_of(PEOPLE))
    with store._connected() as connection:  # noqa: SLF001 -- its own connection
        assert connection.scalar(text("SELECT @@session.tx_read_only")) == 1
        assert connection.scalar(text("SELECT @@session.max_statement_time")) == 600
