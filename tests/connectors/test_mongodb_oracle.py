"""The walk over MongoDB finds exactly the rows of the slow and obvious search."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from privacy.stores.search.graph import walk
from tests.connectors.mongodb import MongoDatabase, RealServer, StandIn
from tests.connectors.test_oracle import TYPES, as_text, placed, table_name
from tests.stores.worlds import Oracle, World, chosen_worlds, places_found, worlds


def assert_like_the_oracle(place: MongoDatabase, world: World) -> None:
    stores = {}
    for definition in world.definitions:
        as_kind = str if TYPES[definition.name] == "TEXT" else int
        for collection in definition.collections:
            source = place.database[table_name(definition, collection)]
            for row in world.rows[definition.name, collection.name]:
                cells = {
                    name: as_kind(str(value)) for name, value in row.items()
                    if value is not None and name != "doc"
                }  # fmt: skip
                source.insert_one(cells | {"doc": json.loads(str(row["doc"]))})
        stores[definition.name] = place.open(placed(definition))
    findings = walk(stores, world.seeds, decided=world.decided)
    oracle = Oracle(world)
    assert as_text(places_found(findings, owned=True)) == as_text(oracle.owned)
    assert as_text(places_found(findings, owned=False)) == as_text(oracle.context())
    assert not [line for line in findings.coverage if line.outcome == "failed"]


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(world=st.one_of(worlds(), chosen_worlds()))
def test_on_mongomock(mongo_stand_in: StandIn, world: World) -> None:
    place = MongoDatabase(mongo_stand_in)
    try:
        assert_like_the_oracle(place, world)
    finally:
        place.close()


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(world=st.one_of(worlds(), chosen_worlds()))
def test_on_mongodb(mongodb_server: RealServer, world: World) -> None:
    place = MongoDatabase(mongodb_server)
    try:
        assert_like_the_oracle(place, world)
    finally:
        place.close()
