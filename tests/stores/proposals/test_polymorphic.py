"""Columns that name the table of which a row is a part."""

import pytest

from privacy.stores.definition import Condition, Link
from privacy.stores.proposals.facts import TableFacts
from privacy.stores.proposals.polymorphic import pairs_of, tables_meant
from privacy.stores.proposals.proposing import propose
from privacy.stores.terms import Direction


def test_pairs_are_seen_by_their_names() -> None:
    columns = ("id", "owner_type", "owner_id", "SubjectKind", "SubjectId", "type", "card_type")
    assert list(pairs_of(columns)) == [("owner_type", "owner_id"), ("SubjectKind", "SubjectId")]


@pytest.mark.parametrize(
    "value",
    ["Customer", "customers", r"App\Models\Customer", "shop.Customer", "shop::Customer"],
)
def test_a_value_means_the_table_of_its_last_name(value: str) -> None:
    assert tables_meant([value, "Robot", ""], ["customers", "orders"]) == {value: "customers"}


def test_a_draft_owns_what_is_the_subjects_and_refers_to_the_rest() -> None:
    number = {"id": "number"}
    tables = [
        TableFacts("customers", ("id", "email"), ("id",), types={**number, "email": "text"}),
        TableFacts("products", ("id", "label"), ("id",), types=number),
        TableFacts(
            "notes",
            ("id", "owner_type", "owner_id"),
            ("id",),
            types=number,
            samples={"owner_type": ["Customer", "Product", "Robot"]},
        ),
    ]
    definition = propose("shop", tables).definition
    assert definition.collection("customers").links == (
        Link(("id",), "notes", ("owner_id",), where=Condition("owner_type", "Customer")),
    )
    assert definition.collection("notes").links == (
        Link(
            ("owner_id",),
            "products",
            ("id",),
            Direction.REFERS,
            exported=True,
            when=Condition("owner_type", "Product"),
        ),
    )
