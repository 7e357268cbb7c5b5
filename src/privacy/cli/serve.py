"""`privacy serve`: the web, the jobs and the sequencer of the log, in one command."""

import os
import sys

import click

from privacy.cli.reach import connected, ensure_at_head
from privacy.config import Settings
from privacy.crypto import Keyring
from privacy.errors import ConfigError


@click.command()
@click.option("--bind", metavar="HOST:PORT", help="Where to listen; else PRIVACY_BIND.")
def serve(bind: str | None) -> None:
    """Serve the web, run the jobs, integrate the log."""
    settings = _usable(Settings.from_env())
    host, port = _place(bind or settings.bind)
    arguments = [host, str(port), str(settings.workers), str(settings.threads)]
    # A new program in this process: the watcher needs nothing of what was imported to come here.
    command = [sys.executable, "-m", "privacy.cli.watcher", *arguments]
    os.execv(sys.executable, command)  # noqa: S606 no shell is wanted, and every part is ours


def _usable(settings: Settings) -> Settings:
    """Refuse what could not work, before any process is started."""
    if settings.is_sqlite and settings.workers > 1:
        raise ConfigError("SQLite has one writer: set PRIVACY_WORKERS=1, or use PostgreSQL.")
    Keyring.load(settings.key_file)
    with connected(settings) as database:
        ensure_at_head(database)
    return settings


def _place(bind: str) -> tuple[str, int]:
    """Return the host and the port of HOST:PORT, where an IPv6 host stands in brackets."""
    host, _, port = bind.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65_536:
        raise ConfigError(f"Say where to listen as HOST:PORT, such as 127.0.0.1:8600, not {bind}.")
    return host.strip("[]"), int(port)
