"""The one form in which things are written down to be hashed or signed (pure)."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def canonical(value: Mapping[str, object]) -> str:
    """Return JSON whose text depends only on the value: sorted keys, no spaces.

    Of texts, whole numbers, truth values and nulls under ASCII keys it is the form of RFC 8785.
    """
    return _ENCODER.encode(value)


def stamp(at: datetime) -> str:
    """Return an instant as RFC 3339 in UTC, to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
