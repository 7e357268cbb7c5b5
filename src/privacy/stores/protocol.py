"""What every data store can do, whether a company's database or our own rows."""

from collections.abc import Collection as Values
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import NamedTuple, Protocol, TypeAlias

from privacy.errors import InvalidError
from privacy.stores.definition import Collection, Columns, StoreDefinition

Row: TypeAlias = Mapping[str, object]
"""The declared fields of one row by name, in the types that the store gives."""

Key: TypeAlias = tuple[str, ...]
"""One text for each of the columns asked by, in their order, folded as `normalise.fold` does."""


class Capability(StrEnum):
    """What a data store can do beside being read; what it does not name, it refuses."""

    RECTIFY = "rectify"
    ERASE = "erase"


class Asked(NamedTuple):
    """One of several questions that are asked together."""

    collection: Collection
    columns: Columns
    values: Values[Key]


class Store(Protocol):
    """A data store that is open for reading; making one connects to nothing yet.

    Every method raises UnavailableError when the store cannot be reached or does not answer in
    time, and InvalidError when what is asked is not there; neither carries a value of a row.
    """

    @property
    def definition(self) -> StoreDefinition:
        """Return what is declared of this store."""
        ...

    def check(self) -> None:
        """Return when the store answers and each declared collection and column exists.

        Otherwise InvalidError names all that is missing, at once, in `fields`.
        """
        ...

    def read(self, collection: Collection, columns: Columns, values: Values[Key]) -> Iterator[Row]:
        """Yield the rows whose columns, taken together, equal one of the values.

        A tuple is compared as a whole, each column by its declared normaliser; null and the empty
        text equal nothing. A key is text, whatever the column's type: '1042' equals the number
        1042, and a text that the column could not hold matches no row. No values, no query.
        Rows come in no order, perhaps twice, and are streamed: memory does not grow with them.
        """
        ...

    def read_together(self, questions: Sequence[Asked]) -> Iterator[tuple[int, Row]]:
        """Yield what `read` yields for each question, with the question's number.

        A store that can, answers all in one short transaction, which is quicker and tells of one
        moment. What `read` would raise for one of them ends all.
        """
        for number, asked in enumerate(questions):
            for row in self.read(asked.collection, asked.columns, asked.values):
                yield number, row

    @property
    def looks_inside(self) -> bool:
        """Whether rows can be asked for by a place within a column: `column -> path`.

        One that cannot is not asked so, and the ledger says that it was not searched.
        """
        return False

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Return what it can do beside being read: nothing, unless a connector says more."""
        return frozenset()

    def count(self, collection: Collection, columns: Columns, values: Values[Key]) -> int:
        """Return how many rows `read` yields for these values; the proof after an erasure."""
        return sum(1 for _row in self.read(collection, columns, values))

    def rectify(  # the arguments are for connectors that can
        self,
        collection: Collection,  # noqa: ARG002 -- as above
        key: Key,  # noqa: ARG002 -- as above
        changes: Mapping[str, str | None],  # noqa: ARG002 -- as above
    ) -> int:
        """Write other values into the row of a primary key, and return how many rows it met.

        That is 1, or 0 when it is not there any more. A change is a text, read as the column's
        type, or None for nothing. All or nothing; InvalidError when a value does not fit, or
        when the primary key is none and meets several rows.
        """
        raise refusal(self.definition, Capability.RECTIFY)

    def erase(  # the arguments are for connectors that can
        self,
        collection: Collection,  # noqa: ARG002 -- as above
        columns: Columns,  # noqa: ARG002 -- as above
        values: Values[Key],  # noqa: ARG002 -- as above
    ) -> int:
        """Delete the rows that `read` yields for these values, and return how many.

        All or nothing within the collection. ConflictError when other rows still need them.
        """
        raise refusal(self.definition, Capability.ERASE)

    def close(self) -> None:
        """Let go of connections; the store may be used again."""
        ...


@contextmanager
def closing_all(stores: Mapping[str, Store]) -> Iterator[None]:
    """Close every store when the block is left."""
    try:
        yield
    finally:
        for store in stores.values():
            store.close()


def refusal(definition: StoreDefinition, capability: Capability) -> InvalidError:
    """Return the error of a data store that is asked for what it cannot do."""
    return InvalidError(f"The data store {definition.name} cannot {capability}.")
