"""What a definition and an address of MongoDB may say, and what is proposed for a database."""

import re
from typing import Any

import pytest
from bson import ObjectId
from hypothesis import given
from hypothesis import strategies as st

from privacy.errors import InvalidError
from privacy.stores.connectors.mongodb.connector import MongodbConnector
from privacy.stores.connectors.mongodb.values import wanted
from privacy.stores.gate import ensure_covered
from privacy.stores.normalise import SEPARATORS, fold
from privacy.stores.registry import connector_for, connector_of, introspect
from tests.connectors.mongodb import MongoDatabase, StandIn
from tests.connectors.test_mongodb import PEOPLE, declared, part, read
from tests.fakes import FakeClock


@pytest.mark.parametrize(
    ("table", "columns", "options"),
    [
        ("system.users", "_id", {}),
        ("people[*]", "_id", {}),
        ("people $x[*]", "_id", {}),
        ("pe$ple", "_id", {}),
        ("people", "_id $where", {}),
        ("people", "_id a..b", {}),
        ("people", "_id", {"fields": {"x": "y"}}),
        ("people", "_id", {"fields": {"_id": "$where"}}),
        ("people", "_id", {"erase": "all"}),
        ("people emails[*]", "_id emails", {"erase": "fields"}),
        ("people", "_id", {"where": "1"}),
    ],
)
def test_what_mongodb_has_no_names_for_is_refused(
    table: str, columns: str, options: dict[str, Any]
) -> None:
    with pytest.raises(InvalidError):
        MongodbConnector(declared(part("t", table, columns, options=options)), "mongodb://h/db")


@pytest.mark.parametrize(
    "address",
    [
        "mongodb://",
        "mongodb://h",
        "mongodb://h/",
        "mongodb:///db",
        "mongodb://h,/db",
        "mongodb://u@h/db",
        "mongodb://h/db#x",
        "mongodb://h/db.coll",
        "mongodb://h/db?tlsInsecure=true",
        "mongodb://h/db?tlsAllowInvalidCertificates=true",
        "mongodb://h/db?authMechanism=MONGODB-AWS",
        "mongodb://h/db?tls=perhaps",
        "mongodb://h/db?proxyHost=x",
        "http://h/db",
    ],
)
def test_an_address_of_another_form_is_refused(address: str) -> None:
    with pytest.raises(InvalidError):
        MongodbConnector(declared(part("t", "people", "_id")), address)


def test_a_repr_of_an_address_has_no_secret() -> None:
    store = MongodbConnector(
        declared(part("t", "p", "_id")), "mongodb://acc%40:s3cret%2F@h1,h2:27018/db?replicaSet=rs"
    )
    address = store._conversation._address  # noqa: SLF001 -- to see what stands in it
    assert (address.account, address.secret) == ("acc@", "s3cret/")
    assert "s3cret" not in repr(address)
    assert address.uri == "mongodb://h1,h2:27018/db?replicaSet=rs"


def test_nothing_is_opened_to_write_until_something_is_written(mongo_stand_in: StandIn) -> None:
    database = MongoDatabase(mongo_stand_in)
    database.database["people"].insert_many(PEOPLE)
    store = database.open(declared(part("t", "people", "_id score")))
    mongo_stand_in.made.clear()
    store.check()
    read(store, "score", ("7",))
    store.count(store.definition.collection("t"), ("score",), [("7",)])
    assert [words["readPreference"] for words in mongo_stand_in.made] == ["primaryPreferred"]
    store.erase(store.definition.collection("t"), ("score",), [("7",)])
    assert [words.get("w") for words in mongo_stand_in.made] == [None, "majority"]
    database.close()


def test_a_draft_has_paths_lists_keys_and_references_and_can_be_registered(
    mongo_place: MongoDatabase, clock: FakeClock
) -> None:
    database = mongo_place.database
    database["customers"].insert_many(
        [
            {
                "_id": ObjectId(),
                "email": f"p{n}@example.com",
                "address": {"city": "Lyon", "geo": None if n % 2 else {"lat": 1.5}},
                "phones": [f"+3363998{n:04}"],
                "visits": {f"2026-01-{day:02}-{n}": 1 for day in range(1, 9)},
                "tags": [],
            }
            for n in range(12)
        ]
    )
    database["customers"].create_index([("email", 1)], unique=True)
    owners = [one["_id"] for one in database["customers"].find()]
    database["orders"].insert_many(
        [{"_id": n, "owner": one, "lines": [{"sku": "x", "n": 1}]} for n, one in enumerate(owners)]
    )
    address = f"{mongo_place.server.address}/{mongo_place.name}"
    draft = introspect("docs", address)
    tables = {c.source_table: c for c in draft.definition.collections}
    assert {name: set(c.columns) for name, c in tables.items()} == {
        "customers": {"_id", "email", "address.city", "address.geo.lat", "visits", "tags"},
        "customers phones[*]": {"_id", "phones"},
        "orders": {"_id", "owner"},
        "orders lines[*]": {"_id", "lines.sku", "lines.n"},
    }
    assert tables["orders lines[*]"].primary_key == ("_id", "lines.sku", "lines.n")
    assert {i.kind for i in tables["customers"].identities} == {"email"}
    assert {i.kind for i in tables["customers phones[*]"].identities} == {"phone"}
    links = {(link.columns, link.to) for link in tables["customers"].links}
    assert ((("_id",), "orders")) in links
    store = connector_for(connector_of(address))(draft.definition, address)
    assert isinstance(store, MongodbConnector)
    store.check()
    surveyed = {facts.name: facts for facts in store.survey()}
    assert ("email",) in surveyed["customers"].unique
    assert surveyed["customers"].rows == 12
    ensure_covered(store.definition, list(surveyed.values()), today=clock().date())
    database["customers"].update_one({"email": "p3@example.com"}, {"$set": {"address.zip": "69"}})
    with pytest.raises(InvalidError) as refused:
        ensure_covered(store.definition, store.survey(), today=clock().date())
    assert list(refused.value.fields) == ["customers.address.zip"]
    store.close()


SCHEMA = {
    "bsonType": "object",
    "required": ["email", "address", "note"],
    "properties": {
        "email": {"bsonType": "string"},
        "note": {"bsonType": ["string", "null"]},
        "address": {
            "bsonType": "object",
            "required": ["city"],
            "properties": {"city": {"bsonType": "string"}, "zip": {"bsonType": "string"}},
        },
    },
}


@pytest.mark.parametrize("action", ["error", "warn"])
def test_a_validator_says_what_is_never_empty(mongo_place: MongoDatabase, action: str) -> None:
    options = {"validator": {"$jsonSchema": SCHEMA}, "validationAction": action}
    if isinstance(mongo_place.server, StandIn):
        mongo_place.server.options["people"] = options
    else:
        mongo_place.database.create_collection("people", **options)
    document = {"_id": 1, "email": "x", "note": None, "address": {"city": "Lyon"}}
    mongo_place.database["people"].insert_one(document)
    store = mongo_place.open(declared(part("t", "people", "_id email note address.zip")))
    store.check()  # of the zip only the validator speaks
    (facts,) = store.survey()
    enforced = {"email", "address.city"} if action == "error" else set()
    assert facts.required == {"_id"} | enforced


@pytest.mark.parametrize("locale", ["fr", ""])
def test_a_collation_takes_the_place_of_patterns_where_a_definition_names_one(
    locale: str,
) -> None:
    (plain_text, *_others) = wanted("code", "ab-12", is_collated=bool(locale))
    assert (plain_text == "AB12") is bool(locale)


EMAIL = st.from_regex(r"[a-zA-Z0-9.+_-]{1,9}@[a-zA-Z0-9-]{1,9}\.[a-z]{2,3}", fullmatch=True)
PHONE = st.from_regex(r"(\+33 ?|0033|0)[1-9]( ?[0-9]{2}){4}", fullmatch=True)
CODE = st.text(alphabet="abcXYZ019*+?[](){}^$|\\" + SEPARATORS, min_size=1)


@given(st.one_of(st.tuples(st.just("email"), EMAIL), st.tuples(st.just("phone"), PHONE),
                 st.tuples(st.just("code"), CODE)), st.data())  # fmt: skip
def test_every_spelling_of_a_key_is_among_its_candidates(
    asked: tuple[str, str], data: st.DataObject
) -> None:
    way, key = asked
    folded = fold(way, key)
    if folded is None:
        return
    letters = [data.draw(st.sampled_from([c, c.lower(), c.upper()])) for c in key]
    between = "" if way == "email" else data.draw(st.sampled_from(["", *SEPARATORS]))
    held = f" {between.join(letters)} "
    if fold(way, held) == folded:
        patterns = [one.try_compile() for one in wanted(way, key, is_collated=False)
                    if hasattr(one, "try_compile")]  # fmt: skip
        assert any(re.search(pattern, held) for pattern in patterns)
