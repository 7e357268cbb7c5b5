"""Which connectors there are, and the stores of a controller side by side."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Collection as Values
from types import TracebackType
from typing import Protocol, Self, TypeAlias
from urllib.parse import urlsplit

from typing_extensions import override

from privacy.errors import ConflictError, InvalidError, PrivacyError
from privacy.stores.connectors.files.connector import FilesConnector
from privacy.stores.connectors.http.connector import HttpConnector
from privacy.stores.connectors.mysql.connector import MysqlConnector
from privacy.stores.connectors.postgres.connector import PostgresConnector
from privacy.stores.connectors.sqlite.connector import SqliteConnector
from privacy.stores.definition import Collection, Columns, StoreDefinition
from privacy.stores.proposals import Draft, TableFacts, propose
from privacy.stores.protocol import Key, Row, Store
from privacy.stores.validity import ensure_valid


class SurveyedStore(Store, Protocol):
    """A store that can also say what it has, before anything is declared of it."""

    def survey(self) -> Sequence[TableFacts]:
        """Return every table with its columns and keys; raise UnavailableError as `check`."""
        ...


Connector: TypeAlias = Callable[[StoreDefinition, str], SurveyedStore]
"""Makes a store from its definition and its address; InvalidError for another kind's address."""

CONNECTORS: Mapping[str, Connector] = {
    "files": FilesConnector,
    "http": HttpConnector,
    "mysql": MysqlConnector,
    "postgres": PostgresConnector,
    "sqlite": SqliteConnector,
}
"""Every kind of data store that can be registered; what each makes connects later."""

SCHEMES: Mapping[str, str] = {
    "file": "files",
    "http": "http",
    "https": "http",
    "mariadb": "mysql",
    "mysql": "mysql",
    "mysql+pymysql": "mysql",
    "postgres": "postgres",
    "postgresql": "postgres",
    "postgresql+psycopg": "postgres",
    "sqlite": "sqlite",
}


def connector_of(address: str) -> str:
    """Return the kind of connector for an address; raise InvalidError when there is none."""
    try:
        return SCHEMES[urlsplit(address).scheme]
    except (KeyError, ValueError):
        known = ", ".join(f"{scheme}://" for scheme in sorted(SCHEMES))
        raise InvalidError(f"The address must begin with one of {known}.") from None


def connector_for(kind: str) -> Connector:
    """Return the connector of a kind; raise InvalidError when this version has none."""
    if kind not in CONNECTORS:
        raise InvalidError(f"There is no connector of the kind {kind}.")
    return CONNECTORS[kind]


def introspect(name: str, address: str) -> Draft:
    """Return a proposed definition of what is at an address, for a person to review."""
    nothing = StoreDefinition(name, {"fr": name, "en": name}, (), ())
    store = connector_for(connector_of(address))(nothing, address)
    try:
        draft = propose(name, store.survey())
    finally:
        store.close()
    ensure_valid(draft.definition)
    return draft


class BrokenStore(Store):
    """A registered store that cannot even be opened; the ledger must still name it."""

    def __init__(self, definition: StoreDefinition, error: PrivacyError) -> None:
        self._definition = definition
        self._error = error

    @property
    @override
    def definition(self) -> StoreDefinition:
        return self._definition

    @override
    def check(self) -> None:
        raise self._error

    @override
    def read(self, collection: Collection, columns: Columns, values: Values[Key]) -> Iterator[Row]:
        raise self._error

    @override
    def close(self) -> None:
        """Do nothing: nothing was opened."""


class Stores(Mapping[str, Store]):
    """Stores by name, in order; leaving the block closes them all.

    Making it connects to nothing: each store connects when it is first read or checked.
    """

    def __init__(self, stores: Iterable[Store]) -> None:
        self._stores: dict[str, Store] = {}
        for store in stores:
            name = store.definition.name
            if name in self._stores:
                raise ConflictError(f"Two data stores have the name {name}.")
            self._stores[name] = store

    @override
    def __getitem__(self, name: str) -> Store:
        return self._stores[name]

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._stores)

    @override
    def __len__(self) -> int:
        return len(self._stores)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every store; they may be used again."""
        for store in self._stores.values():
            store.close()
