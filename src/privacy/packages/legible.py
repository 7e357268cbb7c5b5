"""What a page shows of values and rows, so that people can read it; files have them all; pure."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time
from itertools import islice

from privacy.packages.package import plain
from privacy.packages.shown import Omitted, Shown

LONGEST = 5_000
"""Characters of one value that the page shows."""
READABLE = 500
"""Rows of one collection that a person can be expected to scroll through."""
READING = 150_000
"""Characters after which no further row of one collection stands on the page: half a novel."""
MIDNIGHT = re.compile(r"^(\d{4}-\d\d-\d\d)[ T]00:00:00(?:\.0+)?$")
"""How data stores spell a day that have no other type for it than that of instants."""


def first_rows(one: Shown, *, most: int = READABLE) -> Iterator[dict[str, object]]:
    """Yield the first rows of a collection, as legible values, until they are enough to read."""
    length = 0
    for row in islice(one, most):
        shown = {name: legible(value) for name, value in row.items()}
        yield shown
        length += sum(len(str(value)) for value in shown.values())
        if length > READING:
            return


def _instant(value: datetime) -> str:
    """Spell an instant without parts of a minute; one at midnight of no zone is a day."""
    if value.tzinfo is None and value.time() == time.min:
        return value.date().isoformat()
    zone = "" if value.tzinfo is None else " UTC"
    return f"{value if value.tzinfo is None else value.astimezone(UTC):%Y-%m-%d %H:%M}{zone}"


def legible(value: object) -> object:
    """Return a value as people read it; of one that was left out, why."""
    if isinstance(value, datetime):
        return _instant(value)
    shown = value.text if isinstance(value, Omitted) else plain(value)
    if not isinstance(shown, str):
        return shown
    shown = MIDNIGHT.sub(r"\1", shown)
    return f"{shown[:LONGEST]} […]" if len(shown) > LONGEST else shown
