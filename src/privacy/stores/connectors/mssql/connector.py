"""SQL Server databases. Nothing here was tried against a server: only what is sent was looked at.

Their usual collations call `é` and `E`, and texts with and without spaces at their end, the same;
so the server only finds candidates, and the values decide here. It has no transactions that only
read: each reading is taken back at its end.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from sqlalchemy import URL, ColumnElement, Engine, Unicode, cast, event, literal
from sqlalchemy.dialects.mssql import (
    MONEY,
    NTEXT,
    SMALLMONEY,
    SQL_VARIANT,
    TEXT,
    TINYINT,
    VARBINARY,
    XML,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.types import BigInteger, Integer, NullType, Numeric, String, TypeEngine
from typing_extensions import override

from privacy.errors import InvalidError
from privacy.stores.connectors import sql
from privacy.stores.connectors.sql_sockets import RemoteSqlConnector

ADDRESS = (
    "The address of a SQL Server store is mssql://account:password@host:1433/database; behind a"
    " question mark only HostNameInCertificate and ServerCertificate."
)
TLS = frozenset({"HostNameInCertificate", "ServerCertificate"})
"""All that may stand behind the question mark; others could take accounts of this machine."""
MOST_VALUES = 2000
"""A statement has at most 2,100 parameters, and a list as many."""
NAMES_AND_TYPES = (
    "base table or view not found",
    "column not found",
    "invalid column name",
    "invalid object name",
    "conversion failed",
    "error converting",
    "arithmetic overflow",
    "string data, right truncation",
    "incorrect syntax",
)
_AMOUNT: Mapping[type[TypeEngine[Any]], TypeEngine[Any]] = {
    MONEY: Numeric(19, 4),
    SMALLMONEY: Numeric(10, 4),
}


class MssqlConnector(RemoteSqlConnector):
    """A SQL Server database, 2017 or later, by Microsoft's driver (the optional extra `mssql`)."""

    loose: ClassVar[tuple[type[TypeEngine[Any]], ...]] = (
        String,
        Integer,
        Numeric,
        NullType,
        SQL_VARIANT,
    )
    has_tuples: ClassVar[bool] = False
    most_values: ClassVar[int] = MOST_VALUES
    paramstyle: ClassVar[str] = "qmark"
    port = 1433
    extra = "mssql"

    @override
    def _parsed(self, address: str) -> URL:
        try:
            url = make_url(address)
        except (ArgumentError, ValueError):
            raise InvalidError(ADDRESS) from None
        is_whole = url.host and url.database and url.username and url.password
        if url.get_backend_name() != "mssql" or not is_whole or set(url.query) - TLS:
            raise InvalidError(ADDRESS)
        return url.set(drivername="mssql+mssqlpython")

    @override
    def _wanted(self, url: URL) -> Mapping[str, Any]:
        return {"timeout": max(1, int(sql.CONNECT_PATIENCE)), **_ENCRYPTED}

    @override
    def _prepare(self, engine: Engine, *, writing: bool) -> None:
        event.listen(engine, "connect", _limit)

    @override
    def _as_text(self, element: ColumnElement[Any]) -> ColumnElement[Any]:
        return cast(element, Unicode())

    @override
    def _key_type(self, type_: TypeEngine[Any]) -> TypeEngine[Any]:
        if isinstance(type_, TEXT | NTEXT | XML | SQL_VARIANT):
            return NullType()  # is compared as NVARCHAR(max): in itself it equals nothing
        if isinstance(type_, Integer) and not isinstance(type_, TINYINT):
            return BigInteger()
        return _AMOUNT.get(type(type_), type_)

    @override
    def _is(self, element: ColumnElement[Any], value: object) -> ColumnElement[bool]:
        if not isinstance(value, str):
            return element == value
        # The first half uses an index, the second tells the spellings apart.
        return (element == value) & (_bytes(element) == _bytes(literal(value, Unicode())))

    @override
    def _is_wrong_question(self, error: DBAPIError) -> bool:
        said = str(error.orig).lower()
        return "permission" not in said and any(word in said for word in NAMES_AND_TYPES)


_ENCRYPTED: Mapping[str, str] = {
    "Encrypt": "yes",
    "TrustServerCertificate": "no",
}


def _bytes(element: ColumnElement[Any]) -> ColumnElement[Any]:
    return cast(cast(element, Unicode()), VARBINARY("max"))  # type: ignore[no-untyped-call]  # of SQLAlchemy


def _limit(connection: Any, _record: object) -> None:
    connection.timeout = max(1, int(sql.PATIENCE))  # seconds for each statement
