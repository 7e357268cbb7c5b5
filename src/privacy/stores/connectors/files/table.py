"""One file: read as a stream, and rewritten whole or not at all."""

import codecs
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TextIO

from privacy.errors import ConflictError, InvalidError, UnavailableError
from privacy.stores.connectors.files.formats import (
    Csv,
    Format,
    JsonLines,
    Record,
    Values,
    delimiter_of,
)

SUFFIXES = frozenset({".csv", ".tsv", ".jsonl", ".ndjson"})
ENCODINGS = ("utf-8", "cp1252", "latin-1", "utf-16")

Change = Callable[[Record], str | None]
"""Returns the raw text that stands for a record from now on; None takes it out."""


@dataclass(frozen=True)
class FileTable:
    """A file of records; every method raises UnavailableError when it cannot be read."""

    path: Path
    delimiter: str = ""
    encoding: str = ""

    def columns(self) -> Sequence[str]:
        """Return the names of its columns."""
        with self._open() as file:
            return self.format().columns(file)

    def rows(self) -> Iterator[Values]:
        """Yield the values of every record, one in memory at a time."""
        with self._open() as file:
            for record in self.format().records(file):
                if record.values is not None:
                    yield record.values

    def format(self) -> Format:
        """Return how this file is written."""
        if self.path.suffix.lower() in {".jsonl", ".ndjson"}:
            return JsonLines()
        if self.delimiter:
            return Csv(self.delimiter)
        with self._open() as file:
            return Csv(delimiter_of(file.readline()))

    def rewrite(self, change: Change) -> None:
        """Put another file in the place of this one, with the records as `change` gives them.

        Who reads meanwhile sees the old file or the new one. ConflictError when somebody else
        wrote meanwhile; then nothing is changed.
        """
        form = self.format()
        with self._faults_told(), self._beside() as (draft, name):
            before = self.path.stat()
            with self._open() as file:
                for record in form.records(file):
                    raw = record.raw if record.values is None else change(record)
                    draft.write(raw or "")
            draft.flush()
            os.fsync(draft.fileno())
            self._take_place(name, before)

    def _take_place(self, draft: str, before: os.stat_result) -> None:
        now = self.path.stat()
        if (now.st_ino, now.st_mtime_ns, now.st_size) != (
            before.st_ino,
            before.st_mtime_ns,
            before.st_size,
        ):
            raise ConflictError("Somebody else is writing the file; try again.")
        shutil.copymode(self.path, draft)
        with suppress(PermissionError):  # only root may give a file away
            os.chown(draft, before.st_uid, before.st_gid)
        Path(draft).replace(self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    @contextmanager
    def _beside(self) -> Iterator[tuple[IO[str], str]]:
        """Yield a new file in the same folder, which is gone at the end unless it was moved."""
        with tempfile.NamedTemporaryFile(
            "w",
            encoding=self._encoding(),
            newline="",
            dir=self.path.parent,
            prefix=".privacy-",
            delete=False,
        ) as draft:
            try:
                yield draft, draft.name
            finally:
                Path(draft.name).unlink(missing_ok=True)

    @contextmanager
    def _open(self) -> Iterator[TextIO]:
        with self._faults_told():
            if not self.path.is_file():  # a pipe or a device could keep us waiting for ever
                raise FileNotFoundError
            with self.path.open(encoding=self._encoding(), newline="") as file:
                yield file

    def _encoding(self) -> str:
        if self.encoding:
            return self.encoding
        with self.path.open("rb") as file:
            return "utf-8-sig" if file.read(3) == codecs.BOM_UTF8 else "utf-8"

    @contextmanager
    def _faults_told(self) -> Iterator[None]:
        # Neither is chained: they name the path, and quote what stands in the file.
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
