"""A throw-away PostgreSQL server: found by URL, or started here and gone at the end."""

import itertools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from privacy.tables import METADATA, current_head

URL_VARIABLE = "PRIVACY_TEST_POSTGRESQL"
"""A `postgresql://` URL of a server whose account may create databases."""

PATIENCE = 60

Cleaner = psycopg.Connection[tuple[bool]]

# Lives as long as its standard input: when the tests end, even by kill -9, the server ends too.
KEEPER = 'trap "" INT; "$@" & server=$!; cat >/dev/null; kill -INT $server; wait $server'

SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "shared_buffers": "64MB",
    "max_connections": "200",
    "listen_addresses": "127.0.0.1",
}


@dataclass(frozen=True)
class Account:
    """Who runs the server, since PostgreSQL refuses to run as root."""

    uid: int | None
    gid: int | None


@dataclass(frozen=True)
class PostgresServer:
    """A running server; `url` has no database name and `run` needs none."""

    url: str

    def run(self, statements: str, *, database: str = "postgres") -> None:
        """Run statements of database administration."""
        with psycopg.connect(f"{self.url}/{database}", autocommit=True) as connection:
            connection.execute(statements.encode())

    def create(self, name: str, *, template: str = "template1") -> str:
        """Create a database and return its SQLAlchemy URL."""
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url_of(name)

    def url_of(self, name: str) -> str:
        """Return the SQLAlchemy URL of a database."""
        return f"{self.url.replace('postgresql://', 'postgresql+psycopg://', 1)}/{name}"

    def drop(self, name: str) -> None:
        """Drop a database, whoever is still connected."""
        self.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


EMPTYING = """
CREATE SCHEMA testing;
CREATE TABLE testing.ddl ();
CREATE FUNCTION testing.note() RETURNS event_trigger LANGUAGE plpgsql AS
$$ BEGIN INSERT INTO testing.ddl DEFAULT VALUES; END $$;
CREATE FUNCTION testing.emptied(head text) RETURNS boolean LANGUAGE plpgsql AS
$$ BEGIN
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
    IF EXISTS (SELECT FROM testing.ddl)
        OR (SELECT array_agg(version_num::text) FROM alembic_version) IS DISTINCT FROM ARRAY[head]
    THEN RETURN false;
    END IF;
    {deletions}
    RETURN true;
END $$;
CREATE EVENT TRIGGER noted ON ddl_command_end EXECUTE FUNCTION testing.note();
"""
"""Lets a database remember that somebody changed its shape, and empty itself in one call."""

DELETION = """IF EXISTS (SELECT FROM "{0}") THEN DELETE FROM "{0}"; END IF;"""


class Spares:
    """Databases copied from a template, emptied after a test and used again.

    Copying costs many times what emptying costs. One whose shape was changed is thrown away.
    """

    def __init__(self, server: PostgresServer, template: str) -> None:
        """Let copies of a migrated database empty themselves."""
        self._server = server
        self._template = template
        self._numbers = itertools.count(1)
        self._waiting: list[str] = []
        self._cleaners: dict[str, Cleaner] = {}
        self._head = current_head()
        deletions = "".join(DELETION.format(name) for name in METADATA.tables)
        server.run(EMPTYING.format(deletions=deletions), database=template)

    def take(self) -> str:
        """Return the name of an empty database that nobody else uses."""
        if self._waiting:
            return self._waiting.pop()
        name = f"{self._template}_{next(self._numbers)}"
        self._server.create(name, template=self._template)
        return name

    def give_back(self, name: str) -> None:
        """Empty a database, or drop it when it no longer has the template's shape."""
        if self._emptied(name):
            self._waiting.append(name)
        else:
            self._drop(name)

    def drop(self) -> None:
        """Drop what is left."""
        for name in {*self._waiting, *self._cleaners}:
            self._drop(name)

    def _emptied(self, name: str) -> bool:
        with suppress(psycopg.OperationalError):  # a test may have ended every connection
            return self._asked(name)
        self._cleaners.pop(name).close()
        return self._asked(name)

    def _asked(self, name: str) -> bool:
        # One connection for each database: a new one would first learn of every table.
        if name not in self._cleaners:
            self._cleaners[name] = psycopg.connect(f"{self._server.url}/{name}", autocommit=True)
            # Not even the triggers that protect the audit log shall keep rows of a test.
            self._cleaners[name].execute("SET session_replication_role = replica")
        told = self._cleaners[name].execute("SELECT testing.emptied(%s)", [self._head])
        return told.fetchone() == (True,)

    def _drop(self, name: str) -> None:
        if name in self._cleaners:
            self._cleaners.pop(name).close()
        self._server.drop(name)


class NoPostgresError(Exception):
    """There is neither a server's URL nor a server's program; the message says what to do."""


DURABLE = SETTINGS | {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
"""For measuring: a commit is on the disk before it is acknowledged."""


@contextmanager
def running_server(settings: Mapping[str, str] = SETTINGS) -> Iterator[PostgresServer]:
    """Yield a server; raise NoPostgresError when this machine offers none."""
    given = os.environ.get(URL_VARIABLE, "").replace("+psycopg", "")
    if given:
        yield PostgresServer(given.rsplit("/", 1)[0] if given.count("/") > 2 else given)
        return
    with ExitStack() as stack:
        yield _start(stack, find_programs(), _account(), settings)


def find_programs() -> Path:
    """Return the folder of `initdb` and `postgres`, the newest version first."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: int(path.parts[-3]) if path.parts[-3].isdecimal() else 0,
    )
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path and Path(on_path).resolve().with_name("postgres").exists():
        return Path(on_path).resolve().parent
    raise NoPostgresError(
        f"no PostgreSQL server on this machine: install one or set {URL_VARIABLE}"
    )


def _account() -> Account:
    if os.getuid() != 0:
        return Account(None, None)
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid)
    raise NoPostgresError("PostgreSQL does not run as root and there is no other account")


def _start(
    stack: ExitStack, programs: Path, account: Account, settings: Mapping[str, str]
) -> PostgresServer:
    home = Path(tempfile.mkdtemp(prefix="privacy-pg-"))
    stack.callback(shutil.rmtree, home, ignore_errors=True)
    if account.uid is not None and account.gid is not None:
        os.chown(home, account.uid, account.gid)
    data = home / "data"
    options = ["-U", "privacy", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    subprocess.run(
        [programs / "initdb", "-D", data, *options],
        check=True,
        capture_output=True,
        user=account.uid,
        group=account.gid,
        cwd=home,
    )
    for _attempt in range(5):
        server = _serve(stack, programs, home, account, settings)
        if server:
            return server
    raise NoPostgresError(f"PostgreSQL does not start: {(home / 'log').read_text()[-500:]}")


def _serve(
    stack: ExitStack, programs: Path, home: Path, account: Account, settings: Mapping[str, str]
) -> PostgresServer | None:
    port = _free_port()
    settings = {**settings} | {"unix_socket_directories": str(home), "port": str(port)}
    pairs = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with (home / "log").open("ab") as log:
        keeper = subprocess.Popen(
            ["/bin/sh", "-c", KEEPER, "sh", programs / "postgres", "-D", home / "data", *pairs],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            user=account.uid,
            group=account.gid,
            cwd=home,
            start_new_session=True,
        )
    stack.callback(_stop, keeper)
    server = PostgresServer(f"postgresql://privacy@127.0.0.1:{port}")
    return server if _answers(server) else None


def _stop(keeper: "subprocess.Popen[bytes]") -> None:
    if keeper.stdin:
        keeper.stdin.close()
    keeper.wait(timeout=PATIENCE)


def _answers(server: PostgresServer) -> bool:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with suppress(psycopg.OperationalError):
            server.run("SELECT 1")
            return True
        time.sleep(0.05)
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
