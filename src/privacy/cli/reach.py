"""Whether the database of a command can be reached and has the shape that this version needs."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select

from privacy.config import Settings
from privacy.db import Database
from privacy.errors import ConfigError, UnavailableError
from privacy.tables import is_at_head


@contextmanager
def connected(settings: Settings) -> Iterator[Database]:
    """Yield the database, which need not be up to date; raise ConfigError if there is none."""
    database = Database.connect(settings.database_url)
    try:
        ensure_reachable(database)
        yield database
    finally:
        database.dispose()


def ensure_reachable(database: Database) -> None:
    """Raise ConfigError unless the database answers."""
    try:
        with database.reading() as session:
            session.execute(select(1))
    except UnavailableError as error:
        raise ConfigError("The database of PRIVACY_DATABASE_URL cannot be reached.") from error


def ensure_at_head(database: Database) -> None:
    """Raise ConfigError unless the database has the shape that this version needs."""
    if not is_at_head(database.engine):
        raise ConfigError("The database is not up to date; run: privacy database upgrade")
