"""Fifty requests at once beside stores that hang, are down or have changed: nothing false is said.

Whatever a data store does, its requests stay open and say why; those that do not need it are
answered, and no store is waited for once for each request.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Collection as Values
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import Event
from uuid import UUID

import pytest
from typing_extensions import override

from privacy.errors import UnavailableError
from privacy.purposes.models import Controller
from privacy.requests.answering import failing
from privacy.requests.intake import bulk
from privacy.requests.intake.taking_in import Verification
from privacy.requests.jobs import Bench, fulfil_access
from privacy.requests.models import RequestState
from privacy.stores.connectors.sqlite.connector import SqliteConnector
from privacy.stores.definition import Collection, Columns
from privacy.stores.protocol import Key, Row, Store
from tests.requests.dying import ROWS, SHOP
from tests.requests.office import DPO, Office, plain_page
from tests.stores.fake_store import DeafStore, FakeStore, collection, identity, store

CARDS = store("cards", collection("card", "id email", identities=[identity("email")]))
HALF = 25
"""Of fifty."""
FEW = 3
HEAD = "email,kind,received_on,channel,language,reference\n"
PATIENCE = 0.05
"""Seconds that the hanging store keeps its caller, as a connector's own limit would."""


class Hanging(FakeStore):
    """Never answers; like a connector it gives up after a while, and counts how often."""

    def __init__(self) -> None:
        super().__init__(CARDS, {})
        self.waits = 0

    @override
    def read(self, collection: Collection, columns: Columns, values: Values[Key]) -> Iterator[Row]:
        self.waits += 1
        Event().wait(PATIENCE)
        raise UnavailableError("no answer")


@dataclass
class Registers:
    """Which data stores each controller has now."""

    office: Office
    by_controller: dict[UUID, Callable[[], Store]]

    def bench(self) -> Bench:
        def opened(controller_id: UUID) -> Mapping[str, Store]:
            one = self.by_controller[controller_id]()
            stores = (self.office.own_store(), FakeStore(SHOP, ROWS), one)
            return {each.definition.name: each for each in stores}

        office = self.office
        return Bench(office.database, office.clock, office.desk, opened, plain_page)


def healthy() -> Store:
    return FakeStore(CARDS, {"card": [{"id": 1, "email": "s1@example.fr"}]})


def approved(office: Office, to: Controller, count: int = FEW) -> list[UUID]:
    """Take in and approve so many requests."""
    rows = "".join(f"s{n}@example.fr,access,2026-03-02,mail,fr,R{n}\n" for n in range(count))
    lines = bulk.read_file(HEAD + rows, today=date(2026, 3, 2), languages=("fr",))
    made = bulk.import_lines(
        office.database,
        clock=office.clock,
        desk=office.desk,
        batch=bulk.Batch(to, Verification.SIGNED_IN, DPO),
        lines=lines,
    )
    for request_id in made.ids.values():
        office.approve(request_id)
    return list(made.ids.values())


def states(office: Office, ids: list[UUID]) -> set[RequestState]:
    return {office.request(one).state for one in ids}


def changed(folder: Path) -> Store:
    """Return a file whose table lost the column by which people were found in it."""
    path = folder / "cards.sqlite3"
    with sqlite3.connect(path) as file:
        file.execute("DROP TABLE IF EXISTS card")
        file.execute("CREATE TABLE card (id INTEGER PRIMARY KEY, address TEXT)")
    file.close()
    return SqliteConnector(CARDS, f"sqlite:///{path}")


@pytest.mark.parametrize(("fault", "half"), [("hanging", HALF), ("down", FEW), ("changed", FEW)])
def test_fifty_at_once_beside_a_store_in_trouble(
    office: Office, other: Controller, tmp_path: Path, *, fault: str, half: int
):
    hanging = Hanging()
    troubled: Mapping[str, Callable[[], Store]] = {
        "down": lambda: DeafStore(CARDS, UnavailableError("down")),
        "hanging": lambda: hanging,
        "changed": lambda: changed(tmp_path),
    }
    registers = Registers(office, {office.controller.id: troubled[fault], other.id: healthy})
    waiting, fine = approved(office, office.controller, half), approved(office, other, half)
    assert fulfil_access(registers.bench()) == half
    assert states(office, fine) == {RequestState.READY}
    assert states(office, waiting) == {RequestState.APPROVED}
    for one in waiting:
        state, _found, why = office.tasks(one)["cards"]
        assert (state, bool(why)) == ("failed", True)
        assert office.tasks(one)["shop"][0] == "empty"
    assert hanging.waits <= 1
    assert len(office.messages("request_ready")) == half


def test_when_the_store_is_back_every_request_is_answered(office: Office):
    deaf: dict[UUID, Callable[[], Store]] = {
        office.controller.id: lambda: DeafStore(CARDS, UnavailableError("down"))
    }
    registers = Registers(office, deaf)
    waiting = approved(office, office.controller)
    assert fulfil_access(registers.bench()) == 0
    deaf[office.controller.id] = healthy
    office.clock.advance(hours=1)
    assert fulfil_access(registers.bench()) == FEW
    assert states(office, waiting) == {RequestState.READY}
    assert not any(office.request(one).exceptions for one in waiting)


def test_answering_without_a_silent_store_is_told_as_an_exception(office: Office):
    registers = Registers(office, {office.controller.id: Hanging})
    first, *others = approved(office, office.controller)
    fulfil_access(registers.bench())
    with office.taken(first) as (session, about):
        failing.waive(session, actor=DPO, at=office.clock(), about=about, store="cards")
    assert fulfil_access(registers.bench()) == 1
    about = office.request(first)
    assert (about.state, about.exceptions) == (RequestState.READY, True)
    assert states(office, others) == {RequestState.APPROVED}
