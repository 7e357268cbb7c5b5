import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from privacy.clock import system_clock
from privacy.db import Database
from privacy.errors import ConflictError, NotFoundError
from privacy.scheduler.job import Job
from privacy.scheduler.ledger import Ledger
from privacy.scheduler.models import JobRun
from privacy.scheduler.runner import Runner
from tests.fakes import FakeClock

DAY = timedelta(days=1)
PATIENCE = 20.0


class Counter:
    """A job that counts its runs, and lets a test wait for the next."""

    def __init__(self, name: str, every: timedelta = DAY) -> None:
        self.runs = threading.Semaphore(0)
        self.total = 0
        self.job = Job(name, every, self.run)

    def run(self) -> None:
        """Count."""
        self.total += 1
        self.runs.release()

    def ran(self) -> bool:
        """Wait for one more run."""
        return self.runs.acquire(timeout=PATIENCE)


Start = Callable[..., Runner]


@pytest.fixture
def start(database: Database) -> Iterator[Start]:
    """Return a function that starts a runner of jobs; each is stopped at the end."""
    runners: list[Runner] = []

    def start_one(*jobs: Job) -> Runner:
        runner = Runner(database, jobs, system_clock, beat=timedelta(milliseconds=50))
        runners.append(runner)
        runner.start()
        return runner

    yield start_one
    for runner in runners:
        runner.stop()


def test_what_is_due_runs_by_itself(start: Start):
    counter = Counter("outbox")
    start(counter.job)
    assert counter.ran()


def test_a_job_repeats(start: Start):
    counter = Counter("outbox", timedelta(milliseconds=200))
    start(counter.job)
    assert all(counter.ran() for _run in range(3))


def test_a_job_that_is_woken_runs_without_waiting_for_its_slot(start: Start):
    counter = Counter("outbox")
    runner = start(counter.job)
    assert counter.ran()
    runner.wake("outbox")
    assert counter.ran()


def test_work_committed_in_two_processes_is_picked_up_by_both_in_turn(start: Start):
    counter = Counter("outbox")
    runners = [start(counter.job) for _process in range(2)]
    assert counter.ran()
    for runner in runners:
        runner.wake("outbox")
    assert counter.ran()
    assert counter.ran()


def test_a_job_that_hangs_or_fails_does_not_stop_the_others(start: Start):
    release = threading.Event()

    def fall() -> None:
        raise OSError

    counter = Counter("outbox", timedelta(milliseconds=200))
    jobs = Job("fails", DAY, fall), Job("hangs", DAY, lambda: release.wait(PATIENCE)), counter.job
    try:
        start(*jobs)
        assert all(counter.ran() for _run in range(2))
    finally:
        release.set()


def test_stopping_waits_for_a_run_that_has_begun(database: Database, start: Start):
    begun, ended = threading.Event(), threading.Event()
    release = threading.Timer(0.3, ended.set)

    def take_long() -> None:
        begun.set()
        ended.wait(PATIENCE)

    runner = start(Job("outbox", DAY, take_long))
    assert begun.wait(PATIENCE)
    release.start()
    runner.stop()
    assert ended.is_set()
    with database.reading() as session:
        states = {row.job: row.finished_at for row in session.scalars(select(JobRun))}
    assert states["outbox"] is not None


def test_after_stopping_nothing_runs_and_no_thread_is_left(start: Start):
    before = threading.active_count()
    counter = Counter("outbox", timedelta(milliseconds=100))
    runner = start(counter.job)
    assert counter.ran()
    runner.stop()
    total = counter.total
    runner.wake("outbox")
    assert not threading.Event().wait(0.5)
    assert counter.total == total
    assert threading.active_count() == before


def test_a_database_that_is_away_for_a_while_stops_nothing(
    start: Start,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    asked = threading.Event()

    def away(_ledger: Ledger, _jobs: object) -> list[Job]:
        asked.set()
        raise OSError

    counter = Counter("outbox")
    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "owed", away)
        start(counter.job)
        assert asked.wait(PATIENCE)
    assert counter.ran()
    assert "jobs.tick-failed" in {record.message for record in caplog.records}


def test_everything_due_can_be_run_here_and_now(database: Database, clock: FakeClock):
    one, other = Counter("one"), Counter("other")
    runner = Runner(database, [one.job, other.job], clock)
    assert runner.run_due() == 3  # and the pruning of old runs
    assert runner.run_due() == 0
    clock.advance(days=1)
    assert runner.run_due() == 3
    assert (one.total, other.total) == (2, 2)


def test_a_job_can_be_run_here_and_now_even_if_it_is_not_due(database: Database, clock: FakeClock):
    counter = Counter("outbox")
    runner = Runner(database, [counter.job], clock)
    runner.run_now("outbox")
    clock.advance(seconds=1)
    runner.run_now("outbox")
    assert counter.total == 2


def test_a_job_that_is_run_by_hand_passes_its_error_on(database: Database, clock: FakeClock):
    def fall() -> None:
        raise ZeroDivisionError

    runner = Runner(database, [Job("outbox", DAY, fall)], clock)
    with pytest.raises(ZeroDivisionError):
        runner.run_now("outbox")


def test_a_job_is_not_run_by_hand_while_it_runs_elsewhere(database: Database, clock: FakeClock):
    counter = Counter("outbox")
    assert Ledger(database, clock).take(counter.job)
    runner = Runner(database, [counter.job], clock)
    with pytest.raises(ConflictError, match="is running already"):
        runner.run_now("outbox")


def test_an_unknown_job_is_not_found(database: Database, clock: FakeClock):
    runner = Runner(database, [Counter("outbox").job], clock)
    with pytest.raises(NotFoundError, match="the jobs are outbox, job-run-prune"):
        runner.run_now("inbox")
    with pytest.raises(NotFoundError):
        runner.wake("inbox")


def test_two_jobs_of_one_name_are_refused(database: Database, clock: FakeClock):
    with pytest.raises(ValueError, match="same name"):
        Runner(database, [Counter("outbox").job, Counter("outbox").job], clock)
