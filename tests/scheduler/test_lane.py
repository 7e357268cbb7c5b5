import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from privacy.db import Database
from privacy.errors import UnavailableError
from privacy.scheduler.job import Job
from privacy.scheduler.lane import Lane
from privacy.scheduler.ledger import LEASE, Claim, Ledger
from privacy.scheduler.models import JobRun, RunState
from tests.fakes import FakeClock


class Work:
    """A job that counts its runs and does what it is told in each."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        self.runs = 0
        self.inside = lambda: None
        self.job = Job("outbox", timedelta(minutes=5), self.run, longest=timedelta(minutes=10))
        self.ledger = Ledger(database, clock)
        self.lane = Lane(self.job, self.ledger, clock)

    def run(self) -> None:
        """Count."""
        self.runs += 1
        self.inside()


@pytest.fixture
def work(database: Database, clock: FakeClock) -> Work:
    return Work(database, clock)


def row_of(database: Database) -> JobRun:
    with database.reading() as session:
        return session.scalars(select(JobRun)).one()


def test_a_lane_runs_what_is_owed_once(work: Work, database: Database):
    assert work.lane.step()
    assert not work.lane.step()
    assert work.runs == 1
    assert row_of(database).state is RunState.DONE


def test_many_wakes_before_a_run_make_one_run(work: Work, clock: FakeClock):
    work.lane.step()
    clock.advance(seconds=1)
    for _wake in range(3):
        work.lane.wake()
    assert work.lane.step()
    assert not work.lane.step()
    assert work.runs == 2


def test_a_wake_during_a_run_makes_another_run(work: Work, clock: FakeClock):
    def commit_more() -> None:
        clock.advance(seconds=1)
        work.inside = lambda: None
        work.lane.wake()

    work.inside = commit_more
    assert work.lane.step()
    assert work.lane.step()
    assert not work.lane.step()
    assert work.runs == 2


def test_a_wake_waits_for_the_run_of_another_process(
    work: Work, database: Database, clock: FakeClock
):
    elsewhere = Ledger(database, clock)
    claim = elsewhere.take(work.job)
    assert claim is not None
    work.lane.wake()
    assert not work.lane.step()
    elsewhere.finish(claim)
    clock.advance(seconds=1)
    assert work.lane.step()
    assert not work.lane.step()


def test_a_wake_survives_a_database_that_is_away(
    work: Work, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
):
    def away(*_job: object, **_how: object) -> Claim:
        raise UnavailableError("away")

    work.lane.step()
    clock.advance(seconds=1)
    work.lane.wake()
    with monkeypatch.context() as patch:
        patch.setattr(work.ledger, "take", away)
        with pytest.raises(UnavailableError):
            work.lane.step()
    assert work.lane.step()


def test_a_job_that_fails_is_logged_by_the_class_of_its_error_only(
    work: Work, database: Database, caplog: pytest.LogCaptureFixture
):
    def fall() -> None:
        raise ValueError("lea@example.org")

    work.inside = fall
    assert work.lane.step()
    (record,) = caplog.records
    assert (record.levelno, record.message) == (logging.ERROR, "job.failed")
    assert (vars(record)["job"], vars(record)["error"]) == ("outbox", "ValueError")
    assert "example.org" not in str(vars(record))
    assert row_of(database).error == "ValueError"


def test_a_long_run_keeps_its_claim_by_beating(work: Work, database: Database, clock: FakeClock):
    def take_long() -> None:
        for _second in range(180):
            clock.advance(seconds=1)
            work.lane.beat()
            assert Ledger(database, clock).take(work.job) is None

    work.inside = take_long
    assert work.lane.step()
    assert row_of(database).fence == 1


def test_a_run_that_hangs_loses_its_claim_in_the_end(
    work: Work, database: Database, clock: FakeClock, caplog: pytest.LogCaptureFixture
):
    others: list[Claim] = []

    def hang() -> None:
        for _second in range(660):
            clock.advance(seconds=1)
            work.lane.beat()
        other = Ledger(database, clock).take(work.job)
        assert other is not None
        others.append(other)
        work.ledger.finish(other)

    work.inside = hang
    assert work.lane.step()
    assert [other.fence for other in others] == [2]
    assert caplog.records[-1].message == "job.claim-lost"
    assert row_of(database).state is RunState.DONE


def test_a_lane_without_a_run_has_nothing_to_keep(work: Work, clock: FakeClock):
    work.lane.step()
    clock.advance(seconds=LEASE.total_seconds())
    work.lane.beat()


def test_a_beat_that_finds_the_claim_gone_says_so_and_stops(
    work: Work, database: Database, clock: FakeClock, caplog: pytest.LogCaptureFixture
):
    def sleep() -> None:
        clock.advance(seconds=LEASE.total_seconds())
        assert Ledger(database, clock).take(work.job) is not None
        work.lane.beat()
        work.lane.beat()

    work.inside = sleep
    work.lane.step()
    assert [record.message for record in caplog.records] == ["job.claim-lost"] * 2


@pytest.fixture
def shared(database: Database, clock: FakeClock) -> Work:
    made = Work(database, clock)
    made.job = replace(made.job, is_shared=True)
    made.lane = Lane(made.job, made.ledger, clock)
    return made


def test_a_wake_of_a_shared_job_waits_for_no_other_process(
    shared: Work, database: Database, clock: FakeClock
):
    assert Ledger(database, clock).take(shared.job)
    shared.lane.wake()
    assert shared.lane.step()
    assert not shared.lane.step()
    assert shared.runs == 1
    assert row_of(database).state is RunState.RUNNING


def test_a_shared_job_that_fails_when_woken_is_tried_again_at_its_slot(
    shared: Work, database: Database, caplog: pytest.LogCaptureFixture
):
    def fail() -> None:
        raise UnavailableError("The database is away.")

    shared.inside = fail
    shared.lane.wake()
    assert shared.lane.step()
    assert [(one.message, vars(one)["error"]) for one in caplog.records] == [
        ("job.failed", "UnavailableError")
    ]
    shared.inside = lambda: None
    assert shared.lane.step()
    assert row_of(database).state is RunState.DONE
