from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.scheduler.job import MAX_TRIES, Job, pause, slot

INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 -- Hypothesis adds the zone
PERIODS = st.timedeltas(timedelta(seconds=1), timedelta(days=40))


@pytest.mark.parametrize(
    ("at", "every", "expected"),
    [
        ("2026-03-02T09:00:59", timedelta(minutes=1), "2026-03-02T09:00:00"),
        ("2026-03-02T09:01:00", timedelta(minutes=1), "2026-03-02T09:01:00"),
        ("2026-03-02T09:01:00", timedelta(days=1), "2026-03-02T00:00:00"),
        ("2026-03-02T09:00:14.9", timedelta(seconds=5), "2026-03-02T09:00:10"),
    ],
)
def test_something_is_due_at_the_last_whole_multiple(at: str, every: timedelta, expected: str):
    found = slot(datetime.fromisoformat(at).replace(tzinfo=UTC), every)
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@given(INSTANTS, PERIODS)
def test_every_instant_lies_in_exactly_one_slot(at: datetime, every: timedelta):
    due_at = slot(at, every)
    assert due_at <= at < due_at + every
    assert slot(due_at, every) == due_at
    assert slot(due_at + every, every) == due_at + every


@given(INSTANTS, INSTANTS, PERIODS)
def test_slots_come_in_the_order_of_instants(one: datetime, other: datetime, every: timedelta):
    first, last = sorted((one, other))
    assert slot(first, every) <= slot(last, every)


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
@pytest.mark.parametrize("zone", ["Europe/Berlin", "Pacific/Apia"])
def test_a_change_of_clocks_neither_drops_nor_doubles_a_slot(day: str, zone: str):
    start = datetime.fromisoformat(day).replace(tzinfo=UTC)
    minutes = [start + timedelta(minutes=n) for n in range(24 * 60)]
    hours = {slot(at.astimezone(ZoneInfo(zone)), timedelta(hours=1)) for at in minutes}
    assert sorted(hours) == [start + timedelta(hours=n) for n in range(24)]


@given(st.integers(1, 100), PERIODS)
def test_a_run_that_failed_waits_longer_each_time_but_not_past_the_next_slot(
    tries: int, every: timedelta
):
    assert pause(tries, every) <= pause(tries + 1, every) <= every
    assert pause(MAX_TRIES, timedelta(days=1)) == timedelta(minutes=4)


@pytest.mark.parametrize(
    ("name", "every"), [("", 1), ("Outbox", 1), ("a b", 1), ("x" * 61, 1), ("outbox", 0)]
)
def test_a_job_needs_a_name_and_a_period(name: str, every: int):
    with pytest.raises(ValueError, match="a job has a name"):
        Job(name, timedelta(seconds=every), print)
