"""Introspection of real databases: a draft that can be registered and walked as it is."""

import pytest

from privacy.cli.demo.stores import shop
from privacy.errors import InvalidError, UnavailableError
from privacy.stores.graph import walk
from privacy.stores.registry import connector_for, connector_of, introspect
from tests.connectors.places import MysqlDatabase, PostgresDatabase, SqliteFile, SqlPlace


@pytest.fixture
def shop_place(sql_place: SqlPlace) -> SqlPlace:
    if isinstance(sql_place, MysqlDatabase):
        pytest.skip("the demo's schema is in words that MySQL does not take")
    for statement in shop.SCHEMA:
        sql_place.run(statement)
    for table, lines in shop.rows().items():
        marks = ", ".join([sql_place.mark] * len(lines[0]))
        sql_place.run(f"INSERT INTO {table} VALUES ({marks})", lines)  # noqa: S608 -- our own names
    return sql_place


def address_of(place: SqlPlace) -> str:
    if isinstance(place, SqliteFile):
        return f"sqlite:///{place.path}"
    if isinstance(place, MysqlDatabase):
        return place.address
    assert isinstance(place, PostgresDatabase)
    return place.url


def test_a_draft_finds_the_same_rows_as_the_reviewed_definition(shop_place: SqlPlace) -> None:
    address = address_of(shop_place)
    draft = introspect("shop", address)
    store = connector_for(connector_of(address))(draft.definition, address)
    store.check()
    findings = walk({"shop": store}, {"email": {"camille.durand@example.fr"}})
    store.close()
    counts = {line.collection: line.rows for line in findings.coverage if line.rows}
    assert counts["customer"] == 1
    assert counts["orders"] == 3
    assert counts["support_message"] == 4
    assert counts["newsletter"] == 1
    lines = {row.values["order_no"] for row in findings.rows["shop", "order_line"]}
    assert lines == {row.values["order_no"] for row in findings.rows["shop", "orders"]}
    assert not findings.is_complete, "the products are taken for personal until somebody says no"


def test_a_database_without_tables_has_nothing_to_declare(sql_place: SqlPlace) -> None:
    sql_place.run("CREATE VIEW v AS SELECT 1 AS one")
    with pytest.raises(InvalidError):
        introspect("empty", address_of(sql_place))


def test_a_database_that_is_away_cannot_be_surveyed() -> None:
    with pytest.raises(UnavailableError):
        introspect("away", "sqlite:////nowhere/at/all.sqlite3")
