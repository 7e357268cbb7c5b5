"""The console of one controller, an operator in each role, and the office behind it."""

import pytest
from flask import Flask

from privacy.operators.roles import Role
from tests.fakes import FakeClock
from tests.requests.office import Office
from tests.web.conftest import Seat, seat, shop
from tests.web.portal.conftest import office_of


@pytest.fixture
def office(app: Flask, clock: FakeClock) -> Office:
    """Return the office of the boutique."""
    return office_of(app, clock, shop(app))


@pytest.fixture
def bookshop(app: Flask, clock: FakeClock) -> Office:
    """Return the office of a second controller of the same installation."""
    return office_of(app, clock, shop(app, "librairie"))


@pytest.fixture
def dpo(app: Flask) -> Seat:
    """Return the DPO of the boutique at a browser."""
    return seat(app, Role.DPO)


@pytest.fixture
def agent(app: Flask) -> Seat:
    """Return an agent of the boutique at a browser."""
    return seat(app, Role.AGENT)


@pytest.fixture
def auditor(app: Flask) -> Seat:
    """Return an auditor of the boutique at a browser."""
    return seat(app, Role.AUDITOR)
