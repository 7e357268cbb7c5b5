"""Data stores that stay silent: waited for once in a run, and not once for each request."""

from collections.abc import Collection as Values
from collections.abc import Iterable, Iterator, Mapping
from uuid import UUID

from typing_extensions import override

from privacy.errors import UnavailableError
from privacy.stores.definition import Collection, Columns, StoreDefinition
from privacy.stores.protocol import Key, Row, Store
from privacy.stores.search.findings import StoreResult


class Silences:
    """Which data stores did not answer in this run; the next run asks them again."""

    def __init__(self) -> None:
        self._silent: set[tuple[UUID, str]] = set()

    def spared(self, controller_id: UUID, stores: Mapping[str, Store]) -> dict[str, Store]:
        """Return the stores, with one that fails at once in the place of each silent one."""
        return {
            name: SilentStore(store) if (controller_id, name) in self._silent else store
            for name, store in stores.items()
        }

    def learn(self, controller_id: UUID, results: Iterable[StoreResult]) -> None:
        """Remember which stores could not be reached."""
        self._silent |= {
            (controller_id, one.store) for one in results if one.reason == UnavailableError.code
        }


class SilentStore(Store):
    """Stands for a store that did not answer a moment ago: it says so without waiting again."""

    def __init__(self, inner: Store) -> None:
        self._inner = inner

    @property
    @override
    def definition(self) -> StoreDefinition:
        return self._inner.definition

    @override
    def check(self) -> None:
        raise UnavailableError("This data store did not answer a moment ago.")

    @override
    def read(self, collection: Collection, columns: Columns, values: Values[Key]) -> Iterator[Row]:
        raise UnavailableError("This data store did not answer a moment ago.")

    @override
    def close(self) -> None:
        self._inner.close()
