"""The walk: which rows are the subject's, which are not, and what it says of itself."""

from collections.abc import Collection as Values
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from typing_extensions import override

from privacy.assignments.store import AssignedStore
from privacy.errors import InvalidError, UnavailableError
from privacy.stores.definition import Collection, Columns, Identity, StoreDefinition
from privacy.stores.protocol import Capability, Key, Row
from privacy.stores.search.findings import Coverage, Findings, LeadReason, Outcome, Reason
from privacy.stores.search.graph import Seeds, walk
from privacy.stores.terms import DataCategory
from tests.stores.fake_store import (
    DeafStore,
    FakeStore,
    collection,
    identity,
    owns,
    refers,
    store,
)
from tests.stores.paper import archive

SHOP = store(
    "shop",
    collection(
        "customer",
        "id email phone",
        identities=[identity("email"), identity("phone"), identity("customer_number", "id")],
        links=[owns("id", "orders", "customer_id")],
    ),
    collection(
        "orders", "id customer_id product_id", links=[refers("product_id", "product", "id")]
    ),
    collection("product", "id name", category=DataCategory.NONE),
)
SHOP_ROWS = {
    "customer": [
        {"id": 1, "email": "Ada@Example.com", "phone": "0639980001"},
        {"id": 2, "email": "bob@example.com", "phone": None},
    ],
    "orders": [
        {"id": 10, "customer_id": 1, "product_id": 100},
        {"id": 11, "customer_id": 2, "product_id": 101},
        {"id": 12, "customer_id": None, "product_id": 100},
    ],
    "product": [{"id": 100, "name": "pen"}, {"id": 101, "name": "ink"}],
}
CARDS = store(
    "loyalty",
    collection(
        "card",
        "number customer_no",
        key="number",
        identities=[identity("customer_number", "customer_no")],
        links=[owns("number", "movement", "card_number")],
    ),
    collection("movement", "id card_number"),
)
CARD_ROWS = {
    "card": [{"number": "A1", "customer_no": "1"}, {"number": "B2", "customer_no": "2"}],
    "movement": [{"id": 5, "card_number": "A1"}, {"id": 6, "card_number": "B2"}],
}


def search(stores: Sequence[FakeStore], seeds: Seeds) -> Findings:
    return walk({one.definition.name: one for one in stores}, seeds)


def found(findings: Findings, *, owned: bool = True) -> set[str]:
    return {
        f"{row.store}.{row.collection}:{next(iter(row.values.values()))}"
        for rows in findings.rows.values()
        for row in rows
        if row.owned == owned
    }


def line(findings: Findings, place: str) -> Coverage:
    return next(c for c in findings.coverage if f"{c.store}.{c.collection}" == place)


def test_rows_are_found_by_identity_and_by_link_and_nobody_elses() -> None:
    findings = search([FakeStore(SHOP, SHOP_ROWS)], {"email": {"ada@example.com"}})
    assert found(findings) == {"shop.customer:1", "shop.orders:10"}
    assert found(findings, owned=False) == {"shop.product:100"}
    assert findings.is_complete


def test_a_missing_identifier_is_not_learnt() -> None:
    findings = search([FakeStore(SHOP, SHOP_ROWS)], {"email": {"bob@example.com"}})
    assert findings.identifiers == {
        "email": {("bob@example.com",)},
        "customer_number": {("2",)},
    }


def test_an_email_is_found_whatever_its_case() -> None:
    findings = search([FakeStore(SHOP, SHOP_ROWS)], {"email": {"ADA@EXAMPLE.COM"}})
    assert "shop.customer:1" in found(findings)


def test_a_number_found_in_one_store_is_searched_in_the_other_as_text() -> None:
    stores = [FakeStore(CARDS, CARD_ROWS), FakeStore(SHOP, SHOP_ROWS)]
    findings = search(stores, {"email": {"ada@example.com"}})
    assert {"loyalty.card:A1", "loyalty.movement:5"} <= found(findings)
    assert "loyalty.card:B2" not in found(findings)
    assert findings.identifiers["customer_number"] == {("1",)}


# Five shapes on which searches by graph are known to fail: composite keys compared in parts,
# self-references, cycles, identifiers met on the way, and silence about what was left out.


def test_shape_1_a_composite_key_is_compared_whole_and_brings_no_foreign_tenant() -> None:
    shared = store(
        "crm",
        collection(
            "account",
            "tenant no email",
            key="tenant no",
            identities=[identity("email")],
            links=[owns("tenant no", "note", "tenant account_no")],
        ),
        collection("note", "id tenant account_no"),
    )
    rows = {
        "account": [
            {"tenant": "red", "no": 1, "email": "ada@example.com"},
            {"tenant": "blue", "no": 2, "email": "ada@example.com"},
            {"tenant": "red", "no": 2, "email": "bob@example.com"},
        ],
        "note": [
            {"id": 1, "tenant": "red", "account_no": 1},
            {"id": 2, "tenant": "red", "account_no": 2},
            {"id": 3, "tenant": "blue", "account_no": 1},
            {"id": 4, "tenant": "blue", "account_no": 2},
        ],
    }
    findings = search([FakeStore(shared, rows)], {"email": {"ada@example.com"}})
    assert {row.values["id"] for row in findings.rows["crm", "note"]} == {1, 4}


def test_shape_2_a_self_reference_is_followed_in_its_direction() -> None:
    staff = store(
        "hr",
        collection(
            "employee",
            "id email manager_id",
            identities=[identity("email")],
            links=[refers("manager_id", "employee", "id", exported=True)],
        ),
    )
    rows = {
        "employee": [
            {"id": 1, "email": "top@example.com", "manager_id": None},
            {"id": 2, "email": "mid@example.com", "manager_id": 1},
            {"id": 3, "email": "low@example.com", "manager_id": 2},
        ]
    }
    findings = search([FakeStore(staff, rows)], {"email": {"low@example.com"}})
    assert found(findings) == {"hr.employee:3"}
    assert found(findings, owned=False) == {"hr.employee:2"}, "the manager, not the manager's own"


def test_shape_3_a_cycle_of_links_ends_and_recipients_stay_others() -> None:
    cyclic = store(
        "market",
        collection(
            "member", "id email", identities=[identity("email")], links=[owns("id", "deal", "by")]
        ),
        collection("deal", "id by recipient", links=[refers("recipient", "member", "id")]),
    )
    rows = {
        "member": [
            {"id": 1, "email": "ada@example.com"},
            {"id": 2, "email": "bob@example.com"},
        ],
        "deal": [{"id": 7, "by": 1, "recipient": 2}, {"id": 8, "by": 2, "recipient": 1}],
    }
    findings = search([FakeStore(cyclic, rows)], {"email": {"ada@example.com"}})
    assert found(findings) == {"market.member:1", "market.deal:7"}
    assert found(findings, owned=False) == {"market.member:2"}
    assert not any(row.exported for row in findings.of("market") if not row.owned)


def test_shape_4_an_identifier_met_on_the_way_opens_the_next_store() -> None:
    calls = store("calls", collection("call", "id phone", identities=[identity("phone")]))
    rows = {"call": [{"id": 1, "phone": "0639980001"}, {"id": 2, "phone": "0639980002"}]}
    stores = [FakeStore(calls, rows), FakeStore(SHOP, SHOP_ROWS)]
    findings = search(stores, {"email": {"ada@example.com"}})
    assert {row.values["id"] for row in findings.of("calls")} == {1}


def test_shape_5_what_cannot_be_searched_is_said_and_never_passes_for_done() -> None:
    orphan = store(
        "old",
        collection("lead", "id nickname", identities=[identity("nickname")]),
        collection("photo", "id path"),
    )
    findings = search(
        [FakeStore(SHOP, SHOP_ROWS), FakeStore(orphan, {})], {"email": {"ada@example.com"}}
    )
    assert line(findings, "old.lead").outcome is Outcome.NOT_SEARCHED
    assert line(findings, "old.lead").reason == Reason.NO_PATH
    assert line(findings, "old.photo").reason == Reason.NO_WAY_IN
    assert not findings.is_complete


def test_owning_cycles_and_links_to_oneself_end() -> None:
    ring = store(
        "ring",
        collection(
            "a", "id next", identities=[identity("email", "id")], links=[owns("next", "b", "id")]
        ),
        collection("b", "id next", links=[owns("next", "a", "id"), owns("id", "b", "id")]),
    )
    rows = {
        "a": [{"id": "1", "next": "2"}, {"id": "3", "next": "4"}, {"id": "9", "next": "9"}],
        "b": [{"id": "2", "next": "3"}, {"id": "4", "next": "1"}],
    }
    findings = search([FakeStore(ring, rows)], {"email": {"1"}})
    assert found(findings) == {"ring.a:1", "ring.b:2", "ring.a:3", "ring.b:4"}


@pytest.mark.parametrize(
    "parent", [lambda n: n - 1, lambda n: (n - 1) // 10], ids=["line", "tree"]
)
def test_a_tree_of_ten_thousand_rows_is_walked_to_its_leaves(parent) -> None:
    tree = store(
        "forum",
        collection(
            "post",
            "id parent email",
            identities=[identity("email")],
            links=[owns("id", "post", "parent")],
        ),
    )
    rows = [{"id": n, "parent": parent(n) if n else None, "email": None} for n in range(10_000)]
    rows[0]["email"] = "ada@example.com"
    findings = search([FakeStore(tree, {"post": rows})], {"email": {"ada@example.com"}})
    assert len(findings.rows["forum", "post"]) == 10_000


def test_a_wide_tree_takes_a_question_for_each_level_and_not_for_each_row() -> None:
    tree = store(
        "forum",
        collection(
            "post",
            "id parent",
            identities=[identity("email", "id")],
            links=[owns("id", "post", "parent")],
        ),
    )
    rows = [{"id": n, "parent": n // 10 if n > 1 else None} for n in range(1, 2000)]
    posts = FakeStore(tree, {"post": rows})
    search([posts], {"email": {"1"}})
    assert len(posts.reads) < 12


def test_a_value_that_several_people_share_is_not_searched_elsewhere() -> None:
    family = store(
        "family",
        collection(
            "person",
            "id email phone",
            identities=[identity("email"), identity("phone", spreads=False)],
        ),
    )
    rows = {
        "person": [
            {"id": 1, "email": "ada@example.com", "phone": "0199001234"},
            {"id": 2, "email": "bob@example.com", "phone": "0199001234"},
        ]
    }
    findings = search([FakeStore(family, rows)], {"email": {"ada@example.com"}})
    assert found(findings) == {"family.person:1"}
    by_phone = search([FakeStore(family, rows)], {"phone": {"0199001234"}})
    assert found(by_phone) == {"family.person:1", "family.person:2"}, "as a seed it was confirmed"


PEOPLE = store(
    "people",
    collection(
        "person",
        "id email phone number",
        identities=[
            identity("email"),
            Identity("phone", ("phone",)),
            identity("customer_number", "number"),
        ],
    ),
)
CALLS = store("calls", collection("call", "id phone", identities=[identity("phone")]))


def reached(
    *people: tuple[str | None, str | None, int | None],
    seeds: Values[str] = ("ada@example.com",),
    definition: StoreDefinition = PEOPLE,
    **how: Any,
) -> Findings:
    """Search for Ada, whose number stands on calls, among people with (email, phone, number)."""
    rows = [
        {"id": at, "email": email, "phone": phone, "number": number}
        for at, (email, phone, number) in enumerate(people)
    ]
    calls = [{"id": 1, "phone": "0199001234"}, {"id": 2, "phone": "0199005678"}]
    people_store = FakeStore(phones(definition), {"person": rows})
    stores: dict[str, FakeStore] = {
        "people": people_store,
        "calls": FakeStore(phones(CALLS), {"call": calls}),
    }
    return walk(stores, {"email": seeds}, **how)


def phones(definition: StoreDefinition) -> StoreDefinition:
    """Let the columns called phone be compared as telephone numbers."""
    return replace(
        definition,
        collections=tuple(
            replace(
                one,
                fields=tuple(
                    replace(field, normalise="phone") if field.name == "phone" else field
                    for field in one.fields
                ),
            )
            for one in definition.collections
        ),
    )


FIELDS = ("email", "phone", "number")
ADA = ("ada@example.com", "01 99 00 12 34", 1)
BOB = ("bob@example.com", "+33199001234", 2)


def test_a_telephone_on_records_of_two_people_is_not_followed_and_stands_as_a_lead() -> None:
    findings = reached(ADA, BOB)
    assert found(findings) == {"people.person:0"}
    assert [(lead.kind, lead.value, lead.store, lead.reason) for lead in findings.leads] == [
        ("phone", ("+33199001234",), "people", LeadReason.SHARED)
    ]
    assert "phone" not in findings.identifiers


def test_a_telephone_that_a_person_confirmed_is_followed_though_others_have_it() -> None:
    findings = reached(ADA, BOB, decided={("phone", ("+33199001234",)): True})
    assert found(findings) == {"people.person:0", "people.person:1", "calls.call:1"}
    assert not findings.leads


def test_what_was_confirmed_but_is_not_met_is_not_searched() -> None:
    findings = reached(("ada@example.com", None, 1), decided={("phone", ("+33199005678",)): True})
    assert found(findings) == {"people.person:0"}


def test_a_telephone_on_two_records_of_one_person_is_followed() -> None:
    same_number = ("old@example.com", "0199001234", 1)
    assert "calls.call:1" in found(reached(ADA, same_number)), "their number is the same"
    bare = (None, "0199001234", None)
    assert "calls.call:1" in found(reached(ADA, bare)), "nothing says that it is somebody else's"
    twice = ("ada@example.com", "0199001234", 9)
    assert "calls.call:1" in found(reached(ADA, twice)), "their address is the same"
    second = ("ada2@example.com", "0199001234", 9)
    assert "calls.call:1" not in found(reached(ADA, second))
    both = ("ada@example.com", "ada2@example.com")
    assert "calls.call:1" in found(reached(ADA, second, seeds=both)), "both are hers, as proven"


def test_rows_that_agree_in_anything_else_that_identifies_are_of_one_person() -> None:
    (person,) = PEOPLE.collections
    quiet = tuple(replace(one, spreads=one.kind != "customer_number") for one in person.identities)
    definition = replace(PEOPLE, collections=(replace(person, identities=quiet),))
    findings = reached(ADA, ("old@example.com", "0199001234", 1), definition=definition)
    assert found(findings) == {"people.person:0", "people.person:1", "calls.call:1"}


def test_a_telephone_that_nobody_can_judge_is_not_followed_and_its_kind_is_not_complete() -> None:
    stores = {
        "people": FakeStore(
            phones(PEOPLE), {"person": [dict(zip(("id", *FIELDS), (0, *ADA), strict=True))]}
        ),
        "old": FakeStore(
            replace(phones(PEOPLE), name="old"), {}, {"person": UnavailableError("gone")}
        ),
        "calls": FakeStore(phones(CALLS), {"call": [{"id": 1, "phone": "0199001234"}]}),
    }
    findings = walk(stores, {"email": {"ada@example.com"}})
    assert found(findings) == {"people.person:0"}
    assert line(findings, "calls.call").reason == Reason.SOURCE_FAILED


def test_a_number_that_a_controller_gives_out_is_followed_whoever_else_has_it() -> None:
    findings = reached(ADA, ("bob@example.com", "0199005678", 1))
    assert "people.person:1" in found(findings)


def family(*phones: str | None) -> FakeStore:
    """Return the records of several people, each with a telephone that is said to be shared."""
    definition = store(
        "family",
        collection(
            "person",
            "id email phone",
            identities=[identity("email"), identity("phone", spreads=False)],
            links=[owns("id", "call", "person_id")],
        ),
        collection("call", "id person_id"),
    )
    people = ("ada@example.com", "bob@example.com", "eve@example.com")
    rows = {
        "person": [
            {"id": number, "email": who, "phone": phone}
            for number, (who, phone) in enumerate(zip(people, phones, strict=False))
        ]
    }
    return FakeStore(definition, rows)


def test_what_several_people_share_by_declaration_is_a_lead_with_its_reason() -> None:
    shared = [family("0199001234", "0199001234", "0199001234")]
    (lead,) = search(shared, {"email": {"ada@example.com"}}).leads
    assert (lead.reason, lead.others) == (LeadReason.DECLARED, 2)
    assert "1234" not in repr(lead)
    seeded = {"email": {"ada@example.com"}, "phone": {"0199001234"}}
    assert not search(shared, seeded).leads, "it is known of the subject"


def test_an_identifier_that_stands_on_no_other_row_is_no_question() -> None:
    findings = search([family("0199001234", "0199005678")], {"email": {"ada@example.com"}})
    assert not findings.leads
    assert findings.is_complete


def test_a_lead_that_nobody_decided_on_leaves_its_collection_and_what_hangs_on_it_unsearched() -> (
    None
):
    findings = reached(ADA, BOB)
    assert not findings.is_complete
    person, call = line(findings, "people.person"), line(findings, "calls.call")
    assert (person.outcome, person.rows, person.reason) == (
        Outcome.FOUND,
        1,
        Reason.UNCONFIRMED,
    )
    assert (call.outcome, call.rows, call.reason) == (
        Outcome.NOT_SEARCHED,
        0,
        Reason.UNCONFIRMED,
    )
    assert person.unasked == call.unasked == ("phone",)
    assert [(r.store, r.is_complete, r.reason) for r in findings.stores()] == [
        ("people", False, Reason.UNCONFIRMED),
        ("calls", False, Reason.UNCONFIRMED),
    ]
    below = line(search([family("1", "1")], {"email": {"ada@example.com"}}), "family.call")
    assert (below.reason, below.unasked) == (Reason.UNCONFIRMED, ())


def test_a_lead_that_is_said_not_to_be_theirs_is_no_exception() -> None:
    phone = ("phone", ("+33199001234",))
    findings = reached(ADA, BOB, decided={phone: False})
    assert found(findings) == {"people.person:0"}
    assert line(findings, "people.person").is_complete
    assert [lead.others for lead in findings.leads] == [2], "it stands there still, decided"
    assert line(findings, "calls.call").reason == Reason.NO_PATH, "nothing else leads there"


def test_a_lead_tells_on_how_many_other_rows_it_stands() -> None:
    (lead,) = reached(ADA, BOB).leads
    assert lead.others == 2, "Bob's record, and the call"


def test_where_a_lead_stands_in_a_store_that_fails_nobody_can_tell() -> None:
    away = FakeStore(phones(CALLS), {}, {"call": UnavailableError("gone")})
    findings = search([family("0199001234"), away], {"email": {"ada@example.com"}})
    assert [lead.others for lead in findings.leads] == [None]
    assert not findings.is_complete


def test_nobody_is_asked_to_leaf_through_an_archive_for_what_may_be_somebody_elses() -> None:
    paper = archive()
    asked = AssignedStore(paper, ())
    stores = {"family": family("0199001234"), "archive": asked}
    findings = walk(stores, {"email": {"ada@example.com"}})
    assert [lead.others for lead in findings.leads] == [None]
    assert {one.columns for one in asked.unasked} == {("email",)}
    assert line(findings, "archive.folder").outcome is Outcome.AWAITED


def test_identifiers_of_rows_that_are_only_referred_to_do_not_spread() -> None:
    helpdesk = store(
        "helpdesk",
        collection(
            "ticket",
            "id email agent",
            identities=[identity("email")],
            links=[refers("agent", "agent", "id")],
        ),
        collection("agent", "id email", identities=[identity("email")]),
    )
    rows = {
        "ticket": [
            {"id": 1, "email": "ada@example.com", "agent": 9},
            {"id": 2, "email": "agent@example.com", "agent": 9},
        ],
        "agent": [{"id": 9, "email": "agent@example.com"}],
    }
    findings = search([FakeStore(helpdesk, rows)], {"email": {"ada@example.com"}})
    assert found(findings) == {"helpdesk.ticket:1"}
    assert ("agent@example.com",) not in findings.identifiers["email"]


def test_a_row_that_is_owned_and_referred_to_is_owned_once() -> None:
    club = store(
        "club",
        collection(
            "member",
            "id email invited_by",
            identities=[identity("email")],
            links=[refers("invited_by", "member", "id")],
        ),
    )
    rows = {"member": [{"id": 1, "email": "ada@example.com", "invited_by": 1}]}
    findings = search([FakeStore(club, rows)], {"email": {"ada@example.com"}})
    assert [row.owned for row in findings.of("club")] == [True]


def test_a_row_is_found_once_whatever_the_number_of_ways_to_it() -> None:
    findings = search(
        [FakeStore(SHOP, SHOP_ROWS)],
        {"email": {"ada@example.com", "Ada@example.com"}, "phone": {"0639980001"}},
    )
    assert len(findings.rows["shop", "customer"]) == 1


def test_null_and_empty_keys_join_nothing() -> None:
    odd = store(
        "odd",
        collection("a", "id email x", identities=[identity("email")], links=[owns("x", "b", "x")]),
        collection("b", "id x"),
    )
    rows = {
        "a": [
            {"id": 1, "email": "ada@example.com", "x": None},
            {"id": 2, "email": "ada@example.com", "x": ""},
        ],
        "b": [{"id": 3, "x": None}, {"id": 4, "x": ""}],
    }
    findings = search([FakeStore(odd, rows)], {"email": {"ada@example.com"}})
    assert found(findings) == {"odd.a:1", "odd.a:2"}
    assert line(findings, "odd.b").outcome is Outcome.EMPTY


def test_an_identifier_of_two_columns_is_one_seed() -> None:
    crm = store(
        "crm",
        collection(
            "account", "tenant no", key="tenant no", identities=[identity("account", "tenant no")]
        ),
    )
    rows = {"account": [{"tenant": t, "no": n} for t in ("red", "blue") for n in (1, 2)]}
    findings = search([FakeStore(crm, rows)], {"account": {("red", "2")}})
    assert [dict(row.values) for row in findings.of("crm")] == [{"tenant": "red", "no": 2}]


def test_a_store_that_is_down_is_named_and_the_others_are_searched() -> None:
    deaf = DeafStore(CARDS, UnavailableError("gone"))
    findings = search([deaf, FakeStore(SHOP, SHOP_ROWS)], {"email": {"ada@example.com"}})
    assert found(findings) == {"shop.customer:1", "shop.orders:10"}
    assert line(findings, "loyalty.card").outcome is Outcome.FAILED
    assert line(findings, "loyalty.card").reason == "unavailable"
    assert line(findings, "loyalty.movement").outcome is Outcome.FAILED
    assert line(findings, "shop.orders").is_complete
    assert not findings.is_complete
    assert [(r.store, r.outcome, r.is_complete) for r in findings.stores()] == [
        ("loyalty", Outcome.FAILED, False),
        ("shop", Outcome.FOUND, True),
    ]


def test_a_store_that_is_down_is_asked_once() -> None:
    deaf = DeafStore(SHOP, UnavailableError("gone"))
    search([deaf], {"email": {"ada@example.com"}, "phone": {"0639980001"}})
    assert len(deaf.reads) == 1


def test_a_table_that_has_changed_fails_alone_and_what_hangs_on_it_is_not_complete() -> None:
    changed = FakeStore(SHOP, SHOP_ROWS, {"customer": InvalidError("a column is gone")})
    findings = search(
        [changed, FakeStore(CARDS, CARD_ROWS)],
        {"email": {"ada@example.com"}, "customer_number": {"2"}},
    )
    assert line(findings, "shop.customer") == Coverage(
        "shop", "customer", Outcome.FAILED, 1, 0, "invalid"
    )
    orders = line(findings, "shop.orders")
    assert (orders.outcome, orders.reason) == (Outcome.FOUND, Reason.SOURCE_FAILED)
    assert line(findings, "loyalty.movement").is_complete
    assert not findings.is_complete


class _OnceStore(FakeStore):
    """Answers the first question and then is away."""

    @override
    def read(self, collection: Collection, columns: Columns, values: Values[Key]) -> Iterator[Row]:
        if self.reads:
            raise UnavailableError("gone")
        return super().read(collection, columns, values)


def test_a_store_that_goes_away_half_way_leaves_nothing_that_looks_searched() -> None:
    seeds = {"email": {"nobody@example.com"}, "phone": {"0639980001"}}
    findings = search([_OnceStore(SHOP, SHOP_ROWS)], seeds)
    assert line(findings, "shop.customer").outcome is Outcome.FAILED
    assert line(findings, "shop.orders").outcome is Outcome.FAILED
    assert findings.stores()[0].reason == "unavailable"


def test_an_unread_source_leaves_its_children_not_searched() -> None:
    broken = FakeStore(SHOP, {}, {"customer": InvalidError("a column is gone")})
    findings = search([broken], {"email": {"ada@example.com"}})
    orders = line(findings, "shop.orders")
    assert (orders.outcome, orders.reason) == (Outcome.NOT_SEARCHED, Reason.SOURCE_FAILED)


def test_a_bug_in_a_connector_stops_neither_the_walk_nor_says_what_it_read(caplog) -> None:
    buggy = FakeStore(CARDS, CARD_ROWS, {"card": KeyError("ada@example.com")})
    findings = search([buggy, FakeStore(SHOP, SHOP_ROWS)], {"email": {"ada@example.com"}})
    assert line(findings, "loyalty.card").reason == "error"
    assert "shop.customer:1" in found(findings)
    assert "KeyError" in caplog.text
    assert "ada@example.com" not in caplog.text


def test_a_list_in_a_column_that_links_is_a_failure_and_not_a_silence() -> None:
    lists = store(
        "lists",
        collection(
            "a", "id email tags", identities=[identity("email")], links=[owns("tags", "a", "id")]
        ),
    )
    rows = {"a": [{"id": 1, "email": "ada@example.com", "tags": [2, 3]}]}
    findings = search([FakeStore(lists, rows)], {"email": {"ada@example.com"}})
    assert line(findings, "lists.a").reason == "invalid"


def test_nobody_is_searched_and_empty_all_the_way_down() -> None:
    findings = search([FakeStore(SHOP, SHOP_ROWS)], {"email": {"nobody@example.com"}})
    assert {c.outcome for c in findings.coverage if c.collection != "product"} == {Outcome.EMPTY}
    assert line(findings, "shop.product").reason == Reason.NOT_PERSONAL
    assert findings.is_complete


def test_without_a_number_the_loyalty_store_is_not_searched_and_the_ledger_says_so() -> None:
    stores = [FakeStore(SHOP, SHOP_ROWS), FakeStore(CARDS, CARD_ROWS)]
    findings = search(stores, {"email": {"nobody@example.com"}})
    assert line(findings, "loyalty.card").reason == Reason.NO_PATH
    assert line(findings, "loyalty.movement").reason == Reason.NO_PATH
    assert findings.stores()[1].outcome is Outcome.NOT_SEARCHED
    assert findings.stores()[1].reason == Reason.NO_PATH


def test_a_link_to_a_store_that_is_not_registered_is_said_when_a_row_leads_there() -> None:
    shop = store(
        "shop",
        collection(
            "customer",
            "id email",
            identities=[identity("email")],
            links=[owns("id", "elsewhere.box", "owner")],
        ),
    )
    rows = {"customer": [{"id": 1, "email": "ada@example.com"}]}
    findings = search([FakeStore(shop, rows)], {"email": {"ada@example.com"}})
    assert line(findings, "elsewhere.box").reason == Reason.NOT_REGISTERED
    assert not findings.is_complete
    nobody = search([FakeStore(shop, rows)], {"email": {"nobody@example.com"}})
    assert nobody.is_complete


def test_a_link_across_stores_is_followed() -> None:
    shop = store(
        "shop",
        collection(
            "customer",
            "id email",
            identities=[identity("email")],
            links=[owns("id", "box.parcel", "owner")],
        ),
    )
    boxes = store("box", collection("parcel", "id owner"))
    stores = [
        FakeStore(boxes, {"parcel": [{"id": 1, "owner": "7"}, {"id": 2, "owner": "8"}]}),
        FakeStore(shop, {"customer": [{"id": 7, "email": "ada@example.com"}]}),
    ]
    findings = search(stores, {"email": {"ada@example.com"}})
    assert [row.found_by for row in findings.of("box")] == ["link:shop.customer"]


def test_a_collection_that_was_only_referred_to_was_not_searched_for_the_subjects_rows() -> None:
    notes = store(
        "notes",
        collection(
            "customer",
            "id email doctor",
            identities=[identity("email")],
            links=[refers("doctor", "doctor", "id")],
        ),
        collection("doctor", "id name"),
    )
    rows = {
        "customer": [{"id": 1, "email": "ada@example.com", "doctor": 4}],
        "doctor": [{"id": 4, "name": "Bob"}],
    }
    findings = search([FakeStore(notes, rows)], {"email": {"ada@example.com"}})
    doctors = line(findings, "notes.doctor")
    assert (doctors.outcome, doctors.context) == (Outcome.NOT_SEARCHED, 1)
    assert doctors.reason == Reason.NO_WAY_IN
    assert not findings.is_complete


def test_findings_never_show_identifiers_when_printed() -> None:
    findings = search([FakeStore(SHOP, SHOP_ROWS)], {"email": {"nobody@example.com"}})
    assert "nobody@example.com" not in repr(findings)


def test_the_ledger_says_what_a_store_can_do_beside_being_read() -> None:
    class Eraser(FakeStore):
        capabilities = frozenset({Capability.ERASE})

    findings = search([Eraser(SHOP, SHOP_ROWS), FakeStore(CARDS, CARD_ROWS)], {})
    assert line(findings, "shop.customer").capabilities == {Capability.ERASE}
    assert line(findings, "loyalty.card").capabilities == frozenset()
