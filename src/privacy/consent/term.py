"""How long an answer lasts (pure): yes and no alike, and never extended by a visit."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from privacy.policy.months import Period, day_of, end_of_day, last_day_within

CALLS = frozenset({"mk_phone", "mk_robocall"})
"""Purposes of being called; their consent names who calls and about what."""
_OF_TRACKERS = ("cookies", "signals", "vendors")


def kept_until(at: datetime, period: str, zone: str) -> datetime:
    """Return the instant until which an answer given at `at` stands.

    It is the end of the last day, in the controller's zone, of a period such as P6M (CNIL
    2020-092 advises six months); a day that the month lacks becomes its last day.
    """
    civil = ZoneInfo(zone)
    return end_of_day(Period.parse(period).after(day_of(at, civil)), civil)


def calls_until(at: datetime, period: str, zone: str) -> datetime:
    """Return the instant until which a consent to be called stands: within one year, day included.

    No period makes it longer (C. conso. L. 223-1, R. 223-1).
    """
    civil = ZoneInfo(zone)
    year = end_of_day(last_day_within(day_of(at, civil), years=1), civil)
    return min(year, kept_until(at, period, zone))


def policy_key(code: str, details: Mapping[str, Any]) -> str:
    """Return the key of the dated policy value that says how long answers to a purpose stand."""
    if code in CALLS:
        return "phone.consent.max"
    return "cookie.choice" if any(details.get(one) for one in _OF_TRACKERS) else "prospect"


def kept_days(at: datetime, period: str, zone: str) -> int:
    """Return for how many whole days a browser may keep an answer given at `at`."""
    return (kept_until(at, period, zone) - at).days
