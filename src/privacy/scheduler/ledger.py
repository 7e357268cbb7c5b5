"""Who runs what: claims on runs, each change of them one short transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, Executable, and_, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from privacy.clock import Clock
from privacy.db import Database
from privacy.scheduler.job import MAX_TRIES, Job, pause, slot
from privacy.scheduler.models import JobRun, RunState

LEASE = timedelta(seconds=60)
KEPT = timedelta(days=7)
"""How long finished runs stay to be looked at."""


@dataclass(frozen=True)
class Claim:
    """The right to run; it ends when the lease does, unless it is renewed."""

    job: Job
    due_at: datetime
    fence: int
    attempts: int
    until: datetime
    is_extra: bool
    """Whether it was asked for between two slots; then no row needs to stay."""


class Ledger:
    """The rows of `job_run`, as one process sees them."""

    def __init__(self, database: Database, clock: Clock, *, lease: timedelta = LEASE) -> None:
        self._database = database
        self._clock = clock
        self.lease = lease

    def owed(self, jobs: Sequence[Job]) -> list[Job]:
        """Return the jobs that somebody should run now; the answer may be stale at once."""
        at = self._clock()
        with self._database.reading() as session:
            rows = _standing(session, {job.name: slot(at, job.every) for job in jobs})
        return [job for job in jobs if _next(job, rows, at) is not None]

    def take(self, job: Job, *, extra: bool = False) -> Claim | None:
        """Claim what is owed of a job; with `extra`, a run between two slots if nothing is.

        None means that nothing is owed, or that another process runs the job at this moment.
        """
        at = self._clock()
        until = at + self.lease
        try:
            with self._database.transaction() as session:
                rows = _standing(session, {job.name: slot(at, job.every)})
                owed = _next(job, rows, at) or (at if extra else None)
                if isinstance(owed, JobRun):
                    return _again(session, job, owed, at=at, until=until)
                return _first(session, job, owed, at=at, until=until) if owed else None
        except IntegrityError:  # another process began another run of the job meanwhile
            return None

    def renew(self, claim: Claim) -> datetime | None:
        """Move the end of a claim on and return it; None if the claim was lost."""
        until = self._clock() + self.lease
        return until if self._changes(claim, claimed_until=until) else None

    def finish(self, claim: Claim) -> bool:
        """Write down that a run is done; False if the claim was lost meanwhile."""
        if claim.is_extra:
            with self._database.transaction() as session:
                return _hits_one(session, delete(JobRun).where(_mine(claim)))
        return self._changes(claim, state=RunState.DONE, finished_at=self._clock(), error="")

    def fail(self, claim: Claim, error: str) -> bool:
        """Push a run that failed ahead, or give it up after too many tries."""
        at = self._clock()
        last = claim.attempts >= MAX_TRIES
        return self._changes(
            claim,
            state=RunState.DEAD if last else RunState.FAILED,
            claimed_until=at + pause(claim.attempts, claim.job.every),
            finished_at=at,
            error=error,
        )

    def failing(self, jobs: Iterable[Job]) -> list[str]:
        """Return the names of the jobs whose latest run failed."""
        with self._database.reading() as session:
            latest = {
                job.name: session.scalars(
                    select(JobRun.state)
                    .where(JobRun.job == job.name, JobRun.state != RunState.RUNNING)
                    .order_by(JobRun.due_at.desc())
                    .limit(1)
                ).one_or_none()
                for job in jobs
            }
        bad = {RunState.FAILED, RunState.DEAD}
        return [name for name, state in latest.items() if state in bad]

    def prune(self, jobs: Iterable[Job]) -> None:
        """Drop runs of a week ago; a job's latest slot stays, however rare the job is."""
        at = self._clock()
        with self._database.transaction() as session:
            for job in jobs:
                before = at - max(KEPT, 2 * job.every)
                session.execute(
                    delete(JobRun).where(
                        JobRun.job == job.name,
                        JobRun.due_at < before,
                        JobRun.state != RunState.RUNNING,
                    )
                )

    def _changes(self, claim: Claim, **values: Any) -> bool:
        with self._database.transaction() as session:
            return _hits_one(session, update(JobRun).where(_mine(claim)).values(values))


def _standing(session: Session, slots: dict[str, datetime]) -> Sequence[JobRun]:
    """Return the rows that decide: what runs, what waits to be tried again, what is due now."""
    due = [and_(JobRun.job == name, JobRun.due_at == due_at) for name, due_at in slots.items()]
    unsettled = JobRun.state.in_([RunState.RUNNING, RunState.FAILED])
    wanted = select(JobRun).where(JobRun.job.in_(slots), or_(unsettled, *due))
    return session.scalars(wanted.order_by(JobRun.due_at.desc())).all()


def _next(job: Job, rows: Sequence[JobRun], at: datetime) -> JobRun | datetime | None:
    """Return the run to take over or to try again, or the slot to begin, or nothing."""
    mine = [row for row in rows if row.job == job.name]
    for row in mine:
        if row.state is RunState.RUNNING:
            return row if row.claimed_until <= at else None
    due_at = slot(at, job.every)
    if all(row.due_at != due_at for row in mine):
        return due_at
    failed = (row for row in mine if row.state is RunState.FAILED)
    return next((row for row in failed if row.claimed_until <= at), None)


def _first(
    session: Session, job: Job, due_at: datetime, *, at: datetime, until: datetime
) -> Claim | None:
    dialect = session.get_bind().dialect.name
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    begun = insert(JobRun).values(
        job=job.name,
        due_at=due_at,
        state=RunState.RUNNING,
        claimed_until=until,
        fence=1,
        attempts=1,
        error="",
    )
    made = session.execute(begun.on_conflict_do_nothing().returning(JobRun.fence))
    if made.first() is None:
        return None
    older = and_(JobRun.job == job.name, JobRun.state == RunState.FAILED)
    session.execute(update(JobRun).where(older).values(state=RunState.DEAD))
    is_extra = due_at == at != slot(at, job.every)
    return Claim(job, due_at, fence=1, attempts=1, until=until, is_extra=is_extra)


def _again(
    session: Session, job: Job, row: JobRun, *, at: datetime, until: datetime
) -> Claim | None:
    """Take over a run whose process is gone, or try one again; give up one that kills."""
    seen = and_(
        JobRun.job == row.job,
        JobRun.due_at == row.due_at,
        JobRun.fence == row.fence,
        JobRun.state == row.state,
        JobRun.claimed_until <= at,
    )
    claim = Claim(job, row.due_at, row.fence + 1, row.attempts + 1, until, is_extra=False)
    if row.attempts >= MAX_TRIES:
        given_up = {"state": RunState.DEAD, "finished_at": at, "error": "abandoned"}
        session.execute(update(JobRun).where(seen).values(given_up))
        return None
    taken = {
        "state": RunState.RUNNING,
        "fence": claim.fence,
        "attempts": claim.attempts,
        "claimed_until": until,
    }
    return claim if _hits_one(session, update(JobRun).where(seen).values(taken)) else None


def _mine(claim: Claim) -> ColumnElement[bool]:
    return and_(
        JobRun.job == claim.job.name,
        JobRun.due_at == claim.due_at,
        JobRun.fence == claim.fence,
        JobRun.state == RunState.RUNNING,
    )


def _hits_one(session: Session, statement: Executable) -> bool:
    result = session.execute(statement)
    return isinstance(result, CursorResult) and result.rowcount == 1
