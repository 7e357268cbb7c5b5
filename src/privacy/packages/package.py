"""The package: what an access request hands over, as files that people and programs can read.

It is a ZIP archive with a readable page, one JSON document of everything, a CSV file for each
table, and a manifest of SHA-256 sums. It is kept only sealed under the token of its one link.
"""

import base64
import csv
import hashlib
import hmac
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from privacy.crypto import DataKey
from privacy.packages.shown import Omitted

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a text begins that a spreadsheet would run."""
EARLIEST = (1980, 1, 1, 0, 0, 0)
"""ZIP keeps no zone; one fixed time makes the same contents the same bytes."""


@dataclass(frozen=True)
class Table:
    """The rows of one collection of one data store."""

    store: str
    collection: str
    columns: Sequence[str]
    rows: Sequence[Mapping[str, object]]


@dataclass(frozen=True)
class Contents:
    """Everything that goes into a package."""

    page: str
    """The readable page, complete HTML."""
    readme: str
    facts: Mapping[str, Any]
    """What Art. 15(1) and (2) GDPR demand, for programs."""
    tables: Sequence[Table]


def pack(contents: Contents) -> bytes:
    """Return the archive; its last file is the manifest of all others."""
    files = dict(_files(contents))
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    files["manifest.json"] = _json({"sha256": sums})
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, EARLIEST), data, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def key_of(token: str) -> DataKey:
    """Return the key that a link's token stands for; its digest in the database does not."""
    return DataKey(hmac.digest(token.encode(), b"package", "sha256"))


def _files(contents: Contents) -> Iterator[tuple[str, bytes]]:
    yield "index.html", contents.page.encode()
    yield "README.txt", contents.readme.encode()
    yield "data.json", _json({**contents.facts, "data": [_whole(t) for t in contents.tables]})
    for number, table in enumerate(contents.tables, start=1):
        name = f"csv/{number:02d}-{_plain(table.store)}-{_plain(table.collection)}.csv"
        yield name, _csv(table)


def _whole(table: Table) -> dict[str, Any]:
    return {
        "store": table.store,
        "collection": table.collection,
        "rows": [{name: row.get(name) for name in table.columns} for row in table.rows],
    }


def _csv(table: Table) -> bytes:
    """Return RFC 4180 with a byte order mark, which is what spreadsheets need for UTF-8."""
    made = io.StringIO(newline="")
    writer = csv.writer(made)
    writer.writerow(table.columns)
    for row in table.rows:
        writer.writerow([_cell(row.get(name)) for name in table.columns])
    return b"\xef\xbb\xbf" + made.getvalue().encode()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Omitted):
        return f"[{value.text}]"
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) else value
    return str(plain(value))


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, indent=2, ensure_ascii=False, default=plain).encode()


def plain(value: object) -> object:
    """Return a value as JSON can hold it: instants as ISO 8601, octets as base64."""
    if isinstance(value, bool | int | float | str | Omitted | None):
        return None if isinstance(value, Omitted) else value
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, Sequence):
        return [plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _plain(name: str) -> str:
    """Return a file name of our own making: no path, no dots, nothing to interpret."""
    return re.sub(r"[^a-z0-9_]+", "-", name.lower()).strip("-")[:60] or "table"
