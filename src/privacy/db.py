"""The database: one base for all models, one place that commits.

SQLite is the embedded store and PostgreSQL the production store; neither is second class. A
caller sees the same behaviour on both: instants come back in UTC with their zone, a reading
session cannot write, and a writing session holds the writer's place from its first statement.
"""

import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

import psycopg
from sqlalchemy import (
    Connection,
    DateTime,
    Dialect,
    Engine,
    LargeBinary,
    MetaData,
    Uuid,
    create_engine,
    event,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator
from typing_extensions import override

from privacy.errors import UnavailableError

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
READING = "privacy_reading"
WRITER_PATIENCE = 30
"""Seconds that a thread waits for the embedded database's single writer."""


class UtcDateTime(TypeDecorator[datetime]):
    """An instant; refuses one without a zone and always gives back UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    @override
    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """What every mapped class inherits.

    A table's `info["placement"]` says where its rows live on a sharded database:
    "subject" (the default: distributed by `subject_id`, which leads every key),
    "reference" (small, copied to every node) or "local" (on the coordinator).
    """

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime(),
        bytes: LargeBinary(),
        UUID: Uuid(),
    }


_last_id = 0
_id_lock = threading.Lock()


def new_id(at: datetime) -> UUID:
    """Return a UUIDv7 (RFC 9562) for an instant; ids of one process only ever increase."""
    global _last_id  # noqa: PLW0603 -- one counter a process is the point
    milliseconds = int(at.timestamp() * 1000) & (2**48 - 1)
    fresh = (milliseconds << 80) | secrets.randbits(80)
    with _id_lock:
        _last_id = (
            fresh if (fresh >> 80) > (_last_id >> 80) else _last_id + 1 + secrets.randbits(32)
        )
        value = _last_id
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    return UUID(int=(value & ~(0x3 << 62)) | (0x2 << 62))


def engine_options(url: str) -> dict[str, Any]:
    """Return the engine's options for a database URL, the same for Flask and for commands."""
    if make_url(url).get_backend_name() == "sqlite":
        return {"connect_args": {"timeout": WRITER_PATIENCE}}
    return {
        "pool_pre_ping": False,
        "pool_size": 20,
        "max_overflow": 20,
        # No prepared statements of the protocol, so that PgBouncer's transaction mode works.
        "connect_args": {"prepare_threshold": None},
    }


def prepare(engine: Engine) -> None:
    """Attach what makes both databases behave alike; call once for each engine."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)


def _open_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, see below
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",  # a destroyed key must leave the file, not only the table
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A deferred writer can fail half-way when another writes first; an immediate one waits.
    reading = READING in connection.get_execution_options()
    driver = connection.connection.driver_connection
    if driver is None:
        raise RuntimeError("a transaction began without a connection")
    if connection.info.get(READING, False) != reading:
        driver.execute(f"PRAGMA query_only={'ON' if reading else 'OFF'}")
        connection.info[READING] = reading
    driver.execute("BEGIN" if reading else "BEGIN IMMEDIATE")


_PASSING = ("locked", "busy", "disk is full", "disk i/o", "unable to open")
"""What SQLite says of faults that are not the statement's own."""


@contextmanager
def _translated() -> Iterator[None]:
    """Turn what a lost, busy or full database raises into an error that a caller can answer."""
    try:
        yield
    except (DBAPIError, sqlite3.OperationalError, psycopg.OperationalError) as error:
        if not _is_passing(error):
            raise
        raise UnavailableError("The database cannot be reached; try again in a moment.") from error


def _is_passing(error: Exception) -> bool:
    """Tell whether the same call may succeed later, for an error of SQLAlchemy or of a driver."""
    if isinstance(error, DBAPIError):
        if error.connection_invalidated:
            return True
        if not isinstance(error, OperationalError):
            return False
    told = error.orig if isinstance(error, DBAPIError) else error
    # PostgreSQL: 08 connection, 53 resources, 57 operator intervention; none: never connected.
    state = getattr(told, "sqlstate", "")
    if state is None or state[:2] in {"08", "53", "57"}:
        return True
    return any(word in str(told).lower() for word in _PASSING)


class Database:
    """Sessions on one engine; leaving `transaction()` is the only commit in this service."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._sessions = sessionmaker(engine, expire_on_commit=False)
        reading = engine.execution_options(**{READING: True, "postgresql_readonly": True})
        self._readers = sessionmaker(reading, expire_on_commit=False)
        self._writer = threading.Lock() if engine.dialect.name == "sqlite" else None

    @classmethod
    def connect(cls, url: str) -> "Database":
        """Open a database by URL, outside Flask."""
        engine = create_engine(url, **engine_options(url))
        prepare(engine)
        return cls(engine)

    @property
    def sessions(self) -> sessionmaker[Session]:
        """The factory of every session, for what must watch them all."""
        return self._sessions

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Yield a session; commit on leaving, roll back when an exception passes.

        Raises UnavailableError when the database cannot be reached or stays busy.
        """
        with self._writing(), _translated(), self._sessions() as session:
            yield session
            session.commit()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield a session that the database itself forbids to write.

        It takes a connection only when it is first asked something.
        """
        with _translated(), self._readers() as session:
            yield session

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Queue the threads of this process, instead of letting them meet SQLite's busy wait."""
        if self._writer is None:
            yield
            return
        if not self._writer.acquire(timeout=WRITER_PATIENCE):
            raise UnavailableError("The database is busy; try again in a moment.")
        try:
            yield
        finally:
            self._writer.release()

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()
