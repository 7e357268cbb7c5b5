"""Oracle databases. Nothing here was tried against a server: only what is sent was looked at.

Names that nobody quoted are written in small letters, and Oracle's capitals are meant. The empty
text is null there, and so equals nothing; what is rectified to it is taken away.
"""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from sqlalchemy import URL, ColumnElement, Connection, Engine, event, func
from sqlalchemy.dialects.oracle import CLOB, LONG, NCLOB
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.types import Integer, NullType, Numeric, String, TypeEngine
from typing_extensions import override

from privacy.errors import InvalidError
from privacy.stores.connectors import sql
from privacy.stores.connectors.sql_sockets import RemoteSqlConnector

ADDRESS = (
    "The address of an Oracle store is oracle://account:password@host:1521/service; with TLS"
    " ?protocol=tcps stands behind it."
)
LONGEST = 4000
"""Characters of a long text that are compared."""
NAMES_AND_TYPES = frozenset(
    {904, 907, 911, 918, 932, 936, 942, 972, 1438, 1722, 1747, 1830, 1843, 1847, 1858, 1861, 12899}
)
"""Numbers of errors that say that names or values do not fit; 1031 is a missing privilege."""


_SERVICE = re.compile(r"[\w.$#-]{1,255}")


class OracleConnector(RemoteSqlConnector):
    """An Oracle database, 12.2 or later, by python-oracledb (the optional extra `oracle`)."""

    loose: ClassVar[tuple[type[TypeEngine[Any]], ...]] = (String, Integer, Numeric, NullType)
    port = 1521
    extra = "oracle"

    @override
    def _parsed(self, address: str) -> URL:
        try:
            url = make_url(address)
        except (ArgumentError, ValueError):
            raise InvalidError(ADDRESS) from None
        is_whole = url.host and _SERVICE.fullmatch(url.database or "") and url.username
        is_known = dict(url.query) in ({}, {"protocol": "tcps"})
        if url.get_backend_name() != "oracle" or not (is_whole and url.password and is_known):
            raise InvalidError(ADDRESS)
        return url.set(drivername="oracle+oracledb")

    @override
    def _wanted(self, url: URL) -> Mapping[str, Any]:
        host = f"[{url.host}]" if ":" in (url.host or "") else url.host
        protocol = url.query.get("protocol", "tcp")
        return {
            # What SQLAlchemy makes of an address has no TLS, and takes a service for a SID.
            "dsn": f"{protocol}://{host}:{url.port or self.port}/{url.database}",
            "retry_count": 0,
            "tcp_connect_timeout": float(sql.CONNECT_PATIENCE),
        }

    @override
    def _prepare(self, engine: Engine, *, writing: bool) -> None:
        event.listen(engine, "connect", _limit)
        if not writing:
            event.listen(engine, "begin", _forbid_writing)

    @override
    def _as_text(self, element: ColumnElement[Any]) -> ColumnElement[Any]:
        # Takes long texts, which neither equal anything nor are cast, and whatever a text can be.
        return func.dbms_lob.substr(func.to_clob(element), LONGEST, 1, type_=String)

    @override
    def _key_type(self, type_: TypeEngine[Any]) -> TypeEngine[Any]:
        if isinstance(type_, LONG):
            raise InvalidError("A column of Oracle's type LONG cannot be asked by.")
        if isinstance(type_, CLOB | NCLOB):
            return NullType()
        return Numeric(38, 0) if isinstance(type_, Integer) else type_

    @override
    def _is_wrong_question(self, error: DBAPIError) -> bool:
        said: tuple[Any, ...] = getattr(error.orig, "args", ())
        return any(getattr(one, "code", None) in NAMES_AND_TYPES for one in said)


def _limit(connection: Any, _record: object) -> None:
    connection.call_timeout = int(sql.PATIENCE * 1000)  # milliseconds for each message


def _forbid_writing(connection: Connection) -> None:
    connection.exec_driver_sql("SET TRANSACTION READ ONLY")
