import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, insert, select, text

from privacy.audit import queries
from privacy.audit.checkpoint import open_checkpoint
from privacy.audit.merkle import Edge, leaf_hash
from privacy.audit.models import AuditCheckpoint, AuditEntry, AuditHead, AuditPending, AuditTile
from privacy.audit.seal import Sequencer, UnsafeLogError
from privacy.db import Database, new_id
from privacy.errors import SealError
from tests.audit.logs import (
    CONTROLLER,
    ORIGIN,
    SIGNER,
    STRANGER,
    append,
    bodies,
    make_log,
    sequencer,
    waiting,
)
from tests.fakes import FakeClock


def signed_root(database: Database) -> tuple[int, bytes]:
    with database.reading() as session:
        note = queries.checkpoint(session)
    checkpoint = open_checkpoint(note, [SIGNER.verifier], origin=ORIGIN)
    return checkpoint.size, checkpoint.root


def root_of(entries: list[bytes]) -> bytes:
    edge = Edge()
    edge.extend([leaf_hash(body) for body in entries])
    return edge.root()


def assert_whole(database: Database, size: int) -> None:
    stored = bodies(database)
    assert signed_root(database) == (size, root_of(stored))
    assert len(set(stored)) == len(stored) == size


def test_committed_entries_get_their_places_and_a_signed_root(
    database: Database, clock: FakeClock
):
    appended = append(database, 3, clock.now)
    assert sequencer(database, clock).integrate() == 3
    assert waiting(database) == 0
    assert [leaf_hash(body) for body in bodies(database)] == [one.leaf_hash for one in appended]
    assert_whole(database, 3)


def test_an_entry_can_be_searched_by_what_its_body_says(database: Database, clock: FakeClock):
    (appended, *_others) = make_log(database, clock, 2)
    with database.reading() as session:
        row = session.scalars(select(AuditEntry).where(AuditEntry.idx == 0)).one()
    assert (row.log_id, row.id, row.leaf_hash) == (1, *appended)
    assert (row.action, row.actor) == ("request.submitted", "operator:7")
    assert (row.controller_id, row.subject_id and row.subject_id.int) == (CONTROLLER, 2)
    assert row.at == clock.now


@pytest.mark.parametrize("batches", [(1, 1, 254, 1), (255, 2, 300), (256, 256), (700,)])
def test_the_tiles_are_the_same_however_the_log_grew(
    database: Database, clock: FakeClock, batches: tuple[int, ...]
):
    make_log(database, clock, *batches)
    expected = Edge().extend([leaf_hash(body) for body in bodies(database)])
    with database.reading() as session:
        tiles = {(tile.level, tile.n): tile.hashes for tile in session.scalars(select(AuditTile))}
    assert tiles == expected
    assert_whole(database, sum(batches))


def test_a_batch_has_a_limit_and_the_rest_follows(database: Database, clock: FakeClock):
    append(database, 5, clock.now)
    sealing = sequencer(database, clock)
    assert [sealing.integrate(2) for _ in range(4)] == [2, 2, 1, 0]
    assert_whole(database, 5)


def test_entries_that_are_not_committed_are_not_integrated(database: Database, clock: FakeClock):
    with database.sessions() as session:
        session.connection().execute(
            insert(AuditPending),
            {
                "subject_id": CONTROLLER,
                "id": new_id(clock.now),
                "log_id": 1,
                "body": b"{}",
                "at": clock.now,
            },
        )
        session.rollback()
    assert sequencer(database, clock).integrate() == 0


def test_another_process_continues_where_the_last_one_stopped(
    database: Database, clock: FakeClock
):
    make_log(database, clock, 300)
    append(database, 10, clock.now)
    clock.advance(seconds=11)
    assert sequencer(database, clock).integrate() == 10
    assert_whole(database, 310)
    with database.reading() as session:
        assert session.get_one(AuditHead, 1).epoch == 2


def test_while_one_leads_the_others_rest(database: Database, clock: FakeClock):
    first, second = sequencer(database, clock), sequencer(database, clock)
    append(database, 1, clock.now)
    assert first.integrate() == 1
    append(database, 1, clock.now)
    assert second.integrate() == 0
    clock.advance(seconds=9)
    assert first.integrate() == 1
    append(database, 1, clock.now)
    clock.advance(seconds=9)
    assert second.integrate() == 0
    clock.advance(seconds=1)
    assert second.integrate() == 1
    append(database, 1, clock.now)
    assert first.integrate() == 0
    assert second.integrate() == 1
    append(database, 1, clock.now)
    clock.advance(seconds=10)
    assert first.integrate() == 1
    assert_whole(database, 5)


def test_an_idle_sequencer_does_not_wait_for_the_writer(database: Database, clock: FakeClock):
    make_log(database, clock, 1)
    sealing = sequencer(database, clock)
    with database.transaction() as session:
        session.execute(select(AuditHead))
        assert sealing.integrate() == 0


@contextmanager
def before_statement(database: Database, number: int, act: Callable[[], None]) -> Iterator[None]:
    """Do something just before the n-th statement that the engine executes."""
    seen = iter(range(1, 1000))

    def before(*_arguments: Any) -> None:
        if next(seen) == number:
            act()

    event.listen(database.engine, "before_cursor_execute", before)
    try:
        yield
    finally:
        event.remove(database.engine, "before_cursor_execute", before)


def die() -> None:
    raise KeyboardInterrupt


def test_a_sequencer_killed_before_any_statement_leaves_the_log_whole(
    database: Database, clock: FakeClock
):
    make_log(database, clock, 255)
    size, number, integrated = 255, 0, 0
    while not integrated:
        number += 1
        append(database, 3, clock.now)
        clock.advance(seconds=11)
        try:
            with before_statement(database, number, die):
                integrated = sequencer(database, clock).integrate()
        except KeyboardInterrupt:
            assert_whole(database, size)
    size += integrated
    assert number > 10
    assert integrated == 3 * number
    assert_whole(database, size)


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
@pytest.mark.parametrize("statement", [3, 4, 5])
def test_a_leader_who_was_overtaken_cannot_commit(
    database: Database, database_url: str, clock: FakeClock, statement: int
):
    other = Database.connect(database_url)
    slow, fast = sequencer(database, clock), sequencer(other, clock)
    append(database, 2, clock.now)
    assert slow.integrate() == 2
    append(database, 2, clock.now)
    taken: list[int] = []

    def overtake() -> None:
        clock.advance(seconds=11)
        taken.append(fast.integrate())

    # Statement 3 opens the slow one's transaction, 5 moves the head and locks its row.
    with before_statement(database, statement, overtake):
        lost = slow.integrate()
    assert (taken, lost) == ([2], 0)
    append(database, 1, clock.now)
    assert [slow.integrate(), fast.integrate()] == [0, 1]
    assert_whole(database, 5)
    other.dispose()


def test_of_two_who_found_the_log_at_once_one_does(
    database: Database, database_url: str, clock: FakeClock
):
    other = Database.connect(database_url)
    append(database, 2, clock.now)
    founded: list[int] = []

    def found() -> None:
        founded.append(sequencer(other, clock).integrate())

    # Statement 2 is the last that only reads: both see that there is no head yet.
    with before_statement(database, 2, found):
        assert sequencer(database, clock).integrate() == 0
    assert founded == [2]
    assert_whole(database, 2)
    other.dispose()


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_who_founds_the_log_a_moment_too_late_gives_way(
    database: Database, database_url: str, clock: FakeClock
):
    other = Database.connect(database_url)
    append(database, 2, clock.now)
    founded: list[int] = []

    def found() -> None:
        founded.append(sequencer(other, clock).integrate())

    # Statement 4 inserts the head that statement 3 did not find.
    with before_statement(database, 4, found):
        assert sequencer(database, clock).integrate() == 0
    assert founded == [2]
    assert_whole(database, 2)
    other.dispose()


def seal_until(done: threading.Event, database: Database, clock: FakeClock) -> None:
    sealing = sequencer(database, clock)
    while not done.is_set() or waiting(database):
        sealing.integrate(limit=7)
        clock.advance(seconds=4)


def append_often(database: Database, clock: FakeClock) -> None:
    for _ in range(25):
        append(database, 2, clock.now)


def test_two_sequencers_and_four_writers_leave_no_gap(
    database: Database, database_url: str, clock: FakeClock
):
    others = [Database.connect(database_url) for _ in range(2)]
    done = threading.Event()
    with ThreadPoolExecutor(6) as pool:
        sealers = [pool.submit(seal_until, done, one, clock) for one in others]
        writers = [pool.submit(append_often, database, clock) for _ in range(4)]
        wait(writers)
        done.set()
    assert [one.exception() for one in (*writers, *sealers)] == [None] * 6
    assert_whole(database, 200)
    for other in others:
        other.dispose()


def spoil(database: Database, statement: str) -> None:
    with database.engine.begin() as connection:
        connection.execute(text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_head SET size = 4",
        "UPDATE audit_tile SET hashes = (SELECT leaf_hash FROM audit_entry WHERE idx = 0)",
        "DELETE FROM audit_tile",
        "DELETE FROM audit_checkpoint",
        "UPDATE audit_checkpoint SET size = 6",
        "UPDATE audit_checkpoint SET note = replace(note, 'privacy', 'another')",
    ],
)
def test_a_log_that_is_not_what_was_signed_is_not_continued(
    database: Database, clock: FakeClock, statement: str
):
    make_log(database, clock, 5)
    append(database, 1, clock.now)
    spoil(database, statement)
    clock.advance(seconds=11)
    with pytest.raises(Exception, match=r"signed|checkpoint"):
        sequencer(database, clock).integrate()
    assert waiting(database) == 1


def test_a_checkpoint_signed_by_a_stranger_is_not_continued(database: Database, clock: FakeClock):
    append(database, 1, clock.now)
    assert sequencer(database, clock, STRANGER).integrate() == 1
    append(database, 1, clock.now)
    clock.advance(seconds=11)
    with pytest.raises(Exception, match="No known key"):
        sequencer(database, clock).integrate()


def test_the_log_of_another_origin_is_not_continued(database: Database, clock: FakeClock):
    make_log(database, clock, 1)
    append(database, 1, clock.now)
    clock.advance(seconds=11)
    with pytest.raises(SealError, match="not a checkpoint of this log"):
        Sequencer(database, SIGNER, clock, "another.example/log").integrate()


def test_a_backup_restored_under_a_running_leader_is_noticed(database: Database, clock: FakeClock):
    sealing = sequencer(database, clock)
    append(database, 2, clock.now)
    sealing.integrate()
    with database.engine.begin() as connection:
        kept = connection.execute(text("SELECT * FROM audit_checkpoint")).one()
    append(database, 2, clock.now)
    sealing.integrate()
    spoil(database, "UPDATE audit_head SET size = 2")
    with database.engine.begin() as connection:
        connection.execute(text("DELETE FROM audit_checkpoint"))
        connection.execute(
            text("INSERT INTO audit_checkpoint VALUES (:log_id, :size, :note, :at)"),
            kept._asdict(),
        )
    append(database, 1, clock.now)
    with pytest.raises(UnsafeLogError, match="has 2 entries but 4 were signed"):
        sealing.integrate()


def test_of_the_checkpoints_of_one_hour_the_last_is_kept(database: Database, clock: FakeClock):
    sealing = sequencer(database, clock)
    for minutes in (0, 20, 39, 1, 59, 1):
        clock.advance(minutes=minutes)
        append(database, 1, clock.now)
        sealing.integrate()
    with database.reading() as session:
        sizes = session.scalars(select(AuditCheckpoint.size).order_by(AuditCheckpoint.size)).all()
    assert list(sizes) == [3, 5, 6]
