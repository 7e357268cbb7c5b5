"""The package: complete, harmless to open, sealed under its link."""

import csv
import hashlib
import io
import json
import re
import zipfile
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privacy.crypto import Signer, tokens
from privacy.errors import SealError
from privacy.packages.package import Contents, Table, key_of, pack

SIGNER = Signer("privacy.example/log", bytes(range(32)))
CONTEXT = ("package", "contents")


def _open(table_rows, store="shop", collection="orders"):
    columns = sorted({name for row in table_rows for name in row})
    contents = Contents(
        page="<p>é</p>",
        readme="Lisez-moi",
        facts={"purposes": []},
        tables=[Table(store, collection, columns, table_rows)],
    )
    return zipfile.ZipFile(io.BytesIO(b"".join(pack(contents, signer=SIGNER))))


def test_every_file_stands_in_the_manifest_with_its_sum():
    archive = _open([{"id": 1}])
    sums = json.loads(archive.read("manifest.json"))["sha256"]
    names = set(archive.namelist()) - {"manifest.json", "manifest.note"}
    assert (
        names == set(sums) == {"index.html", "README.txt", "data.json", "csv/01-shop-orders.csv"}
    )
    assert all(hashlib.sha256(archive.read(name)).hexdigest() == sums[name] for name in names)


def test_values_of_any_type_reach_the_json_unchanged_in_meaning():
    at = datetime(2026, 3, 2, tzinfo=UTC)
    archive = _open([{"at": at, "sum": Decimal("12.30"), "raw": b"\x00\x01", "none": None}])
    row = json.loads(archive.read("data.json"))["data"][0]["rows"][0]
    assert row == {"at": "2026-03-02T00:00:00+00:00", "sum": "12.30", "raw": "AAE=", "none": None}


def cell_of(value: object) -> str:
    """Return how the cell of one value is written in CSV, as its reader gets it."""
    lines = _open([{"note": value}]).read("csv/01-shop-orders.csv").decode("utf-8-sig")
    (cell,) = list(csv.reader(io.StringIO(lines, newline="")))[1] or [""]
    return cell


@pytest.mark.parametrize(
    "text", ["=1+1", "+33", "-x", "@sum", "\tx", "\rx", "\nx", "\uff1d1+1", " =1+1", "\uff20x"]
)
def test_a_spreadsheet_never_runs_what_somebody_typed(text: str):
    assert cell_of(text).startswith("'")
    assert cell_of(text).replace("'", "") == text


@pytest.mark.parametrize(
    "text", ["a=1", "x - y", "1+1", "me@example.org", "a; b", "l’été", "'=1", "2026-03-02", ""]
)
def test_what_no_spreadsheet_runs_stands_as_it_was_typed(text: str):
    assert cell_of(text) == text


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (-5, "-5"), (Decimal("-5.10"), "-5.10"), (-0.5, "-0.5"), (True, "True"), (None, ""),
        (b"\xfb\xef\xbe", "'++++"), ({"é": ["=1"]}, '{"é": ["=1"]}'),
    ],
)  # fmt: skip
def test_numbers_stay_numbers_and_what_is_nested_is_json(value: object, cell: str):
    assert cell_of(value) == cell


MARKS = st.text(alphabet="=+-@\uff1d;,\t\r\n\"' ab1", max_size=12)


@given(MARKS, st.sampled_from([",", ";", "\t"]))
@settings(max_examples=300)
def test_no_spreadsheet_of_any_language_finds_a_formula(text: str, separator: str):
    lines = _open([{"a": text, "b": text}]).read("csv/01-shop-orders.csv").decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(lines, newline="")) for cell in row]
    if separator != ",":  # where quotes that are not at a cell's beginning mean nothing
        cells = [cell for line in re.split(r"[\r\n]", lines) for cell in line.split(separator)]
    for cell in cells:
        assert not cell.strip().lstrip('" ').startswith(("=", "+", "-", "@", "\uff1d"))


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\x", "a" * 300, "\u202egpj", ""])
def test_the_names_of_files_are_ours(name):
    archive = _open([{"id": 1}], store=name, collection=name)
    made = next(entry for entry in archive.namelist() if entry.startswith("csv/"))
    assert made.count("/") == 1
    assert ".." not in made
    assert len(made) < 140


def test_only_the_token_of_the_link_opens_the_package():
    token = tokens.new_token()
    sealed = key_of(token).seal(b"archive", context=CONTEXT)
    assert key_of(token).open_sealed(sealed, context=CONTEXT) == b"archive"
    with pytest.raises(SealError):
        key_of(tokens.new_token()).open_sealed(sealed, context=CONTEXT)


def test_the_same_contents_give_the_same_bytes():
    contents = Contents(page="x", readme="y", facts={}, tables=[])
    first, second = pack(contents, signer=SIGNER), pack(contents, signer=SIGNER)
    assert b"".join(first) == b"".join(second)
