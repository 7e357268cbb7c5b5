"""What every data store can do, whether a company's database or our own rows."""

from collections.abc import Collection as Values
from collections.abc import Iterator, Mapping
from typing import Protocol, TypeAlias

from privacy.stores.definition import Collection, Columns, StoreDefinition

Row: TypeAlias = Mapping[str, object]
"""The declared fields of one row by name, in the types that the store gives."""

Key: TypeAlias = tuple[str, ...]
"""One text for each of the columns asked by, in their order, folded as `normalise.fold` does."""


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

    def close(self) -> None:
        """Let go of connections; the store may be used again."""
        ...
