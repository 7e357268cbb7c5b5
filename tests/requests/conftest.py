"""An office with one controller, on each database."""

import pytest

from privacy.db import Database
from privacy.purposes.models import Controller
from privacy.requests.letters import Desk
from privacy.requests.links import Links
from privacy.subjects.keys import KeyCabinet
from tests.fakes import FakeClock
from tests.make import make_controller
from tests.requests.office import Office

PUBLIC_URL = "https://privacy.boutique.example"


@pytest.fixture
def office(database: Database, clock: FakeClock, cabinet: KeyCabinet) -> Office:
    """Return the office of a controller that has its keys."""
    with database.transaction() as session:
        controller = make_controller(session, at=clock(), cabinet=cabinet)
    return Office(database, clock, Desk(cabinet, Links(PUBLIC_URL)), controller)


@pytest.fixture
def other(office: Office) -> Controller:
    """Return a second controller of the same installation."""
    with office.database.transaction() as session:
        return make_controller(
            session, at=office.clock(), cabinet=office.desk.cabinet, slug="librairie"
        )
