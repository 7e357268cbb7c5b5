"""Introspection of real databases: a draft that can be registered and walked as it is."""

from dataclasses import replace

import pytest

from privacy.cli.demo.stores import shop
from privacy.errors import InvalidError, UnavailableError
from privacy.stores.registry import connector_for, connector_of, introspect
from privacy.stores.search.graph import walk
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


def test_a_table_in_partitions_is_one_table(postgresql_place: PostgresDatabase) -> None:
    postgresql_place.empty()
    postgresql_place.run(
        "CREATE TABLE visit (id int, email text, on_day date) PARTITION BY RANGE (on_day)"
    )
    for year in (2024, 2025):
        postgresql_place.run(
            f"CREATE TABLE visit_{year} PARTITION OF visit"
            f" FOR VALUES FROM ('{year}-01-01') TO ('{year + 1}-01-01')"
        )
    postgresql_place.run(
        "INSERT INTO visit VALUES (1, 'a@b.example', '2024-05-01'),"
        " (2, 'a@b.example', '2025-05-01')"
    )
    draft = introspect("visits", postgresql_place.url)
    assert [one.name for one in draft.definition.collections] == ["visit"]
    store = connector_for("postgres")(draft.definition, postgresql_place.url)
    findings = walk({"visits": store}, {"email": {"a@b.example"}})
    store.close()
    assert {row.values["id"] for row in findings.rows["visits", "visit"]} == {1, 2}


def test_rows_marked_as_deleted_are_found_and_a_view_can_be_declared(sql_place: SqlPlace) -> None:
    sql_place.run(
        "CREATE TABLE client (id INTEGER PRIMARY KEY, email VARCHAR(90), deleted_on VARCHAR(20))"
    )
    sql_place.run(
        "INSERT INTO client VALUES (1, 'a@b.example', '2024-01-01'), (2, 'a@b.example', NULL)"
    )
    sql_place.run("CREATE VIEW living AS SELECT id, email FROM client WHERE deleted_on IS NULL")
    draft = introspect("shop", address_of(sql_place)).definition
    (client,) = draft.collections
    view = replace(client, name="living", fields=client.fields[:2], primary_key=("id",))
    for collection, ids in ((client, {1, 2}), (view, {2})):
        definition = replace(draft, collections=(collection,))
        store = connector_for(connector_of(address_of(sql_place)))(
            definition, address_of(sql_place)
        )
        store.check()
        findings = walk({"shop": store}, {"email": {"a@b.example"}})
        store.close()
        assert {row.values["id"] for row in findings.rows["shop", collection.name]} == ids
