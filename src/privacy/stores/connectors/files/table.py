"""One file of text as a table, read as a stream."""

import codecs
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePath
from typing import Protocol, TextIO

from typing_extensions import override

from privacy.errors import InvalidError, UnavailableError
from privacy.stores.connectors.files.formats import (
    Csv,
    Format,
    JsonLines,
    Values,
    delimiter_of,
)
from privacy.stores.connectors.files.sources import Source

JSON_LINES = frozenset({".jsonl", ".ndjson"})
PARQUET = frozenset({".parquet"})
SUFFIXES = frozenset({".csv", ".tsv"}) | JSON_LINES | PARQUET
ENCODINGS = ("utf-8", "cp1252", "latin-1", "utf-16")
LONGEST_HEADING = 1024 * 1024
"""Characters of a first line that are looked at for its delimiter."""


class Table(Protocol):
    """A file of records; every method raises UnavailableError when it cannot be read."""

    def columns(self) -> Sequence[str]:
        """Return the names of its columns."""
        ...

    def rows(self, names: Sequence[str]) -> Iterator[Values]:
        """Yield the values of every record, few in memory at a time; at least of these names."""
        ...

    def kinds(self) -> Mapping[str, str]:
        """Return by column what its values are, as `proposals.KINDS` calls it."""
        ...


@dataclass(frozen=True)
class TextTable(Table):
    """CSV or JSON Lines, as the name ends."""

    source: Source
    delimiter: str = ""
    encoding: str = ""

    @override
    def columns(self) -> Sequence[str]:
        with self.opened() as (form, file):
            return form.columns(file)

    @override
    def rows(self, names: Sequence[str]) -> Iterator[Values]:
        with self.opened() as (form, file):
            for record in form.records(file):
                if record.values is not None:
                    yield record.values

    @override
    def kinds(self) -> Mapping[str, str]:
        return dict.fromkeys(self.columns(), "unknown")

    @contextmanager
    def opened(self) -> Iterator[tuple[Format, TextIO]]:
        """Yield how the file is written, and its text from the beginning."""
        with faults_told(), self.source.opened() as binary:
            start = binary.read(len(codecs.BOM_UTF8))
            binary.seek(0)
            usual = "utf-8-sig" if start == codecs.BOM_UTF8 else "utf-8"
            file = io.TextIOWrapper(binary, encoding=self.encoding or usual, newline="")
            yield self._format(file), file

    def _format(self, file: TextIO) -> Format:
        if suffix_of(self.source.name) in JSON_LINES:
            return JsonLines()
        if self.delimiter:
            return Csv(self.delimiter)
        heading = file.readline(LONGEST_HEADING)
        file.seek(0)
        return Csv(delimiter_of(heading))


def suffix_of(name: str) -> str:
    """Return how the name of a file ends, in small letters."""
    return PurePath(name).suffix.lower()


@contextmanager
def faults_told() -> Iterator[None]:
    """Turn what reading a file raises into errors that name no path and quote nothing."""
    try:
        yield
    except UnicodeError:
        raise InvalidError(
            "The file is not in its declared encoding; give it as options: {encoding: …}."
        ) from None
    except OSError:
        raise UnavailableError("The file cannot be read or written.") from None


def options_of(options: Mapping[str, object], path: str) -> tuple[str, str]:
    """Return delimiter and encoding of a collection's options; InvalidError for others."""
    delimiter, encoding = options.get("delimiter", ""), options.get("encoding", "")
    fits = isinstance(delimiter, str) and len(delimiter) <= 1
    if not fits or encoding not in ("", *ENCODINGS) or set(options) - {"delimiter", "encoding"}:
        raise InvalidError(
            "A file's options are delimiter (one sign) and encoding.",
            fields={path: [f"encoding is one of {', '.join(ENCODINGS)}"]},
        )
    return str(delimiter), str(encoding)
