"""A subject with more rows than fit in memory is searched all the same."""

import tracemalloc
from collections.abc import Collection as Values
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from ipaddress import ip_address

from typing_extensions import override

from privacy.stores.definition import Collection, Columns
from privacy.stores.protocol import Key, Row
from privacy.stores.search.found import FoundRows
from privacy.stores.search.graph import walk
from tests.stores.fake_store import FakeStore, collection, identity, owns, store

EMAIL = "camille.durand@example.fr"
MANY = 3_000
LIMIT = 6 * 1024 * 1024
"""Bytes; the rows alone are more than three times as much."""

SHOP = store(
    "shop",
    collection(
        "visit",
        "id email page",
        identities=[identity("email")],
        links=[owns("id", "click", "visit_id")],
    ),
    collection("click", "id visit_id target"),
)


class BusyStore(FakeStore):
    """Makes its rows while it is read: many visits, each with one click."""

    def __init__(self) -> None:
        super().__init__(SHOP, {})

    @override
    def read(self, collection: Collection, columns: Columns, values: Values[Key]) -> Iterator[Row]:
        if collection.name == "visit":
            return ({"id": n, "email": EMAIL, "page": f"/{n:09}" * 400} for n in range(MANY))
        return ({"id": f"c{n}", "visit_id": n, "target": f"/{n}" * 800} for (n,) in values)


def test_many_rows_and_links_are_found_within_bounded_memory():
    tracemalloc.start()
    try:
        findings = walk({"shop": BusyStore()}, {"email": {EMAIL}})
        told = {place: (len(rows), rows.owned) for place, rows in findings.rows.items()}
        read = sum(len(str(row.values)) for rows in findings.rows.values() for row in rows)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert told == {("shop", "visit"): (MANY, MANY), ("shop", "click"): (MANY, MANY)}
    assert read > 3 * LIMIT
    assert peak < LIMIT


def test_values_come_back_in_their_types():
    at = datetime(2026, 3, 2, tzinfo=UTC)
    row = {"a": at, "b": Decimal("1.20"), "c": b"\x00", "d": None, "e": [1, {"f": "g"}], "h": True}
    rows = FoundRows(("shop", "visit"))
    rows.add(1, row, "identity:email")
    assert next(iter(rows)).values == row


def test_values_that_no_file_keeps_come_back_as_they_are_shown():
    rows = FoundRows(("shop", "visit"))
    address = ip_address("192.0.2.1")
    rows.add(1, {"a": memoryview(b"\x01"), "b": address, "c": {"d": address}}, "identity:email")
    assert next(iter(rows)).values == {"a": b"\x01", "b": "192.0.2.1", "c": {"d": "192.0.2.1"}}
