"""A data store whose schema changed since yesterday: what the check and a search say of it."""

import sqlite3
from contextlib import closing
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from privacy.db import Database
from privacy.stores import acts, queries
from privacy.stores.acts import StoreFacts
from privacy.stores.definition import Waiver
from privacy.stores.jobs import check_store
from privacy.stores.registry import Stores
from privacy.stores.search.findings import Findings, Outcome
from privacy.stores.search.graph import walk
from privacy.subjects.keys import KeyCabinet
from tests.fakes import FakeClock

NAME = "place"


class Yesterday:
    """A store that was registered, checked and searched whole the day before."""

    def __init__(
        self, database: Database, clock: FakeClock, cabinet: KeyCabinet, controller_id: UUID
    ) -> None:
        self.database, self.clock = database, clock
        self.held: dict[str, Any] = {"cabinet": cabinet, "controller_id": controller_id}

    def register(self, facts: StoreFacts) -> None:
        self.address = facts.address.removeprefix("sqlite:///")
        with self.database.transaction() as session:
            acts.register_store(
                session, actor="operator:1", at=self.clock(), facts=facts, **self.held
            )
        self.check()
        assert self.search().is_complete
        self.clock.advance(days=1)

    def run(self, statement: str) -> None:
        with closing(sqlite3.connect(self.address)) as file:
            file.execute(statement)
            file.commit()

    def check(self) -> None:
        check_store(
            self.database, clock=self.clock, actor="job:check-stores", name=NAME, **self.held
        )

    def search(self) -> Findings:
        with self.database.reading() as session:
            opened = Stores(queries.open_stores(session, **self.held))
        return walk(opened, {"any": {"1"}})

    def waive(self, waiver: Waiver) -> None:
        with self.database.transaction() as session:
            row = queries.data_store(session, controller_id=self.held["controller_id"], name=NAME)
            acts.waive(session, actor="operator:1", at=self.clock(), store=row, waiver=waiver)


@pytest.fixture
def place(
    database: Database,
    clock: FakeClock,
    cabinet: KeyCabinet,
    controller_id: UUID,
    facts: StoreFacts,
) -> Yesterday:
    made = Yesterday(database, clock, cabinet, controller_id)
    made.register(facts)
    return made


def test_a_column_that_went_since_yesterday_fails_its_collection(place: Yesterday) -> None:
    place.run("ALTER TABLE people RENAME COLUMN email TO mail")
    (line,) = place.search().coverage
    assert (line.outcome, line.reason) == (Outcome.FAILED, "invalid")


@pytest.mark.parametrize(
    ("statement", "new"),
    [
        ("ALTER TABLE people ADD COLUMN score INTEGER", "people.score"),
        ("CREATE TABLE calls (id INTEGER, phone TEXT)", "calls"),
    ],
)
def test_what_came_since_yesterday_makes_no_answer_whole_once_it_was_checked(
    place: Yesterday, statement: str, new: str
) -> None:
    place.run(statement)
    place.check()
    findings = place.search()
    assert [one.collection for one in findings.coverage if not one.is_complete] == [new]
    place.check()
    assert not place.search().is_complete, "a second check does not take it for classified"
    table, _dot, column = new.partition(".")
    place.waive(Waiver(table, column, "later", date(2099, 1, 1)))
    again = place.search()
    assert [one.collection for one in again.coverage if not one.is_complete] == [new]
