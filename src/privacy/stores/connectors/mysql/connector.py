"""MySQL and MariaDB databases, in sessions that the server itself keeps read-only.

Their usual collations call `é` and `E` the same, and compare a text with a number as numbers; so
the server only finds candidates, by its indexes, and the values decide here.
"""

import socket
from contextlib import suppress
from typing import Any, ClassVar

from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    CursorResult,
    Engine,
    cast,
    create_engine,
    event,
    func,
)
from sqlalchemy.dialects.mysql import BIT, CHAR, YEAR
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.types import BigInteger, Integer, NullType, Numeric, String, TypeEngine
from typing_extensions import override

from privacy.errors import InvalidError
from privacy.stores.connectors.sql import CONNECT_PATIENCE, PATIENCE
from privacy.stores.connectors.sql_writing import WritableSqlConnector

ADDRESS = "The address of a MySQL store is mysql://account:password@host:port/database."
NAMES = frozenset({"mysql", "mariadb"})
TLS = frozenset({"ssl_ca", "ssl_verify_cert", "ssl_verify_identity"})
"""All that may stand behind the question mark; other options could read files or set anything."""
WHOLE_STATEMENT = PATIENCE * 20
"""Seconds after which the server itself ends a statement, its transfer to us included."""
WRONG = frozenset({1049, 1054, 1059, 1064, 1103, 1146, 1166, 1264, 1292, 1366, 1406})
"""Numbers of errors that say that names or values do not fit."""
_WIDE = CHAR(charset="utf8mb4")


class MysqlConnector(WritableSqlConnector):
    """A MySQL or MariaDB database, by PyMySQL (the optional extra `mysql`)."""

    loose: ClassVar[tuple[type[TypeEngine[Any]], ...]] = (
        String,
        Integer,
        NullType,
        BIT,
        YEAR,
    )

    @override
    def _parsed(self, address: str) -> URL:
        try:
            url = make_url(address)
        except ArgumentError:
            raise InvalidError(ADDRESS) from None
        if url.get_backend_name() not in NAMES or not url.database or set(url.query) - TLS:
            raise InvalidError(ADDRESS)
        return url.set(drivername="mysql+pymysql")

    @override
    def _open(self, url: URL, *, writing: bool) -> Engine:
        try:
            engine = create_engine(
                url,
                pool_size=2,
                pool_timeout=CONNECT_PATIENCE,
                hide_parameters=True,
                connect_args={
                    "charset": "utf8mb4",
                    "connect_timeout": CONNECT_PATIENCE,
                    "read_timeout": CONNECT_PATIENCE,
                    "write_timeout": PATIENCE,
                    "local_infile": False,
                },
            )
        except ModuleNotFoundError:
            raise InvalidError("MySQL needs its driver: pip install 'privacy[mysql]'.") from None
        event.listen(engine, "connect", _set_limits if writing else _forbid_writing)
        event.listen(engine, "begin", _greet)
        event.listen(engine, "handle_error", _drop_cursor)
        return engine

    @override
    def _interrupt(self, connection: Any) -> None:
        with suppress(OSError, AttributeError):  # it may have ended by itself
            connection._sock.shutdown(socket.SHUT_RDWR)  # noqa: SLF001 -- the driver has no other way

    @override
    def _leave(self, connection: Connection, result: CursorResult[Any]) -> None:
        # The server would send all the rest first, however long that is.
        if result.context.cursor.connection is not None:
            _forget_rest(result.context.cursor)
            connection.invalidate()

    @override
    def _key_type(self, type_: TypeEngine[Any]) -> TypeEngine[Any]:
        if isinstance(type_, Integer):
            is_unsigned = getattr(type_, "unsigned", False)
            return Numeric(20, 0) if is_unsigned else BigInteger()
        return BigInteger() if isinstance(type_, YEAR) else type_

    @override
    def _is(self, element: ColumnElement[Any], value: object) -> ColumnElement[bool]:
        if not isinstance(value, str):
            return element == value
        # The first half uses an index, the second tells the spellings apart.
        same_bytes = func.hex(cast(element, _WIDE)) == func.hex(cast(value, _WIDE))
        return (element == value) & same_bytes

    @override
    def _is_wrong_question(self, error: DBAPIError) -> bool:
        arguments: tuple[object, ...] = getattr(error.orig, "args", ())
        return bool(arguments) and arguments[0] in WRONG


def _forbid_writing(connection: Any, _record: object) -> None:
    _set_limits(connection, _record)
    _run(connection, "SET SESSION TRANSACTION READ ONLY")


def _set_limits(connection: Any, _record: object) -> None:
    is_mariadb = "MariaDB" in connection.get_server_info()
    limit = WHOLE_STATEMENT if is_mariadb else WHOLE_STATEMENT * 1000
    name = "max_statement_time" if is_mariadb else "max_execution_time"
    _run(connection, f"SET SESSION {name} = {limit}, SESSION lock_wait_timeout = {PATIENCE:.0f}")
    _run(connection, "SET SESSION sql_mode = CONCAT(@@sql_mode, ',STRICT_ALL_TABLES')")
    # Only the greeting had to be quick; from here on the batches have their own limit.
    connection._read_timeout = None  # noqa: SLF001 -- the driver sets it for good otherwise


def _greet(connection: Connection) -> None:
    # A connection that died in the pool shows it here, and not when rows are asked for.
    connection.exec_driver_sql("DO 0")


def _run(connection: Any, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _drop_cursor(error: ExceptionContext) -> None:
    # The driver would go on reading from a connection that is lost, and complain that it cannot.
    if error.is_disconnect and error.execution_context is not None:
        _forget_rest(error.execution_context.cursor)


def _forget_rest(cursor: Any) -> None:
    if cursor._result is not None:  # noqa: SLF001 -- the driver has no other way
        cursor._result.unbuffered_active = False  # noqa: SLF001 -- the same
        cursor._result.connection = None  # noqa: SLF001 -- the same
    cursor.connection = None
