"""How Alembic reaches a database: by `privacy.tables.upgrade`, or `alembic` from a shell.

Version files import nothing from the service, so that an old step never changes its meaning.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from sqlalchemy import Connection, text

from privacy.config import Settings
from privacy.db import Database
from privacy.tables import METADATA

LOCK = 7_022_018
"""The advisory lock (PostgreSQL) that makes two upgrades wait for each other."""


def migrate(connection: Connection) -> None:
    """Take the missing steps, alone.

    Each is a transaction of its own on PostgreSQL. On SQLite all are one, so that its single
    writer's place is held while the steps that are missing are counted.
    """
    with alone(connection):
        context.configure(
            connection=connection,
            target_metadata=METADATA,
            render_as_batch=True,
            transaction_per_migration=connection.dialect.name != "sqlite",
            transactional_ddl=True,  # also SQLite's, since privacy.db says BEGIN itself
        )
        with context.begin_transaction():
            context.run_migrations()


@contextmanager
def alone(connection: Connection) -> Iterator[None]:
    """Keep a second upgrade out, and SQLite from following keys of tables being rebuilt."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
        connection.commit()
        yield
        connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})
        connection.commit()
        return
    switch(connection, "OFF")
    yield
    switch(connection, "ON")
    broken = connection.execute(text("PRAGMA foreign_key_check")).all()
    connection.rollback()
    if broken:
        raise RuntimeError(f"rows point to nothing after the upgrade: {broken[:5]}")


def switch(connection: Connection, state: str) -> None:
    """Say it outside a transaction, where alone SQLite listens."""
    raw = connection.connection.dbapi_connection
    if raw is not None:
        raw.cursor().execute(f"PRAGMA foreign_keys={state}")


given = context.config.attributes.get("connection")
if context.is_offline_mode():
    raise SystemExit("Steps run on a database; writing them as a script is not supported.")
if given is not None:
    migrate(given)
else:
    database = Database.connect(Settings.from_env().database_url)
    with database.engine.connect() as opened:
        migrate(opened)
