"""The portal of one controller, and the office behind it."""

from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask

from privacy.purposes.models import Controller
from privacy.purposes.queries import controller
from privacy.requests.jobs import Bench, fulfil_access
from privacy.web.pages import package_page
from tests.fakes import FakeClock
from tests.requests.office import Office
from tests.web.conftest import runtime_of, shop


def office_of(app: Flask, clock: FakeClock, controller_id: UUID) -> Office:
    """Return the office of a controller, over the app's own database and keys."""
    runtime = runtime_of(app)
    with runtime.database.reading() as session:
        found = controller(session, controller_id)
    return Office(runtime.database, clock, runtime.desk, found)


def answer_all(app: Flask) -> int:
    """Do what the job does for every approved request."""
    runtime = runtime_of(app)
    bench = Bench(runtime.database, runtime.clock, runtime.desk, runtime.open_stores, package_page)
    return fulfil_access(bench)


@pytest.fixture
def office(app: Flask, clock: FakeClock) -> Office:
    """Return the office of the boutique."""
    return office_of(app, clock, shop(app))


@pytest.fixture
def other(app: Flask, clock: FakeClock) -> Controller:
    """Return a second controller of the same installation."""
    return office_of(app, clock, shop(app, "librairie")).controller


@pytest.fixture
def answer(app: Flask) -> Callable[[], int]:
    """Return a function that answers every approved request."""
    return lambda: answer_all(app)
