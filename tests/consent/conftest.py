"""What tests of the ledger share: one site that has asked, and who is told of it."""

import pytest

from privacy.db import Database
from privacy.purposes.queries import Asked
from privacy.subjects.keys import KeyCabinet
from tests.consent.asking import answer, ask
from tests.consent.told import FakePoster, Town
from tests.fakes import FakeClock


@pytest.fixture
def asked(database: Database, cabinet: KeyCabinet, clock: FakeClock) -> Asked:
    """Return what a site of a new controller asks."""
    with database.transaction() as session:
        return ask(session, at=clock(), cabinet=cabinet)


@pytest.fixture
def town(database: Database, clock: FakeClock, cabinet: KeyCabinet, asked: Asked) -> Town:
    """Return the recipients of the site's controller: none yet."""
    return Town(database, clock, cabinet, asked.controller_id)


@pytest.fixture
def owing(town: Town, asked: Asked) -> Town:
    """Return the town with one message owed."""
    town.recipient("Ads", "audience_consent")
    town.record(answer(asked))
    town.record(answer(asked, granted=False))
    return town


@pytest.fixture
def poster() -> FakePoster:
    """Return what posts webhooks, and remembers them."""
    return FakePoster()
