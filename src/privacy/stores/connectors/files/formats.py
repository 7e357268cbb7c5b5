"""Tables in files of text, record by record, so that what is not changed stays as it was."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from typing_extensions import override

from privacy.errors import InvalidError
from privacy.stores.connectors.asking import like

DELIMITERS = ",;\t|"
_QUOTED = re.compile('"[^"]*"')

Values: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Record:
    """One record with the very text that it has in the file, its end of line included."""

    raw: str
    values: Values | None
    """None for what is no record: a heading, an empty line."""


class Format(Protocol):
    """How a file's text is made of records."""

    def records(self, lines: Iterator[str]) -> Iterator[Record]:
        """Yield every record; the raw texts together are the file. InvalidError if it is none."""
        ...

    def columns(self, lines: Iterator[str]) -> Sequence[str]:
        """Return the names of the columns, as far as the beginning of the file tells them."""
        ...

    def changed(self, record: Record, changes: Mapping[str, str | None]) -> str:
        """Return the raw text of a record with other values; InvalidError if one does not fit."""
        ...


class Csv(Format):
    """Comma-separated values (RFC 4180) with a heading; every value is a text."""

    def __init__(self, delimiter: str) -> None:
        self._delimiter = delimiter

    @override
    def records(self, lines: Iterator[str]) -> Iterator[Record]:
        taken: list[str] = []
        names: list[str] | None = None
        parsed = csv.reader(_noted(lines, taken), delimiter=self._delimiter, strict=True)
        try:
            for cells in parsed:
                raw = "".join(taken)
                taken.clear()
                if names is None or not cells:
                    names = names or cells
                    yield Record(raw, None)
                else:
                    yield Record(raw, _paired(names, cells, parsed.line_num))
        except csv.Error:
            # Not chained: it may quote a cell.
            raise InvalidError(f"Line {parsed.line_num} of the file is no CSV.") from None

    @override
    def columns(self, lines: Iterator[str]) -> Sequence[str]:
        return next(csv.reader(lines, delimiter=self._delimiter), [])

    @override
    def changed(self, record: Record, changes: Mapping[str, str | None]) -> str:
        values = {**(record.values or {}), **{n: c or "" for n, c in changes.items()}}
        ending = record.raw[len(record.raw.rstrip("\r\n")) :]
        text = io.StringIO()
        writer = csv.writer(text, delimiter=self._delimiter, lineterminator=ending)
        writer.writerow(values.values())
        return text.getvalue()


def _noted(lines: Iterator[str], taken: list[str]) -> Iterator[str]:
    for line in lines:
        taken.append(line)
        yield line


def delimiter_of(heading: str) -> str:
    """Return the sign that most likely stands between the cells of a heading."""
    return max(DELIMITERS, key=_QUOTED.sub("", heading).count)


def _paired(names: Sequence[str], cells: Sequence[str], line: int) -> Values:
    if len(names) != len(cells):
        raise InvalidError(
            f"Line {line} of the file has another number of cells than its heading."
        )
    return dict(zip(names, cells, strict=True))


class JsonLines(Format):
    """One JSON object on each line."""

    @override
    def records(self, lines: Iterator[str]) -> Iterator[Record]:
        for number, line in enumerate(lines, start=1):
            yield Record(line, _object(line, number) if line.strip() else None)

    @override
    def columns(self, lines: Iterator[str]) -> Sequence[str]:
        names: dict[str, None] = {}
        for _number, record in zip(range(SAMPLE), self.records(lines), strict=False):
            names.update(dict.fromkeys(record.values or ()))
        return list(names)

    @override
    def changed(self, record: Record, changes: Mapping[str, str | None]) -> str:
        values = dict(record.values or {})
        for name, text in changes.items():
            values[name] = like(values.get(name), text)
        ending = record.raw[len(record.raw.rstrip("\r\n")) :]
        return json.dumps(values, ensure_ascii=False) + ending


SAMPLE = 1000
"""Lines that are looked at for the names of columns, where a file has no heading."""


def _object(line: str, number: int) -> Values:
    try:
        found = json.loads(line)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise InvalidError(f"Line {number} of the file is no JSON object.")
    return found
