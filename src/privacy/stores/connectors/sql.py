"""Data stores that speak SQL: everything but the ways in which their databases differ."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Collection as Values
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from functools import partial
from typing import Any

from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    CursorResult,
    Engine,
    Select,
    column,
    false,
    select,
    table,
)
from sqlalchemy.exc import CompileError, DBAPIError, SQLAlchemyError, StatementError
from sqlalchemy.sql.elements import quoted_name
from sqlalchemy.types import TypeEngine
from typing_extensions import override

from privacy.errors import InvalidError, PrivacyError, UnavailableError
from privacy.stores.connectors import reflection
from privacy.stores.connectors.matching import KeyColumn, conditions
from privacy.stores.connectors.survey import survey
from privacy.stores.connectors.watchdog import Watchdog
from privacy.stores.definition import Collection, Columns, StoreDefinition
from privacy.stores.normalise import fold
from privacy.stores.proposals import TableFacts
from privacy.stores.protocol import Key, Row, Store

BATCH = 500
"""Rows that are fetched together and are in memory together."""
CONNECT_PATIENCE = 5
"""Seconds until a database that does not accept a connection counts as unreachable."""
PATIENCE = 30
"""Seconds that a database may take for each batch of rows."""
WATCHDOG = Watchdog()


class SqlConnector(Store, ABC):
    """A store behind SQLAlchemy; its connections can read and nothing else."""

    def __init__(self, definition: StoreDefinition, address: str) -> None:
        self._definition = definition
        self._url = self._parsed(address)
        self._engine: Engine | None = None
        self._tables: Mapping[str, reflection.Found] | None = None
        self._lock = threading.Lock()

    @abstractmethod
    def _parsed(self, address: str) -> URL:
        """Return the parts of an address; raise InvalidError when it is not of this kind."""

    @abstractmethod
    def _open(self, url: URL) -> Engine:
        """Return an engine whose connections the database itself forbids to write."""

    @abstractmethod
    def _interrupt(self, connection: Any) -> None:
        """Make the driver's connection stop waiting; called from another thread."""

    @abstractmethod
    def _key_type(self, type_: TypeEngine[Any]) -> TypeEngine[Any]:
        """Return the type by which a key is bound to a column of this reflected type."""

    @abstractmethod
    def _is_wrong_question(self, error: DBAPIError) -> bool:
        """Whether a driver's error means that names or types do not fit."""

    @property
    @override
    def definition(self) -> StoreDefinition:
        return self._definition

    @override
    def check(self) -> None:
        with self._connected() as connection:
            self._tables = None
            reflection.ensure_there(self._definition, self._reflected(connection))
            for collection in self._definition.collections:
                # Whether the role may read a table shows only when it does.
                nothing = select(*self._elements(collection).values()).where(false())
                list(self._rows(connection, nothing, collection.columns))

    def survey(self) -> Sequence[TableFacts]:
        """Return what the database says of all its tables, whatever the definition says."""
        with self._connected() as connection, self._deadline(connection):
            return survey(connection)

    @override
    def read(self, collection: Collection, columns: Columns, values: Values[Key]) -> Iterator[Row]:
        declared = self._definition.collection(collection.name)
        undeclared = set(columns) - set(declared.columns)
        if undeclared or not columns:
            raise InvalidError(
                "Rows are asked for by columns that the definition does not declare.",
                fields={f"{collection.name}.{name}": ["is not declared"] for name in undeclared},
            )
        return self._matching(declared, columns, values) if values else iter(())

    @override
    def close(self) -> None:
        with self._lock:
            if self._engine is not None:
                self._engine.dispose()
            self._engine = self._tables = None

    def _matching(
        self, collection: Collection, columns: Columns, values: Values[Key]
    ) -> Iterator[Row]:
        elements = self._elements(collection)
        wanted = _wanted(collection, columns, values)
        with self._connected() as connection:
            keys = self._key_columns(connection, collection, columns, elements)
            for condition in conditions(keys, values):
                query = select(*elements.values()).where(condition)
                for row in self._rows(connection, query, collection.columns):
                    if wanted is None or _folded(collection, columns, row) in wanted:
                        yield row

    def _key_columns(
        self,
        connection: Connection,
        collection: Collection,
        columns: Columns,
        elements: Mapping[str, ColumnElement[Any]],
    ) -> Sequence[KeyColumn]:
        there = self._reflected(connection).get(collection.name)
        found = reflection.ensure_collection(collection, there)
        return [
            KeyColumn(
                elements[name],
                self._key_type(found.columns[name]),
                collection.normalisers[name],
            )
            for name in columns
        ]

    def _elements(self, collection: Collection) -> Mapping[str, ColumnElement[Any]]:
        """Return by name the columns of a collection as the dialect will quote them."""
        source = table(
            quoted_name(collection.source_table, quote=True),
            *(column(quoted_name(name, quote=True)) for name in collection.columns),
            schema=quoted_name(collection.schema, quote=True) if collection.schema else None,
        )
        return dict(source.columns.items())

    def _reflected(self, connection: Connection) -> Mapping[str, reflection.Found]:
        """Return what is there, looked up once for as long as it fits."""
        if self._tables is None:
            with self._deadline(connection):
                self._tables = reflection.tables_of(connection, self._definition)
        return self._tables

    def _rows(self, connection: Connection, query: Select[Any], columns: Columns) -> Iterator[Row]:
        streaming = connection.execution_options(stream_results=True, max_row_buffer=BATCH)
        with self._deadline(connection):
            result = streaming.execute(query)
        with closing(result):
            while batch := self._batch(connection, result):
                for values in batch:
                    yield dict(zip(columns, values, strict=True))

    def _batch(self, connection: Connection, result: CursorResult[Any]) -> Sequence[Any]:
        with self._deadline(connection):
            return result.fetchmany(BATCH)

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        with self._lock:
            if self._engine is None:
                self._engine = self._open(self._url)
            engine = self._engine
        try:
            with self._begun(engine) as connection:
                yield connection
        except SQLAlchemyError as error:
            self._tables = None
            # Not chained: what a driver says may quote a row or the address.
            raise self._told(error) from None

    def _begun(self, engine: Engine) -> Connection:
        """Return a connection in a transaction; one that died in the pool is replaced."""
        try:
            return self._begin(engine.connect())
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        return self._begin(engine.connect())

    def _begin(self, connection: Connection) -> Connection:
        try:
            with self._deadline(connection):
                connection.begin()
        except BaseException:
            connection.close()
            raise
        return connection

    def _deadline(self, connection: Connection) -> AbstractContextManager[None]:
        """Interrupt the driver when the database does not answer in time."""
        driver = connection.connection.driver_connection
        return WATCHDOG.limit(PATIENCE, partial(self._interrupt, driver))

    def _told(self, error: SQLAlchemyError) -> PrivacyError:
        name = self._definition.name
        if self._is_misfit(error):
            return InvalidError(f"The data store {name} is not as its definition says.")
        return UnavailableError(
            f"The data store {name} cannot be read: see that it runs, that its address is right,"
            " and that its account may read."
        )

    def _is_misfit(self, error: SQLAlchemyError) -> bool:
        """Whether the question was wrong, and not the database out of reach."""
        if not isinstance(error, DBAPIError):
            return isinstance(error, StatementError | CompileError)
        if error.connection_invalidated:
            return False
        return self._is_wrong_question(error)


def _wanted(collection: Collection, columns: Columns, values: Values[Key]) -> set[Key] | None:
    """Return the keys for a second look, where the store only finds candidates."""
    if all(collection.normalisers[name] == "exact" for name in columns):
        return None
    return {
        tuple(_fold(collection, name, text) for name, text in zip(columns, key, strict=True))
        for key in values
    }


def _folded(collection: Collection, columns: Columns, row: Row) -> Key:
    return tuple(_fold(collection, name, row[name]) for name in columns)


def _fold(collection: Collection, name: str, value: object) -> str:
    return fold(collection.normalisers[name], value) or ""
