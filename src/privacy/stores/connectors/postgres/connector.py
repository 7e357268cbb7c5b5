"""PostgreSQL databases, in transactions that the server itself keeps read-only."""

import json
import os
import socket
from contextlib import suppress
from typing import Any

import psycopg
from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    Engine,
    String,
    case,
    cast,
    create_engine,
    event,
    func,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.types import TypeEngine
from typing_extensions import override

from privacy.errors import InvalidError
from privacy.stores.connectors.documents import Unfolded
from privacy.stores.connectors.sql import CONNECT_PATIENCE, PATIENCE
from privacy.stores.connectors.sql_writing import WritableSqlConnector
from privacy.stores.nested import EVERY, steps_of

ADDRESS = "The address of a PostgreSQL store is postgresql://account:password@host:port/database."
LIMITS = text(
    "SELECT set_config('statement_timeout', :statement, true),"
    " set_config('lock_timeout', :lock, true)"
)
NAMES_AND_TYPES = ("22", "42")
FORBIDDEN = "42501"
"""SQLSTATE of a missing privilege, which is no fault of the definition."""
ODD = ("array", "object", "boolean")
"""Types of JSON that are no single value, or that PostgreSQL writes in its own way."""


class PostgresConnector(WritableSqlConnector):
    """A PostgreSQL database; works through PgBouncer in transaction mode as well."""

    @override
    def _parsed(self, address: str) -> URL:
        try:
            url = make_url(address)
        except ArgumentError:
            raise InvalidError(ADDRESS) from None
        if url.get_backend_name() not in {"postgresql", "postgres"} or not url.database:
            raise InvalidError(ADDRESS)
        return url.set(drivername="postgresql+psycopg")

    @override
    def _open(self, url: URL, *, writing: bool) -> Engine:
        engine = create_engine(
            url,
            pool_size=2,
            pool_timeout=CONNECT_PATIENCE,
            hide_parameters=True,
            connect_args={
                "connect_timeout": CONNECT_PATIENCE,
                "prepare_threshold": None,
                "application_name": "privacy",
            },
            execution_options={"postgresql_readonly": not writing},
        )
        event.listen(engine, "begin", _set_limits)
        event.listen(engine, "handle_error", _close_cursor)
        return engine

    @override
    def _interrupt(self, connection: Any) -> None:
        # The server's own limit comes first; this is for a server that no longer answers at all.
        with (
            suppress(OSError, psycopg.Error),
            socket.socket(fileno=os.dup(connection.fileno())) as wire,
        ):
            wire.shutdown(socket.SHUT_RDWR)

    @override
    def _key_type(self, type_: TypeEngine[Any]) -> TypeEngine[Any]:
        return type_

    @override
    def _unfolded(self, element: ColumnElement[Any], path: str) -> Unfolded:
        # A text is read as JSON, a column of JSON stays as it is, an array becomes one.
        document = func.to_jsonb(element, type_=JSONB)
        text_of = document.op("#>>")(literal_column("'{}'"))
        is_text = func.jsonb_typeof(document) == "string"
        whole = case((is_text, cast(text_of, JSONB)), else_=document)
        steps = (step if step == EVERY else f".{json.dumps(step)}" for step in steps_of(path))
        found = func.jsonb_path_query(whole, cast(f"lax ${''.join(steps)}", JSONPATH))
        rows = found.alias("found")
        value = rows.column
        kind = func.jsonb_typeof(value)
        is_odd = kind.in_(ODD) | (kind == "number") & cast(value, String).regexp_match("[.eE]")
        return Unfolded([rows], value.op("#>>")(literal_column("'{}'")), is_odd)

    @override
    def _is_wrong_question(self, error: DBAPIError) -> bool:
        state = getattr(error.orig, "sqlstate", None) or ""
        return state.startswith(NAMES_AND_TYPES) and state != FORBIDDEN


def _set_limits(connection: Connection) -> None:
    # For this transaction only, so that a pooler between us and the server may reuse it.
    milliseconds = str(PATIENCE * 1000 * 9 // 10)
    connection.execute(LIMITS, {"statement": milliseconds, "lock": milliseconds})


def _close_cursor(error: ExceptionContext) -> None:
    # SQLAlchemy leaves the cursor of a lost connection open, and the driver then complains of it.
    if error.is_disconnect and error.execution_context is not None:
        error.execution_context.cursor.close()
