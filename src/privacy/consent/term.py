"""How long an answer lasts (pure): yes and no alike, and never extended by a visit."""

from datetime import datetime
from zoneinfo import ZoneInfo

from privacy.policy.months import Period, day_of, end_of_day


def kept_until(at: datetime, period: str, zone: str) -> datetime:
    """Return the instant until which an answer given at `at` stands.

    It is the end of the last day, in the controller's zone, of a period such as P6M (CNIL
    2020-092 advises six months); a day that the month lacks becomes its last day.
    """
    civil = ZoneInfo(zone)
    return end_of_day(Period.parse(period).after(day_of(at, civil)), civil)


def kept_days(at: datetime, period: str, zone: str) -> int:
    """Return for how many whole days a browser may keep an answer given at `at`."""
    return (kept_until(at, period, zone) - at).days
