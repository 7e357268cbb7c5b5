"""Where a link leads from one row: which rows it begins at, and what it asks by."""

import pytest

from privacy.errors import InvalidError
from privacy.stores.definition import Collection, Condition, Field, Link
from privacy.stores.search.following import values_of
from privacy.stores.terms import DataCategory
from tests.stores.fake_store import same

NOTE = Collection(
    "note",
    same("note"),
    ("id",),
    tuple(
        Field(name, same(name), DataCategory.IDENTITY, way)
        for name, way in (("id", "exact"), ("kind", "code"), ("owner", "exact"))
    ),
)


@pytest.mark.parametrize(
    ("kind", "found"),
    [("Order", [[7]]), ("or-der", [[7]]), ("Orders", []), (None, []), ("", [])],
)
def test_a_link_begins_only_at_the_rows_that_it_is_for(
    kind: str | None, found: list[list[object]]
) -> None:
    link = Link(("owner",), "order", ("id",), when=Condition("kind", "ORDER"))
    row = {"id": 1, "kind": kind, "owner": 7}
    assert [list(one) for one in values_of(link, NOTE, row)] == found


def test_what_counts_is_asked_for_with_the_key() -> None:
    link = Link(("id",), "note", ("owner",), where=Condition("kind", "Order"))
    assert link.asked_by == ("owner", "kind")
    (values,) = values_of(link, NOTE, {"id": 1, "kind": None, "owner": None})
    assert list(values) == [1, "Order"]


def test_a_list_is_asked_for_one_by_one() -> None:
    where = Condition("kind", "x")
    link = Link(("owner",), "note", ("id",), where=where, path="[*].id")
    row = {"id": 1, "kind": None, "owner": '[{"id": 3}, {"id": "4"}, {}]'}
    assert [list(one) for one in values_of(link, NOTE, row)] == [[3, "x"], ["4", "x"]]


def test_what_is_no_document_is_said_and_not_passed_over() -> None:
    link = Link(("owner",), "note", ("id",), path="id")
    with pytest.raises(InvalidError):
        list(values_of(link, NOTE, {"id": 1, "kind": None, "owner": "7 and 8"}))
