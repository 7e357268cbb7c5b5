"""Calendar rules: months, periods, public holidays and the ends of terms.

Regulation (EEC, Euratom) 1182/71 says how a term in months ends: on the day with the same
number, or on the last day of the month where there is none (Art. 3(2)(c)), and on the next
working day when that one is a Saturday, a Sunday or a public holiday (Art. 3(4)). A term in
hours never moves (Art. 33(1) GDPR is read strictly: elapsed hours).
"""

import re
from calendar import monthrange
from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from functools import cache

from privacy.errors import InvalidError

ONE_DAY = timedelta(days=1)
SATURDAY = 5


class Region(StrEnum):
    """A country of the EEA, or a part of France with its own public holidays (ISO 3166)."""

    FRANCE = "FR"
    ALSACE_MOSELLE = "FR-ALSACE-MOSELLE"
    GUADELOUPE = "FR-971"
    MARTINIQUE = "FR-972"
    GUYANE = "FR-973"
    REUNION = "FR-974"
    MAYOTTE = "FR-976"
    SAINT_BARTHELEMY = "FR-BL"
    SAINT_MARTIN = "FR-MF"
    AUSTRIA = "AT"
    BELGIUM = "BE"
    BULGARIA = "BG"
    CROATIA = "HR"
    CYPRUS = "CY"
    CZECHIA = "CZ"
    DENMARK = "DK"
    ESTONIA = "EE"
    FINLAND = "FI"
    GERMANY = "DE"
    GREECE = "GR"
    HUNGARY = "HU"
    ICELAND = "IS"
    IRELAND = "IE"
    ITALY = "IT"
    LATVIA = "LV"
    LIECHTENSTEIN = "LI"
    LITHUANIA = "LT"
    LUXEMBOURG = "LU"
    MALTA = "MT"
    NETHERLANDS = "NL"
    NORWAY = "NO"
    POLAND = "PL"
    PORTUGAL = "PT"
    ROMANIA = "RO"
    SLOVAKIA = "SK"
    SLOVENIA = "SI"
    SPAIN = "ES"
    SWEDEN = "SE"


# Code du travail, art. L. 3133-1; then the abolition of slavery, art. L. 3422-2 and décret
# 83-1003, each territory on the day of its own decree.
_FIXED = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
_EASTER_MONDAY, _ASCENSION, _WHIT_MONDAY = 1, 39, 50
_EVERYWHERE = ((1, 1), (12, 25))
_ABOLITION = {
    Region.GUADELOUPE: (5, 27),
    Region.MARTINIQUE: (5, 22),
    Region.GUYANE: (6, 10),
    Region.REUNION: (12, 20),
    Region.MAYOTTE: (4, 27),
    Region.SAINT_BARTHELEMY: (10, 9),
    Region.SAINT_MARTIN: (5, 28),
}


def easter(year: int) -> date:
    """Return Easter Sunday of a Gregorian year (Meeus, Jones and Butcher's rule)."""
    century, rest = divmod(year, 100)
    golden = year % 19
    shift = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - century // 4 - shift + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


@cache
def holidays_of(year: int, region: Region) -> frozenset[date]:
    """Return the public holidays of one year in a part of France.

    Of other countries it knows those alone that the whole EEA keeps: a day that is missing here
    ends a term too early, which harms nobody; a day too many would end it too late.
    """
    if not region.startswith(Region.FRANCE):
        return frozenset(date(year, month, day) for month, day in _EVERYWHERE)
    sunday = easter(year)
    moving = (sunday + n * ONE_DAY for n in (_EASTER_MONDAY, _ASCENSION, _WHIT_MONDAY))
    days = {date(year, month, day) for month, day in _FIXED} | set(moving)
    if region is Region.ALSACE_MOSELLE:  # Code du travail, art. L. 3134-13
        days |= {sunday - 2 * ONE_DAY, date(year, 12, 26)}
    if region in _ABOLITION:
        days.add(date(year, *_ABOLITION[region]))
    return frozenset(days)


@dataclass(frozen=True)
class Holidays:
    """Every public holiday of a region, of any year: `day in Holidays(region)`."""

    region: Region = Region.FRANCE

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and day in holidays_of(day.year, self.region)


def add_months(day: date, months: int) -> date:
    """Return the same-numbered day so many months on, or that month's last day if none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def is_working_day(day: date, holidays: Container[date]) -> bool:
    """Tell whether a day is neither a Saturday, nor a Sunday, nor a public holiday."""
    return day.weekday() < SATURDAY and day not in holidays


def roll_forward(day: date, holidays: Container[date]) -> date:
    """Return the day itself if it is a working day, else the next one (1182/71 Art. 3(4))."""
    while not is_working_day(day, holidays):
        day += ONE_DAY
    return day


def working_days(after: date, until: date, holidays: Container[date]) -> int:
    """Count working days from the day after `after` up to and including `until`."""
    return sum(is_working_day(day, holidays) for day in _days(after + ONE_DAY, until))


def _days(first: date, last: date) -> Iterator[date]:
    return (first + n * ONE_DAY for n in range((last - first).days + 1))


def last_day_within(day: date, *, years: int) -> date:
    """Return the last day that a permission of at most so many years covers.

    The first day counts, and a year is 365 days: never a day too long over a leap day.
    """
    return day + timedelta(days=365 * years - 1)


def breach_due(aware_at: datetime, hours: int) -> datetime:
    """Return the instant, in UTC, when so many hours have elapsed since awareness.

    Nights, weekends, holidays and clock changes all count (Art. 33(1) GDPR).
    """
    return _with_zone(aware_at).astimezone(UTC) + timedelta(hours=hours)


def end_of_day(day: date, zone: tzinfo) -> datetime:
    """Return the instant, in UTC, at which a day is over in a zone (its 24:00)."""
    return datetime.combine(day + ONE_DAY, time.min, zone).astimezone(UTC)


def day_of(at: datetime, zone: tzinfo) -> date:
    """Return the civil day of an instant in a zone."""
    return _with_zone(at).astimezone(zone).date()


def _with_zone(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise InvalidError("An instant needs its zone.")
    return at


_PERIOD = re.compile(r"P(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?")


@dataclass(frozen=True)
class Period:
    """A length of time in calendar months and days."""

    months: int = 0
    days: int = 0

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Read an ISO 8601 period of years, months, weeks and days, such as P6M or P1Y."""
        found = _PERIOD.fullmatch(text)
        if found is None or not any(found.groups()):
            raise InvalidError(f"“{text[:40]}” is no period; write it as P6M, P1Y or P30D.")
        years, months, weeks, days = (int(part or 0) for part in found.groups())
        return cls(months=12 * years + months, days=7 * weeks + days)

    def after(self, day: date) -> date:
        """Return the day on which the period ends that starts on `day`: months, then days."""
        return add_months(day, self.months) + self.days * ONE_DAY
