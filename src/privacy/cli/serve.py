"""`privacy serve`: the web, the jobs and the sequencer of the log, in one command."""

import atexit
import threading
from collections.abc import Callable

import click
from flask import Flask
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from privacy.cli.process import connected, ensure_at_head
from privacy.config import Settings
from privacy.crypto import Keyring
from privacy.errors import ConfigError
from privacy.runtime import Runtime
from privacy.scheduler.jobs import Makers, table
from privacy.scheduler.runner import Runner
from privacy.web import app as web
from privacy.web import current, limits, logs
from privacy.web.mails import render_mail
from privacy.web.pages import package_page

BACKLOG = 1024
MERGE_EVERY = 0.25
"""Seconds of entries that share one checkpoint; a receipt promises its place within sixty."""


@click.command()
@click.option("--bind", metavar="HOST:PORT", help="Where to listen; else PRIVACY_BIND.")
def serve(bind: str | None) -> None:
    """Serve the web, run the jobs, integrate the log."""
    settings = _usable(Settings.from_env())
    host, port = _place(bind or settings.bind)
    logs.configure(settings.log_level)
    limits.tell(limits.LIMITS)
    server = Granian(
        "privacy.cli.serve:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=settings.threads,
        backpressure=settings.threads,
        backlog=BACKLOG,
        factory=True,
        log_access=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
    )
    server.serve()


def application() -> Flask:
    """Return the app of one worker process, with its jobs and its sequencer running."""
    settings = Settings.from_env()
    logs.configure(settings.log_level)
    return running(web.create_app(settings))


def running(app: Flask) -> Flask:
    """Start what runs beside an app in its process, to end with it."""
    runtime: Runtime = app.extensions[current.RUNTIME]
    stops = [start_sequencer(runtime)]
    if runtime.settings.run_jobs:
        stops.append(start_jobs(runtime))
    for stop in stops:
        atexit.register(stop)
    return app


def start_sequencer(runtime: Runtime) -> Callable[[], None]:
    """Let a thread give entries their place in the log; return what ends it."""
    ended = threading.Event()
    thread = threading.Thread(
        target=runtime.sequencer.run,
        args=(ended, MERGE_EVERY),
        name="sequencer",
        daemon=True,
    )
    thread.start()

    def stop() -> None:
        ended.set()
        runtime.sequencer.wake()
        thread.join(timeout=10)

    return stop


def start_jobs(runtime: Runtime) -> Callable[[], None]:
    """Run the table of jobs in this process; return what ends it."""
    runner = Runner(
        runtime.database, table(runtime, Makers(render_mail, package_page)), runtime.clock
    )
    runtime.wakers.append(runner.wake)
    runtime.checks["jobs"] = runner.fault
    runner.start()
    return runner.stop


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
