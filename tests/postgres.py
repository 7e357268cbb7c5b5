"""A throw-away PostgreSQL server: found by URL, or started here and gone at the end."""

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

URL_VARIABLE = "PRIVACY_TEST_POSTGRESQL"
"""A `postgresql://` URL of a server whose account may create databases."""

PATIENCE = 60

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

    def run(self, statement: str) -> None:
        """Run one statement of database administration."""
        with psycopg.connect(f"{self.url}/postgres", autocommit=True) as connection:
            connection.execute(statement.encode())

    def create(self, name: str, *, template: str = "template1") -> str:
        """Create a database and return its SQLAlchemy URL."""
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return f"{self.url.replace('postgresql://', 'postgresql+psycopg://', 1)}/{name}"

    def drop(self, name: str) -> None:
        """Drop a database, whoever is still connected."""
        self.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


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
