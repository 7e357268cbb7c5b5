"""Rectifying, erasing and counting: the contract of every connector that can write."""

from typing import Any

import pytest

from privacy.errors import ConflictError, InvalidError, UnavailableError
from privacy.stores.protocol import Capability, Store
from tests.connectors.places import Place, SqlPlace, Table, definition_of

PEOPLE = Table(
    "people",
    {"id": "INTEGER", "email": "VARCHAR(200)", "no": "INTEGER", "note": "TEXT"},
    [
        (1, "Ada@Example.com", 10, "Zoë said 'hi'; \"bye\"\nand left"),
        (2, "bob@example.com", 10, None),
        (3, " ada@example.com", 11, "  spaced  "),
        (4, None, None, ""),
    ],
    normalise={"email": "email"},
)


@pytest.fixture
def store(writable_place: Place) -> Store:
    return writable_place.make(PEOPLE)


def rows(store: Store) -> dict[int, dict[str, Any]]:
    found = store.read(store.definition.collection("t0"), ("id",), [(str(n),) for n in range(9)])
    return {int(str(row["id"])): dict(row) for row in found}


def test_what_is_read_can_be_counted(place: Place) -> None:
    store = place.make(PEOPLE)
    people = store.definition.collection("t0")
    assert store.count(people, ("email",), [("ada@example.com",), ("nobody@example.com",)]) == 2
    assert store.count(people, ("no",), [("10",), ("11",)]) == 3
    assert store.count(people, ("no",), []) == 0


def test_a_connector_says_what_it_can_do_and_refuses_the_rest(place: Place) -> None:
    store = place.make(PEOPLE)
    people = store.definition.collection("t0")
    if Capability.ERASE not in store.capabilities:
        with pytest.raises(InvalidError, match="cannot erase"):
            store.erase(people, ("id",), [("1",)])
    if Capability.RECTIFY not in store.capabilities:
        with pytest.raises(InvalidError, match="cannot rectify"):
            store.rectify(people, ("1",), {"note": "x"})


def test_erasing_takes_the_rows_that_match_and_no_other(store: Store) -> None:
    people, before = store.definition.collection("t0"), rows(store)
    assert store.erase(people, ("email",), [("ADA@example.com",)]) == 2
    assert store.count(people, ("email",), [("ada@example.com",)]) == 0
    assert rows(store) == {number: before[number] for number in (2, 4)}
    assert store.erase(people, ("email",), [("ADA@example.com",)]) == 0


def test_erasing_by_several_columns_compares_them_together(store: Store) -> None:
    people = store.definition.collection("t0")
    keys = [("10", "bob@example.com"), ("11", "bob@example.com"), ("10", "x")]
    assert store.erase(people, ("no", "email"), keys) == 1
    assert sorted(rows(store)) == [1, 3, 4]


def test_erasing_nothing_erases_nothing(store: Store) -> None:
    people, before = store.definition.collection("t0"), rows(store)
    assert store.erase(people, ("email",), []) == 0
    assert store.erase(people, ("email",), [("",)]) == 0
    assert store.erase(people, ("note",), [("' OR 1=1 --",), ("%",), ("spaced",)]) == 0
    assert rows(store) == before


def test_a_thousand_rows_are_erased_whole(writable_place: Place) -> None:
    lines = [(number, "same" if number % 2 else f"n{number}") for number in range(1200)]
    store = writable_place.make(Table("many", {"id": "INTEGER", "x": "VARCHAR(20)"}, lines))
    collection = store.definition.collection("t0")
    assert store.erase(collection, ("x",), [("same",)]) == 600
    assert store.count(collection, ("id",), [(str(n),) for n in range(1200)]) == 600


def test_rectifying_changes_one_row_and_leaves_all_else(store: Store) -> None:
    people, before = store.definition.collection("t0"), rows(store)
    changes = {"email": "ada@example.org", "note": 'l\'été, "déjà"\n; % _ \\ 漢字'}
    assert store.rectify(people, ("1",), changes) == 1
    assert rows(store) == before | {1: before[1] | changes}


def test_a_value_can_be_taken_away_and_a_number_written(store: Store) -> None:
    people, before = store.definition.collection("t0"), rows(store)
    assert store.rectify(people, ("2",), {"email": None, "no": "77"}) == 1
    after = rows(store)
    assert not after[2]["email"]
    assert after[2]["no"] == 77
    assert {n: after[n] for n in (1, 3, 4)} == {n: before[n] for n in (1, 3, 4)}


def test_rectifying_a_row_that_is_gone_meets_none(store: Store) -> None:
    people, before = store.definition.collection("t0"), rows(store)
    assert store.rectify(people, ("8",), {"note": "x"}) == 0
    assert store.rectify(people, ("1 OR 1=1",), {"note": "x"}) == 0
    assert rows(store) == before


def test_a_key_that_is_none_is_refused(writable_place: Place) -> None:
    table = Table("t", {"id": "INTEGER", "x": "VARCHAR(20)"}, [(1, "a"), (1, "b")])
    store = writable_place.make(table)
    with pytest.raises(InvalidError, match="several rows"):
        store.rectify(store.definition.collection("t0"), ("1",), {"x": "c"})
    assert store.count(store.definition.collection("t0"), ("x",), [("c",)]) == 0


def test_undeclared_columns_are_refused(store: Store) -> None:
    people, before = store.definition.collection("t0"), rows(store)
    with pytest.raises(InvalidError):
        store.rectify(people, ("1",), {"secret": "x"})
    with pytest.raises(InvalidError):
        store.erase(people, ("secret",), [("1",)])
    assert rows(store) == before


def test_a_text_that_no_number_is_does_not_go_into_a_number(sql_place: SqlPlace) -> None:
    store = sql_place.make(PEOPLE)
    with pytest.raises(InvalidError) as refused:
        store.rectify(store.definition.collection("t0"), ("1",), {"no": "s3cret", "note": "x"})
    assert list(refused.value.fields) == ["no"]
    assert "s3cret" not in f"{refused.value} {refused.value.fields}"
    assert rows(store)[1]["no"] == 10


def test_rows_that_others_need_stay_with_all_the_rest(sql_place: SqlPlace) -> None:
    sql_place.run("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
    sql_place.run(
        "CREATE TABLE child (id INTEGER, p INTEGER, FOREIGN KEY (p) REFERENCES parent (id))"
    )
    sql_place.run("INSERT INTO parent VALUES (1), (2)")
    sql_place.run("INSERT INTO child VALUES (7, 2)")
    store = sql_place.open(definition_of(Table("parent", {"id": "INTEGER"}, [])))
    parents = store.definition.collection("t0")
    with pytest.raises(ConflictError):
        store.erase(parents, ("id",), [("1",), ("2",)])
    assert store.count(parents, ("id",), [("1",), ("2",)]) == 2
    assert store.erase(parents, ("id",), [("1",)]) == 1


def test_a_place_that_is_away_cannot_be_changed(sql_place: SqlPlace) -> None:
    store = sql_place.make(PEOPLE)
    people = store.definition.collection("t0")
    sql_place.run("DROP TABLE people")
    with pytest.raises((InvalidError, UnavailableError)):
        store.erase(people, ("id",), [("1",)])
