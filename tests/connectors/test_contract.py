"""What every connector must do; one suite for all of them."""

from collections.abc import Generator
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from privacy.errors import InvalidError
from privacy.stores.definition import Columns
from privacy.stores.protocol import Asked, Key, Store
from tests.connectors.places import Place, Table

TENANTS = Table(
    "account",
    {"tenant": "TEXT", "no": "INTEGER", "note": "TEXT"},
    [
        ("red", 1, "mine"),
        ("red", 2, "other number, same tenant"),
        ("blue", 1, "same number, other tenant"),
        ("blue", 2, "mine too"),
        (None, 1, "no tenant"),
    ],
    key=("tenant", "no"),
)


def read(store: Store, columns: str, *keys: Key, collection: str = "t0") -> list[dict[str, Any]]:
    asked: Columns = tuple(columns.split())
    declared = store.definition.collection(collection)
    return [dict(row) for row in store.read(declared, asked, keys)]


def ids(store: Store, columns: str, *keys: Key) -> set[object]:
    return {row["id"] for row in read(store, columns, *keys)}


def test_a_composite_key_is_compared_as_a_tuple_and_brings_no_foreign_row(place: Place) -> None:
    store = place.make(TENANTS)
    rows = read(store, "tenant no", ("red", "1"), ("blue", "2"))
    assert {row["note"] for row in rows} == {"mine", "mine too"}
    assert read(store, "no tenant", ("1", "blue")) == [
        {"tenant": "blue", "no": 1, "note": "same number, other tenant"}
    ]


def test_a_row_has_exactly_the_declared_fields(place: Place) -> None:
    store = place.make(TENANTS)
    assert list(read(store, "tenant no", ("red", "1"))[0]) == ["tenant", "no", "note"]


def test_unicode_is_exact_in_values_and_in_names(place: Place) -> None:
    values = ["Zoë", "zoë", "Жанна", "王小明", "👩‍👩‍👧", "e\u0301", "\u00e9", "  spaced  ", "it's"]
    table = Table("données clés", {"id": "INTEGER", "prénom": "TEXT"}, list(enumerate(values)))
    store = place.make(table)
    store.check()
    for number, value in enumerate(values):
        assert ids(store, "prénom", (value,)) == {number}


@pytest.mark.parametrize("columns", ["id", "id text"])
def test_two_thousand_keys_are_all_found(place: Place, columns: str) -> None:
    rows = [(number, f"n{number}") for number in range(2500)]
    store = place.make(Table("many", {"id": "INTEGER", "text": "TEXT"}, rows))
    keys = [(str(n), f"n{n}")[: len(columns.split())] for n in range(2000)]
    found = read(store, columns, *keys)
    assert len(found) == 2000
    assert {row["id"] for row in found} == set(range(2000))


def test_one_key_with_many_rows_is_streamed_to_its_end(place: Place) -> None:
    rows = [(number, "same") for number in range(1700)]
    store = place.make(Table("many", {"id": "INTEGER", "text": "TEXT"}, rows))
    assert len(ids(store, "text", ("same",))) == 1700


def test_a_reader_may_stop_early_and_read_again(place: Place) -> None:
    rows = [(number, "same") for number in range(1700)]
    store = place.make(Table("many", {"id": "INTEGER", "text": "TEXT"}, rows))
    collection = store.definition.collection("t0")
    for _ in range(6):
        stream = store.read(collection, ("text",), [("same",)])
        assert isinstance(stream, Generator)
        next(stream)
        stream.close()
    assert len(ids(store, "text", ("same",))) == 1700


def test_two_readers_may_be_open_at_once(place: Place) -> None:
    rows = [(number, "same") for number in range(700)]
    store = place.make(Table("many", {"id": "INTEGER", "text": "TEXT"}, rows))
    collection = store.definition.collection("t0")
    first = store.read(collection, ("text",), [("same",)])
    next(first)
    assert len(ids(store, "text", ("same",))) == 700
    assert len(list(first)) == 699


def test_questions_that_are_asked_together_are_answered_each_for_itself(place: Place) -> None:
    store = place.make(
        TENANTS, Table("note", {"id": "INTEGER", "of": "INTEGER"}, [(7, 1), (8, 2)])
    )
    accounts, notes = (store.definition.collection(name) for name in ("t0", "t1"))
    questions = [
        Asked(accounts, ("tenant", "no"), [("red", "1")]),
        Asked(notes, ("of",), [("1",), ("2",)]),
        Asked(accounts, ("no",), []),
        Asked(accounts, ("tenant",), [("blue",)]),
    ]
    found: dict[int, list[object]] = {}
    for number, row in store.read_together(questions):
        found.setdefault(number, []).append(row.get("note", row.get("id")))
    assert {number: set(rows) for number, rows in found.items()} == {
        0: {"mine"},
        1: {7, 8},
        3: {"same number, other tenant", "mine too"},
    }


def test_a_store_that_was_closed_may_be_used_again(place: Place) -> None:
    store = place.make(TENANTS)
    store.close()
    store.close()
    assert len(read(store, "tenant no", ("red", "1"))) == 1


def test_no_values_find_nothing(place: Place) -> None:
    store = place.make(TENANTS)
    assert read(store, "tenant no") == []


def test_null_and_the_empty_text_equal_nothing(place: Place) -> None:
    table = Table("t", {"id": "INTEGER", "x": "TEXT"}, [(1, None), (2, ""), (3, "x")])
    store = place.make(table)
    assert ids(store, "x", ("",), ("None",), ("null",), ("x",)) == {3}


@pytest.mark.parametrize("columns", ["secret", "id secret", "rowid", "ctid", "id) OR (1=1", "*"])
def test_a_column_that_is_not_declared_is_refused(place: Place, columns: str) -> None:
    store = place.make(Table("t", {"id": "INTEGER"}, [(1,)]))
    asked = tuple(columns.split(" ")) if columns.startswith("id s") else (columns,)
    with pytest.raises(InvalidError):
        store.read(store.definition.collection("t0"), asked, [("1",) * len(asked)])


def test_a_collection_that_is_not_declared_is_refused(place: Place) -> None:
    store = place.make(TENANTS)
    foreign = Table("other", {"id": "INTEGER"}, []).collection(7)
    with pytest.raises(InvalidError):
        store.read(foreign, ("id",), [("1",)])


NASTY = [
    'quo"te',
    "apo'strophe",
    'x"; DROP TABLE victim; --',
    "semi;colon",
    "-- comment",
    "/* comment */",
    "back\\slash",
    "back`tick",
    "[bracket]",
    "per%cent %s %(x)s",
    "col:on :param",
    "quest?ion",
    "dot.ted",
    "select",
    "UPPER lower",
    " leading and trailing ",
    "{brace}",
    "éà漢字",
]


def test_names_with_the_signs_of_sql_are_only_names(place: Place) -> None:
    victim = Table("victim", {"id": "INTEGER"}, [(1,)])
    tables = [
        Table(name, {"id": "INTEGER", name: "TEXT", f"{name}2": "TEXT"}, [(7, name, "x")])
        for name in NASTY
        if name not in place.impossible
    ]
    store = place.make(victim, *tables)
    store.check()
    for number, table in enumerate(tables, start=1):
        name = table.name
        collection = store.definition.collection(f"t{number}")
        rows = list(store.read(collection, (name,), [(name,)]))
        assert rows == [{"id": 7, name: name, f"{name}2": "x"}]
        both = list(store.read(collection, (name, f"{name}2"), [(name, "x"), (name, "y")]))
        assert len(both) == 1
    assert read(store, "id", ("1",)) == [{"id": 1}]


PAYLOADS = [
    template.replace("{}", sign)
    for sign in ("'", '"', "')", '")', "'))", "`", "\\'", "%27", "\u02bc", "\uff07", "\x00'", "1")
    for template in (
        "{} OR 1=1 --",
        "{} OR '1'='1",
        "{}; DROP TABLE victim; --",
        "{}; DELETE FROM victim; --",
        "{} UNION SELECT id, id, id FROM victim --",
        "{}) OR (SELECT 1)=1 --",
        "{}; ATTACH DATABASE '/tmp/x' AS x; --",
        "{}; COPY victim TO PROGRAM 'id'; --",
        "{} || (SELECT sql FROM sqlite_master) || {}",
        "{}::int; SELECT pg_sleep(60); --",
        "{}/**/OR/**/1=1#",
        "{} LIKE '%",
        "%{}%",
        "_{}_",
        "{}\nOR 1=1",
        "{}\\",
        "$$ {} $$",
    )
]


def test_there_are_two_hundred_payloads() -> None:
    assert len(set(PAYLOADS)) >= 200


@pytest.mark.parametrize("normalise", ["exact", "email", "phone", "code"])
def test_values_with_the_signs_of_sql_are_only_values(place: Place, normalise: str) -> None:
    table = Table(
        "victim",
        {"id": "INTEGER", "name": "TEXT", "no": "INTEGER"},
        [(1, "ada@example.com", 1), (2, "bob@example.com", 2)],
        normalise={"name": normalise},
    )
    store = place.make(table)
    keys = [(payload,) for payload in PAYLOADS]
    assert read(store, "name", *keys) == []
    assert read(store, "no", *keys) == []
    assert read(store, "name no", *((p, p) for p in PAYLOADS)) == []
    assert ids(store, "id", ("1",), ("2",)) == {1, 2}


def test_a_number_equals_its_digits_and_no_other_spelling_of_it(place: Place) -> None:
    columns = {"id": "INTEGER", "no": "BIGINT", "amount": "NUMERIC(9,2)", "text": "TEXT"}
    store = place.make(Table("t", columns, [(1, 1042, 1042, "1042")]))
    for column in ("no", "amount", "text"):
        assert ids(store, column, ("1042",)) == {1}
        for other in ("01042", "1042.0", " 1042", "+1042", "1e3", "1_042", "١٠٤٢", "x", "1042x"):
            assert ids(store, column, (other,)) == set()


KINDS = (
    "INTEGER",
    "SMALLINT",
    "BIGINT",
    "TEXT",
    "VARCHAR(5)",
    "DATE",
    "TIMESTAMP",
    "NUMERIC(9,2)",
)


def test_what_a_column_cannot_hold_matches_nothing(place: Place) -> None:
    columns = {"id": "INTEGER"} | {f"x{number}": kind for number, kind in enumerate(KINDS)}
    store = place.make(Table("t", columns, [(1, *[None] * len(KINDS))]))
    for text in ("9" * 5, "9" * 12, "9" * 25, f"-{'9' * 25}", "\x00", "a\x00", "\ud800", "NaN"):
        for number in range(len(KINDS)):
            assert ids(store, f"x{number}", (text,)) == set()
            assert ids(store, f"x{number} id", (text, "1"), ("1", text)) == set()


def test_days_and_amounts_are_found_by_their_text(place: Place) -> None:
    table = Table(
        "t",
        {"id": "INTEGER", "day": "DATE", "amount": "NUMERIC(9,2)"},
        [(1, date(2026, 3, 1).isoformat(), 42), (2, "2026-03-02", 43)],
    )
    store = place.make(table)
    assert ids(store, "day", ("2026-03-01",)) == {1}
    assert ids(store, "day amount", ("2026-03-02", "43"), ("2026-03-01", "43")) == {2}


def test_an_id_of_sixteen_bytes_is_found_by_its_text(place: Place) -> None:
    one, two = UUID(int=1), UUID(int=2)
    kind = "UUID" if "Postgres" in type(place).__name__ else "CHAR(36)"
    store = place.make(Table("t", {"id": kind, "x": "TEXT"}, [(str(one), "a"), (str(two), "b")]))
    assert [row["x"] for row in read(store, "id", (str(two),), ("no uuid",))] == ["b"]


def test_an_email_is_found_without_case_and_spaces_and_no_other_is(place: Place) -> None:
    stored = [
        (1, "Camille.Durand@Example.FR"),
        (2, "  camille.durand@example.fr "),
        (3, "CAMILLE.DURAND@EXAMPLE.FR"),
        (4, "camille.durand@example.fr.example.com"),
        (5, "xcamille.durand@example.fr"),
        (6, "camille_durand@example.fr"),
        (7, None),
    ]
    columns = {"id": "INTEGER", "email": "VARCHAR(200)"}
    store = place.make(Table("t", columns, stored, normalise={"email": "email"}))
    for written in ("camille.durand@example.fr", "CAMILLE.Durand@example.FR "):
        assert ids(store, "email", (written,)) == {1, 2, 3}


def test_a_letter_that_some_lower_case_to_another_is_not_that_other(place: Place) -> None:
    # Look-alikes of the letter i, by which strangers claim an address.
    stored = [(1, "\u0130nfo@example.com"), (2, "info@example.com"), (3, "\u0131nfo@example.com")]
    columns = {"id": "INTEGER", "email": "TEXT"}
    store = place.make(Table("t", columns, stored, normalise={"email": "email"}))
    assert ids(store, "email", ("info@example.com",)) == {2}
    assert ids(store, "email", ("INFO@example.com",)) == {2}


def test_an_email_beyond_ascii_is_found_too(place: Place) -> None:
    stored = [
        (1, "Zoé@Société.example"),
        (2, "ZOÉ@SOCIÉTÉ.EXAMPLE"),
        (3, "zoé@xn--socit-esab.example"),
    ]
    columns = {"id": "INTEGER", "email": "TEXT"}
    store = place.make(Table("t", columns, stored, normalise={"email": "email"}))
    assert ids(store, "email", ("zoé@société.example",)) == {1, 2, 3}


def test_a_phone_number_is_found_in_each_of_its_spellings(place: Place) -> None:
    stored = [
        (1, "06 39 98 12 34"),
        (2, "+33639981234"),
        (3, "+33 (0)6.39.98.12.34"),
        (4, "0033 6 39 98 12 34"),
        (5, "33639981234"),
        (6, "0639981235"),
        (7, "639981234"),
    ]
    columns = {"id": "INTEGER", "phone": "TEXT"}
    store = place.make(Table("t", columns, stored, normalise={"phone": "phone"}))
    for written in ("06.39.98.12.34", "+33 6 39 98 12 34"):
        assert ids(store, "phone", (written,)) == {1, 2, 3, 4, 5}


def test_a_phone_number_kept_as_a_number_is_found(place: Place) -> None:
    columns = {"id": "INTEGER", "phone": "BIGINT"}
    table = Table("t", columns, [(1, 639981234), (2, 33639981234)], normalise={"phone": "phone"})
    store = place.make(table)
    assert ids(store, "phone", ("06 39 98 12 34",)) == {2}


def test_a_code_is_found_without_case_and_separators(place: Place) -> None:
    stored = [(1, "CF-0012 34"), (2, "cf001234"), (3, "CF001235")]
    columns = {"id": "INTEGER", "card": "TEXT"}
    store = place.make(Table("t", columns, stored, normalise={"card": "code"}))
    assert ids(store, "card", ("cf 0012-34",)) == {1, 2}


def test_a_link_to_a_normalised_column_is_compared_normalised_beside_an_exact_one(
    place: Place,
) -> None:
    stored = [(1, "Ada@Example.com", "Red"), (2, "ada@example.com", "red")]
    columns = {"id": "INTEGER", "email": "TEXT", "tenant": "TEXT"}
    store = place.make(Table("t", columns, stored, normalise={"email": "email"}))
    assert ids(store, "tenant email", ("Red", "ADA@example.com"), ("blue", "ada@example.com")) == {
        1
    }
