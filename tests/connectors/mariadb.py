"""A throw-away MariaDB server: started here, on loopback, and gone at the end."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pymysql

from tests.postgres import KEEPER

PATIENCE = 60


class NoServerError(Exception):
    """The programs of a server are not on this machine; the message says which."""


@dataclass(frozen=True)
class MariadbServer:
    """A running server; its administrator is `root` without a password."""

    port: int

    def run(self, *statements: str, database: str | None = None) -> None:
        """Run statements of database administration."""
        with (
            pymysql.connect(
                host="127.0.0.1", port=self.port, user="root", database=database, autocommit=True
            ) as connection,
            connection.cursor() as cursor,
        ):
            for statement in statements:
                cursor.execute(statement)

    def create(self, name: str) -> str:
        """Create a database and return its address."""
        self.run(f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4")
        return f"mysql://root@127.0.0.1:{self.port}/{name}"


@contextmanager
def running_server() -> Iterator[MariadbServer]:
    """Yield a server; raise NoServerError when this machine has no programs for one."""
    install, serve = (
        shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        for name in ("mariadb-install-db", "mariadbd")
    )
    if not install or not serve:
        raise NoServerError("no MariaDB server on this machine: install mariadb-server")
    with ExitStack() as stack:
        home = Path(tempfile.mkdtemp(prefix="privacy-mariadb-", dir=_memory()))
        stack.callback(shutil.rmtree, home, ignore_errors=True)
        yield _start(stack, home, install, serve)


def _memory() -> str | None:
    """Return a folder in memory, where making a table costs no wait for a disk."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def _start(stack: ExitStack, home: Path, install: str, serve: str) -> MariadbServer:
    account = ["--user=root"] if os.getuid() == 0 else []
    _set_up(home, install, account)
    port = _free_port()
    options = [
        "--no-defaults", f"--datadir={home}/data", f"--socket={home}/s", f"--port={port}",
        f"--pid-file={home}/pid", f"--tmpdir={home}", "--bind-address=127.0.0.1",
        "--skip-name-resolve",
        "--skip-log-bin", "--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=0",
        "--innodb-flush-method=nosync", "--sync-frm=0",
        "--innodb-buffer-pool-size=32M", "--performance-schema=0", *account,
    ]  # fmt: skip
    with (home / "log").open("ab") as log:
        keeper = subprocess.Popen(
            ["/bin/sh", "-c", KEEPER.replace("-INT", "-TERM"), "sh", serve, *options],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd=home,
            start_new_session=True,
        )
    stack.callback(_stop, keeper)
    server = MariadbServer(port)
    if not _answers(server):
        raise NoServerError(f"MariaDB does not start: {(home / 'log').read_text()[-500:]}")
    return server


def _set_up(home: Path, install: str, account: list[str]) -> None:
    """Make the server's own tables; tried again, for two at once may disturb each other."""
    told = ""
    for _attempt in range(3):
        shutil.rmtree(home / "data", ignore_errors=True)
        made = subprocess.run(
            [
                install, "--no-defaults", f"--datadir={home}/data", f"--tmpdir={home}",
                "--skip-test-db", *account, "--auth-root-authentication-method=normal",
                "--skip-name-resolve", "--force",
            ],
            capture_output=True,
            check=False,
            env={**os.environ, "TMPDIR": str(home)},
        )  # fmt: skip
        if not made.returncode:
            return
        told = (made.stdout + made.stderr).decode(errors="replace")[-600:]
    raise NoServerError(f"MariaDB cannot be set up: {told}")


def _stop(keeper: "subprocess.Popen[bytes]") -> None:
    if keeper.stdin:
        keeper.stdin.close()
    keeper.wait(timeout=PATIENCE)


def _answers(server: MariadbServer) -> bool:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with suppress(pymysql.err.OperationalError):
            server.run("SELECT 1")
            return True
        time.sleep(0.05)
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
