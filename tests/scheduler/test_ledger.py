from datetime import timedelta

import pytest
from sqlalchemy import select

from privacy.db import Database
from privacy.scheduler.job import MAX_TRIES, Job, slot
from privacy.scheduler.ledger import KEPT, LEASE, Claim, Ledger
from privacy.scheduler.models import JobRun, RunState
from tests.fakes import FakeClock

OUTBOX = Job("outbox", timedelta(minutes=5), print)
PURGE = Job("purge", timedelta(days=30), print)


@pytest.fixture
def here(database: Database, clock: FakeClock) -> Ledger:
    return Ledger(database, clock)


@pytest.fixture
def there(database: Database, clock: FakeClock) -> Ledger:
    """Return the ledger as another process sees it."""
    return Ledger(database, clock)


def rows(database: Database) -> list[JobRun]:
    with database.reading() as session:
        return list(session.scalars(select(JobRun).order_by(JobRun.due_at)))


def taken(ledger: Ledger, job: Job = OUTBOX, *, extra: bool = False) -> Claim:
    claim = ledger.take(job, extra=extra)
    assert claim is not None
    return claim


def test_what_is_due_is_run_by_one_process_only(here: Ledger, there: Ledger):
    assert here.owed([OUTBOX]) == there.owed([OUTBOX]) == [OUTBOX]
    claim = taken(here)
    assert there.take(OUTBOX) is None
    assert here.owed([OUTBOX]) == there.owed([OUTBOX]) == []
    assert here.finish(claim)
    assert there.take(OUTBOX) is None


def test_the_next_slot_is_due_again(
    database: Database, clock: FakeClock, here: Ledger, there: Ledger
):
    here.finish(taken(here))
    clock.advance(minutes=5)
    there.finish(taken(there))
    first, second = rows(database)
    assert second.due_at - first.due_at == OUTBOX.every
    assert {row.state for row in (first, second)} == {RunState.DONE}


def test_missed_slots_are_not_made_up_for(database: Database, clock: FakeClock, here: Ledger):
    here.finish(taken(here))
    clock.advance(hours=9)
    here.finish(taken(here))
    assert here.take(OUTBOX) is None
    assert len(rows(database)) == 2


def test_jobs_do_not_stand_in_each_others_way(here: Ledger, there: Ledger):
    taken(here)
    assert there.owed([OUTBOX, PURGE]) == [PURGE]
    taken(there, PURGE)


def test_the_run_of_a_dead_process_is_taken_over_once_after_its_lease(
    database: Database, clock: FakeClock, here: Ledger, there: Ledger
):
    dead = taken(here)
    clock.advance(seconds=LEASE.total_seconds() - 1)
    assert there.take(OUTBOX) is None
    clock.advance(seconds=1)
    assert there.owed([OUTBOX]) == [OUTBOX]
    claim = taken(there)
    assert Ledger(database, clock).take(OUTBOX) is None
    assert (claim.due_at, claim.fence, claim.attempts) == (dead.due_at, 2, 2)
    assert there.finish(claim)
    (row,) = rows(database)
    assert (row.state, row.fence, row.attempts) == (RunState.DONE, 2, 2)


def test_who_slept_through_its_lease_writes_nothing_more(
    database: Database, clock: FakeClock, here: Ledger, there: Ledger
):
    asleep = taken(here)
    clock.advance(seconds=2 * LEASE.total_seconds())
    claim = taken(there)
    assert not here.finish(asleep)
    assert not here.fail(asleep, "ValueError")
    assert here.renew(asleep) is None
    assert there.finish(claim)
    (row,) = rows(database)
    assert (row.state, row.error, row.finished_at) == (RunState.DONE, "", clock())


@pytest.mark.parametrize("meanwhile", ["renewed", "taken over and lost again"])
def test_a_run_is_not_taken_over_by_what_was_seen_of_it_before(
    database: Database,
    clock: FakeClock,
    here: Ledger,
    there: Ledger,
    monkeypatch: pytest.MonkeyPatch,
    meanwhile: str,
):
    claim = taken(here)
    seen = rows(database)
    clock.advance(seconds=LEASE.total_seconds())
    if meanwhile == "renewed":
        here.renew(claim)
    else:
        taken(here)
        clock.advance(seconds=LEASE.total_seconds())
    monkeypatch.setattr("privacy.scheduler.ledger._standing", lambda *_seen: seen)
    assert there.take(OUTBOX) is None


def test_a_claim_that_is_renewed_outlives_its_first_lease(
    clock: FakeClock, here: Ledger, there: Ledger
):
    claim = taken(here)
    clock.advance(seconds=LEASE.total_seconds() - 1)
    assert here.renew(claim) == clock() + LEASE
    clock.advance(seconds=LEASE.total_seconds() - 1)
    assert there.take(OUTBOX) is None
    assert here.finish(claim)


def test_runs_of_one_job_never_overlap_even_when_the_next_slot_comes(
    clock: FakeClock, here: Ledger, there: Ledger
):
    claim = taken(here)
    for _minute in range(12):
        clock.advance(seconds=30)
        here.renew(claim)
        assert there.take(OUTBOX) is None
        assert there.take(OUTBOX, extra=True) is None
    here.finish(claim)
    assert taken(there).due_at > claim.due_at


def test_two_that_see_no_row_of_each_other_still_make_one_run(
    clock: FakeClock, here: Ledger, there: Ledger, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("privacy.scheduler.ledger._standing", lambda *_seen: [])
    taken(here)
    assert there.take(OUTBOX) is None
    clock.advance(minutes=5)
    assert there.take(OUTBOX) is None


def test_a_second_try_does_not_begin_while_another_run_goes_on(
    database: Database,
    clock: FakeClock,
    here: Ledger,
    there: Ledger,
    monkeypatch: pytest.MonkeyPatch,
):
    here.fail(taken(here), "OSError")
    seen = rows(database)
    monkeypatch.setattr("privacy.scheduler.ledger._standing", lambda *_seen: seen)
    clock.advance(minutes=1)
    with database.transaction() as session:
        session.add(
            JobRun(
                job=OUTBOX.name,
                due_at=clock(),
                state=RunState.RUNNING,
                claimed_until=clock() + LEASE,
                fence=1,
                attempts=1,
                error="",
            )
        )
    assert there.take(OUTBOX) is None
    assert [row.state for row in rows(database)] == [RunState.FAILED, RunState.RUNNING]


def test_a_run_that_failed_is_pushed_ahead_and_tried_again(
    database: Database, clock: FakeClock, here: Ledger, there: Ledger
):
    assert here.fail(taken(here), "OSError")
    (row,) = rows(database)
    assert (row.state, row.error, row.finished_at) == (RunState.FAILED, "OSError", clock())
    assert there.take(OUTBOX) is None
    assert there.owed([OUTBOX]) == []
    clock.now = row.claimed_until
    claim = taken(there)
    assert (claim.due_at, claim.attempts) == (row.due_at, 2)
    there.finish(claim)
    assert [(one.state, one.error) for one in rows(database)] == [(RunState.DONE, "")]


def test_a_run_that_fails_again_and_again_is_given_up_until_the_next_slot(
    database: Database, clock: FakeClock, here: Ledger
):
    start = clock()
    for _try in range(MAX_TRIES):
        here.fail(taken(here, PURGE), "OSError")
        clock.advance(minutes=10)
    (row,) = rows(database)
    assert (row.state, row.error) == (RunState.DEAD, "OSError")
    assert here.take(PURGE) is None
    clock.now = start + PURGE.every
    assert taken(here, PURGE).attempts == 1


def test_the_next_slot_replaces_a_run_that_still_fails(
    database: Database, clock: FakeClock, here: Ledger
):
    here.fail(taken(here), "OSError")
    clock.advance(minutes=5)
    here.finish(taken(here))
    assert [row.state for row in rows(database)] == [RunState.DEAD, RunState.DONE]
    clock.advance(minutes=1)
    assert here.take(OUTBOX) is None


def test_a_run_that_kills_its_processes_is_given_up(
    database: Database, clock: FakeClock, here: Ledger
):
    for _try in range(MAX_TRIES):
        taken(here, PURGE)
        clock.advance(seconds=LEASE.total_seconds())
    assert here.take(PURGE) is None
    (row,) = rows(database)
    assert (row.state, row.error, row.attempts) == (RunState.DEAD, "abandoned", MAX_TRIES)
    assert here.owed([PURGE]) == []


def test_an_extra_run_needs_no_slot_and_leaves_no_row(
    database: Database, clock: FakeClock, here: Ledger
):
    here.finish(taken(here))
    clock.advance(seconds=1)
    assert here.take(OUTBOX) is None
    extra = taken(here, extra=True)
    assert extra.is_extra
    assert len(rows(database)) == 2
    here.finish(extra)
    assert len(rows(database)) == 1


def test_an_extra_run_that_fails_is_tried_again(
    database: Database, clock: FakeClock, here: Ledger
):
    here.finish(taken(here))
    clock.advance(seconds=1)
    here.fail(taken(here, extra=True), "OSError")
    clock.advance(seconds=15)
    claim = taken(here)
    assert claim.attempts == 2
    here.finish(claim)
    assert {row.state for row in rows(database)} == {RunState.DONE}


def test_an_extra_run_is_the_slot_itself_when_that_is_due(database: Database, here: Ledger):
    here.finish(taken(here, extra=True))
    assert [row.state for row in rows(database)] == [RunState.DONE]
    assert here.take(OUTBOX) is None


def test_a_clock_that_steps_back_runs_no_slot_twice_and_goes_on(clock: FakeClock, here: Ledger):
    due = []
    for minutes in [1] * 10 + [-10] + [1] * 20:
        clock.advance(minutes=minutes)
        claim = here.take(OUTBOX)
        if claim:
            due.append(claim.due_at)
            here.finish(claim)
    assert len(due) == len(set(due))
    assert due[-1] == slot(clock(), OUTBOX.every)


def test_old_runs_are_dropped_but_never_a_latest_slot(
    database: Database, clock: FakeClock, here: Ledger
):
    clock.now = slot(clock(), PURGE.every)
    here.finish(taken(here))
    here.finish(taken(here, PURGE))
    clock.advance(seconds=PURGE.every.total_seconds() - 1)
    here.prune([OUTBOX, PURGE])
    assert [row.job for row in rows(database)] == ["purge"]
    assert here.take(PURGE) is None
    clock.advance(days=60)
    here.prune([OUTBOX, PURGE])
    assert rows(database) == []


def test_a_run_that_goes_on_is_not_dropped(database: Database, clock: FakeClock, here: Ledger):
    claim = taken(here)
    clock.advance(days=30)
    here.prune([OUTBOX])
    assert here.finish(claim)
    assert len(rows(database)) == 1


def test_runs_of_the_last_week_stay(database: Database, clock: FakeClock, here: Ledger):
    here.finish(taken(here))
    clock.advance(seconds=KEPT.total_seconds())
    here.prune([OUTBOX])
    assert len(rows(database)) == 1
