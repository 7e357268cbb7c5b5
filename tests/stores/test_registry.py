"""Opening stores: none is passed over, none connects before it is asked."""

from typing import Any
from uuid import UUID

import pytest

from privacy.db import Database
from privacy.errors import ConflictError, InvalidError, PrivacyError
from privacy.stores import jobs, queries
from privacy.stores.acts import StoreFacts, register_store
from privacy.stores.models import DataStore, StoreState
from privacy.stores.registry import CONNECTORS, Stores, connector_of
from privacy.stores.search.findings import Outcome
from privacy.stores.search.graph import walk
from privacy.subjects.keys import KeyCabinet
from tests.fakes import FakeClock
from tests.stores.fake_store import FakeStore, collection, store

ONE = store("one", collection("a", "id"))
TWO = store("two", collection("a", "id"))


def test_stores_come_in_order_by_name_and_are_closed_together() -> None:
    made = [FakeStore(TWO, {}), FakeStore(ONE, {})]
    with Stores(made) as stores:
        assert list(stores) == ["two", "one"]
        assert stores["one"] is made[1]
    assert [one.closed for one in made] == [1, 1]


def test_two_stores_of_one_name_are_refused() -> None:
    with pytest.raises(ConflictError):
        Stores([FakeStore(ONE, {}), FakeStore(ONE, {})])


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("sqlite:////x", "sqlite"),
        ("mysql://h/d", "mysql"),
        ("mariadb://h/d", "mysql"),
        ("postgres://h/d", "postgres"),
        ("postgresql://h/d", "postgres"),
        ("postgresql+psycopg://h/d", "postgres"),
    ],
)
def test_the_connector_is_known_by_the_address(address: str, kind: str) -> None:
    assert connector_of(address) == kind
    assert kind in CONNECTORS


@pytest.mark.parametrize("address", ["", "x", "gopher://h", "sqlite", "//", "http://["])
def test_an_address_that_nobody_knows_is_refused(address: str) -> None:
    with pytest.raises(InvalidError):
        connector_of(address)


@pytest.mark.parametrize(
    "change",
    [
        {"connector": "telepathy"},
        {"definition": "{}"},
        {"definition": "["},
        {"address_sealed": b"x"},
    ],
    ids=["connector", "empty definition", "no definition", "address"],
)
def test_a_store_that_cannot_be_opened_is_still_named_in_the_ledger(
    bare_database: Database,
    clock: FakeClock,
    cabinet: KeyCabinet,
    controller_id: UUID,
    facts: StoreFacts,
    change: dict[str, object],
) -> None:
    with bare_database.transaction() as session:
        made = register_store(
            session,
            actor="system",
            at=clock(),
            controller_id=controller_id,
            cabinet=cabinet,
            facts=facts,
        )
        for name, value in change.items():
            setattr(made, name, value)
    with bare_database.reading() as session:
        opened = queries.open_stores(session, controller_id=controller_id, cabinet=cabinet)
    findings = walk(Stores(opened), {"any": {"1"}})
    assert [result.store for result in findings.stores()] == ["place"]
    assert findings.stores()[0].outcome in {Outcome.FAILED, Outcome.NOT_SEARCHED}
    assert not findings.is_complete
    with pytest.raises(PrivacyError):
        opened[0].check()


def test_a_check_opens_the_store_with_no_transaction_open_and_keeps_the_outcome(
    database: Database,
    clock: FakeClock,
    cabinet: KeyCabinet,
    controller_id: UUID,
    facts: StoreFacts,
) -> None:
    with database.transaction() as session:
        made = register_store(
            session,
            actor="system",
            at=clock(),
            controller_id=controller_id,
            cabinet=cabinet,
            facts=facts,
        )
    arguments: dict[str, Any] = {
        "clock": clock,
        "cabinet": cabinet,
        "actor": "job:check-stores",
        "controller_id": controller_id,
    }
    assert jobs.check_store(database, **arguments, name="place") is None
    with database.reading() as session:
        assert session.get_one(DataStore, made.id).state is StoreState.GOOD
