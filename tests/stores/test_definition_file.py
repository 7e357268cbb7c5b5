"""Definitions as files: what is written is read back, and every fault is named at once."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from privacy.errors import InvalidError
from privacy.stores import definition_file
from privacy.stores.definition import (
    LANGUAGES,
    Collection,
    Condition,
    Field,
    Identity,
    Link,
    StoreDefinition,
)
from privacy.stores.document import LONGEST_DOCUMENT
from privacy.stores.erasing import Erasure, ErasureRule, FieldErasure, KeepGround
from privacy.stores.normalise import NORMALISERS
from privacy.stores.terms import About, DataCategory, Direction, Provenance, SubjectKind
from privacy.stores.titles import CATEGORY_TITLES
from privacy.stores.validity import ensure_valid

SCHEMA = json.loads(
    Path(definition_file.__file__).with_name("definition.schema.json").read_text("utf-8")
)
MINIMAL = """
name: shop
collections:
  - name: customer
    primary_key: [id]
    fields:
      - {name: id, data_category: technical}
      - {name: email, data_category: contact, identity: email}
      - {name: phone, data_category: contact, identity: phone, spreads: false}
    links:
      - {columns: [id], to: orders, to_columns: [customer_id], direction: owns}
      - {columns: [id], to: loyalty.card, to_columns: [customer_no], direction: owns}
  - name: orders
    table: Order Header
    schema: Sales
    title: {fr: Commandes, en: Orders}
    primary_key: [id]
    retention: {fr: 10 ans, en: 10 years}
    purposes: [accounting]
    fields:
      - {name: id, data_category: technical, exported: false}
      - {name: customer_id, data_category: technical, normalise: code}
    identities:
      - {kind: account, columns: [id, customer_id]}
"""
TEXT = st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=12).filter(str.strip)
CODE = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
RULES = (
    ErasureRule(Erasure.DELETE),
    ErasureRule(Erasure.ANONYMISE),
    *(ErasureRule(Erasure.KEEP, ground) for ground in KeepGround),
)
TEXTS = st.fixed_dictionaries(dict.fromkeys(LANGUAGES, TEXT))


@st.composite
def definitions(draw: st.DrawFn) -> StoreDefinition:
    """Return any definition that fits together."""
    names = draw(st.lists(CODE, min_size=1, max_size=3, unique=True))
    columns = {name: draw(st.lists(TEXT, min_size=1, max_size=4, unique=True)) for name in names}
    some = {
        name: st.lists(st.sampled_from(columns[name]), min_size=1, max_size=2, unique=True).map(
            tuple
        )
        for name in names
    }

    def link(name: str) -> st.SearchStrategy[Link]:
        one = st.sampled_from(columns[name]).map(lambda column: (column,))
        to = draw(st.sampled_from(names))
        to_one = st.sampled_from(columns[to]).map(lambda column: (column,))
        begins = st.sampled_from(columns[name])
        path = st.sampled_from(["", "[*]", "a.b", "lines[*].buyer"])
        return st.builds(
            Link, one, st.just(to), to_one, st.sampled_from(Direction), st.booleans(),
            when=st.none() | st.builds(Condition, begins, TEXT),
            path=path,
        )  # fmt: skip

    def collection(name: str) -> Collection:
        rule = draw(st.none() | st.sampled_from(RULES))
        cleared = st.none() | st.sampled_from([FieldErasure.CLEAR, FieldErasure.REPLACE])
        is_blurred = rule is not None and rule.mode is Erasure.ANONYMISE
        fields = tuple(
            Field(
                column,
                draw(TEXTS),
                draw(st.sampled_from(DataCategory)),
                draw(st.sampled_from(sorted(NORMALISERS))),
                draw(st.booleans()),
                draw(st.none() | st.sampled_from(Provenance)),
                tuple(draw(st.lists(TEXT, max_size=2))),
                about=draw(st.none() | st.sampled_from(About)),
                erasure=draw(cleared) if is_blurred else None,
            )
            for column in columns[name]
        )
        return Collection(
            name=name,
            title=draw(TEXTS),
            primary_key=draw(some[name]),
            fields=fields,
            identities=tuple(
                draw(st.lists(st.builds(Identity, CODE, some[name], st.booleans()), max_size=3))
            ),
            links=tuple(draw(st.lists(link(name), max_size=2))),
            retention=draw(st.none() | TEXTS),
            purposes=tuple(draw(st.lists(CODE, max_size=2))),
            table=draw(st.just("") | TEXT.filter(lambda table: table != name)),
            schema=draw(st.just("") | TEXT),
            subjects=draw(st.none() | st.sampled_from(SubjectKind)),
            erasure=rule,
        )

    return StoreDefinition(
        name=draw(CODE),
        title=draw(TEXTS),
        purposes=tuple(draw(st.lists(CODE, max_size=2))),
        collections=tuple(collection(name) for name in names),
        source=draw(st.none() | TEXTS),
        recipients=tuple(draw(st.lists(TEXT, max_size=2))),
    )


@settings(deadline=None, max_examples=150)
@given(definitions())
def test_what_is_written_is_read_back(definition: StoreDefinition) -> None:
    assert ensure_valid(definition) == definition
    assert definition_file.from_json(definition_file.to_json(definition)) == definition
    assert definition_file.from_yaml(definition_file.to_yaml(definition)) == definition
    jsonschema_rs.validate(SCHEMA, definition_file.to_document(definition))


def test_the_short_forms_of_a_file_are_understood() -> None:
    definition = definition_file.from_yaml(MINIMAL)
    customer, orders = definition.collections
    assert customer.identities == (
        Identity("email", ("email",)),
        Identity("phone", ("phone",), False),
    )
    assert customer.normalisers == {"id": "exact", "email": "email", "phone": "phone"}
    assert customer.title == {"fr": "customer", "en": "customer"}
    assert orders.identities == (Identity("account", ("id", "customer_id")),)
    assert (orders.source_table, customer.source_table) == ("Order Header", "customer")
    assert [target for _link, target in definition.targets(customer)] == [
        ("shop", "orders"),
        ("loyalty", "card"),
    ]
    jsonschema_rs.validate(SCHEMA, yaml.safe_load(MINIMAL))


def test_the_schema_knows_what_the_code_knows() -> None:
    field = SCHEMA["$defs"]["field"]["properties"]
    assert field["data_category"]["enum"] == [category.value for category in DataCategory]
    assert set(field["normalise"]["enum"]) == set(NORMALISERS)
    assert SCHEMA["$defs"]["link"]["properties"]["direction"]["enum"] == [
        d.value for d in Direction
    ]
    assert set(CATEGORY_TITLES) == set(DataCategory)
    assert all(set(texts) == set(LANGUAGES) for texts in CATEGORY_TITLES.values())


def full(path: str, first: str, second: str) -> str:
    return path.replace("c0__", first).replace("c1__", second)


def changed(**changes: Any) -> dict[str, Any]:
    document = yaml.safe_load(MINIMAL)
    for path, value in changes.items():
        place: Any = document
        *way, last = full(path, "collections__0__", "collections__1__").split("__")
        for step in way:
            place = place[int(step)] if step.isdecimal() else place[step]
        key: Any = int(last) if last.isdecimal() else last
        if value is None:
            del place[key]
        else:
            place[key] = value
    assert isinstance(document, dict)
    return document


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"name": "Shop 1"}, "name"),
        ({"name": None}, "name"),
        ({"nmae": "x"}, "nmae"),
        ({"collections": []}, "collections"),
        ({"collections": "customer"}, "collections"),
        ({"c1__name": "customer"}, "collections"),
        ({"c0__primary_key": None}, "c0__primary_key"),
        ({"c0__primary_key": ["nr"]}, "c0__primary_key"),
        ({"c0__primary_key": ["id", "id"]}, "c0__primary_key"),
        ({"c0__fields__1__data_category": "vip"}, "c0__fields[1].data_category"),
        ({"c0__fields__1__data_category": ["x"]}, "c0__fields[1].data_category"),
        ({"c0__fields__1__name": True}, "c0__fields[1].name"),
        ({"c0__fields__1__name": "id"}, "c0__fields"),
        ({"c0__fields__1__name": "x" * 256}, "c0__fields[1].name"),
        ({"c0__fields__1__identity": "E-mail"}, "c0__fields[1].identity"),
        ({"c0__fields__1__normalise": "soundex"}, "c0__fields[1].normalise"),
        ({"c0__fields__0__spreads": False}, "c0__fields[0].spreads"),
        ({"c0__fields__0__exported": "no"}, "c0__fields[0].exported"),
        ({"c0__fields__0__provenance": "bought"}, "c0__fields[0].provenance"),
        ({"c0__fields__0__derived_from": "id"}, "c0__fields[0].derived_from"),
        ({"c0__fields__0__about": "them"}, "c0__fields[0].about"),
        ({"c0__fields__0": "id"}, "c0__fields[0]"),
        ({"c0__subjects": "human"}, "c0__subjects"),
        ({"c0__erasure": "keep"}, "c0__erasure"),
        ({"c0__erasure": {"mode": "keep"}}, "c0__erasure.ground"),
        ({"c0__erasure": {"mode": "delete", "ground": "archiving"}}, "c0__erasure.ground"),
        ({"c0__erasure": {"mode": "forget"}}, "c0__erasure.mode"),
        ({"c0__fields__0__erasure": "replace"}, "c0__fields[0].erasure"),
        ({"c0__erasure": {"mode": "anonymise"}, "c0__fields__1__erasure": "keep"},
         "c0__fields[1].erasure"),
        ({"c0__links__0__to": "order"}, "c0__links[0].to"),
        ({"c0__links__0__to": "a.b.c"}, "c0__links[0].to"),
        ({"c0__links__0__to": ".orders"}, "c0__links[0].to"),
        ({"c0__links__0__to_columns": ["nr"]}, "c0__links[0].to_columns"),
        ({"c0__links__0__columns": ["id", "email"]}, "c0__links[0].to_columns"),
        ({"c0__links__0__direction": "owned"}, "c0__links[0].direction"),
        ({"c0__links__0__when": {"column": "nr", "equals": "x"}}, "c0__links[0].when.column"),
        ({"c0__links__0__when": {"column": "id"}}, "c0__links[0].when.equals"),
        ({"c0__links__0__where": {"column": "nr", "equals": "x"}}, "c0__links[0].where.column"),
        ({"c0__links__0__where": "id"}, "c0__links[0].where"),
        ({"c0__links__0__path": "a..b"}, "c0__links[0].path"),
        ({"c0__links__0__path": 3}, "c0__links[0].path"),
        ({"c1__title": {"fr": "Commandes"}}, "c1__title.en"),
        ({"c1__title": {"fr": "x", "en": "y", "de": "z"}}, "c1__title.de"),
        ({"c1__retention": 10}, "c1__retention"),
        ({"c1__purposes": ["Accounting!"]}, "c1__purposes[0]"),
        ({"c1__identities__0__columns": []}, "c1__identities[0].columns"),
    ],
)  # fmt: skip
def test_a_fault_is_named_by_its_path(changes: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidError) as refused:
        definition_file.from_document(changed(**changes))
    assert full(path, "collections[0].", "collections[1].") in refused.value.fields


def test_all_faults_are_named_at_once() -> None:
    document = changed(name="1", c0__primary_key=["nr"], c1__fields=[])
    with pytest.raises(InvalidError) as refused:
        definition_file.from_document(document)
    assert len(refused.value.fields) >= 4


BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "just text",
        "- a list",
        "name: [unclosed",
        "name: shop\nname: other\n",
        "name: !!python/object/apply:os.system ['true']",
        BOMB,
        "[" * 5000,
        "name: " + "9" * 5000,
        "day: 2026-99-99",
        "\x00",
        "? {a: b}\n: c",
        "x" * (LONGEST_DOCUMENT + 1),
    ],
    ids=range(13),
)
def test_what_is_no_plain_document_is_refused(text: str) -> None:
    with pytest.raises(InvalidError) as refused:
        definition_file.from_yaml(text)
    assert refused.value.fields
    with pytest.raises(InvalidError):
        definition_file.from_json(text)


@settings(deadline=None, max_examples=200)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["name", "title", "collections", "fields", "links", "to", "columns"]
                ),
                inner,
                max_size=5,
            )
        ),
    )
)
def test_any_document_is_either_a_definition_or_refused(document: object) -> None:
    with pytest.raises(InvalidError):
        definition_file.from_document(document)


@pytest.mark.parametrize(
    ("link", "fault"),
    [
        ({"depth": 0}, "depth"),
        ({"depth": 21}, "depth"),
        ({"depth": True}, "depth"),
        ({"depth": 2, "direction": "refers"}, "depth"),
        ({"to_path": "a b"}, "to_path"),
        ({"to_path": "[*]", "columns": ["a", "id"], "to_columns": ["id", "a"]}, "to_path"),
    ],
)
def test_depths_and_paths_that_mean_nothing_are_told(link: dict[str, Any], fault: str):
    with pytest.raises(InvalidError) as told:
        definition_file.from_document(linked(link))
    assert f"collections[0].links[0].{fault}" in told.value.fields


def test_a_depth_and_paths_are_written_as_they_were_read():
    made = definition_file.from_document(linked({"depth": 3, "to_path": "[*].id", "path": "x"}))
    assert definition_file.from_document(definition_file.to_document(made)) == made
    assert made.collections[0].links[0].depth == 3


def linked(link: dict[str, Any]) -> dict[str, Any]:
    """Return a definition of one collection with a link to itself."""
    usual = {"columns": ["id"], "to": "c", "to_columns": ["a"], "direction": "owns"}
    fields = [{"name": n, "data_category": "identity"} for n in ("id", "a")]
    one = {"name": "c", "primary_key": ["id"], "fields": fields, "links": [usual | link]}
    return {"name": "s", "collections": [one]}


def test_an_identity_within_a_document_is_written_as_it_was_read():
    document = {
        "name": "s",
        "collections": [
            {
                "name": "c",
                "primary_key": ["id"],
                "fields": [{"name": n, "data_category": "identity"} for n in ("id", "doc")],
                "identities": [
                    {"kind": "email", "columns": ["doc"], "path": "guests[*].mail"},
                    {"kind": "phone", "columns": ["doc"], "path": "guests[*].tel"},
                ],
            }
        ],
    }
    made = definition_file.from_document(document)
    (collection,) = made.collections
    ways = [collection.way(one.asked_by[0]) for one in collection.identities]
    assert ways == ["email", "phone"], "each place within a column is compared as its kind is"
    assert collection.way("doc -> elsewhere") == "exact"
    assert definition_file.from_document(definition_file.to_document(made)) == made
    with pytest.raises(InvalidError):
        ensure_valid(
            replace(
                made,
                collections=(
                    replace(collection, identities=(Identity("x", ("id", "doc"), path="a"),)),
                ),
            )
        )
