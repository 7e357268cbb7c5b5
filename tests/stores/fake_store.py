"""A data store in memory, and short ways to declare one."""

from collections import defaultdict
from collections.abc import Collection as Values
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from typing_extensions import override

from privacy.errors import InvalidError, PrivacyError
from privacy.stores.definition import Collection, Columns, Field, Identity, Link, StoreDefinition
from privacy.stores.nested import column_of, held, path_of
from privacy.stores.normalise import fold
from privacy.stores.protocol import Key, Row, Store
from privacy.stores.terms import DataCategory, Direction

Rows = Mapping[str, Any]
"""By collection, a list of mappings."""


class FakeStore(Store):
    """Rows in memory; collections named in `broken` fail with the error given there."""

    def __init__(
        self,
        definition: StoreDefinition,
        rows: Rows,
        broken: Mapping[str, Exception] | None = None,
    ) -> None:
        self._definition = definition
        self._rows = rows
        self._broken = broken or {}
        self._indexes: dict[tuple[str, Columns], dict[tuple[str | None, ...], list[Row]]] = {}
        self.reads: list[tuple[str, Columns, frozenset[Key]]] = []
        self.closed = 0

    @property
    @override
    def definition(self) -> StoreDefinition:
        return self._definition

    @property
    @override
    def looks_inside(self) -> bool:
        return True

    @override
    def check(self) -> None:
        for error in self._broken.values():
            raise error

    @override
    def read(self, collection: Collection, columns: Columns, values: Values[Key]) -> Iterator[Row]:
        declared = self._definition.collection(collection.name)
        if not set(map(column_of, columns)) <= set(declared.columns):
            raise InvalidError("a column is not declared")
        if values:
            self.reads.append((collection.name, columns, frozenset(values)))
        return self._matching(declared, columns, values)

    def _matching(
        self, collection: Collection, columns: Columns, values: Values[Key]
    ) -> Iterator[Row]:
        index = self._index(collection, columns)
        for value in values:
            wanted = tuple(
                fold(collection.way(column), part)
                for column, part in zip(columns, value, strict=True)
            )
            if None not in wanted:
                yield from index.get(wanted, ())
        if error := self._broken.get(collection.name):
            raise error

    def _index(
        self, collection: Collection, columns: Columns
    ) -> dict[tuple[str | None, ...], list[Row]]:
        if (collection.name, columns) not in self._indexes:
            index: dict[tuple[str | None, ...], list[Row]] = defaultdict(list)
            for row in self._rows.get(collection.name, ()):
                found = (_all(collection, row, name) for name in columns)
                for key in set(product(*found)):
                    index[key].append({name: row[name] for name in collection.columns})
            self._indexes[collection.name, columns] = index
        return self._indexes[collection.name, columns]

    @override
    def close(self) -> None:
        self.closed += 1


def _all(collection: Collection, row: Row, name: str) -> list[str | None]:
    """Return what stands in a column, or in a place within one, as it is compared."""
    values = held(row, name) if path_of(name) else [row[name]]
    assert isinstance(values, list)
    return [fold(collection.way(name), one) for one in values]


class DeafStore(FakeStore):
    """A store that never answers."""

    def __init__(self, definition: StoreDefinition, error: PrivacyError) -> None:
        super().__init__(definition, {}, {c.name: error for c in definition.collections})


def store(name: str, *collections: Collection) -> StoreDefinition:
    """Return a definition with the least that one needs."""
    return StoreDefinition(name, same(name), (), collections)


def collection(
    name: str,
    columns: str,
    *,
    key: str = "id",
    identities: Sequence[Identity] = (),
    links: Sequence[Link] = (),
    category: DataCategory = DataCategory.IDENTITY,
) -> Collection:
    """Return a collection; columns and key are names with spaces between them."""
    kinds = {identity.columns[0]: identity.kind for identity in identities}
    fields = tuple(
        Field(column, same(column), category, "email" if kinds.get(column) == "email" else "exact")
        for column in columns.split()
    )
    return Collection(
        name, same(name), tuple(key.split()), fields, tuple(identities), tuple(links)
    )


def identity(kind: str, columns: str = "", *, spreads: bool = True) -> Identity:
    """Return an identity; its column is called like its kind unless said otherwise."""
    return Identity(kind, tuple((columns or kind).split()), spreads)


def owns(columns: str, to: str, to_columns: str) -> Link:
    """Return a link to rows that belong to the same subject."""
    return Link(tuple(columns.split()), to, tuple(to_columns.split()))


def refers(columns: str, to: str, to_columns: str, *, exported: bool = False) -> Link:
    """Return a link to rows of somebody else."""
    return Link(tuple(columns.split()), to, tuple(to_columns.split()), Direction.REFERS, exported)


def same(text: str) -> dict[str, str]:
    """Return a text that is the same in both languages."""
    return {"fr": text, "en": text}
