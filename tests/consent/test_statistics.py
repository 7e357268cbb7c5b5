"""Counts are right to the row, and no group is shown that is small enough to be somebody."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.consent import statistics
from privacy.consent.acts import Answered, record_answers
from privacy.consent.models import Method
from privacy.consent.statements import Statement, record_statement
from privacy.consent.statistics import LEAST, By, Count, Unit, shown
from privacy.db import Database
from privacy.errors import InvalidError
from privacy.purposes.queries import Asked
from tests.consent.asking import PURPOSES, answer, visitor
from tests.fakes import FakeClock

FIRST, SECOND = PURPOSES


def question(asked: Asked, **changes: Any) -> statistics.Asked:
    """Return a question about all of March 2026, by day."""
    facts: dict[str, Any] = {
        "controller_id": asked.controller_id, "zone": "Europe/Paris", "unit": Unit.DAY,
        "since": date(2026, 3, 1), "until": date(2026, 3, 31),
    }  # fmt: skip
    return statistics.Asked(**(facts | changes))


@pytest.fixture
def say(database: Database, clock: FakeClock, asked: Asked) -> Callable[..., None]:
    """Return a function that records so many equal answers of different visitors now."""
    numbers = iter(range(10_000))

    def do(count: int, *, granted: bool, method: Method | None = None) -> None:
        answers = [
            answer(asked, granted=granted, subject_id=visitor(next(numbers))) for _ in range(count)
        ]
        if method is not None:
            answers = [
                Answered(one.asked, type(one.said)(**{**vars(one.said), "method": method}))
                for one in answers
            ]
        with database.transaction() as session:
            record_answers(session, actor="subject", at=clock(), answers=answers, origin="log")

    return do


def counted(one: Count) -> tuple[int | None, ...]:
    return (one.granted, one.refused, one.withdrawn)


def test_grants_refusals_and_withdrawals_are_counted_apart(
    database: Database, asked: Asked, say: Callable[..., None]
):
    say(12, granted=True)
    say(24, granted=False)
    say(3, granted=False, method=Method.WITHDRAWAL)
    with database.reading() as session:
        found = statistics.groups(session, asked=question(asked), by=By.PURPOSE)
    assert found.keys() == {*PURPOSES}
    (one,) = found[FIRST]
    assert counted(one) == (12, 24, 3)
    assert one.rate == pytest.approx(1 / 3)


def test_steps_are_civil_days_weeks_and_months_of_the_controller(
    database: Database, asked: Asked, clock: FakeClock, say: Callable[..., None]
):
    clock.now = clock.now.replace(month=3, day=9, hour=22, minute=59)  # 23:59 in Paris, a Monday
    say(10, granted=True)
    clock.advance(minutes=2)
    say(20, granted=False)
    clock.now = clock.now.replace(month=3, day=31, hour=22, minute=0)  # April in Paris
    say(30, granted=True)
    with database.reading() as session:
        days = statistics.series(session, asked=question(asked))[FIRST]
        weeks = statistics.series(session, asked=question(asked, unit=Unit.WEEK))[FIRST]
        months = statistics.series(
            session, asked=question(asked, unit=Unit.MONTH, until=date(2026, 4, 30))
        )[FIRST]
    assert len(days) == 31
    assert {one.group: counted(one) for one in days if one.total} == {
        "2026-03-09": (10, 0, 0), "2026-03-10": (0, 20, 0),
    }  # fmt: skip
    assert [(one.group, one.total) for one in weeks] == [
        ("2026-02-23", 0), ("2026-03-02", 0), ("2026-03-09", 30),
        ("2026-03-16", 0), ("2026-03-23", 0), ("2026-03-30", 0),
    ]  # fmt: skip
    assert [(one.group, one.total) for one in months] == [("2026-03-01", 30), ("2026-04-01", 30)]


def test_another_site_another_controller_and_imports_are_left_out(
    database: Database, asked: Asked, clock: FakeClock, say: Callable[..., None]
):
    say(15, granted=True)
    with database.transaction() as session:
        for number in range(12):
            statement = Statement(
                subject_id=visitor(number), controller_id=asked.controller_id,
                answers={FIRST: False}, method=Method.IMPORT, language="fr", said_at=clock(),
            )  # fmt: skip
            record_statement(session, actor="system", at=clock(), statement=statement, origin="l")
    with database.reading() as session:
        for changes, expected in (
            ({}, 15), ({"site_id": asked.site_id}, 15), ({"site_id": uuid4()}, None),
            ({"controller_id": uuid4()}, None), ({"until": date(2026, 3, 1)}, None),
            ({"until": date(2026, 3, 2)}, 15), ({"since": date(2026, 3, 2)}, 15),
            ({"since": date(2026, 3, 3)}, None),
        ):  # fmt: skip
            found = statistics.groups(session, asked=question(asked, **changes), by=By.PURPOSE)
            assert (found[FIRST][0].total if found else None) == expected


def test_groups_are_languages_and_notices(
    database: Database, asked: Asked, say: Callable[..., None]
):
    say(11, granted=True)
    with database.reading() as session:
        for by, group in ((By.LANGUAGE, "fr"), (By.NOTICE, asked.digest)):
            found = statistics.groups(session, asked=question(asked), by=by)
            assert [one.group for one in found[SECOND]] == [group]


def test_nine_answers_are_not_shown_and_ten_are(
    database: Database, asked: Asked, say: Callable[..., None]
):
    say(9, granted=True)
    with database.reading() as session:
        (one,) = statistics.groups(session, asked=question(asked), by=By.PURPOSE)[FIRST]
    assert (counted(one), one.total, one.rate) == ((None, None, None), None, None)
    say(1, granted=True)
    with database.reading() as session:
        (one,) = statistics.groups(session, asked=question(asked), by=By.PURPOSE)[FIRST]
    assert counted(one) == (10, 0, 0)


def test_a_group_that_the_total_would_tell_hides_the_next_one_too():
    sizes = [("a", 4), ("b", 50), ("c", 12), ("d", 0)]
    found = shown([Count(name, size, 0, 0) for name, size in sizes])
    assert {one.group: one.total for one in found} == {"a": None, "b": 50, "c": None, "d": 0}


@given(st.lists(st.integers(min_value=0, max_value=60), max_size=12))
def test_what_is_hidden_is_never_told_by_the_total(sizes: list[int]):
    before = [Count(str(n), size, 0, 0) for n, size in enumerate(sizes)]
    after = shown(before)
    assert [one.group for one in after] == [one.group for one in before]
    seen = [one.total for one in after if one.total]
    hidden = sum(sizes) - sum(seen)
    assert all(size >= LEAST for size in seen)
    assert hidden == 0 or hidden >= LEAST or seen == []


@given(
    since=st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1)),
    days=st.integers(min_value=0, max_value=3000),
    unit=st.sampled_from(Unit),
)
def test_steps_cover_the_period_without_a_gap(since: date, days: int, unit: Unit):
    until = since + timedelta(days=days)
    asked = statistics.Asked(uuid4(), "UTC", since, until, unit)
    found = statistics.steps(asked)
    assert found[0] <= since
    assert all(one < other for one, other in pairwise(found))
    if len(found) <= statistics.MOST:
        assert found[-1] <= until
        assert statistics.checked(asked) == asked
    else:
        with pytest.raises(InvalidError):
            statistics.checked(asked)


@pytest.mark.parametrize(("days", "unit"), [(0, "day"), (45, "day"), (46, "week"), (401, "month")])
def test_the_unit_fits_the_period(days: int, unit: str):
    since = date(2026, 1, 1)
    assert statistics.fitting(since, since + timedelta(days=days)) == unit


def test_a_period_that_is_turned_round_is_refused():
    with pytest.raises(InvalidError):
        statistics.checked(
            statistics.Asked(uuid4(), "UTC", date(2026, 3, 2), date(2026, 3, 1), Unit.DAY)
        )
