"""What tests of the ledger share: one site that has asked."""

import pytest

from privacy.db import Database
from privacy.purposes.queries import Asked
from privacy.subjects.keys import KeyCabinet
from tests.consent.asking import ask
from tests.fakes import FakeClock


@pytest.fixture
def asked(database: Database, cabinet: KeyCabinet, clock: FakeClock) -> Asked:
    """Return what a site of a new controller asks."""
    with database.transaction() as session:
        return ask(session, at=clock(), cabinet=cabinet)
