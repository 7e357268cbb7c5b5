"""A controller whose site asks for one purpose."""

from uuid import UUID

import pytest

from privacy.db import Database
from privacy.purposes.models import Site
from privacy.subjects.keys import KeyCabinet
from tests.fakes import FakeClock
from tests.make import make_controller, make_purpose, make_site


@pytest.fixture
def controller_id(database: Database, cabinet: KeyCabinet, clock: FakeClock) -> UUID:
    with database.transaction() as session:
        return make_controller(session, at=clock(), cabinet=cabinet).id


@pytest.fixture
def site(database: Database, clock: FakeClock, controller_id: UUID) -> Site:
    """Return a site that asks for one purpose."""
    with database.transaction() as session:
        make_purpose(session, at=clock(), controller_id=controller_id)
        return make_site(session, at=clock(), controller_id=controller_id)
