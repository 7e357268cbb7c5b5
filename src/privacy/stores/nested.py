"""Values inside a column that holds a document or a list: pure.

A path is names with dots between them, and `[*]` for every element of a list, such as `[*]`,
`buyer.id` or `lines[*].buyer.id`. What is not there yields nothing.

Where rows are asked for by such a place, it stands among the columns as `column -> path`.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from privacy.errors import InvalidError

EVERY: Final = "[*]"
PATH: Final = re.compile(r"(\[\*\]|[^\s.\[\]]+(\[\*\])*)(\.[^\s.\[\]]+(\[\*\])*|\[\*\])*")
WITHIN: Final = " -> "
"""Between a column and a path; no path holds a space."""
_STEP = re.compile(r"\[\*\]|[^\s.\[\]]+")


def steps_of(path: str) -> Sequence[str]:
    """Return a path's steps: names, and `EVERY`."""
    return _STEP.findall(path)


def within(column: str, path: str) -> str:
    """Return the name of a place within a column, by which rows can be asked for."""
    return f"{column}{WITHIN}{path}"


def column_of(name: str) -> str:
    """Return the column of a place within one; a column's name as it is."""
    return name.rpartition(WITHIN)[0] or name


def path_of(name: str) -> str:
    """Return the path of a place within a column; empty for a column."""
    column, is_within, path = name.rpartition(WITHIN)
    return path if is_within and column else ""


def held(row: Mapping[str, object], name: str) -> object:
    """Return what a row holds in a column, or a list of what it holds in a place within one.

    Raises InvalidError as `values_at`.
    """
    path = path_of(name)
    return list(values_at(row[column_of(name)], path)) if path else row[name]


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
