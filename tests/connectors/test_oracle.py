"""The walk over real databases finds exactly the rows of the slow and obvious search."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from privacy.stores.definition import Collection, StoreDefinition
from privacy.stores.search.graph import walk
from tests.connectors.places import PostgresDatabase, SqliteFile, SqlPlace, Table
from tests.stores.worlds import COLUMNS, Oracle, World, chosen_worlds, places_found, worlds

TYPES = {"s0": "INTEGER", "s1": "TEXT", "s2": "BIGINT"}
"""Each store has another type of columns: links across stores join numbers to texts."""
DOCUMENT_TYPES = {"s0": "TEXT", "s1": "JSON", "s2": "TEXT"}


def placed(definition: StoreDefinition) -> StoreDefinition:
    """Return the definition with one table name for each collection of all stores."""
    collections = tuple(
        replace(collection, table=table_name(definition, collection))
        for collection in definition.collections
    )
    return replace(definition, collections=collections)


def table_name(definition: StoreDefinition, collection: Collection) -> str:
    return f"{definition.name}_{collection.name}"


def assert_like_the_oracle(place: SqlPlace, world: World) -> None:
    stores = {}
    for definition in world.definitions:
        kind = TYPES[definition.name]
        for collection in definition.collections:
            rows = [
                [
                    str(value) if kind == "TEXT" and value is not None else value
                    for value in row.values()
                ]
                for row in world.rows[definition.name, collection.name]
            ]
            columns = dict.fromkeys(COLUMNS, kind) | {"doc": DOCUMENT_TYPES[definition.name]}
            place.fill(Table(table_name(definition, collection), columns, rows))
        stores[definition.name] = place.open(placed(definition))
    findings = walk(stores, world.seeds, decided=world.decided)
    place.close()
    oracle = Oracle(world)
    assert as_text(places_found(findings, owned=True)) == as_text(oracle.owned)
    assert as_text(places_found(findings, owned=False)) == as_text(oracle.context())
    assert not [line for line in findings.coverage if line.outcome == "failed"]


def as_text(found: set[tuple[tuple[str, str], object]]) -> set[tuple[tuple[str, str], str]]:
    return {(place, str(number)) for place, number in found}


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(world=st.one_of(worlds(), chosen_worlds()))
def test_on_sqlite(tmp_path_factory: pytest.TempPathFactory, world: World) -> None:
    path: Path = tmp_path_factory.mktemp("world") / "world.sqlite3"
    assert_like_the_oracle(SqliteFile(path), world)


@pytest.mark.postgresql
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(world=st.one_of(worlds(), chosen_worlds()))
def test_on_postgresql(postgresql_place: PostgresDatabase, world: World) -> None:
    postgresql_place.empty()
    postgresql_place.opened.clear()
    assert_like_the_oracle(postgresql_place, world)
