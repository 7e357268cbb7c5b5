"""Which connectors there are, and the stores of a controller side by side."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Collection as Values
from importlib.metadata import EntryPoint, entry_points
from types import TracebackType
from typing import Protocol, Self, TypeAlias, runtime_checkable
from urllib.parse import urlsplit

from typing_extensions import override

from privacy.errors import ConflictError, InvalidError, PrivacyError
from privacy.stores.connectors.files.connector import FilesConnector
from privacy.stores.connectors.http.later import http_store
from privacy.stores.connectors.ldap.connector import LdapConnector
from privacy.stores.connectors.manual.connector import ManualConnector
from privacy.stores.connectors.mongodb.connector import MongodbConnector
from privacy.stores.connectors.mssql.connector import MssqlConnector
from privacy.stores.connectors.mysql.connector import MysqlConnector
from privacy.stores.connectors.oracle.connector import OracleConnector
from privacy.stores.connectors.postgres.connector import PostgresConnector
from privacy.stores.connectors.redis.connector import RedisConnector
from privacy.stores.connectors.s3.connector import S3Connector
from privacy.stores.connectors.sqlite.connector import SqliteConnector
from privacy.stores.definition import Collection, Columns, StoreDefinition
from privacy.stores.proposals.facts import TableFacts
from privacy.stores.proposals.proposing import Draft, propose
from privacy.stores.protocol import Key, Row, Store
from privacy.stores.validity import ensure_valid


@runtime_checkable
class Surveyed(Protocol):
    """A store that can also say what it has, before anything is declared of it."""

    def survey(self) -> Sequence[TableFacts]:
        """Return every table with its columns and keys; raise UnavailableError as `check`."""
        ...


@runtime_checkable
class Looking(Protocol):
    """A store that can show a few values of each column, by which proposals become surer."""

    def look(self, table: TableFacts) -> TableFacts:
        """Return the facts with `samples` of each column; they are judged and not kept."""
        ...


Connector: TypeAlias = Callable[[StoreDefinition, str], Store]
"""Makes a store from its definition and its address; InvalidError for another kind's address."""

CONNECTORS: Mapping[str, Connector] = {
    "files": FilesConnector,
    "http": http_store,
    "manual": ManualConnector,
    "ldap": LdapConnector,
    "mongodb": MongodbConnector,
    "mssql": MssqlConnector,
    "mysql": MysqlConnector,
    "oracle": OracleConnector,
    "postgres": PostgresConnector,
    "redis": RedisConnector,
    "s3": S3Connector,
    "sqlite": SqliteConnector,
}
"""The kinds of data stores that come with the service; what each makes connects later."""

GROUP = "privacy.connectors"
"""Entry points by which other packages bring connectors; each is named like its URL scheme."""

SCHEMES: Mapping[str, str] = {
    "file": "files",
    "http": "http",
    "https": "http",
    "mailto": "manual",
    "manual": "manual",
    "ldap": "ldap",
    "ldaps": "ldap",
    "mariadb": "mysql",
    "mongodb": "mongodb",
    "mongodb+srv": "mongodb",
    "mssql": "mssql",
    "mysql": "mysql",
    "mysql+pymysql": "mysql",
    "oracle": "oracle",
    "postgres": "postgres",
    "postgresql": "postgres",
    "postgresql+psycopg": "postgres",
    "redis": "redis",
    "rediss": "redis",
    "s3": "s3",
    "sqlite": "sqlite",
}


def connector_of(address: str) -> str:
    """Return the kind of connector for an address; raise InvalidError when there is none."""
    try:
        scheme = urlsplit(address).scheme
    except ValueError:
        scheme = ""
    kind = SCHEMES.get(scheme, scheme)
    if kind in CONNECTORS or kind in _installed():
        return kind
    known = ", ".join(f"{one}:" for one in sorted({*SCHEMES, *_installed()}))
    raise InvalidError(f"The address must begin with one of {known}.")


def connector_for(kind: str) -> Connector:
    """Return the connector of a kind; raise InvalidError when this version has none."""
    if kind in CONNECTORS:
        return CONNECTORS[kind]
    found = _installed().get(kind)
    if found is None:
        raise InvalidError(f"There is no connector of the kind {kind}.")
    try:
        made: Connector = found.load()
    except (ImportError, AttributeError):
        raise InvalidError(f"The package of the connector {kind} cannot be loaded.") from None
    return made


def _installed() -> Mapping[str, EntryPoint]:
    """Return what other packages bring; none of them takes the place of one of ours."""
    found = {one.name: one for one in entry_points(group=GROUP)}
    return {name: one for name, one in found.items() if name not in {*SCHEMES, *CONNECTORS}}


def introspect(name: str, address: str) -> Draft:
    """Return a proposed definition of what is at an address, for a person to review."""
    nothing = StoreDefinition(name, {"fr": name, "en": name}, (), ())
    store = connector_for(connector_of(address))(nothing, address)
    try:
        if not isinstance(store, Surveyed):
            raise InvalidError(
                "This kind of data store does not say what it has: describe it by hand,"
                " as docs/connectors.md shows."
            )
        draft = proposal(name, store)
    finally:
        store.close()
    ensure_valid(draft.definition)
    return draft


def proposal(name: str, store: Surveyed) -> Draft:
    """Return what a definition of an open store could be; the caller closes it."""
    return propose(name, [_looked_at(store, table) for table in store.survey()])


def _looked_at(store: Surveyed, table: TableFacts) -> TableFacts:
    return store.look(table) if isinstance(store, Looking) else table


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
