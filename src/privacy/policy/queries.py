"""Which legal value holds on the day of an event."""

from collections.abc import Collection
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from privacy.errors import InvalidError, NotFoundError
from privacy.policy.models import PolicyValue
from privacy.policy.months import Period, day_of
from privacy.policy.values import NUMBERS, UNITS, Unit, Value, built_in

LAW_ZONE = ZoneInfo("Europe/Paris")
"""Where the law's days begin and end."""


def value_at(session: Session, *, key: str, at: date | datetime) -> PolicyValue:
    """Return the value in force on the day of an event, or at its instant, as seen in France.

    A row that was set wins over the built-in value, and among rows the one that began last.
    Raises NotFoundError for an unknown key or a day before the first value.
    """
    return values_at(session, keys=(key,), at=at)[key]


def values_at(
    session: Session, *, keys: Collection[str], at: date | datetime
) -> dict[str, PolicyValue]:
    """Return the values of several keys by one query, each as `value_at` would."""
    day = day_of(at, LAW_ZONE) if isinstance(at, datetime) else at
    found = session.scalars(
        select(PolicyValue)
        .where(
            PolicyValue.key.in_(keys),
            PolicyValue.from_on <= day,
            or_(PolicyValue.to_on.is_(None), PolicyValue.to_on >= day),
        )
        .order_by(PolicyValue.from_on)
    )
    newest = {one.key: one for one in found}
    return {key: newest.get(key) or _built_in(key, day) for key in keys}


def texts(session: Session, *, keys: Collection[str], at: date | datetime) -> dict[str, str]:
    """Return the values of several keys as they are written, by one query."""
    return {key: row.value for key, row in values_at(session, keys=keys, at=at).items()}


def period(session: Session, *, key: str, at: date | datetime) -> Period:
    """Return a value that is a period; raise InvalidError for a key that holds none."""
    return Period.parse(_text(session, key, at, frozenset({Unit.PERIOD})))


def number(session: Session, *, key: str, at: date | datetime) -> int:
    """Return a value that is a whole number; its unit is that of the key."""
    return int(_text(session, key, at, NUMBERS))


def flag(session: Session, *, key: str, at: date | datetime) -> bool:
    """Return a value that is true or false."""
    return _text(session, key, at, frozenset({Unit.FLAG})) == "true"


def word(session: Session, *, key: str, at: date | datetime) -> str:
    """Return a value that is one of the key's words (`values.WORDS`)."""
    return _text(session, key, at, frozenset({Unit.WORD}))


def _text(session: Session, key: str, at: date | datetime, units: frozenset[Unit]) -> str:
    if UNITS.get(key) not in units | {None}:
        raise InvalidError(f"The policy value {key} is of another kind: {UNITS[key]}.")
    return value_at(session, key=key, at=at).value


def _built_in(key: str, day: date) -> PolicyValue:
    value = built_in(key, day)
    if value is None:
        raise NotFoundError(f"There is no policy value {key[:60]} on {day.isoformat()}.")
    return as_row(value, reason="")


def as_row(value: Value, *, reason: str) -> PolicyValue:
    """Return a value as a row that is not yet in any session."""
    return PolicyValue(
        key=value.key,
        from_on=value.from_on,
        to_on=value.to_on,
        value=value.value,
        unit=value.unit,
        source=value.source,
        force=value.force,
        reason=reason,
    )
