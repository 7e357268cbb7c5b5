import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text

from privacy.audit import queries
from privacy.audit.checkpoint import Checkpoint
from privacy.audit.merkle import Edge, leaf_hash
from privacy.audit.triggers import REFUSALS, REMOVALS
from privacy.audit.verify import Verdict, verify_log
from privacy.db import Base, Database
from tests.audit.falsifications import FALSIFICATIONS
from tests.audit.logs import ORIGIN, SIGNER, STRANGER, append, bodies, make_log, sequencer, waiting
from tests.fakes import FakeClock

TABLES = [
    Base.metadata.tables[name]
    for name in ("audit_entry", "audit_tile", "audit_head", "audit_checkpoint")
]


def check(database: Database, clock: FakeClock, *kept: str) -> Verdict:
    return verify_log(database, [SIGNER.verifier], at=clock.now, origin=ORIGIN, kept=kept)


def spoil(database: Database, *statements: str) -> None:
    """Do what only the owner of the database can: the triggers are out of the way."""
    dialect = database.engine.dialect.name
    with database.engine.begin() as connection:
        for statement in (*REMOVALS[dialect], *statements):
            connection.execute(text(statement))


@contextmanager
def put_back(database: Database) -> Iterator[None]:
    """Restore the tables of the log, so that one log serves many falsifications."""
    with database.engine.begin() as connection:
        kept = [connection.execute(select(table)).all() for table in TABLES]
    try:
        yield
    finally:
        with database.engine.begin() as connection:
            for table, rows in zip(TABLES, kept, strict=True):
                connection.execute(table.delete())
                connection.execute(insert(table), [row._asdict() for row in rows])


def hourly_log(database: Database, clock: FakeClock) -> None:
    """Make a log of 600 entries with checkpoints at 300, 500 and 600."""
    sealing = sequencer(database, clock)
    for count in (300, 200, 100):
        append(database, count, clock.now)
        sealing.integrate()
        clock.advance(hours=1)


def test_an_honest_log_is_whole(database: Database, clock: FakeClock):
    hourly_log(database, clock)
    append(database, 2, clock.now)
    verdict = check(database, clock)
    assert verdict.is_whole
    assert verdict.first_bad is None
    assert (verdict.size, verdict.checkpoints) == (600, 3)
    assert (verdict.waiting, verdict.late) == (2, 0)
    edge = Edge()
    edge.extend([leaf_hash(body) for body in bodies(database)])
    assert verdict.root == edge.root()


def test_an_empty_log_is_whole(database: Database, clock: FakeClock):
    verdict = check(database, clock)
    assert verdict.is_whole
    assert verdict.size == 0


def test_entries_that_wait_too_long_are_counted(database: Database, clock: FakeClock):
    append(database, 2, clock.now)
    clock.advance(seconds=60)
    append(database, 1, clock.now)
    assert check(database, clock).late == 0
    clock.advance(seconds=1)
    assert (check(database, clock).waiting, check(database, clock).late) == (3, 2)


def test_every_falsification_is_found_and_named(
    database: Database, clock: FakeClock, subtests: pytest.Subtests
):
    hourly_log(database, clock)
    for falsification in FALSIFICATIONS:
        with subtests.test(falsification.name), put_back(database):
            spoil(database, *falsification.statements(database.engine.dialect.name))
            verdict = check(database, clock)
            assert not verdict.is_whole
            assert verdict.first_bad == falsification.first_bad, verdict.faults
            assert falsification.words in " ".join(fault.what for fault in verdict.faults)
    assert check(database, clock).is_whole


def test_one_flipped_bit_anywhere_in_an_entry_is_found(database: Database, clock: FakeClock):
    make_log(database, clock, 3)
    body = bodies(database)[1]
    table = TABLES[0]
    spoil(database)
    for place in range(0, len(body), 7):
        flipped = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        with database.engine.begin() as connection:
            connection.execute(table.update().where(table.c.idx == 1).values(body=flipped))
        assert check(database, clock).first_bad == 1


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_one_byte_changed_in_the_file_is_found_and_named(
    database: Database, database_url: str, clock: FakeClock
):
    make_log(database, clock, 40)
    file = Path(database_url.removeprefix("sqlite:///"))
    body = bodies(database)[7]
    database.dispose()  # the last connection brings everything into the one file
    honest = file.read_bytes()
    start = honest.index(body)
    # The body, and after it the hash and the columns, which are texts.
    for place in range(start, start + 440, 11):
        spoilt = bytearray(honest)
        spoilt[place] ^= 0x80
        file.write_bytes(spoilt)
        assert check(database, clock).first_bad == 7, place - start
        with database.reading() as session:
            assert len(queries.entries(session, controller_ids=None)) == 40
        database.dispose()


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_page_of_the_file_that_cannot_be_read_is_named(
    database: Database, database_url: str, clock: FakeClock
):
    make_log(database, clock, 40)
    start = bodies(database)[20]
    database.dispose()
    file = Path(database_url.removeprefix("sqlite:///"))
    honest = file.read_bytes()
    page = honest.index(start) // 4096 * 4096
    file.write_bytes(honest[:page] + bytes([0xFF]) * 100 + honest[page + 100 :])
    verdict = check(database, clock)
    assert verdict.first_bad == 0
    assert "cannot be read" in verdict.faults[0].what


def rewrite(database: Database, *, tiles: bool) -> None:
    """Change entry 320 and everything that can be computed again without the key."""
    entry, tile = TABLES[:2]
    forged = bodies(database)[320].replace(b"access", b"erased")
    spoil(database)
    with database.engine.begin() as connection:
        connection.execute(
            entry.update()
            .where(entry.c.idx == 320)
            .values(body=forged, leaf_hash=leaf_hash(forged))
        )
    changed = Edge().extend([leaf_hash(body) for body in bodies(database)])
    with database.engine.begin() as connection:
        for (level, n), hashes in changed.items() if tiles else ():
            place = (tile.c.level == level) & (tile.c.n == n)
            connection.execute(tile.update().where(place).values(hashes=hashes))


def test_an_entry_changed_with_its_hash_is_named_by_the_tiles(
    database: Database, clock: FakeClock
):
    hourly_log(database, clock)
    rewrite(database, tiles=False)
    assert check(database, clock).first_bad == 320


def test_a_history_rewritten_with_its_tiles_contradicts_the_checkpoints(
    database: Database, clock: FakeClock
):
    hourly_log(database, clock)
    rewrite(database, tiles=True)
    verdict = check(database, clock)
    assert verdict.first_bad == 300
    assert [fault.what for fault in verdict.faults] == [
        "The entries 300 to 499 are not those signed at size 500.",
        "The entries 300 to 599 are not those signed at size 600.",
    ]


def test_a_log_signed_again_with_another_key_is_refused(database: Database, clock: FakeClock):
    make_log(database, clock, 5)
    with database.reading() as session:
        kept = queries.checkpoint(session)
    rewritten = Checkpoint(ORIGIN, 5, check(database, clock).root).signed(STRANGER)
    with database.engine.begin() as connection:
        connection.execute(TABLES[3].update().values(note=rewritten))
    verdict = check(database, clock, kept)
    assert ["No known key" in fault.what for fault in verdict.faults] == [True]


def test_a_consistent_rollback_is_found_with_a_checkpoint_that_was_kept(
    database: Database, clock: FakeClock
):
    sealing = sequencer(database, clock)
    append(database, 5, clock.now)
    sealing.integrate()
    with put_back(database):
        append(database, 5, clock.now)
        sealing.integrate()
        with database.reading() as session:
            kept = queries.checkpoint(session)
        spoil(database)
    assert check(database, clock).is_whole
    verdict = check(database, clock, kept)
    assert verdict.first_bad == 5
    assert "10 entries were signed, 5 are there" in verdict.faults[0].what


def test_a_log_that_grows_while_it_is_checked_is_whole(
    database: Database, database_url: str, clock: FakeClock
):
    make_log(database, clock, 300)
    other, stop = Database.connect(database_url), threading.Event()
    clock.advance(seconds=11)

    def grow() -> None:
        sealing = sequencer(other, clock)
        while not stop.is_set():
            append(other, 3, clock.now)
            sealing.integrate()

    thread = threading.Thread(target=grow)
    thread.start()
    try:
        for _ in range(20):
            assert check(database, clock).faults == ()
    finally:
        stop.set()
        thread.join()
        other.dispose()
    assert waiting(database) == 0


def test_a_kept_checkpoint_that_is_not_ours_is_named(database: Database, clock: FakeClock):
    make_log(database, clock, 2)
    strange = Checkpoint(ORIGIN, 2, bytes(32)).signed(STRANGER)
    (fault,) = check(database, clock, strange).faults
    assert fault.what.startswith("A checkpoint kept elsewhere: ")


def test_no_more_faults_are_listed_than_anybody_reads(database: Database, clock: FakeClock):
    make_log(database, clock, 300)
    spoil(database, "UPDATE audit_entry SET actor = 'system'")
    verdict = check(database, clock)
    assert len(verdict.faults) == 100
    assert verdict.first_bad == 0


def test_the_refusals_of_the_database_are_named_for_both(database: Database):
    assert REFUSALS.keys() == REMOVALS.keys()
    assert database.engine.dialect.name in REFUSALS


def test_late_is_counted_from_the_instant_that_is_given(database: Database, clock: FakeClock):
    append(database, 1, clock.now)
    later = clock.now + timedelta(minutes=2)
    assert verify_log(database, [SIGNER.verifier], at=later).late == 1
