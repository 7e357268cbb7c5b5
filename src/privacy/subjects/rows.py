"""Statements that the room's files share, the same on both databases."""

from functools import cache
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Executable, LargeBinary, Table, Update, func
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session

from privacy.crypto import sealed_prefix
from privacy.db import Base

_DIALECTS: dict[str, Any] = {"sqlite": sqlite, "postgresql": postgresql}


def insert_new(session: Session, model: type[Base], **values: object) -> bool:
    """Insert a row at once and tell whether it is new; an existing key is left as it is.

    A row that another transaction is about to insert is waited for.
    """
    statement = _insert(model, session.get_bind().dialect.name)
    return count_changed(session, statement, values) == 1


def count_changed(session: Session, statement: Executable, values: Any = None) -> int:
    """Execute a change and return the number of rows that it touched."""
    return cast("CursorResult[Any]", session.execute(statement, values)).rowcount


def change_row(session: Session, changed: Update, row: Base) -> bool:
    """Execute a change of this row alone and read the row back; False when it was not touched."""
    back = changed.returning(type(row)).execution_options(
        synchronize_session=False, populate_existing=True
    )
    return session.scalars(back).one_or_none() is row


def table_of(model: type[Base]) -> Table:
    """Return a model's table, for statements that need none of the mapper's care."""
    return cast("Table", model.__table__)


def sealed_under(column: InstrumentedAttribute[Any], version: int) -> ColumnElement[bool]:
    """Return the condition that a sealed column was sealed by one version of its key."""
    return func.substr(column, 1, 4, type_=LargeBinary()) == sealed_prefix(version)


@cache
def _insert(model: type[Base], dialect: str) -> Executable:
    insert = _DIALECTS[dialect].insert(table_of(model)).on_conflict_do_nothing()
    # Without the option SQLAlchemy closes the cursor of an insert before its count is read.
    statement: Executable = insert.execution_options(preserve_rowcount=True)
    return statement
