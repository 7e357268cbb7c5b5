"""What becomes of Fides datasets, and what is said of them."""

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privacy.errors import InvalidError
from privacy.stores import definition_file
from privacy.stores.definition import Identity, Link
from privacy.stores.fides.dataset import Imported, from_fides
from privacy.stores.fides.words import MEANINGS, Remark, category_of
from privacy.stores.search.graph import walk
from privacy.stores.terms import DataCategory, Direction
from tests.stores.fake_store import FakeStore

Fields = Mapping[str, Any]
"""By name what a field has: categories, and what stands in its `fides_meta`."""


def imported(collections: Mapping[str, Fields], **beside: Any) -> Imported:
    """Import one dataset `shop`; a field is its meta, with `categories` among it."""
    return from_fides(json.dumps({"dataset": [dataset("shop", collections, **beside)]}))


def dataset(key: str, collections: Mapping[str, Fields], **beside: Any) -> dict[str, Any]:
    return {
        "fides_key": key,
        "collections": [
            {
                "name": name,
                "fields": [field(one, dict(meta)) for one, meta in fields.items()],
                **beside.get(name, {}),
            }
            for name, fields in collections.items()
        ],
    }


def field(name: str, meta: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"name": name}
    for word in ("categories", "fields"):
        if word in meta:
            made["data_categories" if word == "categories" else word] = meta.pop(word)
    return {**made, "fides_meta": meta} if meta else made


def refers(to: str, direction: str | None = None, dataset: str = "shop") -> dict[str, Any]:
    one = {"dataset": dataset, "field": to}
    return {"references": [{**one, "direction": direction} if direction else one]}


def places(found: Imported, remark: Remark) -> set[str]:
    return {one.place.removeprefix("shop.") for one in found.told if one.remark is remark}


KEY = {"primary_key": True, "data_type": "integer", "categories": ["system.operations"]}
EMAIL = {"identity": "email", "data_type": "string", "categories": ["user.contact.email"]}
NAME = {"data_type": "string", "categories": ["user.name"]}


def test_a_shop_is_found_along_its_references() -> None:
    found = imported(
        {
            "client": {"id": KEY, "mail": EMAIL, "home": refers("address.id", "to")},
            "address": {"id": KEY, "town": {"categories": ["user.contact.address.city"]}},
            "Order Line": {"id": KEY, "buyer": refers("client.id", "from"),
                           "item": refers("item.id", "to")},
            "item": {"id": KEY, "label": {"categories": ["system.operations"]}},
        }
    )  # fmt: skip
    (definition,) = found.definitions
    client = definition.collection("client")
    assert client.identities == (Identity("email", ("mail",)),)
    assert set(client.links) == {
        Link(("id",), "order_line", ("buyer",)),
        Link(("home",), "address", ("id",)),
    }
    line = definition.collection("order_line")
    assert line.table == "Order Line"
    assert line.links == (Link(("item",), "item", ("id",), Direction.REFERS, exported=True),)
    assert not definition.collection("item").is_personal
    assert client.normalisers["mail"] == "email"
    assert definition_file.from_yaml(definition_file.to_yaml(definition)) == definition
    assert places(found, Remark.LOOKED_UP) == {"Order Line"}
    assert not places(found, Remark.UNREACHABLE)


def test_fields_that_fides_would_pass_over_are_named() -> None:
    found = imported(
        {
            "client": {
                "id": {**KEY, "categories": ["user.unique_id"]},
                "mail": EMAIL,
                "street": {"categories": ["user.contact.address.street"]},
                "town": {"categories": ["user.contact.address.city"], "data_type": "object_id"},
                "points": {},
                "note": {**NAME, "masking_strategy_override": {"strategy": "null_rewrite"}},
            },
            "diary": {"line": NAME},
            "old": {"id": KEY, "owner": refers("client.id", "from")},
        },
        old={"fides_meta": {"skip_processing": True, "erase_after": ["shop.client"]}},
    )
    assert places(found, Remark.NO_TYPE) == {"client.street", "client.town"}
    assert places(found, Remark.KEY_CATEGORY) == {"client.id"}
    assert places(found, Remark.NO_CATEGORY) == {"client.points", "old.owner"}
    assert places(found, Remark.NO_KEY) == {"diary"}
    assert places(found, Remark.UNREACHABLE) == {"diary"}
    assert places(found, Remark.SKIPPED) == {"old"}
    assert places(found, Remark.ERASURE) == {"client.note", "old"}


def test_two_tenants_with_the_same_number_are_kept_apart() -> None:
    tenant, number = refers("client.tenant", "from"), refers("client.number", "from")
    found = imported(
        {
            "client": {"tenant": KEY, "number": KEY, "mail": EMAIL},
            "orders": {"id": KEY, "tenant": tenant, "number": number},
        }
    )
    (definition,) = found.definitions
    (link,) = definition.collection("client").links
    assert dict(zip(link.to_columns, link.columns, strict=True)) == {
        "tenant": "tenant", "number": "number",
    }  # fmt: skip
    assert places(found, Remark.COMPOSITE) == {"client"}
    rows = {
        "client": [{"tenant": 1, "number": 7, "mail": "a@x.example"}],
        "orders": [{"id": n, "tenant": t, "number": m} for n, t, m in
                   ((1, 1, 7), (2, 1, 8), (3, 2, 7))],
    }  # fmt: skip
    findings = walk({"shop": FakeStore(definition, rows)}, {"email": {"a@x.example"}})
    assert [row.values["id"] for row in findings.rows["shop", "orders"]] == [1]


def test_a_collection_may_refer_to_itself_and_collections_in_a_circle() -> None:
    found = imported(
        {
            "staff": {"id": KEY, "mail": EMAIL, "boss": refers("staff.id", "to")},
            "desk": {"id": KEY, "seat": {**refers("staff.id", "from"), **NAME}},
            "room": {"id": KEY, "desk": {**refers("desk.id", "from"), **NAME},
                     "keeper": refers("staff.id", "to")},
        }
    )  # fmt: skip
    (definition,) = found.definitions
    assert (
        Link(("boss",), "staff", ("id",), Direction.REFERS) in definition.collection("staff").links
    )
    assert places(found, Remark.SELF) == {"staff"}
    assert places(found, Remark.CYCLE) == {"staff", "desk", "room"}


def test_a_reference_without_a_direction_leads_away_from_the_identity() -> None:
    found = imported(
        {
            "profile": {"id": KEY, "nick": NAME},
            "account": {"id": KEY, "mail": EMAIL, "profile": refers("profile.id")},
            "visit": {"id": KEY, "account": refers("account.id")},
        }
    )
    (definition,) = found.definitions
    assert set(definition.collection("account").links) == {
        Link(("profile",), "profile", ("id",)),
        Link(("id",), "visit", ("account",)),
    }
    assert places(found, Remark.BOTH_WAYS) == {"account"}
    assert not places(found, Remark.UNREACHABLE)


def test_objects_get_dots_and_lists_are_followed_but_not_searched_by() -> None:
    inside = [field("no", {**refers("thread.id", "to"), "data_type": "string"})]
    found = imported(
        {
            "card": {
                "id": KEY,
                "who": {"fields": [field("mail", dict(EMAIL))]},
                "replies": {"data_type": "object[]", "fields": inside},
                "aliases": {**EMAIL, "data_type": "string[]"},
            },
            "thread": {"id": KEY, "text": NAME},
            "seen": {"id": KEY, "by": {**refers("card.replies.no", "to"), **NAME}},
        }
    )
    (definition,) = found.definitions
    card = definition.collection("card")
    assert card.columns == ("id", "who.mail", "replies", "aliases")
    assert card.identities == (Identity("email", ("who.mail",)),)
    assert card.links == (Link(("replies",), "thread", ("id",), path="[*].no"),)
    assert places(found, Remark.OBJECT) == {"card.who.mail"}
    assert places(found, Remark.IN_LIST) == {"card.aliases", "seen"}


def test_a_link_from_another_dataset_stands_there_or_is_asked_for() -> None:
    crm = dataset("crm-eu", {"note": {"id": KEY, "of": refers("client.id", "from"), "t": NAME}})
    shop = dataset("shop", {"client": {"id": KEY, "mail": EMAIL}})
    both = from_fides(json.dumps({"dataset": [crm, shop]}))
    assert both.definitions[1].collection("client").links == (
        Link(("id",), "crm_eu.note", ("of",)),
    )
    alone = from_fides(json.dumps({"dataset": [crm]}))
    (told,) = [one for one in alone.told if one.remark is Remark.ELSEWHERE]
    assert (told.place, told.detail) == ("crm-eu.note.of", "shop.client.id")
    wrong = imported({"client": {"id": KEY, "x": refers("ghost.id", "from")}})
    assert places(wrong, Remark.NOWHERE) == {"client.x"}


@pytest.mark.parametrize(
    ("words", "category"),
    [
        (["user.contact.email"], DataCategory.CONTACT),
        (["user.behavior.purchase_history"], DataCategory.PURCHASE),
        (["user.behavior.browsing_history"], DataCategory.BEHAVIOUR),
        (["user.name", "user.demographic.religious_belief"], DataCategory.SPECIAL),
        (["system.operations"], DataCategory.TECHNICAL),
        (["user.names"], DataCategory.TECHNICAL),
        (["somebody.else"], DataCategory.TECHNICAL),
        ([], DataCategory.TECHNICAL),
    ],
)
def test_categories_are_matched_by_whole_words(words: list[str], category: DataCategory) -> None:
    assert category_of(words) is category


@pytest.mark.parametrize(
    "text",
    ["", "dataset: []", "dataset: 3", "dataset: [{fides_key: x}]", "a: &a [*a]",
     "dataset: [{fides_key: x, collections: [{name: y, fields: [3]}]}]",
     "dataset: [{fides_key: x, collections: []}]"],
)  # fmt: skip
def test_what_is_no_dataset_is_refused(text: str) -> None:
    with pytest.raises(InvalidError):
        from_fides(text)


def test_every_remark_is_explained() -> None:
    assert set(MEANINGS) == set(Remark)


@st.composite
def chains(draw: st.DrawFn) -> Mapping[str, Fields]:
    """Return collections that refer to each other at random; one or two have an identity."""
    names = [f"c{number}" for number in range(draw(st.integers(1, 5)))]
    directions = st.sampled_from(["from", "to", None])

    def fields() -> Fields:
        to = draw(st.lists(st.sampled_from(names), max_size=2))
        found: dict[str, Any] = {"id": KEY, "text": NAME}
        found |= {f"r{n}": refers(f"{one}.id", draw(directions)) for n, one in enumerate(to)}
        return {**found, "mail": EMAIL} if draw(st.booleans()) else found

    return {name: fields() for name in names}


@settings(max_examples=150, deadline=None)
@given(chains())
def test_whatever_fides_reaches_is_reached(collections: Mapping[str, Fields]) -> None:
    found = imported(collections)
    reached = {name for name, fields in collections.items() if "mail" in fields}
    pairs = [pair for name, fields in collections.items() for pair in directed(name, fields)]
    while more := {target for origin, target in pairs if origin in reached} - reached:
        reached |= more
    assert reached.isdisjoint(places(found, Remark.UNREACHABLE))
    ours = {one.name for one in found.definitions[0].collections}
    assert ours == set(collections)


def directed(name: str, fields: Fields) -> Sequence[tuple[str, str]]:
    """Return the steps that references with a direction allow."""
    steps = []
    for meta in fields.values():
        for one in meta.get("references", ()):
            ends = [name, one["field"].split(".")[0]]
            way = one.get("direction")
            steps += list(pairwise(ends if way == "to" else ends[::-1])) if way else []
    return steps
