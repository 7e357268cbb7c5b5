"""Every table of the service, and the steps that bring a database to its present shape."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

import privacy
import privacy.assignments.models
import privacy.audit.models
import privacy.consent.models
import privacy.operators.models
import privacy.outbox.models
import privacy.packages.models
import privacy.policy.models
import privacy.preferences.models
import privacy.purposes.models
import privacy.rectification.models
import privacy.requests.annexes
import privacy.requests.models
import privacy.scans.models
import privacy.scheduler.models
import privacy.stores.models
import privacy.subjects.models
from privacy.db import READING, Base

PACKAGE = Path(privacy.__file__).parent

METADATA = Base.metadata
"""The tables of all rooms together."""


def migrations_folder() -> Path:
    """Return where the steps are: beside `src` in a checkout, inside the installed package."""
    checkout = PACKAGE.parents[1] / "migrations"
    return checkout if (checkout / "env.py").exists() else PACKAGE / "migrations"


def current_head() -> str:
    """Return the number of the newest step that this version of the service brings."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def is_at_head(engine: Engine) -> bool:
    """Whether the database has the shape that this version of the service needs."""
    with engine.connect().execution_options(**{READING: True}) as connection:
        return MigrationContext.configure(connection).get_current_revision() == current_head()


def upgrade(engine: Engine, *, to: str = "head") -> None:
    """Take every step that is missing, each in its own transaction; none when none is missing."""
    config = _config()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    return config
