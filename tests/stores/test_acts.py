"""Registering data stores: what is kept, what is sealed, what is refused, what is recorded."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from privacy.db import Database
from privacy.errors import ConflictError, InvalidError, NotFoundError, UnavailableError
from privacy.stores import acts, queries
from privacy.stores.acts import StoreFacts
from privacy.stores.models import DataStore, StoreState
from privacy.stores.registry import Stores
from privacy.subjects.keys import KeyCabinet
from privacy.subjects.rotation import rotate_controller_key
from tests.fakes import FakeClock
from tests.make import make_controller
from tests.stores.conftest import Entries

SECRET = "postgresql://reader:s3cret@db.example/shop"


@pytest.fixture
def register(database: Database, clock: FakeClock, cabinet: KeyCabinet, controller_id: UUID):
    def register(facts: StoreFacts) -> DataStore:
        with database.transaction() as session:
            return acts.register_store(
                session,
                actor="operator:1",
                at=clock(),
                controller_id=controller_id,
                cabinet=cabinet,
                facts=facts,
            )

    return register


def test_a_registered_store_is_there_and_recorded(
    database: Database, controller_id: UUID, facts: StoreFacts, entries: Entries, register
) -> None:
    register(facts)
    with database.reading() as session:
        row = queries.data_store(session, controller_id=controller_id, name="place")
    assert (row.connector, row.state, row.checked_at) == ("sqlite", StoreState.NEW, None)
    assert entries() == [
        ("store.registered", str(controller_id), {"store": "place", "kind": "sqlite"})
    ]


def test_a_registered_store_can_be_opened_and_read(
    database: Database, controller_id: UUID, cabinet: KeyCabinet, facts: StoreFacts, register
) -> None:
    register(facts)
    with database.reading() as session:
        opened = queries.open_stores(session, controller_id=controller_id, cabinet=cabinet)
    with Stores(opened) as stores:
        collection = stores["place"].definition.collection("t0")
        rows = list(stores["place"].read(collection, ("id",), [("1",)]))
    assert rows == [{"id": 1, "email": "ada@example.com"}]
    assert stores["place"].definition == facts.definition


def test_the_address_is_sealed_and_bound_to_its_row(
    database: Database, controller_id: UUID, cabinet: KeyCabinet, facts: StoreFacts, register
) -> None:
    register(replace(facts, address=SECRET))
    other = register(
        StoreFacts("sqlite:////x", replace(facts.definition, name="other")),
    )
    with database.transaction() as session:
        row = queries.data_store(session, controller_id=controller_id, name="place")
        assert b"s3cret" not in row.address_sealed
        assert "s3cret" not in repr(row.__dict__)
        moved = session.get_one(DataStore, other.id)
        moved.address_sealed = row.address_sealed
        acts.record_check(session, actor="system", at=row.created_at, store=row, error=None)
    with database.reading() as session:
        stores = Stores(queries.open_stores(session, controller_id=controller_id, cabinet=cabinet))
    with pytest.raises(Exception, match="sealed value"):
        stores["other"].check()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "oracle://h/db",
        "nonsense",
        "http://[",
        "sqlite://",
        "postgresql://",
        "sqlite:///" + "x" * 2000,
    ],
)
def test_an_address_that_no_connector_takes_is_refused(
    facts: StoreFacts, entries: Entries, register, address: str
) -> None:
    with pytest.raises(InvalidError):
        register(replace(facts, address=address))
    assert entries() == []


def test_a_faulty_definition_is_refused(facts: StoreFacts, register) -> None:
    with pytest.raises(InvalidError) as refused:
        register(replace(facts, definition=replace(facts.definition, collections=())))
    assert "collections" in refused.value.fields


@pytest.mark.parametrize("name", ["place", "privacy"])
def test_a_name_that_is_taken_is_refused(facts: StoreFacts, register, name: str) -> None:
    register(facts)
    with pytest.raises(ConflictError):
        register(replace(facts, definition=replace(facts.definition, name=name)))


def test_another_controller_may_use_the_name_and_sees_only_its_own(
    database: Database, clock: FakeClock, cabinet: KeyCabinet, facts: StoreFacts, register
) -> None:
    register(facts)
    with database.transaction() as session:
        other = make_controller(session, at=clock(), cabinet=cabinet, slug="other").id
    with database.reading() as session:
        assert queries.open_stores(session, controller_id=other, cabinet=cabinet) == []
        with pytest.raises(NotFoundError):
            queries.data_store(session, controller_id=other, name="place")


def test_what_a_check_said_is_kept_and_recorded(
    database: Database, clock: FakeClock, facts: StoreFacts, entries: Entries, register
) -> None:
    store = register(facts)
    missing = InvalidError("It is not so.", fields={"t0.phone": ["no such column"]})
    kept = []
    for error in (None, missing, UnavailableError("It is away.")):
        with database.transaction() as session:
            row = session.get_one(DataStore, store.id)
            acts.record_check(session, actor="job:check", at=clock(), store=row, error=error)
        kept.append((row.state, row.check_result))
    assert kept == [
        (StoreState.GOOD, None),
        (StoreState.FAILING, "It is not so.\nt0.phone: no such column"),
        (StoreState.FAILING, "It is away."),
    ]
    assert [details["outcome"] for _type, _id, details in entries()[1:]] == [
        "good",
        "invalid",
        "unavailable",
    ]


def test_a_removed_store_is_gone_with_its_address(
    database: Database,
    clock: FakeClock,
    controller_id: UUID,
    facts: StoreFacts,
    entries: Entries,
    register,
) -> None:
    register(facts)
    arguments: dict[str, Any] = {
        "actor": "operator:1",
        "at": clock(),
        "controller_id": controller_id,
    }
    with database.transaction() as session:
        acts.remove_store(session, **arguments, name="place")
    with database.reading() as session:
        assert queries.data_stores(session, controller_id=controller_id) == []
    assert entries()[-1][0] == "store.removed"
    with pytest.raises(NotFoundError), database.transaction() as session:
        acts.remove_store(session, **arguments, name="place")


def test_addresses_follow_a_new_version_of_the_controllers_key(
    database: Database,
    clock: FakeClock,
    cabinet: KeyCabinet,
    controller_id: UUID,
    facts: StoreFacts,
    register,
) -> None:
    register(facts)
    arguments: dict[str, Any] = {
        "actor": "system",
        "at": clock(),
        "cabinet": cabinet,
        "controller_id": controller_id,
    }
    with database.transaction() as session:
        rotate_controller_key(session, **arguments)
    clock.advance(hours=2)
    with database.transaction() as session:
        assert queries.addresses_under(session, controller_id, 1) == 1
        assert acts.reseal_addresses(session, **arguments) == 1
    with database.reading() as session:
        assert queries.addresses_under(session, controller_id, 1) == 0
        (store,) = queries.open_stores(session, controller_id=controller_id, cabinet=cabinet)
    store.check()
    with database.reading() as session:
        assert acts.reseal_addresses(session, **arguments) == 0
