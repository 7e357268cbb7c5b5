"""What connectors share before they differ: a definition, and rows of what it declares only."""

from abc import ABC, abstractmethod
from collections.abc import Collection as Values
from collections.abc import Iterator

from typing_extensions import override

from privacy.stores.connectors.asking import declared_of
from privacy.stores.definition import Collection, Columns, StoreDefinition
from privacy.stores.protocol import Key, Row, Store


class DeclaredStore(Store, ABC):
    """A store of which a definition speaks; whoever makes one sets `_definition`."""

    _definition: StoreDefinition

    @property
    @override
    def definition(self) -> StoreDefinition:
        return self._definition

    @override
    def read(self, collection: Collection, columns: Columns, values: Values[Key]) -> Iterator[Row]:
        declared = declared_of(self._definition, collection, columns)
        return self._matching(declared, columns, values) if values else iter(())

    @abstractmethod
    def _matching(
        self, collection: Collection, columns: Columns, values: Values[Key]
    ) -> Iterator[Row]:
        """Yield the rows of a declared collection as `read` does; there is something to find."""
