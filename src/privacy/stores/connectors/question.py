"""One question to a database: which columns, compared how, and the statements that follow."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Collection as Values
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Delete,
    Select,
    Update,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.types import NullType, TypeEngine

from privacy.errors import InvalidError
from privacy.stores.connectors.asking import matcher
from privacy.stores.connectors.matching import KeyColumn, converted
from privacy.stores.definition import Collection, Columns
from privacy.stores.protocol import Key, Row

BATCH_OF_ROWS = 100
"""Rows that one statement deletes by their own keys."""


@dataclass(frozen=True)
class Question:
    """Rows of a collection by some of its columns."""

    collection: Collection
    columns: Columns
    elements: Mapping[str, ColumnElement[Any]]
    keys: Sequence[KeyColumn]
    needs_second_look: bool
    """Whether the database finds candidates only, and the values decide here."""
    holds: Callable[[ColumnElement[Any], object], ColumnElement[bool]]
    """Makes the condition that a column holds a value exactly."""

    def rows(self, condition: ColumnElement[bool]) -> Select[Any]:
        """Return the statement that reads them."""
        return select(*self.elements.values()).where(condition)

    def counted(self, condition: ColumnElement[bool]) -> Select[Any]:
        """Return the statement that counts them."""
        return select(func.count()).select_from(self._table).where(condition)

    def deleted(self, condition: ColumnElement[bool]) -> Delete:
        """Return the statement that deletes them."""
        return delete(self._table).where(condition)

    def deleted_rows(self, keys: Iterable[tuple[object, ...]]) -> Delete:
        """Return the statement that deletes rows by what `own_key` gave of each."""
        return self.deleted(or_(*(self._is_row(key) for key in keys)))

    def changed(self, row: Row, changes: Mapping[str, object]) -> Update:
        """Return the statement that writes other values into one row that was read."""
        # Not named after columns, whose names may have signs; read as the column's own type.
        values = {
            self.elements[name]: bindparam(None, value, type_=NullType())
            for name, value in changes.items()
        }
        return update(self._table).where(self._is_row(self.own_key(row))).values(values)

    def own_key(self, row: Row) -> tuple[object, ...]:
        """Return what tells a row that was read from others, as the database gave it."""
        return tuple(row[name] for name in self.collection.primary_key)

    def second_look(self, values: Values[Key]) -> Callable[[Row], bool]:
        """Return what says of a candidate whether it is meant."""
        if not self.needs_second_look:
            return lambda _row: True
        return matcher(self.collection, self.columns, values)

    @property
    def _table(self) -> Any:
        return next(iter(self.elements.values())).table

    def _is_row(self, key: tuple[object, ...]) -> ColumnElement[bool]:
        names = self.collection.primary_key
        return and_(*(self._equals(name, part) for name, part in zip(names, key, strict=True)))

    def _equals(self, name: str, value: object) -> ColumnElement[bool]:
        element = self.elements[name]
        return element.is_(None) if value is None else self.holds(element, value)


def stored(
    types: Mapping[str, TypeEngine[Any]], changes: Mapping[str, str | None]
) -> Mapping[str, object]:
    """Return texts as the values that columns take; InvalidError names those that do not fit."""
    values: dict[str, object] = {}
    faults: dict[str, list[str]] = {}
    for name, text in changes.items():
        values[name] = None if text is None else converted(types[name], text)
        if text is not None and values[name] is None:
            faults[name] = ["the column cannot hold this value"]
    if faults:
        raise InvalidError("A new value does not fit its column.", fields=faults)
    return values
