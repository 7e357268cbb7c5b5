import threading

from sqlalchemy import event, text

from privacy.db import Database
from tests.audit.logs import append, bodies, make_log, sequencer, waiting
from tests.fakes import FakeClock


def set_head(database: Database, size: int) -> None:
    with database.engine.begin() as connection:
        connection.execute(text(f"UPDATE audit_head SET size = {size:d}"))  # noqa: S608 -- a number


def test_the_loop_integrates_what_is_committed_and_stops(database: Database, clock: FakeClock):
    sealing, stop = sequencer(database, clock), threading.Event()
    sealing.watch(database)
    loop = threading.Thread(target=sealing.run, args=(stop, 0.001, 60.0))
    loop.start()
    for _ in range(3):
        append(database, 2, clock.now)
    stop.set()
    sealing.wake()
    loop.join()
    assert sealing.fault is None
    assert (len(bodies(database)), waiting(database)) == (6, 0)


def test_the_loop_integrates_once_more_before_it_ends(database: Database, clock: FakeClock):
    append(database, 2, clock.now)
    stop = threading.Event()
    stop.set()
    sequencer(database, clock).run(stop)
    assert (len(bodies(database)), waiting(database)) == (2, 0)


def test_a_commit_wakes_the_loop_that_sleeps(database: Database, clock: FakeClock):
    sealing, stop = sequencer(database, clock), threading.Event()
    sealing.watch(database)
    seen = threading.Event()
    loop = threading.Thread(target=sealing.run, args=(stop, 0.001, 60.0))

    def integrated(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "audit_checkpoint" in statement and "INSERT" in statement:
            seen.set()

    event.listen(database.engine, "after_cursor_execute", integrated)
    loop.start()
    append(database, 1, clock.now)
    assert seen.wait(30)
    stop.set()
    sealing.wake()
    loop.join()


def test_the_loop_outlives_a_fault_and_names_it(database: Database, clock: FakeClock):
    make_log(database, clock, 5)
    append(database, 1, clock.now)
    set_head(database, 4)
    clock.advance(seconds=11)
    sealing, stop = sequencer(database, clock), threading.Event()
    loop = threading.Thread(target=sealing.run, args=(stop, 0.001, 0.001))
    loop.start()
    while not (fault := sealing.fault):
        stop.wait(0.001)
    assert "has 4 entries but 5 were signed" in fault
    set_head(database, 5)
    while sealing.fault:
        stop.wait(0.001)
    stop.set()
    loop.join()
    assert (len(bodies(database)), waiting(database)) == (6, 0)
