"""What tests of the web share: an app on each database, and browsers that are signed in.

`app` runs on SQLite and again on PostgreSQL; `core` is an app on SQLite alone, with the probe
views of tests/web/probe.py, for what has nothing to do with the database.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from privacy.config import Settings
from privacy.crypto import Keyring, passwords
from privacy.errors import NotFoundError
from privacy.operators import acts
from privacy.operators.roles import Role
from privacy.purposes.queries import controller_by_slug
from privacy.runtime import Runtime
from privacy.web import current
from privacy.web.app import create_app
from privacy.web.security import csrf_token
from tests.fakes import FakeClock
from tests.make import make_controller, make_operator
from tests.web import probe


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash with little memory, since what a hash costs is tested where it is made."""
    monkeypatch.setattr(passwords, "MEMORY_KIB", 64)
    monkeypatch.setattr(passwords, "PREFIX", "$argon2id$v=19$m=64,t=2,p=1$")


@pytest.fixture
def settings(database_url: str, keyring: Keyring) -> Settings:
    """Return settings of a service without TLS on an empty, migrated database."""
    return Settings(
        database_url=database_url, key_file=keyring.path, public_url="http://localhost"
    )


@pytest.fixture
def app(settings: Settings, clock: FakeClock) -> Iterator[Flask]:
    """Return an app with all surfaces; an error that nobody expected is raised to the test."""
    yield from _opened(settings, clock)


@pytest.fixture
def core(
    sqlite_template: Path, tmp_path: Path, keyring: Keyring, clock: FakeClock
) -> Iterator[Flask]:
    """Return an app on SQLite with the probe views."""
    path = tmp_path / "core.sqlite3"
    shutil.copy(sqlite_template, path)
    settings = Settings(
        database_url=f"sqlite:///{path}", key_file=keyring.path, public_url="http://localhost"
    )
    for app in _opened(settings, clock):
        probe.register(app)
        yield app


def _opened(settings: Settings, clock: FakeClock) -> Iterator[Flask]:
    app = create_app(settings, clock=clock)
    app.testing = True
    yield app
    runtime_of(app).database.dispose()


def runtime_of(app: Flask) -> Runtime:
    """Return what an app was assembled from."""
    runtime: Runtime = app.extensions[current.RUNTIME]
    return runtime


def browser_of(app: Flask) -> FlaskClient:
    """Return a browser that says, as all do, that its forms come from our own pages."""
    browser = app.test_client()
    browser.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    return browser


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    """Return a browser in which nobody is signed in."""
    return browser_of(app)


@dataclass(frozen=True)
class Seat:
    """An operator at a browser; `csrf` is what each form of this session must carry."""

    browser: FlaskClient
    operator_id: UUID
    token: str
    csrf: str

    @property
    def headers(self) -> dict[str, str]:
        """What a request needs beside the cookie to be believed."""
        return {"X-CSRF-Token": self.csrf}


def shop(app: Flask, slug: str = "boutique") -> UUID:
    """Return the id of a controller of this app, registered when it is first asked for."""
    runtime = runtime_of(app)
    with runtime.database.transaction() as session:
        try:
            return controller_by_slug(session, slug).id
        except NotFoundError:
            at = runtime.clock()
            return make_controller(session, at=at, cabinet=runtime.cabinet, slug=slug).id


def seat(app: Flask, role: Role, controller_id: UUID | None = None) -> Seat:
    """Return a browser in which a fresh operator with the role is signed in."""
    runtime = runtime_of(app)
    of = controller_id or shop(app)
    with runtime.database.transaction() as session:
        at = runtime.clock()
        operator_id = make_operator(
            session,
            at=at,
            keyring=runtime.keyring,
            controller_id=of,
            role=role,
            email=f"{role}@{of.hex[-6:]}.example",
        )
        session.flush()
        token = acts.open_session(session, actor="system", at=at, operator_id=operator_id)
    browser = browser_of(app)
    browser.set_cookie("privacy_session", token)
    return Seat(browser, operator_id, token, csrf_token(token))


def bearer_of(app: Flask, operator_id: UUID) -> dict[str, str]:
    """Return the header by which a machine acts for an operator."""
    runtime = runtime_of(app)
    at = runtime.clock()
    with runtime.database.transaction() as session:
        token = acts.issue_token(
            session,
            actor="system",
            at=at,
            operator_id=operator_id,
            name="test",
            expires_at=at + timedelta(days=1),
        )
    return {"Authorization": f"Bearer {token}"}


SeatFor = Callable[..., Seat]


@pytest.fixture
def seat_for(app: Flask) -> SeatFor:
    """Return a function from a role to a browser in which an operator has it."""
    return lambda role, controller_id=None: seat(app, role, controller_id)


def told(answer: TestResponse) -> dict[str, Any]:
    """Return the JSON object of an answer."""
    document = answer.get_json()
    assert isinstance(document, dict)
    return document
