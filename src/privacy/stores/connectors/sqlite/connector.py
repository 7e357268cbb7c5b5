"""SQLite files, opened so that nothing can be written."""

import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import (
    URL,
    ColumnElement,
    Engine,
    FromClause,
    String,
    cast,
    create_engine,
    event,
    func,
    literal,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import NullPool
from sqlalchemy.types import BigInteger, Integer, LargeBinary, NullType, TypeEngine
from typing_extensions import override

from privacy.errors import InvalidError
from privacy.stores.connectors.documents import Unfolded
from privacy.stores.connectors.sql import CONNECT_PATIENCE
from privacy.stores.connectors.sql_writing import WritableSqlConnector
from privacy.stores.nested import EVERY, steps_of

ADDRESS = "The address of an SQLite store is sqlite:////path/to/file and nothing more."
WRONG = ("no such", "ambiguous", "syntax", "misuse", "datatype", "json")
"""How SQLite names a question that does not fit its tables."""
ODD = ("array", "object", "real", "true", "false")
"""Types of JSON that are no single value, or that SQLite writes in its own way."""


class SqliteConnector(WritableSqlConnector):
    """An SQLite file; read-only twice over, by its opening and by `query_only`."""

    @override
    def _parsed(self, address: str) -> URL:
        try:
            url = make_url(address)
        except ArgumentError:
            raise InvalidError(ADDRESS) from None
        plain = url.get_backend_name() == "sqlite" and not (url.query or url.host)
        if not plain or not url.database or url.database == ":memory:":
            raise InvalidError(ADDRESS)
        return url

    @override
    def _open(self, url: URL, *, writing: bool) -> Engine:
        path = quote(str(Path(url.database or "").resolve()))
        uri = f"file:{path}?mode={'rw' if writing else 'ro'}"

        def connect() -> sqlite3.Connection:
            return sqlite3.connect(
                uri, uri=True, timeout=CONNECT_PATIENCE, check_same_thread=False
            )

        # Each read opens the file afresh: a file that was replaced is seen, and none stays open.
        engine = create_engine(
            "sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True
        )
        event.listen(engine, "connect", _prepare_writing if writing else _forbid_writing)
        return engine

    @override
    def _interrupt(self, connection: Any) -> None:
        connection.interrupt()

    @override
    def _key_type(self, type_: TypeEngine[Any]) -> TypeEngine[Any]:
        # A file may hold anything in any column, so for unusual types the text decides.
        if isinstance(type_, Integer):
            return BigInteger()
        return type_ if isinstance(type_, LargeBinary | String) else NullType()

    @override
    def _unfolded(self, element: ColumnElement[Any], path: str) -> Unfolded:
        sources: list[FromClause] = []
        where: ColumnElement[Any] = literal("$")
        for step in steps_of(path):
            if step == EVERY:
                each = func.json_each(element, where).table_valued("fullkey")
                sources.append(each.alias(f"e{len(sources)}"))
                where = sources[-1].c.fullkey
            else:
                where = where.op("||")(literal(f'."{step}"'))
        kind = func.json_type(element, where)
        value = cast(func.json_extract(element, where), String)
        return Unfolded(sources, value, kind.in_(ODD))

    @override
    def _is_wrong_question(self, error: DBAPIError) -> bool:
        return any(word in str(error.orig).lower() for word in WRONG)


def _forbid_writing(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA query_only=ON")
    connection.execute("PRAGMA trusted_schema=OFF")


def _prepare_writing(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA secure_delete=ON")  # what is erased leaves the file as well
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA trusted_schema=OFF")
