"""Runs of jobs: the row that a process must hold in order to run."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from privacy.db import Base


class RunState(StrEnum):
    """What became of one run."""

    RUNNING = "running"
    """Held by a process until `claimed_until`, which it keeps moving while it lives."""
    DONE = "done"
    FAILED = "failed"
    """To be tried again from `claimed_until` on."""
    DEAD = "dead"
    """Given up; the job goes on with its next run."""


class JobRun(Base):
    """One run of one job; who holds an older `fence` may write nothing more."""

    __tablename__ = "job_run"
    __table_args__ = ({"info": {"placement": "local"}},)

    job: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime] = mapped_column(primary_key=True)
    state: Mapped[RunState]
    claimed_until: Mapped[datetime]
    fence: Mapped[int]
    attempts: Mapped[int]
    finished_at: Mapped[datetime | None]
    error: Mapped[str]
    """The class of the last error, never its words."""


Index(
    "uq_job_run_running",
    JobRun.job,
    unique=True,
    sqlite_where=JobRun.state == RunState.RUNNING,
    postgresql_where=JobRun.state == RunState.RUNNING,
)
"""Two runs of one job never overlap, whoever starts them."""
