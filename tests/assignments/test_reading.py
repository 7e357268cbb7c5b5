"""Tables as keepers hand them in: whatever program wrote them, and whatever is wrong with them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.assignments.reading import rows_of_file, rows_typed
from privacy.errors import InvalidError
from privacy.stores.definition import Collection, Field
from privacy.stores.terms import DataCategory

FOLDER = Collection(
    "folder",
    {"fr": "Dossiers", "en": "Folders"},
    ("number",),
    (
        Field("number", {"fr": "Numéro", "en": "Number"}, DataCategory.TECHNICAL),
        Field("name", {"fr": "Nom", "en": "Name"}, DataCategory.IDENTITY),
    ),
)
ROW = {"number": "A-12", "name": "Zoé"}


@pytest.mark.parametrize(
    "data",
    [
        "number,name\nA-12,Zoé\n".encode(),
        "number;name\r\nA-12;Zoé\r\n".encode("utf-8-sig"),
        "Numéro\tNom\nA-12\tZoé\n".encode(),
        "NUMBER;Name\nA-12; Zoé \n\n;\n".encode("cp1252"),
        json.dumps([ROW]).encode(),
        json.dumps(ROW).encode("utf-8-sig"),
        b' [{"name": "Zo\\u00e9", "Number": "A-12"}, {}]',
    ],
)
def test_a_table_is_read_whatever_wrote_it(data: bytes):
    assert rows_of_file(FOLDER, data) == [ROW]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"number,secret\nA,B\n", "rows.field"),
        (b"number,name\nA,B,C\n", "rows.field"),
        (b"[1, 2]", "rows.unreadable"),
        (b'[{"number": 1', "rows.unreadable"),
        (b"[" * 100_000, "rows.unreadable"),
        (b'number\n"A', "rows.unreadable"),
        (b"number\n" + b"A\n" * 2001, "rows.many"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused(data: bytes, code: str):
    with pytest.raises(InvalidError) as refused:
        rows_of_file(FOLDER, data)
    assert [code] in refused.value.fields.values()


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes):
    try:
        rows = rows_of_file(FOLDER, data)
    except InvalidError:
        return
    assert all(row.keys() <= {"number", "name"} for row in rows)


def test_typed_fields_become_rows_and_empty_ones_none():
    form = {
        "folder.1.number": " A-12 ",
        "folder.1.name": "Zoé",
        "folder.2.name": "   ",
        "folder.3.secret": "x",
        "other.1.name": "y",
        "csrf_token": "z",
    }
    assert list(rows_typed(FOLDER, form)) == [ROW]
