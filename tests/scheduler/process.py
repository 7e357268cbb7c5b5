"""One process of several: `python process.py DATABASE_URL FOLDER JOB…` until SIGTERM.

Each run appends a line to FOLDER/runs. The run of `long` that begins first waits for
FOLDER/released, so that a test can kill or stop its process in the middle.
"""

import logging
import os
import signal
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

from privacy.clock import system_clock
from privacy.db import Database
from privacy.scheduler.job import Job
from privacy.scheduler.runner import Runner

LEASE = timedelta(seconds=3)
RUNS_A_SECOND = 3
"""Of the two short jobs together."""


def main(url: str, folder: Path, names: list[str]) -> None:
    """Run jobs until told to stop."""
    logging.basicConfig(level=logging.WARNING, format=f"{os.getpid()} %(message)s")

    def note(what: str) -> None:
        with (folder / "runs").open("a") as runs:
            runs.write(f"{what} {os.getpid()}\n")

    def take_long() -> None:
        note("long")
        try:
            (folder / "began").touch(exist_ok=False)
        except FileExistsError:
            return
        while not (folder / "released").exists():
            time.sleep(0.02)

    jobs = [
        Job("first", timedelta(milliseconds=500), lambda: note("first")),
        Job("second", timedelta(seconds=1), lambda: note("second")),
        Job("long", timedelta(days=365), take_long),
    ]
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_signal: stop.set())
    runner = Runner(
        Database.connect(url),
        [job for job in jobs if job.name in names],
        system_clock,
        lease=LEASE,
        beat=timedelta(milliseconds=100),
    )
    runner.start()
    stop.wait()
    runner.stop()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
