"""Fixtures for all tests: an empty database of both kinds, a clock, keys, closed sockets."""

import gc
import ipaddress
import os
import shutil
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser

from privacy import tables
from privacy.audit import guard
from privacy.crypto import Keyring
from privacy.db import Database
from privacy.subjects.keys import KeyCabinet
from tests.browser import close_chromium, running_chromium
from tests.fakes import FakeClock
from tests.once import compiled_once
from tests.postgres import NoPostgresError, PostgresServer, Spares, running_server

# A busy machine is no fault of the code; no test asserts a time.
settings.register_profile(
    "privacy", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.register_profile("long", settings.get_profile("privacy"), max_examples=3000)
settings.load_profile("privacy")

BACKENDS = ("sqlite", "postgresql")
TEMPLATE = "migrated_template"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let `--database=sqlite` (or postgresql) run one half of the suite."""
    parser.addoption("--database", choices=BACKENDS, help="run the tests of one database only")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Drop the tests of the database that was not asked for, and begin with those that last."""
    wanted = config.getoption("--database")
    dropped = [item for item in items if wanted and _backend_of(item) not in {None, wanted}]
    items[:] = [item for item in items if item not in dropped]
    config.hook.pytest_deselected(items=dropped)
    items.sort(key=_ends_soon)


def _ends_soon(item: pytest.Item) -> bool:
    """Tell whether a test asks for no more time than any other, so that none lasts at the end."""
    asked = item.get_closest_marker("timeout")
    return asked is None or asked.args[0] <= float(item.config.getini("timeout"))


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Let the garbage collector look less often, and never at what was imported: it all stays."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test that is marked `apart` in a thread of its own: it drives a browser itself."""
    if pyfuncitem.get_closest_marker("apart") is None:
        return None
    names = pyfuncitem._fixtureinfo.argnames  # noqa: SLF001 -- pytest tells it nowhere else
    given = {name: pyfuncitem.funcargs[name] for name in names}
    with ThreadPoolExecutor(1) as thread:
        thread.submit(pyfuncitem.obj, **given).result()
    return True


@pytest.fixture(scope="session", autouse=True)
def browsers_end() -> Iterator[None]:
    """End every browser with the tests."""
    yield
    close_chromium()


@pytest.fixture(scope="session")
def chromium() -> Browser:
    """Return a running Chromium, or skip and say what is missing."""
    return running_chromium()


def _backend_of(item: pytest.Item) -> str | None:
    call = getattr(item, "callspec", None)
    if call and "backend" in call.params:
        return str(call.params["backend"])
    return "postgresql" if item.get_closest_marker("postgresql") else None


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def backend(request: pytest.FixtureRequest) -> str:
    """Name the kind of database that this test runs on; every test runs on both."""
    return str(request.param)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresServer]:
    """Return a real server that lives as long as this run, or skip and say why."""
    try:
        with running_server() as server:
            yield server
    except NoPostgresError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def postgresql_spares(postgresql: PostgresServer) -> Iterator[Spares]:
    """Return empty, migrated databases on the server."""
    template = f"{TEMPLATE}_{os.getpid()}"
    _migrate(postgresql.create(template))
    spares = Spares(postgresql, template)
    yield spares
    spares.drop()
    postgresql.drop(template)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a migrated file to copy from."""
    path = tmp_path_factory.mktemp("template") / "template.sqlite3"
    _migrate(f"sqlite:///{path}")
    return path


def _migrate(url: str) -> None:
    database = Database.connect(url)
    tables.upgrade(database.engine)
    database.dispose()


@pytest.fixture
def database_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the URL of an empty, migrated database, for tests that start processes."""
    if backend == "sqlite":
        path = tmp_path / "database.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    spares: Spares = request.getfixturevalue("postgresql_spares")
    name = spares.take()
    yield request.getfixturevalue("postgresql").url_of(name)
    spares.give_back(name)


@pytest.fixture
def bare_database(database_url: str) -> Iterator[Database]:
    """Return an empty, migrated database, on SQLite and again on PostgreSQL, without guard."""
    database = Database.connect(database_url)
    yield database
    database.dispose()


@pytest.fixture
def database(bare_database: Database) -> Database:
    """Return an empty, migrated database whose guard refuses a commit without an entry."""
    guard.install(bare_database)
    return bare_database


@pytest.fixture
def clock() -> FakeClock:
    """Return a clock that only the test moves."""
    return FakeClock()


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    """Return fresh keys in a file of this test."""
    return Keyring.create(tmp_path / "privacy.key.json")


@pytest.fixture
def cabinet(keyring: Keyring, clock: FakeClock) -> KeyCabinet:
    """Return what opens the keys of controllers and subjects."""
    return KeyCabinet(keyring, clock)


@pytest.fixture(scope="session", autouse=True)
def compiled() -> Iterator[None]:
    """Compile templates, rules and statements once in a run, as a process in service does."""
    with compiled_once():
        yield


@pytest.fixture(scope="session", autouse=True)
def closed_sockets() -> Iterator[None]:
    """Refuse every connection that would leave this machine."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and not _is_loopback(str(address[0])):
            self.close()
            raise RuntimeError(f"a test wants to connect to {address[0]}")
        real(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect)
        yield


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
