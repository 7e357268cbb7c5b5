"""The package: what an access request hands over, as files that people and programs can read.

It is a ZIP archive with a readable page, one JSON document of everything, a CSV file for each
table, a manifest of SHA-256 sums, and a signed note on the manifest and on the archive itself.
It is made as a stream: no table, and no file, is ever whole in memory.
"""

import base64
import csv
import hashlib
import hmac
import io
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from typing import Any

from privacy.crypto import DataKey, Signer
from privacy.packages.shown import Omitted
from privacy.packages.zipping import zipped

FORMULA = re.compile(r'(?:^|[;\t\r\n])(?=[\s"]{0,9}[=+\-@\uff1d\uff0b\uff0d\uff20])|^(?=[\t\r\n])')
"""Where a text may begin a cell that a spreadsheet would run, also in full width: at its own
beginning, and behind what a spreadsheet of another language takes for the end of a cell."""
MANIFEST = "manifest.json"
NOTE = "manifest.note"
NOTE_TITLE = "privacy.package/v1"
"""The first line of the note; no other note that the service signs begins so."""
OCTETS = (bytes, bytearray, memoryview)
BATCH = 500
"""Rows that are written at once."""


@dataclass(frozen=True)
class Table:
    """The rows of one collection of one data store."""

    store: str
    collection: str
    columns: Sequence[str]
    rows: Iterable[Mapping[str, object]]
    """Can be iterated several times, always with the same rows."""


@dataclass(frozen=True)
class Contents:
    """Everything that goes into a package."""

    page: str
    """The readable page, complete HTML."""
    readme: str
    facts: Mapping[str, Any]
    """What Art. 15(1) and (2) GDPR demand, for programs."""
    tables: Sequence[Table]
    others: Mapping[str, bytes] = field(default_factory=dict)
    """More files by name, in ASCII."""


def pack(contents: Contents, *, signer: Signer) -> Iterator[bytes]:
    """Yield the archive; its last file is a note, signed, on the manifest of all others.

    The note is in the form of C2SP signed-note; `privacy.packages.verifying` reads it.
    """
    sums: dict[str, str] = {}
    sealing = hashlib.sha256()
    length = 0

    def files() -> Iterator[tuple[str, Iterable[bytes]]]:
        for name, written in _files(contents):
            yield name, _summed(name, written, sums)
        manifest = _json({"sha256": sums})
        yield MANIFEST, [manifest]
        body = note_body(manifest=manifest, length=length, digest=sealing.hexdigest())
        yield NOTE, [signer.sign_note(body).encode()]

    for piece in zipped(files(), stored=NOTE):
        length += len(piece)
        sealing.update(piece)
        yield piece


def note_body(*, manifest: bytes, length: int, digest: str) -> str:
    """Return what the note says: the manifest's hash, and that of all bytes before the note."""
    return (
        f"{NOTE_TITLE}\n{MANIFEST} sha256 {hashlib.sha256(manifest).hexdigest()}\n"
        f"archive {length} sha256 {digest}\n"
    )


def key_of(token: str) -> DataKey:
    """Return the key that a link's token stands for; its digest in the database does not."""
    return DataKey(hmac.digest(token.encode(), b"package", "sha256"))


def csv_name(number: int, store: str, collection: str) -> str:
    """Return the name of the file of the table that stands there, counted from 1."""
    return f"csv/{number:02d}-{_plain(store)}-{_plain(collection)}.csv"


def _summed(name: str, written: Iterable[bytes], sums: dict[str, str]) -> Iterator[bytes]:
    digest = hashlib.sha256()
    for piece in written:
        digest.update(piece)
        yield piece
    sums[name] = digest.hexdigest()


def _files(contents: Contents) -> Iterator[tuple[str, Iterable[bytes]]]:
    yield "index.html", [contents.page.encode()]
    yield "README.txt", [contents.readme.encode()]
    for name, written in contents.others.items():
        yield name, [written]
    yield "data.json", _data(contents)
    for number, table in enumerate(contents.tables, start=1):
        yield csv_name(number, table.store, table.collection), _csv(table)


def _data(contents: Contents) -> Iterator[bytes]:
    """Yield one JSON document: the facts, then every table with a row on each line."""
    head = _json(contents.facts)[:-1].rstrip()
    yield head + (b",\n" if contents.facts else b"\n") + b'  "data": ['
    for number, table in enumerate(contents.tables):
        named = json.dumps({"store": table.store, "collection": table.collection})
        yield f'{"," if number else ""}\n    {named[:-1]}, "rows": ['.encode()
        yield from _rows(table)
        yield b"\n    ]}"
    yield b"\n  ]\n}\n"


def _rows(table: Table) -> Iterator[bytes]:
    separator = "\n      "
    for batch in _batches(table.rows):
        lines = [
            json.dumps({name: plain(row.get(name)) for name in table.columns}, ensure_ascii=False)
            for row in batch
        ]
        yield _utf8(separator + ",\n      ".join(lines))
        separator = ",\n      "


def _csv(table: Table) -> Iterator[bytes]:
    """Yield RFC 4180 with a byte order mark, which is what spreadsheets need for UTF-8."""
    yield b"\xef\xbb\xbf" + _csv_lines([[_harmless(name) for name in table.columns]])
    for batch in _batches(table.rows):
        yield _csv_lines([[_cell(row.get(name)) for name in table.columns] for row in batch])


def _csv_lines(lines: Iterable[Sequence[str]]) -> bytes:
    made = io.StringIO(newline="")
    csv.writer(made).writerows(lines)
    return _utf8(made.getvalue())


def _batches(
    rows: Iterable[Mapping[str, object]],
) -> Iterator[list[Mapping[str, object]]]:
    batch: list[Mapping[str, object]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Omitted):
        return f"[{value.text}]"
    if isinstance(value, bool | int | float | Decimal):
        return str(plain(value))
    shown = plain(value)
    text = shown if isinstance(shown, str) else json.dumps(shown, ensure_ascii=False)
    return _harmless(text)


def _harmless(text: str) -> str:
    """Return a text that no spreadsheet runs: an apostrophe stands before what it would run."""
    return FORMULA.sub(r"\g<0>'", text)


def _json(value: Mapping[str, Any]) -> bytes:
    return _utf8(json.dumps(value, indent=2, ensure_ascii=False, default=plain))


def _utf8(text: str) -> bytes:
    # Half a character, which UTF-8 cannot hold, stands as its number.
    return text.encode("utf-8", "backslashreplace")


def plain(value: object) -> object:
    """Return a value as JSON can hold it: instants as ISO 8601, octets as base64."""
    if isinstance(value, bool | int | str | None):
        return value
    if isinstance(value, float | Omitted):
        return _number(value) if isinstance(value, float) else None
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, OCTETS):
        return [plain(inner) for inner in value]
    return _text(value)


def _text(value: object) -> str:
    if isinstance(value, OCTETS):
        return base64.b64encode(bytes(value)).decode()
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _number(value: float) -> float | str:
    return value if math.isfinite(value) else str(value)  # JSON has no word for infinity


def _plain(name: str) -> str:
    """Return a file name of our own making: no path, no dots, nothing to interpret."""
    return re.sub(r"[^a-z0-9_]+", "-", name.lower()).strip("-")[:60] or "table"
