"""Data stores that speak SQL and may be written: one transaction for each act, all or nothing."""

from collections.abc import Collection as Values
from collections.abc import Mapping
from itertools import islice

from sqlalchemy import Connection, Delete, Update
from typing_extensions import override

from privacy.errors import InvalidError
from privacy.stores.connectors.asking import declared_of
from privacy.stores.connectors.matching import chunks
from privacy.stores.connectors.question import BATCH_OF_ROWS, stored
from privacy.stores.connectors.sql import SqlConnector
from privacy.stores.definition import Collection, Columns
from privacy.stores.protocol import Capability, Key


class WritableSqlConnector(SqlConnector):
    """A store behind SQLAlchemy that can also change and delete rows."""

    @property
    @override
    def capabilities(self) -> frozenset[Capability]:
        return frozenset({Capability.RECTIFY, Capability.ERASE})

    @override
    def rectify(self, collection: Collection, key: Key, changes: Mapping[str, str | None]) -> int:
        declared = declared_of(self._definition, collection, (*changes, *collection.primary_key))
        with self._connected(writing=True) as connection:
            asked = self._asked(connection, declared, declared.primary_key)
            rows = list(islice(self._found(connection, asked, [key]), 2))
            if len(rows) > 1:
                raise InvalidError(f"The primary key of {declared.name} meets several rows.")
            found = self._types(connection, declared)
            types = {name: self._key_type(found[name]) for name in changes}
            for row in rows:
                self._write(connection, asked.changed(row, stored(types, changes)))
        return len(rows)

    @override
    def erase(self, collection: Collection, columns: Columns, values: Values[Key]) -> int:
        declared = declared_of(self._definition, collection, columns)
        if not values:
            return 0
        with self._connected(writing=True) as connection:
            asked = self._asked(connection, declared, columns)
            if asked.needs_second_look:
                doomed = [asked.own_key(row) for row in self._found(connection, asked, values)]
                deletes = map(asked.deleted_rows, chunks(doomed, self._batch_of_rows(declared)))
            else:
                deletes = map(asked.deleted, self._conditions(asked, values))
            return sum(self._write(connection, delete) for delete in deletes)

    def _batch_of_rows(self, collection: Collection) -> int:
        return max(1, min(BATCH_OF_ROWS, self.most_values // len(collection.primary_key)))

    def _write(self, connection: Connection, statement: Delete | Update) -> int:
        with self._deadline(connection):
            return connection.execute(statement).rowcount
