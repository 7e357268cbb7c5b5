"""The walk finds exactly the rows that a slow and obvious search finds, whatever the schema."""

from collections.abc import Collection as Values

from hypothesis import given, settings
from hypothesis import strategies as st

from privacy.errors import InvalidError, UnavailableError
from privacy.stores.search.findings import LeadReason, Outcome, Place
from privacy.stores.search.graph import walk
from tests.stores.fake_store import FakeStore
from tests.stores.worlds import (
    Oracle,
    World,
    chosen_worlds,
    places_found,
    shared_worlds,
    worlds,
)


def fake_stores(world: World, broken: Values[Place] = ()) -> dict[str, FakeStore]:
    errors = (UnavailableError("away"), InvalidError("changed"))
    return {
        definition.name: FakeStore(
            definition,
            {c.name: world.rows[definition.name, c.name] for c in definition.collections},
            {
                name: errors[int(name[1:]) % 2]
                for store, name in broken
                if store == definition.name
            },
        )
        for definition in world.definitions
    }


@settings(max_examples=200, deadline=None)
@given(st.one_of(worlds(), shared_worlds(), chosen_worlds()))
def test_exactly_the_rows_of_the_oracle_are_found(world: World) -> None:
    findings = walk(fake_stores(world), world.seeds, decided=world.decided)
    oracle = Oracle(world)
    assert places_found(findings, owned=True) == oracle.owned
    assert places_found(findings, owned=False) == oracle.context()


@settings(max_examples=100, deadline=None)
@given(shared_worlds())
def test_a_lead_is_never_what_was_searched_and_confirming_all_leaves_none_that_rows_raised(
    world: World,
) -> None:
    findings = walk(fake_stores(world), world.seeds, decided=world.decided)
    oracle = Oracle(world)
    leads = {(lead.kind, lead.value): lead.reason for lead in findings.leads}
    assert leads.keys().isdisjoint(oracle.known)
    for (kind, value), reason in leads.items():
        assert reason is LeadReason.DECLARED or oracle.is_shared(kind, value)
    more = walk(
        fake_stores(world), world.seeds, decided=world.decided | dict.fromkeys(leads, True)
    )
    assert places_found(findings, owned=True) <= places_found(more, owned=True)
    assert leads.keys().isdisjoint((lead.kind, lead.value) for lead in more.leads)


@settings(max_examples=50, deadline=None)
@given(worlds())
def test_the_ledger_has_one_line_for_each_collection_and_counts_what_was_found(
    world: World,
) -> None:
    findings = walk(fake_stores(world), world.seeds, decided=world.decided)
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


@settings(max_examples=150, deadline=None)
@given(st.one_of(worlds(), shared_worlds()), st.data())
def test_a_search_that_calls_itself_complete_has_found_everything(
    world: World, data: st.DataObject
) -> None:
    broken = data.draw(st.sets(st.sampled_from(sorted(world.rows)), max_size=2))
    findings = walk(fake_stores(world, broken), world.seeds, decided=world.decided)
    found = places_found(findings, owned=True)
    assert found <= Oracle(world).owned
    if findings.is_complete:
        assert found == Oracle(world).owned
        assert not Oracle(world).is_cut_off()
        assert all(result.is_complete for result in findings.stores())
