"""Shapes of data stores by their names: how each is declared, and what a search makes of it."""

import json
from dataclasses import replace

import pytest

from privacy.stores.definition import Condition, Identity, Link
from privacy.stores.protocol import Store
from privacy.stores.search.findings import Coverage, Findings, Outcome, Reason
from privacy.stores.search.graph import walk
from tests.stores.fake_store import FakeStore, collection, identity, owns, refers, store

ADA = {"email": {"ada@example.com"}}


def owned(findings: Findings, name: str) -> set[object]:
    """Return the numbers of the subject's rows in a collection."""
    return {
        row.values["id"]
        for (_store, place), rows in findings.rows.items()
        for row in rows
        if place == name and row.owned
    }


def line(findings: Findings, name: str) -> Coverage:
    return next(one for one in findings.coverage if one.collection == name)


def test_many_to_many_the_rows_between_are_theirs_and_what_they_lead_to_explains_them() -> None:
    school = store(
        "school",
        collection(
            "student",
            "id email",
            identities=[identity("email")],
            links=[owns("id", "enrolment", "student_id")],
        ),
        collection(
            "enrolment",
            "id student_id course_id",
            links=[refers("course_id", "course", "id", exported=True)],
        ),
        collection("course", "id title"),
    )
    rows = {
        "student": [{"id": 1, "email": "ada@example.com"}, {"id": 2, "email": "bob@example.com"}],
        "enrolment": [
            {"id": 10, "student_id": 1, "course_id": 100},
            {"id": 11, "student_id": 2, "course_id": 100},
            {"id": 12, "student_id": 1, "course_id": 101},
        ],
        "course": [{"id": number, "title": "x"} for number in (100, 101, 102)],
    }
    findings = walk({"school": FakeStore(school, rows)}, ADA)
    assert owned(findings, "enrolment") == {10, 12}
    assert {row.values["id"] for row in findings.rows["school", "course"]} == {100, 101}


def test_a_joint_account_is_theirs_and_its_other_holder_is_not() -> None:
    bank = store(
        "bank",
        collection(
            "holder",
            "id email",
            identities=[identity("email")],
            links=[owns("id", "holding", "holder_id")],
        ),
        collection(
            "holding", "id holder_id account_id", links=[owns("account_id", "account", "id")]
        ),
        collection("account", "id iban", links=[refers("id", "holding", "account_id")]),
    )
    rows = {
        "holder": [{"id": 1, "email": "ada@example.com"}, {"id": 2, "email": "bob@example.com"}],
        "holding": [
            {"id": 10, "holder_id": 1, "account_id": 100},
            {"id": 11, "holder_id": 2, "account_id": 100},
            {"id": 12, "holder_id": 2, "account_id": 101},
        ],
        "account": [{"id": 100, "iban": "x"}, {"id": 101, "iban": "y"}],
    }
    findings = walk({"bank": FakeStore(bank, rows)}, ADA)
    assert (owned(findings, "account"), owned(findings, "holding")) == ({100}, {10})
    assert owned(findings, "holder") == {1}, "an accessor leads to nobody"


def test_of_a_thread_with_somebody_else_only_what_they_wrote_is_theirs() -> None:
    talk = store(
        "talk",
        collection(
            "member",
            "id email",
            identities=[identity("email")],
            links=[owns("id", "message", "author")],
        ),
        collection(
            "message", "id author thread", links=[refers("thread", "thread", "id", exported=True)]
        ),
        collection("thread", "id subject", links=[owns("id", "message", "thread")]),
    )
    rows = {
        "member": [{"id": 1, "email": "ada@example.com"}, {"id": 2, "email": "bob@example.com"}],
        "message": [{"id": 10, "author": 1, "thread": 5}, {"id": 11, "author": 2, "thread": 5}],
        "thread": [{"id": 5, "subject": "x"}],
    }
    findings = walk({"talk": FakeStore(talk, rows)}, ADA)
    assert owned(findings, "message") == {10}
    assert not owned(findings, "thread")


def test_a_polymorphic_link_leads_only_to_the_rows_of_its_kind() -> None:
    notes = Link(("id",), "note", ("owner_id",), where=Condition("owner_type", "Person"))
    desk = store(
        "desk",
        collection("person", "id email", identities=[identity("email")], links=[notes]),
        collection("note", "id owner_type owner_id"),
    )
    rows = {
        "person": [{"id": 1, "email": "ada@example.com"}],
        "note": [
            {"id": 10, "owner_type": "Person", "owner_id": 1},
            {"id": 11, "owner_type": "Order", "owner_id": 1},
            {"id": 12, "owner_type": "Person", "owner_id": 2},
        ],
    }
    assert owned(walk({"desk": FakeStore(desk, rows)}, ADA), "note") == {10}


BOOKINGS = store(
    "hotel",
    replace(
        collection("booking", "id guests"),
        identities=(Identity("email", ("guests",), path="[*].mail"),),
        links=(Link(("guests",), "room", ("beds",), path="[*].bed", to_path="[*]"),),
    ),
    collection("room", "id beds"),
)


def booking(number: int, *guests: tuple[str, int]) -> dict[str, object]:
    return {"id": number, "guests": json.dumps([{"mail": m, "bed": b} for m, b in guests])}


BOOKED = {
    "booking": [
        booking(1, ("Ada@Example.com", 7), ("bob@example.com", 8)),
        booking(2, ("bob@example.com", 9)),
        booking(3, ("eve@example.com", 10)),
    ],
    "room": [
        {"id": 1, "beds": "[7, 8]"},
        {"id": 2, "beds": "[9]"},
        {"id": 3, "beds": "[10, 11]"},
        {"id": 4, "beds": None},
    ],
}


def test_every_value_of_a_list_identifies_and_a_link_may_aim_into_one() -> None:
    findings = walk({"hotel": FakeStore(BOOKINGS, BOOKED)}, ADA)
    assert owned(findings, "booking") == {1, 2}, "Bob stands in the same list as Ada"
    assert owned(findings, "room") == {1, 2}
    assert findings.identifiers["email"] == {
        ("ada@example.com",),
        ("Ada@Example.com",),
        ("bob@example.com",),
    }


def test_a_list_that_several_people_share_by_declaration_does_not_spread() -> None:
    shared = Identity("email", ("guests",), spreads=False, path="[*].mail")
    first, second = BOOKINGS.collections
    hotel = replace(BOOKINGS, collections=(replace(first, identities=(shared,)), second))
    findings = walk({"hotel": FakeStore(hotel, BOOKED)}, ADA)
    assert owned(findings, "booking") == {1}
    assert [(lead.value, lead.others) for lead in findings.leads] == [(("bob@example.com",), 1)]
    assert not findings.is_complete


def test_a_store_that_cannot_look_inside_says_that_it_was_not_searched() -> None:
    class Shallow(FakeStore):
        looks_inside = False

    shallow: Store = Shallow(BOOKINGS, BOOKED)
    findings = walk({"hotel": shallow}, ADA)
    assert not findings.rows
    assert (line(findings, "booking").outcome, line(findings, "booking").reason) == (
        Outcome.NOT_SEARCHED,
        Reason.NOT_INSIDE,
    )
    assert not findings.is_complete


def staff(depth: int | None) -> FakeStore:
    """Return a chain of five, each of whom reports to the one before."""
    down = replace(owns("id", "employee", "boss"), depth=depth)
    definition = store(
        "hr", collection("employee", "id email boss", identities=[identity("email")], links=[down])
    )
    rows = [
        {"id": n, "email": None if n else "ada@example.com", "boss": n - 1 if n else None}
        for n in range(5)
    ]
    return FakeStore(definition, {"employee": rows})


@pytest.mark.parametrize(("depth", "found"), [(1, {0, 1}), (2, {0, 1, 2}), (None, set(range(5)))])
def test_a_link_is_followed_as_far_as_its_depth_and_the_ledger_says_that_rows_were_left(
    depth: int | None, found: set[int]
) -> None:
    findings = walk({"hr": staff(depth)}, ADA)
    assert owned(findings, "employee") == found
    assert line(findings, "employee").reason == ("" if depth is None else Reason.TOO_FAR)
    assert findings.is_complete == (depth is None)


def test_a_depth_behind_which_nothing_lies_is_no_exception() -> None:
    findings = walk({"hr": staff(4)}, ADA)
    assert owned(findings, "employee") == set(range(5))
    assert findings.is_complete


def test_depth_counts_from_the_nearest_row_that_an_identifier_found() -> None:
    chain = staff(1)
    rows = [dict(row) for row in chain._rows["employee"]]  # noqa: SLF001 -- the fake's own
    rows[3]["email"] = "ada@example.com"
    findings = walk({"hr": FakeStore(chain.definition, {"employee": rows})}, ADA)
    assert owned(findings, "employee") == {0, 1, 3, 4}
    assert line(findings, "employee").reason == Reason.TOO_FAR, "2 was left out"


def test_a_row_that_turns_out_to_be_nearer_is_gone_on_from() -> None:
    # The long way to 3 is met first: its number is known only once 9 was read.
    graph = store(
        "graph",
        collection(
            "node",
            "id email code up",
            identities=[identity("email"), identity("code")],
            links=[replace(owns("id", "node", "up"), depth=2)],
        ),
        collection("key", "id email code", identities=[identity("email"), identity("code")]),
    )
    nodes = [
        {"id": n, "email": "ada@example.com" if n == 0 else None,
         "code": "late" if n == 2 else None, "up": n - 1}
        for n in range(6)
    ]  # fmt: skip
    keys = [{"id": 9, "email": "ada@example.com", "code": "late"}]
    findings = walk({"graph": FakeStore(graph, {"node": nodes, "key": keys})}, ADA)
    assert owned(findings, "node") == {0, 1, 2, 3, 4}, "2 is found by its code, so 4 is two away"


@pytest.mark.parametrize(("way", "found"), [("exact", {1}), ("code", {1, 2})])
def test_keys_differ_by_case_unless_their_column_says_otherwise(way: str, found: set[int]) -> None:
    cards = store(
        "cards",
        collection(
            "card", "id email no", identities=[identity("email")], links=[owns("no", "use", "no")]
        ),
        collection("use", "id no"),
    )
    card, use = cards.collections
    fields = tuple(
        replace(one, normalise=way if one.name == "no" else "exact") for one in use.fields
    )
    definition = replace(cards, collections=(card, replace(use, fields=fields)))
    rows = {
        "card": [{"id": 1, "email": "ada@example.com", "no": "Ab1"}],
        "use": [{"id": 1, "no": "Ab1"}, {"id": 2, "no": "AB-1"}],
    }
    assert owned(walk({"cards": FakeStore(definition, rows)}, ADA), "use") == found


def test_a_row_that_is_only_marked_as_deleted_is_still_kept_and_found() -> None:
    shop = store(
        "shop", collection("account", "id email deleted_at", identities=[identity("email")])
    )
    rows = {"account": [{"id": 1, "email": "ada@example.com", "deleted_at": "2024-01-01"}]}
    assert owned(walk({"shop": FakeStore(shop, rows)}, ADA), "account") == {1}
