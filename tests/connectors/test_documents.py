"""Rows that hold a value within a document or a list, asked of real databases and of files."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from privacy.errors import InvalidError
from privacy.stores.definition import Identity, StoreDefinition
from privacy.stores.nested import within
from privacy.stores.search.findings import Findings, Outcome
from privacy.stores.search.graph import walk
from tests.connectors.mariadb import MariadbServer
from tests.connectors.places import (
    MysqlDatabase,
    PostgresDatabase,
    SqliteFile,
    SqlPlace,
    Table,
)

ADA, BOB = "Ada@Example.com", "bob@example.com"
DOCUMENTS: list[Any] = [
    {"guests": [{"mail": ADA, "no": 7}, {"mail": BOB, "no": "8"}]},
    {"guests": [{"mail": BOB, "no": 7.0}]},
    {"guests": [{"mail": "é\"'\\@example.com", "no": True}, {"no": None}, 3, "x", []]},
    {"guests": "nobody"},
    {"other": [ADA]},
    [],
    None,
]


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlPlace]:
    """Return an empty database of each kind."""
    if request.param == "sqlite":
        made: SqlPlace = SqliteFile(tmp_path / "place.sqlite3")
    elif request.param == "postgresql":
        whole: PostgresDatabase = request.getfixturevalue("postgresql_place")
        whole.empty()
        made = whole
    else:
        server: MariadbServer = request.getfixturevalue("mariadb")
        made = MysqlDatabase(server.create(f"documents_{uuid4().hex[:8]}"), server.port)
    yield made
    made.close()
    made.opened.clear()


def bookings(place: SqlPlace, kind: str, **how: Any) -> StoreDefinition:
    rows = [[number, json.dumps(one)] for number, one in enumerate(DOCUMENTS)]
    if kind != "TEXT":
        rows = [[number, text] for number, text in rows if text != "null"]
    table = Table("booking", {"id": "INTEGER", "doc": kind}, rows)
    place.fill(table)
    collection = replace(
        table.collection(0),
        identities=(
            Identity("email", ("doc",), path="guests[*].mail"),
            Identity("number", ("doc",), path="guests[*].no", **how),
        ),
    )
    return StoreDefinition("place", {"fr": "x", "en": "x"}, (), (collection,))


def ids(place: SqlPlace, definition: StoreDefinition, path: str, *values: str) -> set[object]:
    collection = definition.collections[0]
    store = place.open(definition)
    keys = {(value,) for value in values}
    found = list(store.read(collection, (within("doc", path),), keys))
    assert store.count(collection, (within("doc", path),), keys) == len(found)
    return {row["id"] for row in found}


@pytest.mark.parametrize("kind", ["TEXT", "JSON"])
def test_rows_are_found_by_any_value_within_their_document(place: SqlPlace, kind: str) -> None:
    definition = bookings(place, kind)
    assert ids(place, definition, "guests[*].mail", "ADA@example.com") == {0}
    assert ids(place, definition, "guests[*].mail", BOB) == {0, 1}
    assert ids(place, definition, "guests[*].mail", "é\"'\\@example.com") == {2}
    assert ids(place, definition, "guests[*].mail", "nobody@example.com") == set()
    assert ids(place, definition, "guests[*].no", "7") == {0, 1}, "7 and 7.0 are one number"
    assert ids(place, definition, "guests[*].no", "8") == {0}
    assert ids(place, definition, "guests[*].no", "1") == {2}, "true is 1, as in a column"
    assert ids(place, definition, "other[*]", ADA) == {4}


def test_what_stands_in_a_document_is_searched_elsewhere_value_by_value(place: SqlPlace) -> None:
    definition = bookings(place, "TEXT")
    (collection,) = definition.collections
    alone = replace(collection, identities=collection.identities[1:])
    search: Callable[..., Findings] = lambda one, kind, value: walk(  # noqa: E731 -- short
        {"place": place.open(replace(definition, collections=(one,)))}, {kind: {value}}
    )
    findings = search(alone, "number", "8")
    assert {row.values["id"] for row in findings.of("place")} == {0, 1}, "8 is with 7, 7 is in 1"
    assert findings.identifiers["number"] == {("8",), ("7",)}


def test_a_path_that_ends_in_a_list_is_a_failure_and_never_a_silence(place: SqlPlace) -> None:
    definition = bookings(place, "TEXT")
    with pytest.raises(InvalidError):
        ids(place, definition, "guests", ADA)


def test_a_text_that_is_no_json_fails_its_collection_and_no_other(place: SqlPlace) -> None:
    definition = bookings(place, "TEXT")
    place.run("INSERT INTO booking VALUES (9, 'see the paper file')")
    findings = walk({"place": place.open(definition)}, {"email": {ADA}})
    (line,) = findings.coverage
    assert (line.outcome, line.reason) == (Outcome.FAILED, "invalid")


def test_an_array_of_the_database_is_a_list(postgresql_place: PostgresDatabase) -> None:
    postgresql_place.empty()
    postgresql_place.run("CREATE TABLE label (id integer, tags text[], numbers bigint[])")
    postgresql_place.run("INSERT INTO label VALUES (1, '{a,b}', '{10,20}'), (2, '{c}', NULL)")
    table = Table("label", dict.fromkeys(("id", "tags", "numbers"), ""), [])
    base = replace(
        table.collection(0),
        identities=tuple(Identity(name, (name,), path="[*]") for name in ("tags", "numbers")),
    )
    definition = StoreDefinition("place", {"fr": "x", "en": "x"}, (), (base,))
    store = postgresql_place.open(definition)
    for name, value in (("tags", "b"), ("numbers", "20")):
        (row,) = store.read(base, (within(name, "[*]"),), {(value,)})
        assert row["id"] == 1
    assert not list(store.read(base, (within("tags", "[*]"),), {("ab",), ("{a,b}",)}))


def test_a_row_is_erased_by_what_stands_within_it(place: SqlPlace) -> None:
    definition = bookings(place, "TEXT")
    store, (collection,) = place.open(definition), definition.collections
    columns = (within("doc", "guests[*].mail"),)
    assert store.erase(collection, columns, {(BOB,)}) == 2
    assert store.count(collection, columns, {(BOB,)}) == 0
    assert store.count(collection, ("id",), {("2",)}) == 1
