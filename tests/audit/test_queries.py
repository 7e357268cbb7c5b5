from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from privacy.audit import log, queries
from privacy.audit.actions import Action
from privacy.audit.merkle import leaf_hash
from privacy.audit.triggers import REMOVALS
from privacy.db import Database
from privacy.errors import NotFoundError
from tests.audit.logs import CONTROLLER, append, bodies, make_log, sequencer
from tests.fakes import FakeClock

OTHER = UUID("0190f2a0-0000-7000-8000-00000000000d")


def page(database: Database, **asked: Any) -> list[int | None]:
    with database.reading() as session:
        found = queries.entries(session, **{"controller_ids": None} | asked)
    return [entry.index for entry in found]


def test_entries_come_newest_first_in_pages(database: Database, clock: FakeClock):
    make_log(database, clock, 5)
    assert page(database, limit=2) == [4, 3]
    assert page(database, limit=2, before_index=3) == [2, 1]
    assert page(database, limit=2, before_index=1) == [0]
    assert page(database, limit=2, before_index=0) == []


def test_entries_that_wait_come_first_and_have_no_index(database: Database, clock: FakeClock):
    make_log(database, clock, 2)
    waiting = append(database, 2, clock.now)
    assert page(database) == [None, None, 1, 0]
    assert page(database, limit=3) == [None, None, 1]
    assert page(database, before_index=2) == [1, 0]
    with database.reading() as session:
        found = queries.entries(session, controller_ids=None, limit=2)
    assert [(one.id, one.leaf_hash) for one in found] == waiting[::-1]


def test_an_entry_says_what_was_appended(database: Database, clock: FakeClock):
    make_log(database, clock, 1)
    with database.reading() as session:
        (entry,) = queries.entries(session, controller_ids=None)
    assert (entry.action, entry.actor) == (Action.REQUEST_SUBMITTED, "operator:7")
    assert (entry.controller_id, entry.subject_id) == (CONTROLLER, UUID(int=1))
    assert (entry.at, entry.is_whole) == (clock.now, True)
    assert entry.details == {"kind": "access", "due_on": "2026-04-02"}


@pytest.mark.parametrize("is_integrated", [True, False])
def test_entries_can_be_narrowed(database: Database, clock: FakeClock, *, is_integrated: bool):
    start = clock.now
    append(database, 2, start)
    clock.advance(days=1)
    with database.transaction() as session:
        log.append(
            session, Action.AUDIT_SEARCHED, at=clock.now, actor="system", controller_id=OTHER
        )
        log.append(session, Action.KEYS_ROTATED, at=clock.now, actor="system")
    if is_integrated:
        sequencer(database, clock).integrate()

    def count(**asked: Any) -> int:
        return len(page(database, **asked))

    assert count() == 4
    assert count(controller_ids=[CONTROLLER]) == 2
    assert count(controller_ids=[CONTROLLER, OTHER]) == 3
    assert count(controller_ids=[]) == 0
    assert count(action=Action.REQUEST_SUBMITTED) == 2
    assert count(actor="system") == 2
    assert count(actor="system", controller_ids=[OTHER]) == 1
    assert count(subject_id=UUID(int=1)) == 1
    assert count(since=clock.now) == 2
    assert count(until=clock.now) == 2
    assert count(since=start, until=start + timedelta(seconds=1)) == 2
    assert count(action=None, since=None) == 4


@pytest.mark.parametrize(
    ("change", "is_read"),
    [
        ("UPDATE audit_entry SET body = leaf_hash WHERE idx = 1", False),
        ("UPDATE audit_entry SET body = 'not even bytes' WHERE idx = 1", False),
        ("UPDATE audit_entry SET leaf_hash = body WHERE idx = 1", True),
    ],
)
def test_a_page_opens_although_an_entry_was_altered(
    database: Database, clock: FakeClock, change: str, *, is_read: bool
):
    make_log(database, clock, 2)
    with database.engine.begin() as connection:
        for statement in REMOVALS[database.engine.dialect.name]:
            connection.execute(text(statement))
        connection.execute(text(change))
    with database.reading() as session:
        altered, whole = queries.entries(session, controller_ids=None)
    assert (altered.index, altered.is_whole) == (1, False)
    assert bool(altered.details) == is_read
    assert whole.is_whole


def test_tiles_and_bundles_are_served_as_c2sp_asks(database: Database, clock: FakeClock):
    make_log(database, clock, 300)
    stored = bodies(database)
    hashes = b"".join(leaf_hash(body) for body in stored)
    with database.reading() as session:
        assert queries.tile(session, 0, 0) == hashes[: 256 * 32]
        assert queries.tile(session, 0, 1, 44) == hashes[256 * 32 :]
        assert queries.tile(session, 0, 1, 7) == hashes[256 * 32 : 263 * 32]
        assert len(queries.tile(session, 1, 0, 1)) == 32
        bundle = queries.entry_bundle(session, 1, 44)
        assert len(queries.entry_bundle(session, 0)) > 256 * 200
        assert queries.checkpoint(session).split("\n")[1] == "300"
    found = []
    while bundle:
        length = int.from_bytes(bundle[:2])
        found.append(bundle[2 : 2 + length])
        bundle = bundle[2 + length :]
    assert found == stored[256:]


@pytest.mark.parametrize(
    ("level", "n", "width"),
    [(0, 0, 6), (0, 0, 0), (0, 0, -1), (0, 0, 257), (0, 1, 1), (1, 0, 1), (0, -1, 1)],
)
def test_what_the_log_does_not_have_is_not_found(
    database: Database, clock: FakeClock, level: int, n: int, width: int
):
    make_log(database, clock, 5)
    with database.reading() as session:
        with pytest.raises(NotFoundError):
            queries.tile(session, level, n, width)
        with pytest.raises(NotFoundError):
            queries.entry_bundle(session, n or level, width)


def test_an_empty_log_has_no_checkpoint(database: Database):
    with database.reading() as session, pytest.raises(NotFoundError):
        queries.checkpoint(session)
