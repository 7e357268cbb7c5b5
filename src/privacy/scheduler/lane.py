"""One job's thread: jobs cannot delay each other, and none runs twice at once."""

import logging
import threading

from privacy.clock import Clock
from privacy.scheduler.job import Job
from privacy.scheduler.ledger import Claim, Ledger

ANOTHER_LOOK = 0.2
"""Seconds between looks while a run was asked for and another process is at the job."""

AFTER_FAULT = 1.0
"""Seconds before another look when the database did not answer."""

logger = logging.getLogger(__name__)


class Lane:
    """Runs one job whenever it is nudged or woken and the ledger gives it a claim."""

    def __init__(self, job: Job, ledger: Ledger, clock: Clock) -> None:
        self.job = job
        self._ledger = ledger
        self._clock = clock
        self._look = threading.Event()
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._held: Claim | None = None
        self._until = clock()
        self._ends = clock()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to listen."""
        self._thread = threading.Thread(target=self._listen, name=self.job.name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Begin no other run; return at once."""
        self._stopping.set()
        self._look.set()

    def join(self, patience: float) -> None:
        """Wait so many seconds for a run that has begun."""
        if self._thread:
            self._thread.join(patience)

    def nudge(self) -> None:
        """Look whether something is owed."""
        self._look.set()

    def wake(self) -> None:
        """Run soon, even if nothing is due; many wakes before a run starts make one run."""
        self._woken.set()
        self._look.set()

    def beat(self) -> None:
        """Keep the claim of a run that goes on, well before it ends."""
        claim, at = self._held, self._clock()
        if claim is None or at >= self._ends or self._until - at > self._ledger.lease * 2 / 3:
            return
        until = self._ledger.renew(claim)
        if until:
            self._until = until
        elif self._held is claim:
            self._report(logging.WARNING, "job.claim-lost", claim)
            self._held = None

    def step(self) -> bool:
        """Run the job once if it is owed or was woken; tell whether it ran.

        A shared job that was woken runs at once: what other processes are at, they hold.
        """
        woken = self._woken.is_set()
        self._woken.clear()
        if woken and self.job.is_shared:
            return self._run_woken()
        claim = None
        try:
            claim = self._ledger.take(self.job, extra=woken)
        finally:
            if claim is None and woken:
                self._woken.set()
        if claim:
            self.run(claim)
        return claim is not None

    def _run_woken(self) -> bool:
        try:
            self.job.run()
        except Exception as error:  # noqa: BLE001 -- its next slot tries again, and tells of it
            self._report(logging.ERROR, "job.failed", None, error=type(error).__name__)
        return True

    def run(self, claim: Claim) -> Exception | None:
        """Run the job under a claim, write down how it ended, and return its error if any."""
        if claim.attempts > 1:
            self._report(logging.WARNING, "job.again", claim)
        self._until, self._ends = claim.until, self._clock() + self.job.longest
        self._held = claim
        try:
            self.job.run()
        except Exception as error:  # noqa: BLE001 -- whatever it is, the others go on
            self._settle(claim, error)
            return error
        finally:
            self._held = None
        self._settle(claim, None)
        return None

    def _settle(self, claim: Claim, error: Exception | None) -> None:
        name = type(error).__name__ if error else ""
        mine = self._ledger.fail(claim, name) if error else self._ledger.finish(claim)
        if error:
            self._report(logging.ERROR, "job.failed", claim, error=name)
        if not mine:
            self._report(logging.WARNING, "job.claim-lost", claim)

    def _listen(self) -> None:
        while not self._stopping.is_set():
            self._look.wait(ANOTHER_LOOK if self._woken.is_set() else None)
            self._look.clear()
            try:
                if not self._stopping.is_set():
                    self.step()  # if more is owed, a wake or the next tick says so
            except Exception as error:  # noqa: BLE001 -- the database may be away for a while
                self._report(logging.ERROR, "job.ledger-failed", None, error=type(error).__name__)
                self._stopping.wait(AFTER_FAULT)

    def _report(self, level: int, what: str, claim: Claim | None, *, error: str = "") -> None:
        fields = {"job": self.job.name, "error": error}
        if claim:
            fields |= {"due_at": claim.due_at.isoformat(), "tries": str(claim.attempts)}
        logger.log(level, what, extra=fields)
