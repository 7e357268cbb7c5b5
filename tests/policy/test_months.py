from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.errors import InvalidError
from privacy.policy.months import (
    Holidays,
    Period,
    Region,
    add_months,
    breach_due,
    day_of,
    easter,
    end_of_day,
    holidays_of,
    last_day_within,
    roll_forward,
    working_days,
)

PARIS = ZoneInfo("Europe/Paris")
FRANCE = Holidays()
DAYS = st.dates(date(1990, 1, 1), date(2200, 12, 31))


def paris(text: str, *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS, fold=fold)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2026-03-05", 1, "2026-04-05"),
        ("2026-08-31", 1, "2026-09-30"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-12-31", 1, "2027-01-31"),
        ("2026-12-31", 120, "2036-12-31"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-01-15", -1, "2025-12-15"),
        ("2026-01-15", 0, "2026-01-15"),
    ],
)
def test_a_month_ends_on_the_same_number_or_on_the_last_day(day: str, months: int, expected: str):
    assert add_months(date.fromisoformat(day), months) == date.fromisoformat(expected)


@given(DAYS, st.integers(-600, 600))
def test_adding_months_lands_in_the_right_month_and_never_past_the_same_number(
    day: date, months: int
):
    end = add_months(day, months)
    assert (end.year * 12 + end.month) - (day.year * 12 + day.month) == months
    assert end.day == day.day or (
        end.day < day.day and (end + timedelta(days=1)).month != end.month
    )


@given(DAYS, DAYS, st.integers(0, 60))
def test_adding_months_keeps_the_order_of_days(one: date, other: date, months: int):
    first, last = sorted((one, other))
    assert add_months(first, months) <= add_months(last, months)


# Published dates (Bureau des longitudes).
EASTERS = {
    1818: "03-22", 1886: "04-25", 1954: "04-18", 1981: "04-19", 2000: "04-23", 2008: "03-23",
    2011: "04-24", 2016: "03-27", 2018: "04-01", 2019: "04-21", 2020: "04-12", 2021: "04-04",
    2022: "04-17", 2023: "04-09", 2024: "03-31", 2025: "04-20", 2026: "04-05", 2027: "03-28",
    2028: "04-16", 2029: "04-01", 2030: "04-21", 2035: "03-25", 2038: "04-25", 2049: "04-18",
}  # fmt: skip


@pytest.mark.parametrize(("year", "expected"), EASTERS.items())
def test_easter_falls_on_the_published_day(year: int, expected: str):
    assert easter(year) == date.fromisoformat(f"{year}-{expected}")


@pytest.mark.parametrize("region", [Region.BELGIUM, Region.GERMANY, Region.ICELAND])
def test_of_other_countries_only_the_days_of_all_are_known_so_no_term_ends_too_late(
    region: Region,
):
    assert holidays_of(2026, region) == {date(2026, 1, 1), date(2026, 12, 25)}


@given(st.integers(1900, 2299))
def test_easter_is_a_sunday_between_22_march_and_25_april(year: int):
    assert easter(year).weekday() == 6
    assert date(year, 3, 22) <= easter(year) <= date(year, 4, 25)


def test_france_has_eleven_public_holidays():
    assert sorted(holidays_of(2026, Region.FRANCE)) == [
        date(2026, 1, 1),
        date(2026, 4, 6),
        date(2026, 5, 1),
        date(2026, 5, 8),
        date(2026, 5, 14),
        date(2026, 5, 25),
        date(2026, 7, 14),
        date(2026, 8, 15),
        date(2026, 11, 1),
        date(2026, 11, 11),
        date(2026, 12, 25),
    ]


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        (Region.ALSACE_MOSELLE, {date(2026, 4, 3), date(2026, 12, 26)}),
        (Region.GUADELOUPE, {date(2026, 5, 27)}),
        (Region.MARTINIQUE, {date(2026, 5, 22)}),
        (Region.GUYANE, {date(2026, 6, 10)}),
        (Region.REUNION, {date(2026, 12, 20)}),
        (Region.MAYOTTE, {date(2026, 4, 27)}),
        (Region.SAINT_BARTHELEMY, {date(2026, 10, 9)}),
        (Region.SAINT_MARTIN, {date(2026, 5, 28)}),
    ],
)
def test_some_parts_of_france_have_days_of_their_own(region: Region, expected: set[date]):
    assert holidays_of(2026, region) - holidays_of(2026, Region.FRANCE) == expected
    assert holidays_of(2026, Region.FRANCE) <= holidays_of(2026, region)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-02-28", "2026-03-02"),  # Saturday
        ("2026-04-05", "2026-04-07"),  # Easter, then its Monday
        ("2026-05-01", "2026-05-04"),  # a holiday on Friday
        ("2026-05-14", "2026-05-15"),  # Ascension
        ("2028-04-30", "2028-05-02"),  # Sunday, then 1 May
        ("2026-09-30", "2026-09-30"),
        ("2022-12-31", "2023-01-02"),  # over the turn of the year
    ],
)
def test_a_term_that_ends_on_a_free_day_ends_on_the_next_working_day(day: str, expected: str):
    assert roll_forward(date.fromisoformat(day), FRANCE) == date.fromisoformat(expected)


@given(DAYS, st.sampled_from(Region))
def test_rolling_stops_at_the_first_working_day(day: date, region: Region):
    holidays = Holidays(region)
    rolled = roll_forward(day, holidays)
    assert rolled.weekday() < 5
    assert rolled not in holidays
    assert working_days(day - timedelta(days=1), rolled, holidays) == 1


def test_working_days_count_from_the_day_after():
    tuesday = date(2026, 3, 3)
    assert working_days(tuesday, tuesday, FRANCE) == 0
    assert working_days(tuesday, date(2026, 3, 5), FRANCE) == 2
    assert working_days(tuesday, date(2026, 3, 10), FRANCE) == 5
    assert working_days(date(2026, 4, 2), date(2026, 4, 7), FRANCE) == 2  # over Easter
    assert working_days(tuesday, date(2026, 3, 1), FRANCE) == 0


BREACHES = [
    ("2026-11-20T17:30+01:00", "2026-11-23T17:30+01:00"),  # the weekend counts
    ("2026-03-27T18:00+01:00", "2026-03-30T19:00+02:00"),  # clocks go forward on the 29th
    ("2026-10-23T18:00+02:00", "2026-10-26T17:00+01:00"),  # clocks go back on the 25th
    ("2026-10-24T02:30+02:00", "2026-10-27T01:30+01:00"),
    ("2026-11-09T09:40+01:00", "2026-11-12T09:40+01:00"),  # 11 November counts
    ("2026-12-23T10:25+01:00", "2026-12-26T10:25+01:00"),  # due on a Saturday
]


@pytest.mark.parametrize(("aware_at", "due_at"), BREACHES)
def test_seventy_two_hours_are_elapsed_hours(aware_at: str, due_at: str):
    due = breach_due(datetime.fromisoformat(aware_at), 72)
    assert due == datetime.fromisoformat(due_at)
    assert due.tzinfo is UTC


@pytest.mark.parametrize(("aware_at", "due_at"), BREACHES)
def test_hours_are_counted_in_utc_even_if_the_instant_came_in_civil_time(
    aware_at: str, due_at: str
):
    local = datetime.fromisoformat(aware_at).astimezone(PARIS)
    due = breach_due(local, 72).astimezone(PARIS)
    assert due.isoformat(timespec="minutes") == due_at


def test_the_hour_that_exists_twice_is_told_apart_by_its_offset():
    first, second = paris("2026-10-25T02:30"), paris("2026-10-25T02:30", fold=1)
    assert breach_due(second, 72) - breach_due(first, 72) == timedelta(hours=1)


def test_the_controllers_hours_run_from_when_its_processor_told_it():
    told_at = paris("2026-11-20T17:30")
    assert breach_due(told_at, 72) == paris("2026-11-23T17:30")


def test_a_rule_of_ninety_six_hours_is_only_a_number():
    assert breach_due(paris("2026-11-20T17:30"), 96) == paris("2026-11-24T17:30")


def test_an_instant_without_a_zone_is_refused():
    naive = paris("2026-11-20T17:30").replace(tzinfo=None)
    with pytest.raises(InvalidError):
        breach_due(naive, 72)
    with pytest.raises(InvalidError):
        day_of(naive, PARIS)


@pytest.mark.parametrize(
    ("day", "zone", "expected"),
    [
        ("2026-02-28", "Europe/Paris", "2026-02-28T23:00+00:00"),
        ("2026-06-05", "Europe/Paris", "2026-06-05T22:00+00:00"),
        ("2026-03-29", "Europe/Paris", "2026-03-29T22:00+00:00"),  # a day of 23 hours
        ("2026-10-25", "Europe/Paris", "2026-10-25T23:00+00:00"),  # a day of 25 hours
        ("2026-02-28", "Indian/Reunion", "2026-02-28T20:00+00:00"),
        ("2026-02-28", "America/Martinique", "2026-03-01T04:00+00:00"),
        ("2011-12-29", "Pacific/Apia", "2011-12-30T10:00+00:00"),  # the 30th was left out
        ("2011-12-30", "Pacific/Apia", "2011-12-30T10:00+00:00"),
    ],
)
def test_a_day_ends_at_midnight_of_its_zone(day: str, zone: str, expected: str):
    end = end_of_day(date.fromisoformat(day), ZoneInfo(zone))
    assert end == datetime.fromisoformat(expected)
    assert end.tzinfo is UTC


@given(DAYS, st.sampled_from(["Europe/Paris", "Indian/Reunion", "America/Cayenne", "UTC"]))
def test_the_last_moment_of_a_day_still_belongs_to_it(day: date, zone: str):
    end = end_of_day(day, ZoneInfo(zone))
    assert day_of(end - timedelta(microseconds=1), ZoneInfo(zone)) == day
    assert day_of(end, ZoneInfo(zone)) == day + timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P6M", Period(months=6)),
        ("P13M", Period(months=13)),
        ("P1Y", Period(months=12)),
        ("P1Y6M", Period(months=18)),
        ("P30D", Period(days=30)),
        ("P2W", Period(days=14)),
        ("P1Y2M3W4D", Period(months=14, days=25)),
    ],
)
def test_periods_are_read_as_iso_8601_writes_them(text: str, expected: Period):
    assert Period.parse(text) == expected


@pytest.mark.parametrize("text", ["", "P", "6M", "P6", "P-6M", "P6M ", "PT72H", "p6m", "P1M1Y"])
def test_what_is_no_period_is_refused(text: str):
    with pytest.raises(InvalidError, match="write it as P6M"):
        Period.parse(text)


@pytest.mark.parametrize(
    ("start", "period", "expected"),
    [
        ("2026-08-31", "P6M", "2027-02-28"),  # a choice about trackers
        ("2026-11-21", "P13M", "2027-12-21"),  # a tracker of exempt audience measurement
        ("2026-11-21", "P25M", "2028-12-21"),  # its data
        ("2024-02-29", "P3Y", "2027-02-28"),  # the last contact of a prospect
        ("2026-05-15", "P13M", "2027-06-15"),  # a card, debited at once
        ("2026-05-15", "P15M", "2027-08-15"),  # a card, debited later
        ("2026-12-31", "P10Y", "2036-12-31"),  # an invoice, from the end of its year
        ("2026-09-01", "P3Y", "2029-09-01"),  # the proof of a consent to calls
        ("2026-01-31", "P1M", "2026-02-28"),  # the information of Art. 14
        ("2026-01-31", "P1M1D", "2026-03-01"),  # months first, then days
    ],
)
def test_a_period_ends_on_the_day_that_the_law_counts(start: str, period: str, expected: str):
    assert Period.parse(period).after(date.fromisoformat(start)) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2026-09-01", "2027-08-31"), ("2028-02-29", "2029-02-27"), ("2027-03-01", "2028-02-28")],
)
def test_a_permission_of_one_year_covers_365_days_with_its_first(day: str, expected: str):
    assert last_day_within(date.fromisoformat(day), years=1) == date.fromisoformat(expected)


def test_what_is_kept_until_a_day_may_go_from_the_next():
    kept_until_on = Period.parse("P3Y").after(date(2024, 2, 29))
    assert day_of(end_of_day(kept_until_on, PARIS), PARIS) == date(2027, 3, 1)
