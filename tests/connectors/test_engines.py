"""Engines stay a while between searches, are shared, and are closed when nobody needs them."""

import gc
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event

from privacy.stores.connectors.engines import Engines
from privacy.stores.definition import Collection, Field, StoreDefinition
from privacy.stores.terms import DataCategory
from tests.connectors.places import SqlPlace

TITLE = {"fr": "x", "en": "x"}


class Borrower:
    """Somebody who needs an engine."""


@pytest.fixture
def engines() -> Iterator[Engines]:
    kept = Engines(idle=3600)
    yield kept
    kept.close()


def make() -> Engine:
    return create_engine("sqlite://")


def test_the_same_address_gets_the_same_engine(engines: Engines) -> None:
    first, second = Borrower(), Borrower()
    assert engines.borrow("a", first, make) is engines.borrow("a", second, make)
    assert engines.borrow("b", first, make) is not engines.borrow("a", second, make)


def test_what_is_given_back_serves_the_next(engines: Engines) -> None:
    one, other = Borrower(), Borrower()
    shared = engines.borrow("a", one, make)
    engines.give_back(shared, one)
    assert engines.borrow("a", other, make) is shared


def test_idle_engines_are_closed_and_those_in_use_are_not() -> None:
    engines = Engines(idle=0)
    closed: list[str] = []
    keeper, leaver = Borrower(), Borrower()
    for name, borrower in (("kept", keeper), ("left", leaver)):
        shared = engines.borrow(name, borrower, make)
        event.listen(shared.engine, "engine_disposed", lambda _engine, n=name: closed.append(n))
        if borrower is leaver:
            shared.borrowers.discard(borrower)
    engines.sweep()
    assert closed == ["left"]
    engines.close()
    assert closed == ["left", "kept"]


def test_who_forgets_to_give_back_holds_nothing_when_gone() -> None:
    engines = Engines(idle=0)
    forgetful = Borrower()
    shared = engines.borrow("a", forgetful, make)
    del forgetful
    gc.collect()
    engines.sweep()
    assert engines.borrow("a", Borrower(), make) is not shared
    engines.close()


def people(*columns: str) -> StoreDefinition:
    fields = tuple(Field(name, TITLE, DataCategory.IDENTITY) for name in columns)
    return StoreDefinition("s", TITLE, (), (Collection("people", TITLE, (columns[0],), fields),))


def found(place: SqlPlace, definition: StoreDefinition, key: str) -> int:
    store = place.connector(definition)
    try:
        collection = definition.collections[0]
        return len(list(store.read(collection, ("code",), [(key,)])))
    finally:
        store.close()


def test_a_column_that_changed_its_type_since_the_last_search_is_asked_in_its_new_type(
    sql_place: SqlPlace,
) -> None:
    sql_place.run("CREATE TABLE people (code integer)")
    sql_place.run("INSERT INTO people VALUES (42)")
    definition = people("code")
    assert (found(sql_place, definition, "42"), found(sql_place, definition, "042")) == (1, 0)
    sql_place.run("DROP TABLE people")
    sql_place.run("CREATE TABLE people (code varchar(9))")
    sql_place.run("INSERT INTO people VALUES ('042')")
    assert found(sql_place, definition, "042") == 1


def test_a_second_search_does_not_look_at_the_tables_again(sql_place: SqlPlace) -> None:
    sql_place.run("CREATE TABLE people (code integer)")
    definition = people("code")
    found(sql_place, definition, "1")
    store = sql_place.connector(definition)
    asked: list[str] = []

    @event.listens_for(store.engine(writing=False), "before_cursor_execute")
    def note(*told: Any) -> None:
        asked.append(told[2])

    list(store.read(definition.collections[0], ("code",), [("1",)]))
    store.close()
    looks = [one for one in asked if "PRAGMA" in one or "format_type" in one]
    assert not looks
