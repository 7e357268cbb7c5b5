"""What differs strongly between two searches, and what is everyday life."""

from dataclasses import replace

import pytest

from privacy.requests.previews.plan import Drift, Plan, digest, drift, plan_of, read, written
from privacy.stores.search.graph import walk
from tests.requests.letters_of_two import mail
from tests.requests.office import EMAIL


def found(rows: int, outcome: str = "found", definition: str = "d1") -> Plan:
    return {"shop": (definition, 0), "shop.orders": (outcome, rows)}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (found(10), found(10), []),
        (found(10), found(15), []),
        (found(10), found(16), [("shop.orders", Drift.NUMBER)]),
        (found(1000), found(1200), []),
        (found(1000), found(799), [("shop.orders", Drift.NUMBER)]),
        (found(1), found(0, "empty"), [("shop.orders", Drift.NUMBER)]),
        (found(3), found(0, "failed"), [("shop.orders", Drift.FAILED)]),
        (found(0, "failed"), found(3), [("shop.orders", Drift.FAILED)]),
        (found(3), found(3, "found", "d2"), [("shop", Drift.REDECLARED)]),
        ({}, found(3), [("shop", Drift.APPEARED), ("shop.orders", Drift.APPEARED)]),
        (found(3), {}, [("shop", Drift.VANISHED), ("shop.orders", Drift.VANISHED)]),
    ],
)
def test_drift(before: Plan, after: Plan, expected: list[tuple[str, Drift]]) -> None:
    assert list(drift(before, after)) == expected


def test_a_plan_holds_numbers_and_no_value_and_is_read_as_written() -> None:
    stores = {"mail": mail()}
    plan = plan_of(walk(stores, {"email": {EMAIL}}), {"mail": mail().definition})
    assert plan["mail.letter"] == ("found", 2)
    assert EMAIL not in written(plan)
    assert read(written(plan)) == plan
    assert read("") == {}


def test_a_digest_changes_with_the_definition() -> None:
    definition = mail().definition
    assert digest(definition) == digest(mail().definition)
    assert digest(definition) != digest(replace(definition, recipients=("x",)))
