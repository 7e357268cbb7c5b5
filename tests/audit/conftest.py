"""A guarded database with two tables of no room."""

import pytest

from privacy.audit import guard
from privacy.db import Database
from tests.audit.rows import Plain


@pytest.fixture
def guarded(bare_database: Database) -> Database:
    """Return a database with the tables of `rows`, and the guard on for one of them."""
    Plain.metadata.create_all(bare_database.engine)
    guard.install(bare_database, exempt=guard.EXEMPT | {"job_run_of_test"})
    return bare_database
