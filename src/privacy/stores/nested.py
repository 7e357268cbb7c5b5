"""Values inside a column that holds a document or a list: pure.

A path is names with dots between them, and `[*]` for every element of a list, such as `[*]`,
`buyer.id` or `lines[*].buyer.id`. What is not there yields nothing.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Final

from privacy.errors import InvalidError

EVERY: Final = "[*]"
PATH: Final = re.compile(r"(\[\*\]|[^\s.\[\]]+(\[\*\])*)(\.[^\s.\[\]]+(\[\*\])*|\[\*\])*")
_STEP = re.compile(r"\[\*\]|[^\s.\[\]]+")


def steps_of(path: str) -> Sequence[str]:
    """Return a path's steps: names, and `EVERY`."""
    return _STEP.findall(path)


def values_at(value: object, path: str) -> Iterator[object]:
    """Yield the scalars that a path leads to in a column's value.

    The value is a text of JSON, or what a driver made of it. Raises InvalidError for a text
    that is no JSON, and when a path ends in a list or a document, which identify nothing.
    """
    if value is None:
        return
    for found in _below(_parsed(value), steps_of(path)):
        if isinstance(found, dict | list | tuple):
            raise InvalidError("A link's path ends in a list or a document, not in a value.")
        if found is not None:
            yield found


def _parsed(value: object) -> object:
    if not isinstance(value, str | bytes):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        raise InvalidError("A column that a link's path reads holds no JSON.") from None


def _below(value: object, steps: Sequence[str]) -> Iterator[object]:
    if not steps:
        yield value
    elif steps[0] == EVERY:
        for one in value if isinstance(value, list | tuple) else ():
            yield from _below(one, steps[1:])
    elif isinstance(value, dict) and steps[0] in value:
        yield from _below(value[steps[0]], steps[1:])
