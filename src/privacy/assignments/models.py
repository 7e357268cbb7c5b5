"""Questions to whoever keeps what no code can read, and their answers.

What is asked and what is answered stand sealed under the subject's key; both are destroyed with
it, and at the latest when the answer to the request is made.
"""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from privacy.crypto import Context
from privacy.db import Base


class AssignmentState(StrEnum):
    """How far an assignment is."""

    OPEN = "open"
    ANSWERED = "answered"
    """Searched: something was found, or nothing."""
    IMPOSSIBLE = "impossible"
    """Whoever was asked says that it cannot be searched."""
    CLOSED = "closed"
    """Its request needs it no more; what was asked and answered is destroyed."""


class Task(StrEnum):
    """What a keeper is asked to do."""

    SEARCH = "search"
    CORRECT = "correct"
    """Put values right (Art. 16, 19 GDPR)."""


class Assignment(Base):
    """One question to one keeper; it never changes, and what is learned later is asked anew."""

    __tablename__ = "assignment"
    __table_args__ = (
        Index(None, "controller_id", "state"),
        Index(None, "request_id"),
        Index(None, "id"),
        {"info": {"placement": "subject"}},
    )

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    controller_id: Mapped[UUID]
    request_id: Mapped[UUID]
    store_name: Mapped[str]
    way: Mapped[str]
    """A `stores.assigned.Way`."""
    task: Mapped[str] = mapped_column(default=Task.SEARCH.value, server_default="search")
    """A `Task`."""
    state: Mapped[AssignmentState]
    questions_sealed: Mapped[bytes | None]
    """JSON: by which values each collection is to be searched."""
    changes_sealed: Mapped[bytes | None]
    """JSON: what is to be put right, before and after; only of a correction."""
    answer_sealed: Mapped[bytes | None]
    """JSON: the rows, or why there are none."""
    records: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime]
    remind_on: Mapped[date]
    due_on: Mapped[date]
    sent_at: Mapped[datetime | None]
    """When the vendor took the question, or the mail was owed."""
    next_at: Mapped[datetime | None]
    """Before this instant a vendor that did not take it is not asked again."""
    tries: Mapped[int] = mapped_column(default=0)
    reminded_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class AssignmentFile(Base):
    """One document of an answer."""

    __tablename__ = "assignment_file"
    __table_args__ = {"info": {"placement": "subject"}}  # noqa: RUF012 -- a plain dict

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    assignment_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    contents_sealed: Mapped[bytes]


class AssignmentLink(Base):
    """A link by which a keeper without an account answers; only its token's digest is kept."""

    __tablename__ = "assignment_link"
    __table_args__ = {"info": {"placement": "local"}}  # noqa: RUF012 -- a plain dict

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID]
    assignment_id: Mapped[UUID] = mapped_column(index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


def sealed_context(about: Assignment, part: str) -> Context:
    """Return what a sealed part of an assignment is bound to."""
    return ("assignment", part, str(about.controller_id), str(about.subject_id), str(about.id))
