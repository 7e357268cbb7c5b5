"""Until when the rows that were found are kept, counted from their own dates; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from privacy.policy.months import Period
from privacy.stores.definition import Kept
from privacy.stores.search.findings import FoundRow


@dataclass(frozen=True)
class Ending:
    """When the rows of one collection go."""

    first: date
    last: date
    is_whole: bool
    """Whether every row has an end; one without its date has none that can be counted."""


def ending_of(kept: Kept | None, rows: Iterable[FoundRow]) -> Ending | None:
    """Return the first and the last end of the rows that are shown, or None if none is known."""
    if kept is None:
        return None
    period = Period.parse(kept.period)
    days = [day_in(row.values.get(kept.since)) for row in rows if row.exported]
    known = [day for day in days if day is not None]
    if not known:
        return None
    return Ending(period.after(min(known)), period.after(max(known)), len(known) == len(days))


def day_in(value: object) -> date | None:
    """Return the day that a value of a data store holds, as a date, an instant or ISO 8601."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None
