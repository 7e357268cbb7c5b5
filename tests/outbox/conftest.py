"""A desk with a mailer that remembers."""

import pytest

from privacy.db import Database
from tests.fakes import FakeClock
from tests.outbox.owed import Desk, FakeMailer


@pytest.fixture
def mailer() -> FakeMailer:
    """Return a mailer that takes everything over."""
    return FakeMailer()


@pytest.fixture
def desk(database: Database, clock: FakeClock, mailer: FakeMailer) -> Desk:
    """Return an empty outbox and what delivers from it."""
    return Desk(database, clock, mailer)
