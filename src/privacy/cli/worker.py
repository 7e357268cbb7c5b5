"""What one worker process of `privacy serve` runs: the web, the jobs and the sequencer."""

import atexit
import gc
import threading
from collections.abc import Callable

from flask import Flask

from privacy.config import Settings
from privacy.runtime import Runtime
from privacy.scheduler.jobs import Makers, table
from privacy.scheduler.runner import Runner
from privacy.web import app as web
from privacy.web import current, limits, logs
from privacy.web.banner.kept import notice_files
from privacy.web.mails import render_mail
from privacy.web.pages import package_page
from privacy.web.texts import render_text

MERGE_EVERY = 0.25
"""Seconds of entries that share one checkpoint; a receipt promises its place within sixty."""


def application() -> Flask:
    """Return the app of one worker process, with its jobs and its sequencer running."""
    settings = Settings.from_env()
    logs.configure(settings.log_level)
    limits.tell(limits.LIMITS)
    return running(web.create_app(settings))


def running(app: Flask) -> Flask:
    """Start what runs beside an app in its process, to end with it."""
    runtime: Runtime = app.extensions[current.RUNTIME]
    stops = [start_sequencer(runtime)]
    if runtime.settings.run_jobs:
        stops.append(start_jobs(runtime))
    for stop in stops:
        atexit.register(stop)
    # What was made to start stays for good: the collector need not look at it again, request
    # after request.
    gc.collect()
    gc.freeze()
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
        runtime.database,
        table(runtime, Makers(render_mail, package_page, notice_files, render_text)),
        runtime.clock,
    )
    runtime.wakers.append(runner.wake)
    runtime.checks["jobs"] = runner.fault
    runner.start()
    return runner.stop
