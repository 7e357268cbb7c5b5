"""The walk finds exactly the rows that a slow and obvious search finds, whatever the schema."""

from hypothesis import given, settings

from privacy.stores.findings import Outcome
from privacy.stores.graph import walk
from tests.stores.fake_store import FakeStore
from tests.stores.worlds import Oracle, World, places_found, worlds


def fake_stores(world: World) -> dict[str, FakeStore]:
    return {
        definition.name: FakeStore(
            definition,
            {c.name: world.rows[definition.name, c.name] for c in definition.collections},
        )
        for definition in world.definitions
    }


@settings(max_examples=400, deadline=None)
@given(worlds())
def test_exactly_the_rows_of_the_oracle_are_found(world: World) -> None:
    findings = walk(fake_stores(world), world.seeds)
    oracle = Oracle(world)
    assert places_found(findings, owned=True) == oracle.owned
    assert places_found(findings, owned=False) == oracle.context()


@settings(max_examples=100, deadline=None)
@given(worlds())
def test_the_ledger_has_one_line_for_each_collection_and_counts_what_was_found(
    world: World,
) -> None:
    findings = walk(fake_stores(world), world.seeds)
    lines = {(line.store, line.collection): line for line in findings.coverage}
    assert lines.keys() == world.rows.keys()
    assert len(lines) == len(findings.coverage)
    for place, line in lines.items():
        rows = findings.rows.get(place, ())
        assert (line.rows, line.context) == (
            sum(row.owned for row in rows),
            sum(not row.owned for row in rows),
        )
        assert (line.outcome is Outcome.FOUND) == (line.rows > 0)
