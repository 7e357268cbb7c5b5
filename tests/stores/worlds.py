"""Random stores with random rows, and an oracle that searches them the slow and obvious way."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from privacy.stores.definition import (
    Collection,
    Columns,
    Condition,
    Field,
    Identity,
    Link,
    StoreDefinition,
)
from privacy.stores.protocol import Row
from privacy.stores.search.findings import Findings, Place
from privacy.stores.terms import DataCategory, Direction
from tests.stores.fake_store import same

COLUMNS = ("id", "a", "b", "c")
VALUES = st.one_of(st.none(), st.integers(0, 4))
ONE = st.sampled_from([("a",), ("b",), ("c",), ("id",)])
WAYS = st.sampled_from(["exact", "phone", "phone"])
PATHS = st.sampled_from(["[*]", "one", "many[*].one"])
TWO = st.sampled_from([("a", "b"), ("b", "c"), ("c", "id")])


@dataclass(frozen=True)
class World:
    """What there is, and what is known of the subject."""

    definitions: list[StoreDefinition]
    rows: dict[Place, list[Row]]
    seeds: dict[str, set[tuple[str, ...]]]
    confirmed: frozenset[tuple[str, tuple[str, ...]]] = frozenset()

    @property
    def decided(self) -> dict[tuple[str, tuple[str, ...]], bool]:
        """Return what a person said is the subject's, as a search takes it."""
        return dict.fromkeys(self.confirmed, True)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Return up to three stores of up to three collections, linked at random."""
    names = {
        f"s{number}": [f"c{index}" for index in range(draw(st.integers(1, 3)))]
        for number in range(draw(st.integers(1, 3)))
    }
    places = [(store, name) for store, collections in names.items() for name in collections]
    definitions = [
        StoreDefinition(
            store,
            same(store),
            (),
            tuple(draw(collections(store, name, places)) for name in inside),
        )
        for store, inside in names.items()
    ]
    rows = {place: draw(row_lists()) for place in places}
    kinds: dict[str, set[tuple[str, ...]]] = {"one": {(draw(st.integers(0, 4).map(str)),)}}
    if draw(st.booleans()):
        kinds["two"] = {(draw(st.integers(0, 4).map(str)), draw(st.integers(0, 4).map(str)))}
    confirmed = st.frozensets(st.tuples(st.just("one"), st.tuples(st.integers(0, 4).map(str))))
    return World(definitions, rows, kinds, draw(confirmed))


@st.composite
def shared_worlds(draw: st.DrawFn) -> World:
    """Return stores in which many rows carry the numbers of several people."""
    names = ["s0", "s1"]
    definitions = [StoreDefinition(n, same(n), (), (draw(people(n)),)) for n in names]
    cell: st.SearchStrategy[object] = st.sampled_from([None, 0, 1, 2, 3])
    row = st.fixed_dictionaries(
        {**dict.fromkeys("abc", cell), "doc": st.lists(cell, max_size=2).map(json.dumps)}
    )
    rows: dict[Place, list[Row]] = {
        (name, "c0"): [
            {"id": number, **one}
            for number, one in enumerate(draw(st.lists(row, min_size=3, max_size=7)))
        ]
        for name in names
    }
    confirmed = st.frozensets(
        st.tuples(st.sampled_from(["one", "other"]), st.tuples(st.sampled_from("0123"))),
        max_size=1,
    )
    return World(definitions, rows, {"one": {("0",)}}, draw(confirmed))


@st.composite
def people(draw: st.DrawFn, store: str) -> Collection:
    """Return a collection each of whose columns says who it is about, most by telephone."""
    kinds = st.sampled_from(["one", "other", "third"])
    spreads = st.sampled_from([True, True, True, False])
    ways = {"id": "exact"} | {name: draw(WAYS) for name in ("a", "b", "c", "doc")}
    few = st.integers(0, 1)
    return Collection(
        "c0",
        same("c0"),
        ("id",),
        fields(ways),
        (
            *(Identity(draw(kinds), (name,), draw(spreads)) for name in "abc"),
            *(Identity(draw(kinds), ("doc",), draw(spreads), "[*]") for _ in range(draw(few))),
        ),
        tuple(draw(st.lists(links(store, [("s0", "c0"), ("s1", "c0")]), max_size=1))),
    )


@st.composite
def chosen_worlds(draw: st.DrawFn) -> World:
    """Return two collections, many rows of which meet, and links that choose among them."""
    few = st.integers(0, 1)
    inside = st.one_of(st.none(), st.lists(few, max_size=2), st.fixed_dictionaries({"one": few}))
    cells = {**dict.fromkeys("abc", few), "doc": inside.map(json.dumps)}
    row = st.fixed_dictionaries(cells)

    def one(name: str, links: list[Link]) -> Collection:
        known = (Identity("one", ("a",)),) if name == "c0" else ()
        ways = dict.fromkeys(COLUMNS, "exact")
        return Collection(name, same(name), ("id",), fields(ways), known, tuple(links))

    made = [one("c0", draw(st.lists(choosing(), min_size=1, max_size=2))), one("c1", [])]
    rows: dict[Place, list[Row]] = {
        ("s0", name): [
            {"id": number} | {name: cell[name] for name in cells}
            for number, cell in enumerate(draw(st.lists(row, min_size=2, max_size=6)))
        ]
        for name in ("c0", "c1")
    }
    return World([StoreDefinition("s0", same("s0"), (), tuple(made))], rows, {"one": {("0",)}})


def choosing() -> st.SearchStrategy[Link]:
    """Return a link to the second collection with a condition or a path, or both."""
    condition = st.builds(Condition, st.sampled_from("bc"), st.sampled_from("01"))
    begins = st.sampled_from([(("b",), ""), (("doc",), "[*]"), (("doc",), "one")])
    return st.builds(
        lambda start, direction, when, where: Link(
            start[0], "c1", ("a",), direction, when=when, where=where, path=start[1]
        ),
        begins,
        st.sampled_from(Direction),
        st.none() | condition,
        st.none() | condition,
    )


def fields(ways: Mapping[str, str]) -> tuple[Field, ...]:
    """Return the columns with their ways of comparing, and one that holds a document."""
    declared = {"doc": "exact", **ways}
    return tuple(Field(n, same(n), DataCategory.IDENTITY, way) for n, way in declared.items())


@st.composite
def collections(draw: st.DrawFn, store: str, name: str, places: list[Place]) -> Collection:
    """Return a collection of the four columns with some identities and links."""
    identities = st.one_of(
        st.builds(Identity, st.sampled_from(["one", "other"]), ONE, st.booleans()),
        st.builds(Identity, st.just("two"), TWO, st.booleans()),
        st.builds(
            Identity, st.sampled_from(["one", "other"]), st.just(("doc",)), st.booleans(), PATHS
        ),
    )
    return Collection(
        name,
        same(name),
        ("id",),
        fields({name: draw(WAYS) for name in COLUMNS}),
        tuple(draw(st.lists(identities, max_size=3))),
        tuple(draw(st.lists(links(store, places), max_size=3))),
    )


@st.composite
def links(draw: st.DrawFn, store: str, places: list[Place]) -> Link:
    """Return a link of one or two columns to any collection, its own store's or another's."""
    to_store, to_name = draw(st.sampled_from(places))
    is_nested = draw(st.integers(0, 3)) == 0
    leads_within = draw(st.integers(0, 3)) == 0
    columns = ONE if is_nested or leads_within else draw(st.sampled_from([ONE, TWO]))
    to_columns = ("doc",) if leads_within else draw(columns)
    direction = draw(st.sampled_from(Direction))
    beside = [name for name in COLUMNS if name not in to_columns]
    return Link(
        ("doc",) if is_nested else draw(columns),
        to_name if to_store == store else f"{to_store}.{to_name}",
        to_columns,
        direction,
        draw(st.booleans()),
        draw(conditions(COLUMNS)),
        draw(conditions(beside)),
        draw(PATHS) if is_nested else "",
        draw(PATHS) if leads_within else "",
        draw(st.sampled_from([None, None, 1, 2])) if direction is Direction.OWNS else None,
    )


def conditions(columns: Sequence[str]) -> st.SearchStrategy[Condition | None]:
    """Return mostly nothing, or one value of one of the columns."""
    one = st.builds(Condition, st.sampled_from(columns), st.integers(0, 4).map(str))
    return st.one_of(st.none(), st.none(), one)


DOCUMENTS = st.one_of(
    st.none(),
    st.lists(VALUES, max_size=3),
    st.fixed_dictionaries({}, optional={"one": VALUES}),
    st.fixed_dictionaries(
        {"many": st.lists(st.fixed_dictionaries({}, optional={"one": VALUES}), max_size=3)}
    ),
)
"""What a column of documents holds: a list, a value, or a list of values within."""


@st.composite
def row_lists(draw: st.DrawFn) -> list[Row]:
    """Return rows with distinct ids and few values, so that many of them meet."""
    ids = draw(st.lists(st.integers(0, 9), unique=True, max_size=6))
    return [
        {"id": number}
        | {name: draw(VALUES) for name in "abc"}
        | {"doc": json.dumps(draw(DOCUMENTS))}
        for number in ids
    ]


class Oracle:
    """Looks at every row again and again until nothing changes."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.known = {(kind, value) for kind, values in world.seeds.items() for value in values}
        self.trusted = self.known | world.confirmed
        self.steps: dict[tuple[Place, object], int] = {}
        while self._changes():
            pass

    @property
    def owned(self) -> set[tuple[Place, object]]:
        """Return the rows that are the subject's."""
        return set(self.steps)

    def _changes(self) -> bool:
        before = dict(self.steps), len(self.known)
        for place, collection in self._places():
            for row in self.world.rows[place]:
                steps = self._steps_to(place, collection, row)
                if steps is not None:
                    self.steps[place, row["id"]] = steps
                    self.known |= {
                        (identity.kind, value)
                        for identity in collection.identities
                        for value in _held(row, identity)
                        if self._spreads(identity, value)
                    }
        return before != (self.steps, len(self.known))

    def _spreads(self, identity: Identity, value: tuple[str, ...]) -> bool:
        if (identity.kind, value) in self.trusted | self.known:
            return True
        return identity.spreads and not self.is_shared(identity.kind, value)

    def is_shared(self, kind: str, value: tuple[str, ...]) -> bool:
        """Whether rows somewhere show that a number may be of several subjects."""
        return any(
            self._shows_shared(place, collection, number, value)
            for place, collection in self._places()
            for number, identity in enumerate(collection.identities)
            if identity.kind == kind
            and {collection.way(name) for name in identity.asked_by} == {"phone"}
        )

    def _shows_shared(
        self, place: Place, collection: Collection, number: int, value: tuple[str, ...]
    ) -> bool:
        mine = collection.identities[number]
        rows = [row for row in self.world.rows[place] if value in _held(row, mine)]
        others = [i for n, i in enumerate(collection.identities) if n != number]
        differ = any(_differ(one, two, others) for one in rows for two in rows)
        return differ and any((place, row["id"]) not in self.owned for row in rows)

    def _places(self) -> list[tuple[Place, Collection]]:
        return [((d.name, c.name), c) for d in self.world.definitions for c in d.collections]

    def _steps_to(self, place: Place, collection: Collection, row: Row) -> int | None:
        """Return how many links away a row is from one with an identifier; None for no way."""
        if any(
            (identity.kind, value) in self.known
            for identity in collection.identities
            for value in _held(row, identity)
        ):
            return 0
        sources = self._sources(place, row, Direction.OWNS)
        near = [steps + 1 for link, steps in sources if link.depth is None or steps < link.depth]
        return min(near, default=None)

    def is_cut_off(self) -> bool:
        """Whether a row is left out because of the depth of a link to it."""
        return any(
            (place, row["id"]) not in self.steps and any(self._sources(place, row, Direction.OWNS))
            for place, _collection in self._places()
            for row in self.world.rows[place]
        )

    def _sources(self, place: Place, row: Row, direction: Direction) -> Iterator[tuple[Link, int]]:
        """Yield the links that lead to a row, and how far the rows are where they begin."""
        for origin, collection in self._places():
            for link in collection.links:
                if link.direction is not direction or _target(origin, link) != place:
                    continue
                keys = _ends(row, link)
                for source in self.world.rows[origin]:
                    steps = self.steps.get((origin, source["id"]))
                    fits = _fits(row, link.where) and _fits(source, link.when)
                    if steps is not None and fits and keys & _starts(source, link):
                        yield link, steps

    def context(self) -> set[tuple[Place, object]]:
        """Return the rows that are only referred to."""
        return {
            (place, row["id"])
            for place, _collection in self._places()
            for row in self.world.rows[place]
            if (place, row["id"]) not in self.owned
            and any(self._sources(place, row, Direction.REFERS))
        }


def _target(origin: Place, link: Link) -> Place:
    store, dot, name = link.to.partition(".")
    return (store, name) if dot else (origin[0], link.to)


def _key(row: Row, columns: Columns) -> tuple[str, ...] | None:
    values = [row[column] for column in columns]
    return None if None in values else tuple(str(value) for value in values)


def _fits(row: Row, condition: Condition | None) -> bool:
    return condition is None or str(row[condition.column]) == condition.equals


def _starts(row: Row, link: Link) -> set[tuple[str, ...]]:
    """Return the keys to which a link leads from a row."""
    return _all(row, link.columns, link.path)


def _ends(row: Row, link: Link) -> set[tuple[str, ...]]:
    """Return the keys by which a link leads to a row."""
    return _all(row, link.to_columns, link.to_path)


def _held(row: Row, identity: Identity) -> set[tuple[str, ...]]:
    """Return the identifiers of a kind that a row has."""
    return _all(row, identity.columns, identity.path)


def _all(row: Row, columns: Columns, path: str) -> set[tuple[str, ...]]:
    """Return what stands in columns, or in one of the three shapes of a document."""
    if not path:
        key = _key(row, columns)
        return set() if key is None else {key}
    document = json.loads(str(row["doc"]))
    inside = document if isinstance(document, dict) else {}
    found = {
        "[*]": document if isinstance(document, list) else [],
        "one": [inside.get("one")],
        "many[*].one": [one.get("one") for one in inside.get("many", [])],
    }[path]
    return {(str(value),) for value in found if value is not None}


def _differ(one: Row, two: Row, others: list[Identity]) -> bool:
    """Whether two rows say different things of whom they are about, and nothing that is equal."""
    pairs = [(_held(one, identity), _held(two, identity)) for identity in others]
    whole = [(a, b) for a, b in pairs if a and b]
    return bool(whole) and all(a.isdisjoint(b) for a, b in whole)


def places_found(findings: Findings, *, owned: bool) -> set[tuple[Place, object]]:
    """Return the rows of the findings in the oracle's form."""
    return {
        (place, row.values["id"])
        for place, rows in findings.rows.items()
        for row in rows
        if row.owned == owned
    }
