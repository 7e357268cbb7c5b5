"""Four real processes on one database, and what becomes of a run whose process is lost."""

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select

from privacy.db import Database
from privacy.scheduler.models import JobRun, RunState
from tests.scheduler.process import LEASE, RUNS_A_SECOND

PATIENCE = 60.0
PROCESSES = 4


class Crew:
    """Four processes, the lines that their runs wrote, and the rows that they left."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.folder = folder
        self.processes: dict[int, subprocess.Popen[bytes]] = {}
        self.errors = (folder / "errors").open("wb")

    def start(self, *jobs: str) -> None:
        """Start the four, each with the same jobs."""
        url = self.database.engine.url.render_as_string(hide_password=False)
        script = Path(__file__).with_name("process.py")
        command = [sys.executable, str(script), url, str(self.folder), *jobs]
        for _number in range(PROCESSES):
            process = subprocess.Popen(command, stderr=self.errors)
            self.processes[process.pid] = process

    def lines(self) -> list[tuple[str, int]]:
        """Return the job and the process of each run."""
        path = self.folder / "runs"
        found = path.read_text().splitlines() if path.exists() else []
        return [(job, int(pid)) for job, pid in (line.split() for line in found)]

    def runs(self, job: str) -> list[int]:
        """Return the processes that ran a job, in their order."""
        return [pid for name, pid in self.lines() if name == job]

    def rows(self, job: str) -> list[JobRun]:
        """Return the runs that the database knows."""
        with self.database.reading() as session:
            return list(session.scalars(select(JobRun).where(JobRun.job == job)))

    def said(self) -> str:
        """Return what was logged."""
        return (self.folder / "errors").read_text()

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something to become true."""
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, self.said()
            time.sleep(0.05)

    def go_on(self, runs: int) -> None:
        """Wait for so many more runs of any job."""
        runs += len(self.lines())
        self.until(lambda: len(self.lines()) >= runs)

    def stop(self, pid: int) -> None:
        """Stop a process between two of its writes; within one, it would stop all the others."""
        while True:
            self.processes[pid].send_signal(signal.SIGSTOP)
            if self.is_writable():
                return
            self.processes[pid].send_signal(signal.SIGCONT)
            time.sleep(0.1)

    def is_writable(self) -> bool:
        """Tell whether nobody is in the middle of a write, by waiting half a second for it."""
        url = self.database.engine.url
        try:
            if url.get_backend_name() == "sqlite":
                with closing(sqlite3.connect(str(url.database), timeout=0.5)) as file:
                    file.execute("BEGIN IMMEDIATE")
            else:
                plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
                with psycopg.connect(plain) as connection:
                    connection.execute("SET lock_timeout = 500")
                    connection.execute("LOCK TABLE job_run IN EXCLUSIVE MODE")
        except (sqlite3.OperationalError, psycopg.errors.LockNotAvailable):
            return False
        return True

    def close(self) -> None:
        """End each process, whatever state it is in."""
        (self.folder / "released").touch()
        for process in self.processes.values():
            process.send_signal(signal.SIGCONT)
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.errors.close()


@pytest.fixture
def crew(database: Database, tmp_path: Path) -> Iterator[Crew]:
    one = Crew(database, tmp_path)
    yield one
    one.close()


def test_four_processes_run_each_due_job_once_and_replace_one_that_is_killed(crew: Crew):
    crew.start("first", "second", "long")
    crew.until(lambda: bool(crew.runs("long")))
    crew.go_on(int(LEASE.total_seconds() + 1) * RUNS_A_SECOND)
    (killed,) = crew.runs("long")  # it lives, so nobody took its run over
    crew.processes[killed].kill()
    crew.until(lambda: len(crew.runs("long")) == 2)
    crew.go_on(RUNS_A_SECOND)
    crew.close()
    assert [pid == killed for pid in crew.runs("long")] == [True, False]
    (row,) = crew.rows("long")
    assert (row.state, row.fence, row.attempts) == (RunState.DONE, 2, 2)
    for job in ("first", "second"):
        rows = crew.rows(job)
        # Only a run that the killed process had begun may have run a second time.
        again = sum(row.attempts - 1 for row in rows)
        assert again <= 1
        assert len(rows) <= len(crew.runs(job)) <= len(rows) + again
        assert {row.state for row in rows} == {RunState.DONE}


def test_a_process_that_was_stopped_too_long_cannot_undo_what_its_successor_did(crew: Crew):
    crew.start("long")
    crew.until(lambda: bool(crew.runs("long")))
    (stopped,) = crew.runs("long")
    crew.stop(stopped)
    crew.until(lambda: crew.rows("long")[0].state is RunState.DONE)
    (before,) = crew.rows("long")
    (crew.folder / "released").touch()
    crew.processes[stopped].send_signal(signal.SIGCONT)
    crew.until(lambda: f"{stopped} job.claim-lost" in crew.said())
    (after,) = crew.rows("long")
    assert [pid == stopped for pid in crew.runs("long")] == [True, False]
    assert (after.state, after.fence, after.finished_at) == (RunState.DONE, 2, before.finished_at)
