"""What makes jobs run by themselves, in any number of processes."""

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from privacy.clock import Clock
from privacy.db import Database
from privacy.errors import ConflictError, NotFoundError, UnavailableError
from privacy.scheduler.job import Job
from privacy.scheduler.lane import Lane
from privacy.scheduler.ledger import LEASE, Ledger

BEAT = timedelta(seconds=1)
PATIENCE = 20.0
"""Seconds that a stopping process waits for runs that have begun."""

logger = logging.getLogger(__name__)


class Runner:
    """Runs each due job in one process only; the others stand by and take over from the dead."""

    def __init__(
        self,
        database: Database,
        jobs: Sequence[Job],
        clock: Clock,
        *,
        lease: timedelta = LEASE,
        beat: timedelta = BEAT,
    ) -> None:
        self._ledger = Ledger(database, clock, lease=lease)
        pruning = Job("job-run-prune", timedelta(hours=1), lambda: self._ledger.prune(self._jobs))
        self._jobs = (*jobs, pruning)
        self._lanes = {job.name: Lane(job, self._ledger, clock) for job in self._jobs}
        if len(self._lanes) < len(self._jobs):
            raise ValueError("two jobs have the same name")
        self._beat = beat
        self._alarm: BackgroundScheduler | None = None

    def start(self) -> None:
        """Begin; call it after a fork, never before."""
        for lane in self._lanes.values():
            lane.start()
        # A tick that is late is no news: the next one looks at everything.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        # The alarm only wakes; what runs is decided by rows, so that nothing of it is shared.
        self._alarm = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._alarm.add_job(self.tick)
        self._alarm.add_job(self.tick, "interval", seconds=self._beat.total_seconds())
        self._alarm.start()

    def stop(self, *, patience: float = PATIENCE) -> None:
        """Begin nothing more and wait for what runs; what outlives that is taken over."""
        if self._alarm:
            self._alarm.shutdown()
            self._alarm = None
        for lane in self._lanes.values():
            lane.stop()
        end = time.monotonic() + patience
        for lane in self._lanes.values():
            lane.join(max(end - time.monotonic(), 0))

    def tick(self) -> None:
        """Keep the claims of what runs here, and nudge what is owed."""
        try:
            self._keep_claims()
            for job in self._ledger.owed(self._jobs):
                self._lanes[job.name].nudge()
        except Exception as error:  # noqa: BLE001 -- the database may be away; the next tick looks
            logger.error("jobs.tick-failed", extra={"error": type(error).__name__})  # noqa: TRY400 -- the class is enough

    def _keep_claims(self) -> None:
        for lane in self._lanes.values():
            lane.beat()

    def fault(self) -> str | None:
        """Say which jobs failed when they last ran, for who asks about health; or None."""
        failing = self._ledger.failing(self._jobs)
        return f"Failed when last run: {', '.join(failing)}." if failing else None

    def wake(self, name: str) -> None:
        """Run a job soon, because work for it was committed; return at once.

        Without `start` in this process nothing happens: the job's next slot finds the work.
        """
        self._lane(name).wake()

    def run_due(self) -> int:
        """Run everything that is owed, here and now, and return how many jobs ran."""
        with self._beating():
            return sum(lane.step() for lane in self._lanes.values())

    def run_now(self, name: str) -> None:
        """Run a job here and now; pass its error on.

        Raises ConflictError while another process runs it.
        """
        lane = self._lane(name)
        claim = self._ledger.take(lane.job, extra=True)
        if claim is None:
            raise ConflictError(f"The job {name} is running already; try again when it has ended.")
        with self._beating():
            error = lane.run(claim)
        if error:
            raise error

    @contextmanager
    def _beating(self) -> Iterator[None]:
        """Keep claims without the alarm, for runs in the caller's thread."""
        ended = threading.Event()

        def keep() -> None:
            while not ended.wait(self._beat.total_seconds()):
                with suppress(UnavailableError):
                    self._keep_claims()

        keeper = threading.Thread(target=keep, name="job-claims", daemon=True)
        keeper.start()
        try:
            yield
        finally:
            ended.set()
            keeper.join()

    def _lane(self, name: str) -> Lane:
        if name not in self._lanes:
            raise NotFoundError(f"There is no job {name}; the jobs are {', '.join(self._lanes)}.")
        return self._lanes[name]
