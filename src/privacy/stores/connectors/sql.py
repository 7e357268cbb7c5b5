"""Data stores that speak SQL: everything but the ways in which their databases differ."""

from abc import abstractmethod
from collections.abc import Collection as Values
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from functools import partial
from typing import Any, ClassVar

from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    CursorResult,
    Engine,
    Select,
    String,
    bindparam,
    cast,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.types import NullType, TypeEngine
from typing_extensions import override

from privacy.stores.connectors import reflection
from privacy.stores.connectors.asking import declared_of
from privacy.stores.connectors.declared import DeclaredStore
from privacy.stores.connectors.documents import Unfolded, conditions_within
from privacy.stores.connectors.engines import Lease
from privacy.stores.connectors.matching import CHUNK, KeyColumn, conditions
from privacy.stores.connectors.question import Question
from privacy.stores.connectors.survey import look, survey
from privacy.stores.connectors.telling import told
from privacy.stores.connectors.watchdog import WATCHDOG
from privacy.stores.definition import Collection, Columns, StoreDefinition
from privacy.stores.nested import column_of, path_of
from privacy.stores.proposals.facts import TableFacts
from privacy.stores.protocol import Asked, Key, Row

BATCH = 500
"""Rows that are fetched together and are in memory together."""
CONNECT_PATIENCE = 5
"""Seconds until a database that does not accept a connection counts as unreachable."""
PATIENCE = 30
"""Seconds that a database may take for each batch of rows."""


class SqlConnector(DeclaredStore):
    """A store behind SQLAlchemy; what reads cannot write, what writes is opened apart."""

    loose: ClassVar[tuple[type[TypeEngine[Any]], ...]] = ()
    """Types of which the database calls values equal that are not the same."""
    most_values: ClassVar[int] = CHUNK
    """Values in one statement where tuples are not compared as such."""
    has_tuples: ClassVar[bool] = True
    """Whether the database compares several columns with a list of tuples."""

    def __init__(self, definition: StoreDefinition, address: str) -> None:
        self._definition = definition
        self._url = self._parsed(address)
        self._lease = Lease((type(self), self._url), self._opened)
        self._tables: Mapping[str, reflection.Found] | None = None

    @abstractmethod
    def _parsed(self, address: str) -> URL:
        """Return the parts of an address; raise InvalidError when it is not of this kind."""

    @abstractmethod
    def _open(self, url: URL, *, writing: bool) -> Engine:
        """Return an engine; unless writing, the database itself forbids its connections to."""

    def _opened(self, writing: bool) -> Engine:  # noqa: FBT001 -- called by a lease
        return self._open(self._url, writing=writing)

    @abstractmethod
    def _interrupt(self, connection: Any) -> None:
        """Make the driver's connection stop waiting; called from another thread."""

    @abstractmethod
    def _key_type(self, type_: TypeEngine[Any]) -> TypeEngine[Any]:
        """Return the type by which a key is bound to a column of this reflected type."""

    @abstractmethod
    def _is_wrong_question(self, error: DBAPIError) -> bool:
        """Whether a driver's error means that names or types do not fit."""

    def _as_text(self, element: ColumnElement[Any]) -> ColumnElement[Any]:
        """Return a column of which keys are compared as texts, whatever it holds, as a text."""
        return cast(element, String)

    def _unfolded(self, _element: ColumnElement[Any], _path: str) -> Unfolded | None:
        """Return what stands within a column, where this database can look there."""
        return None

    def _conditions(self, asked: Question, values: Values[Key]) -> Iterator[ColumnElement[bool]]:
        if any(map(path_of, asked.columns)):
            keys = list(zip(asked.columns, asked.keys, strict=True))
            return conditions_within(keys, values, self._unfolded)
        return conditions(
            asked.keys, values, most_values=self.most_values, has_tuples=self.has_tuples
        )

    def _is(self, element: ColumnElement[Any], value: object) -> ColumnElement[bool]:
        """Return the condition that a column holds a value exactly."""
        # Without a type of ours, so that the database reads it as the column's own.
        return element == bindparam(None, value, type_=NullType())

    @property
    @override
    def looks_inside(self) -> bool:
        return True

    @override
    def check(self) -> None:
        with self._connected() as connection:
            self._tables = None
            reflection.ensure_there(self._definition, self._reflected(connection))
            for collection in self._definition.collections:
                # Whether the role may read a table shows only when it does.
                elements = reflection.elements_of(connection.dialect, collection)
                nothing = select(*elements.values()).where(text("1 = 0"))
                list(self._rows(connection, nothing, collection.columns))

    def survey(self) -> Sequence[TableFacts]:
        """Return what the database says of all its tables, whatever the definition says."""
        with self._connected() as connection, self._deadline(connection):
            return survey(connection)

    def look(self, table: TableFacts) -> TableFacts:
        """Return what is known of a table with a few of its values, for a proposal."""
        with self._connected() as connection, self._deadline(connection):
            return look(connection, table)

    @override
    def read_together(self, questions: Sequence[Asked]) -> Iterator[tuple[int, Row]]:
        declared = [
            declared_of(self._definition, one.collection, one.columns) for one in questions
        ]
        with self._connected() as connection:
            for number, (collection, one) in enumerate(zip(declared, questions, strict=True)):
                asked = self._asked(connection, collection, one.columns)
                for row in self._found(connection, asked, one.values):
                    yield number, row

    @override
    def count(self, collection: Collection, columns: Columns, values: Values[Key]) -> int:
        declared = declared_of(self._definition, collection, columns)
        if not values:
            return 0
        with self._connected() as connection:
            asked = self._asked(connection, declared, columns)
            if asked.needs_second_look:
                return sum(1 for _row in self._found(connection, asked, values))
            return sum(
                self._number(connection, asked.counted(condition))
                for condition in self._conditions(asked, values)
            )

    @override
    def close(self) -> None:
        self._lease.close()
        self._tables = None

    @override
    def _matching(
        self, collection: Collection, columns: Columns, values: Values[Key]
    ) -> Iterator[Row]:
        with self._connected() as connection:
            yield from self._found(
                connection, self._asked(connection, collection, columns), values
            )

    def _found(
        self, connection: Connection, asked: Question, values: Values[Key]
    ) -> Iterator[Row]:
        """Yield the rows that match, after a second look where the database only nearly says."""
        matches = asked.second_look(values)
        for condition in self._conditions(asked, values):
            for row in self._rows(connection, asked.rows(condition), asked.collection.columns):
                if matches(row):
                    yield row

    def _asked(self, connection: Connection, collection: Collection, columns: Columns) -> Question:
        types = self._types(connection, collection)
        exact = not any(map(path_of, columns)) and all(
            collection.normalisers[name] == "exact" and not isinstance(types[name], self.loose)
            for name in columns
        )
        elements = reflection.elements_of(connection.dialect, collection)
        keys = [
            KeyColumn(
                elements[name],
                self._key_type(types[name]),
                collection.way(asked),
                self._as_text,
            )
            for asked, name in ((one, column_of(one)) for one in columns)
        ]
        return Question(collection, columns, elements, keys, not exact, self._is)

    def _types(
        self, connection: Connection, collection: Collection
    ) -> Mapping[str, TypeEngine[Any]]:
        """Return the types of a collection's columns; InvalidError when one is not there."""
        there = self._reflected(connection).get(collection.name)
        return reflection.ensure_collection(collection, there).columns

    def _reflected(self, connection: Connection) -> Mapping[str, reflection.Found]:
        """Return what is there, looked at once for as long as it fits.

        What an earlier search saw serves while the database says that nothing has changed.
        """
        if self._tables is None:
            known = self._lease.shared(writing=False).shapes
            with self._deadline(connection):
                self._tables = reflection.looked_up(connection, self._definition, known)
        return self._tables

    def _rows(self, connection: Connection, query: Select[Any], columns: Columns) -> Iterator[Row]:
        few = self._few(connection, query)
        for values in self._streamed(connection, query) if few is None else few:
            yield dict(zip(columns, values, strict=True))

    def _few(self, connection: Connection, query: Select[Any]) -> Sequence[Any] | None:
        """Return all rows if one batch holds them; a stream takes three times as many messages."""
        with self._deadline(connection):
            found = connection.execute(query.limit(BATCH + 1)).all()
        return found if len(found) <= BATCH else None

    def _streamed(self, connection: Connection, query: Select[Any]) -> Iterator[Any]:
        streaming = {"stream_results": True, "max_row_buffer": BATCH}
        with self._deadline(connection):
            result = connection.execute(query, execution_options=streaming)
        with closing(result):
            try:
                while batch := self._batch(connection, result):
                    yield from batch
            except GeneratorExit:
                self._leave(connection, result)
                raise

    def _leave(self, connection: Connection, result: CursorResult[Any]) -> None:
        """Stop reading before the end; most databases then send nothing more."""

    def _batch(self, connection: Connection, result: CursorResult[Any]) -> Sequence[Any]:
        with self._deadline(connection):
            return result.fetchmany(BATCH)

    def _number(self, connection: Connection, query: Select[Any]) -> int:
        with self._deadline(connection):
            return int(connection.execute(query).scalar_one())

    @contextmanager
    def _connected(self, *, writing: bool = False) -> Iterator[Connection]:
        try:
            with self._begun(self.engine(writing=writing)) as connection:
                yield connection
                if writing and (transaction := connection.get_transaction()):
                    with self._deadline(connection), transaction:
                        pass  # leaving it keeps what was written
        except SQLAlchemyError as error:
            self._tables = None
            # Not chained: what a driver says may quote a row or the address.
            raise told(self._definition.name, error, self._is_wrong_question) from None

    def engine(self, *, writing: bool) -> Engine:
        """Return the engine that this store shares with others of the same address."""
        return self._lease.shared(writing=writing).engine

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
