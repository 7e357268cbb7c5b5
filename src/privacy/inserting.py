"""Adding many rows at once, past the mapper and its costs.

For the few acts of which there are thousands a second, and for no other: it speaks to the
drivers themselves, so each of both databases gets the form that it takes fastest.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from sqlalchemy import Dialect, Table
from sqlalchemy.orm import Session


class DuplicateRowError(Exception):
    """A row with this key exists; the transaction can only be rolled back."""


ROWS = 100
"""How many rows go into one statement on PostgreSQL, which takes 65,535 values at most."""


def insert_many(
    session: Session,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    skip_existing: bool = False,
) -> None:
    """Insert rows, of which there is at least one; all have the columns of the first.

    Where a key exists already it raises DuplicateRowError (inside `pipelined`, at the block's
    end), or leaves that row as it is with `skip_existing`. The mapper is told nothing: rows
    that the session already holds stay as they were read.
    """
    connection = session.connection()
    plan = _plan(table, tuple(rows[0]), connection.dialect, skip_existing=skip_existing)
    driver: Any = connection.connection.driver_connection
    with _duplicates_told():
        if connection.dialect.name == "sqlite":
            driver.executemany(plan.statement(1), plan.values(rows))
            return
        cursor = psycopg.RawCursor(driver)
        for first in range(0, len(rows), ROWS):
            part = list(plan.values(rows[first : first + ROWS]))
            cursor.execute(plan.statement(len(part)), [value for row in part for value in row])


@contextmanager
def pipelined(session: Session) -> Iterator[None]:
    """Send what the block inserts by `insert_many` to PostgreSQL in one go, for one round trip."""
    if session.get_bind().dialect.name == "sqlite":
        yield
        return
    driver: Any = session.connection().connection.driver_connection
    with _duplicates_told(), driver.pipeline():
        yield


@contextmanager
def _duplicates_told() -> Iterator[None]:
    try:
        yield
    except (sqlite3.IntegrityError, psycopg.IntegrityError):
        raise DuplicateRowError("a row with this key exists") from None


@dataclass(frozen=True)
class _Plan:
    """How rows of one table are handed to one driver."""

    head: str
    tail: str
    names: tuple[str, ...]
    processors: tuple[Callable[[Any], Any] | None, ...]
    numbered: bool
    """Whether the driver counts the places of values, as PostgreSQL does."""
    statements: dict[int, str] = field(default_factory=dict)

    def statement(self, count: int) -> str:
        """Return the statement that inserts so many rows."""
        if count not in self.statements:
            self.statements[count] = f"{self.head}{self._places(count)}{self.tail}"
        return self.statements[count]

    def _places(self, count: int) -> str:
        width = len(self.names)
        if not self.numbered:
            return f"({', '.join('?' * width)})"
        rows = (range(row * width + 1, (row + 1) * width + 1) for row in range(count))
        return ", ".join(f"({', '.join(f'${place}' for place in row)})" for row in rows)

    def values(self, rows: Iterable[Mapping[str, Any]]) -> Iterator[list[Any]]:
        """Yield rows as the driver takes them, by the same rules as the mapper's.

        Rows that are inserted together share most values, so each is converted once.
        """
        converted: dict[tuple[int, int], Any] = {}
        steps = list(enumerate(zip(self.names, self.processors, strict=True)))
        for row in rows:
            out = []
            for place, (name, process) in steps:
                value = row[name]
                if process is not None and value is not None:
                    key = (place, id(value))  # the rows keep their values alive meanwhile
                    if key not in converted:
                        converted[key] = process(value)
                    value = converted[key]
                out.append(value)
            yield out


_plans: dict[tuple[object, ...], _Plan] = {}


def _plan(table: Table, names: tuple[str, ...], dialect: Dialect, *, skip_existing: bool) -> _Plan:
    key = (table.name, names, dialect.name, skip_existing)
    if key not in _plans:
        types = [table.c[name].type.dialect_impl(dialect) for name in names]
        _plans[key] = _Plan(
            head=f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ",  # noqa: S608 -- our own names
            tail=" ON CONFLICT DO NOTHING" if skip_existing else "",
            names=names,
            processors=tuple(one.bind_processor(dialect) for one in types),
            numbered=dialect.name != "sqlite",
        )
    return _plans[key]
