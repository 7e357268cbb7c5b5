"""What is particular to MongoDB: paths, lists, its types, and documents that are all different."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from bson import Binary, Decimal128, Int64, ObjectId

from privacy.errors import ConflictError, InvalidError
from privacy.stores.connectors.mongodb import connector
from privacy.stores.connectors.mongodb.connector import MongodbConnector
from privacy.stores.definition import StoreDefinition
from privacy.stores.definition_file import from_document
from privacy.stores.nested import within
from privacy.stores.search.graph import walk
from tests.connectors.mongodb import MongoDatabase, StandIn

ADA, BOB = ObjectId("65f000000000000000000001"), ObjectId("65f000000000000000000002")
PEOPLE = [
    {
        "_id": ADA,
        "name": {"first": "Ada", "last": "Lovelace"},
        "emails": ["Ada@Example.com", "countess@example.com"],
        "lines": [{"sku": "pen", "n": 1}, {"sku": "ink", "n": 2}],
        "score": 7,
    },
    {
        "_id": BOB,
        "name": {"first": "Bob", "last": None},
        "emails": ["bob@example.com"],
        "lines": [{"sku": "pen", "n": 2}, {"sku": "ink", "n": 1}],
    },
]
KINDS = {"emails": "email", "email": "email"}


def part(name: str, table: str, columns: str, key: str = "_id", **more: Any) -> dict[str, Any]:
    fields = [
        {"name": column, "data_category": "identity"}
        | ({"identity": KINDS[column], "normalise": "email"} if column in KINDS else {})
        for column in columns.split()
    ]
    return {"name": name, "table": table, "primary_key": key.split(), "fields": fields} | more


def declared(*parts: dict[str, Any]) -> StoreDefinition:
    return from_document({"name": "docs", "purposes": [], "collections": list(parts)})


@pytest.fixture
def people(mongo_place: MongoDatabase) -> MongoDatabase:
    mongo_place.database["people"].insert_many(PEOPLE)
    return mongo_place


def read(
    store: MongodbConnector, columns: str, *values: tuple[str, ...], collection: str = "t"
) -> list[dict[str, Any]]:
    found = store.read(store.definition.collection(collection), tuple(columns.split()), values)
    return [dict(row) for row in found]


def test_a_path_leads_into_documents_and_lists(people: MongoDatabase) -> None:
    store = people.open(declared(part("t", "people", "_id name.first lines.sku lines.0.n score")))
    store.check()
    ada = {
        "_id": str(ADA),
        "name.first": "Ada",
        "lines.sku": ["pen", "ink"],
        "lines.0.n": 1,
        "score": 7,
    }
    assert read(store, "name.first", ("Ada",)) == [ada]
    assert read(store, "_id", (str(ADA),)) == [ada]
    assert read(store, "lines.0.n score", ("1", "7")) == [ada]
    assert len(read(store, "lines.sku", ("ink",))) == 2
    assert read(store, "score", ("",), ("None",)) == []


def test_columns_may_have_other_names_than_their_paths(people: MongoDatabase) -> None:
    options = {"fields": {"no": "_id", "given": "name.first"}}
    store = people.open(declared(part("t", "people", "no given", "no", options=options)))
    assert read(store, "given", ("Bob",)) == [{"no": str(BOB), "given": "Bob"}]


def test_a_document_that_is_one_column_comes_whole(people: MongoDatabase) -> None:
    store = people.open(declared(part("t", "people", "_id name name.first lines")))
    (row,) = read(store, "_id", (str(ADA),))
    assert row["name"] == {"first": "Ada", "last": "Lovelace"}
    assert row["name.first"] == "Ada"
    assert row["lines"] == PEOPLE[0]["lines"]
    assert read(store, "name", ("Ada",)) == []


TYPED = {
    "_id": {"shop": "north", "no": Int64(2**40)},
    "oid": BOB,
    "whole": Decimal128("42.00"),
    "amount": Decimal128("42.50"),
    "half": 0.5,
    "at": datetime(2026, 3, 1, 10, tzinfo=UTC),
    "raw": Binary(b"\x00\xfe"),
    "uuid": Binary.from_uuid(UUID(int=7)),
    "flag": True,
}


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("_id.no", str(2**40), 2**40),
        ("oid", str(BOB), str(BOB)),
        ("whole", "42", Decimal("42.00")),
        ("amount", "42.50", Decimal("42.50")),
        ("half", "0.5", 0.5),
        ("at", "2026-03-01T10:00:00+00:00", datetime(2026, 3, 1, 10, tzinfo=UTC)),
        ("raw", "00fe", b"\x00\xfe"),
        ("uuid", str(UUID(int=7)), UUID(int=7)),
        ("flag", "1", True),
    ],
)
def test_each_type_is_found_by_its_text_and_comes_as_a_plain_value(
    mongo_place: MongoDatabase, column: str, text: str, value: object
) -> None:
    if column == "whole" and isinstance(mongo_place.server, StandIn):
        pytest.skip("mongomock does not compare a Decimal128 with an integer, as a server does")
    mongo_place.database["typed"].insert_one(TYPED)
    columns = "_id.shop _id.no oid whole amount half at raw uuid flag"
    store = mongo_place.open(declared(part("t", "typed", columns, "_id.shop _id.no")))
    store.check()
    (row,) = read(store, column, (text,))
    assert row[column] == value
    assert type(row[column]) is type(value)
    assert read(store, column, (f"{text}9",), ("x",)) == []
    assert len(read(store, f"{column} _id.shop", (text, "north"), (text, "south"))) == 1


LISTS = declared(
    part("t", "people", "_id name.first"),
    part("mail", "people emails[*]", "_id emails", "_id emails", links=[
        {"columns": ["_id"], "to": "t", "to_columns": ["_id"], "direction": "owns"},
        {"columns": ["_id"], "to": "mail", "to_columns": ["_id"], "direction": "owns"},
        {"columns": ["_id"], "to": "line", "to_columns": ["_id"], "direction": "owns"},
    ]),
    part("line", "people lines[*]", "_id lines.sku lines.n", "_id lines.sku lines.n"),
)  # fmt: skip


def test_each_element_of_a_list_is_a_row_and_leads_to_the_others(people: MongoDatabase) -> None:
    store = people.open(LISTS)
    store.check()
    findings = walk({"docs": store}, {"email": {"COUNTESS@example.com"}})
    assert findings.is_complete
    rows = {name: findings.rows["docs", name] for name in ("t", "mail", "line")}
    assert [row.values["name.first"] for row in rows["t"]] == ["Ada"]
    assert {row.values["emails"] for row in rows["mail"]} == set(PEOPLE[0]["emails"])  # type: ignore[call-overload]  # a list
    assert {(row.values["lines.sku"], row.values["lines.n"]) for row in rows["line"]} == {
        ("pen", 1),
        ("ink", 2),
    }


def test_a_place_within_a_column_is_asked_for_without_a_table_of_its_own(
    people: MongoDatabase,
) -> None:
    plain = part("t", "people", "_id emails lines")
    mails = {"columns": ["emails"], "kind": "email", "path": "[*]"}
    skus = {"columns": ["lines"], "kind": "sku", "path": "[*].sku"}
    for field in plain["fields"]:
        field.pop("identity", None)  # it is no value of its own
    store = people.open(declared(plain | {"identities": [mails, skus]}))
    collection = store.definition.collection("t")
    found = store.read(collection, (within("emails", "[*]"),), [("Ada@Example.com",)])
    assert [row["_id"] for row in found] == [str(ADA)]
    both = store.read(collection, (within("lines", "[*].sku"), "_id"), [("ink", str(BOB))])
    assert [row["_id"] for row in both] == [str(BOB)]
    findings = walk({"docs": store}, {"sku": {"ink"}})
    assert {row.values["_id"] for row in findings.of("docs")} == {str(ADA), str(BOB)}


def test_columns_of_one_element_are_compared_together(people: MongoDatabase) -> None:
    store = people.open(LISTS)
    found = read(store, "lines.sku lines.n", ("pen", "2"), collection="line")
    assert found == [{"_id": str(BOB), "lines.sku": "pen", "lines.n": 2}]


def test_an_element_is_erased_and_the_document_stays(people: MongoDatabase) -> None:
    store = people.open(LISTS)
    mail, line = (store.definition.collection(name) for name in ("mail", "line"))
    assert store.erase(mail, ("emails",), [("countess@example.com",), ("no@example.com",)]) == 1
    assert store.erase(line, ("_id", "lines.sku"), [(str(ADA), "pen"), (str(BOB), "paper")]) == 1
    ada, bob = people.database["people"].find({}, sort=[("_id", 1)])
    assert ada == PEOPLE[0] | {"emails": ["Ada@Example.com"], "lines": [{"sku": "ink", "n": 2}]}
    assert bob == PEOPLE[1]


def test_equal_elements_are_erased_together_and_all_counted(mongo_place: MongoDatabase) -> None:
    mongo_place.database["people"].insert_one({"_id": 1, "emails": ["a@x.fr", "b@x.fr", "a@x.fr"]})
    mongo_place.database["people"].insert_one({"_id": 2, "emails": "a@x.fr"})
    store = mongo_place.open(LISTS)
    assert store.erase(store.definition.collection("mail"), ("emails",), [("a@x.fr",)]) == 3
    assert list(mongo_place.database["people"].find()) == [
        {"_id": 1, "emails": ["b@x.fr"]},
        {"_id": 2},
    ]


def test_an_element_is_rectified_in_its_place(people: MongoDatabase) -> None:
    store = people.open(LISTS)
    mail, line = (store.definition.collection(name) for name in ("mail", "line"))
    key = (str(ADA), "countess@example.com")
    assert store.rectify(mail, key, {"emails": "ada@example.org"}) == 1
    assert store.rectify(line, (str(ADA), "ink", "2"), {"lines.n": "5", "lines.sku": None}) == 1
    with pytest.raises(InvalidError, match="erased"):
        store.rectify(mail, (str(ADA), "ada@example.org"), {"emails": None})
    (ada,) = people.database["people"].find({"_id": ADA})
    assert ada == PEOPLE[0] | {
        "emails": ["Ada@Example.com", "ada@example.org"],
        "lines": [{"sku": "pen", "n": 1}, {"n": 5}],
    }


def test_an_erasure_may_take_the_declared_fields_and_leave_the_document(
    people: MongoDatabase,
) -> None:
    erase = {"erase": "fields"}
    store = people.open(declared(part("t", "people", "_id name.first name emails", options=erase)))
    one = store.definition.collection("t")
    assert store.erase(one, ("_id",), [(str(ADA),)]) == 1
    assert store.count(one, ("_id",), [(str(ADA),), (str(BOB),)]) == 1
    (ada,) = people.database["people"].find({"_id": ADA})
    assert ada == {"_id": ADA, "lines": PEOPLE[0]["lines"], "score": 7}
    assert store.erase(one, ("_id",), [(str(ADA),)]) == 0


def test_an_erasure_that_leaves_something_fails(people: MongoDatabase) -> None:
    erase = {"erase": "fields"}
    store = people.open(declared(part("t", "people", "_id lines.sku", options=erase)))
    with pytest.raises(ConflictError, match="still there"):
        store.erase(store.definition.collection("t"), ("_id",), [(str(ADA),)])


def test_values_keep_their_types_when_they_are_rectified(mongo_place: MongoDatabase) -> None:
    mongo_place.database["typed"].insert_one(TYPED | {"_id": 1})
    columns = "_id oid amount half at raw uuid flag inner.new"
    store = mongo_place.open(declared(part("t", "typed", columns)))
    changes = {"oid": str(ADA), "amount": "7.10", "half": "2", "at": "2027-01-01T00:00:00Z",
               "raw": "ff", "uuid": str(UUID(int=8)), "flag": "false",
               "inner.new": "x"}  # fmt: skip
    assert store.rectify(store.definition.collection("t"), ("1",), changes) == 1
    (now,) = mongo_place.database["typed"].find()
    assert now == TYPED | {
        "_id": 1, "oid": ADA, "amount": Decimal128("7.10"), "half": 2, "raw": Binary(b"\xff"),
        "at": datetime(2027, 1, 1, tzinfo=UTC), "uuid": Binary.from_uuid(UUID(int=8)),
        "flag": False, "inner": {"new": "x"},
    }  # fmt: skip
    for name, text in {"oid": "x", "amount": "x", "at": "x", "raw": "x", "uuid": "x"}.items():
        with pytest.raises(InvalidError, match="does not fit"):
            store.rectify(store.definition.collection("t"), ("1",), {name: text})


@pytest.mark.parametrize("column", ["_id", "emails", "lines.sku", "name"])
def test_what_is_no_single_value_is_not_rectified(people: MongoDatabase, column: str) -> None:
    columns = " ".join(dict.fromkeys(["_id", column]))
    store = people.open(declared(part("t", "people", columns)))
    with pytest.raises(InvalidError, match="cannot be rectified"):
        store.rectify(store.definition.collection("t"), (str(ADA),), {column: "x"})
    assert list(people.database["people"].find({}, sort=[("_id", 1)])) == PEOPLE


@pytest.fixture
def meanwhile(people: MongoDatabase, monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Return what makes somebody else write Ada's document between reading and writing."""

    def somebody_writes(update: Any) -> None:
        change = connector._change  # noqa: SLF001 -- to step between reading and writing

        def late(*words: Any) -> None:
            people.database["people"].update_one({"_id": ADA}, update)
            change(*words)

        monkeypatch.setattr(connector, "_change", late)

    return somebody_writes


def test_a_document_that_somebody_else_writes_meanwhile_is_not_rectified(
    people: MongoDatabase, meanwhile: Callable[[Any], None]
) -> None:
    store = people.open(declared(part("t", "people", "_id score")))
    meanwhile({"$set": {"score": 8}})
    with pytest.raises(ConflictError):
        store.rectify(store.definition.collection("t"), (str(ADA),), {"score": "9"})
    assert read(store, "score", ("8",), ("9",)) == [{"_id": str(ADA), "score": 8}]


def test_an_element_that_moved_meanwhile_is_not_taken_for_another(
    people: MongoDatabase, meanwhile: Callable[[Any], None]
) -> None:
    people.database["people"].update_one(
        {"_id": ADA}, {"$set": {"lines": [{"n": 1, "sku": s} for s in "abc"]}}
    )
    store = people.open(LISTS)
    meanwhile({"$set": {"lines": [{"n": 1, "sku": s} for s in "bc"]}})
    with pytest.raises(ConflictError):
        store.rectify(store.definition.collection("line"), (str(ADA), "a", "1"), {"lines.n": "5"})
    (ada,) = people.database["people"].find({"_id": ADA})
    assert [line["n"] for line in ada["lines"]] == [1, 1]


def test_check_names_collections_and_fields_that_are_not_there(people: MongoDatabase) -> None:
    store = people.open(
        declared(
            part("t", "people", "_id name.first name.second emails"),
            part("u", "people lines[*]", "_id lines.sku lines.colour", "_id lines.sku"),
            part("v", "nobody", "_id"),
        )
    )
    with pytest.raises(InvalidError) as refused:
        store.check()
    assert set(refused.value.fields) == {"t.name.second", "u.lines.colour", "v"}
