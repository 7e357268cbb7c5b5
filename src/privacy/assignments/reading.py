"""Reading what a keeper hands in: a table as CSV or JSON, or fields typed on the page; pure."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from privacy.assignments.answers import MOST_ROWS, Row
from privacy.errors import InvalidError
from privacy.stores.definition import Collection


def rows_of_file(collection: Collection, data: bytes) -> list[Row]:
    """Return the rows of a file: a JSON list of objects, or CSV with the fields' names or titles.

    Raises InvalidError for what is neither, or names a field that is not declared.
    """
    text = _decoded(data)
    found = _of_json(text) if text.lstrip().startswith(("[", "{")) else _of_csv(text)
    rows = [_named(collection, row) for row in found]
    if len(rows) > MOST_ROWS:
        raise _fault(collection, "rows.many")
    return [row for row in rows if any(value not in {None, ""} for value in row.values())]


def rows_typed(collection: Collection, form: Mapping[str, str]) -> Iterator[Row]:
    """Yield the rows that were typed into fields called `collection.number.field`."""
    by_number: dict[str, dict[str, str]] = {}
    for name, value in form.items():
        place, _, rest = name.partition(".")
        number, _, column = rest.partition(".")
        if place == collection.name and column in collection.columns and value.strip():
            by_number.setdefault(number, {})[column] = value.strip()
    yield from by_number.values()


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")  # what spreadsheets write on Windows


def _of_json(text: str) -> Sequence[Mapping[str, Any]]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidError("This file is no JSON.", fields={"file": ["rows.unreadable"]}) from None
    rows = found if isinstance(found, list) else [found]
    if not all(isinstance(row, dict) for row in rows):
        raise InvalidError("This file is no list.", fields={"file": ["rows.unreadable"]})
    return rows


def _of_csv(text: str) -> Sequence[Mapping[str, Any]]:
    first = text.partition("\n")[0]
    mark = max(",;\t", key=first.count)
    try:
        return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=mark, strict=True))
    except csv.Error:
        raise InvalidError("This file is no CSV.", fields={"file": ["rows.unreadable"]}) from None


def _named(collection: Collection, row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a row under the names of its fields, whichever language their titles stand in."""
    names = {name.casefold(): name for name in collection.columns}
    for one in collection.fields:
        names |= {title.casefold(): one.name for title in one.title.values()}
    named: dict[str, Any] = {}
    for head, value in row.items():
        name = names.get(str(head).strip().casefold())
        if name is None:
            raise _fault(collection, "rows.field")
        named[name] = (value.strip() or None) if isinstance(value, str) else value
    return named


def _fault(collection: Collection, code: str) -> InvalidError:
    return InvalidError("This file does not fit.", fields={collection.name: [code]})
