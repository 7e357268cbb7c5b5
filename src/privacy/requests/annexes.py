"""What may be attached to a request: a question to its subject, who acts for them, reminders.

All are local rows like the request itself; what is personal in them is sealed under the key of
the subject, so that it becomes unreadable with everything else of an erased subject.
"""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, Enum, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from privacy.db import Base
from privacy.requests.deadline import Stage
from privacy.requests.models import LOCAL


class QuestionKind(StrEnum):
    """Why the subject has to be asked before anything can be answered."""

    IDENTITY = "identity"
    """There is a reasonable doubt about who asks (Art. 12(6) or 11(2) GDPR)."""
    CLARIFICATION = "clarification"
    """Much is held, and it is not clear what is wanted (recital 63 GDPR)."""


class Capacity(StrEnum):
    """In which capacity somebody asks for another person."""

    MANDATE = "mandate"
    LAWYER = "lawyer"
    """A lawyer of the subject's, whose word the courts take for a mandate."""
    PARENT = "parent"
    GUARDIAN = "guardian"
    """A guardian or curator that a court appointed."""


class AgeBand(StrEnum):
    """How old the subject is, as far as the law asks; no date of birth is kept."""

    UNDER_15 = "under_15"
    FROM_15_TO_17 = "15_17"
    ADULT = "adult"


class RequestQuestion(Base):
    """One question to the subject, asked once for each kind; while it is open the work waits."""

    __tablename__ = "request_question"
    __table_args__ = {"info": LOCAL}  # noqa: RUF012 -- SQLAlchemy reads a plain dict

    request_id: Mapped[UUID] = mapped_column(ForeignKey("subject_request.id"), primary_key=True)
    kind: Mapped[QuestionKind] = mapped_column(primary_key=True)
    asked_at: Mapped[datetime]
    asked_on: Mapped[date]
    answer_by_on: Mapped[date]
    """After this day the silence may be a ground to refuse, where identity is in doubt."""
    doubt_sealed: Mapped[bytes]
    """Why the question was necessary, in the words of the operator."""
    question_sealed: Mapped[bytes]
    """What the subject was asked, word for word."""
    override_sealed: Mapped[bytes | None]
    """Why the time counts although the question came late."""
    counts: Mapped[bool]
    """Whether the clock stands still meanwhile."""
    ended_on: Mapped[date | None]
    """The day of the answer, or of the decision to go on without one."""
    answered_at: Mapped[datetime | None]
    answer_sealed: Mapped[bytes | None]
    """The answer: JSON with words, and where given an identifier's kind and value."""


class RequestRepresentative(Base):
    """Who acts for the subject; every letter about the request goes to them."""

    __tablename__ = "request_representative"
    __table_args__ = {"info": LOCAL}  # noqa: RUF012 -- SQLAlchemy reads a plain dict

    request_id: Mapped[UUID] = mapped_column(ForeignKey("subject_request.id"), primary_key=True)
    capacity: Mapped[Capacity]
    age_band: Mapped[AgeBand]
    """Of the subject, not of the representative."""
    contact_sealed: Mapped[bytes]
    """JSON with name and e-mail address; and what they said in the portal, and of whom."""
    proof_sealed: Mapped[bytes | None]
    """What shows the mandate or the parentage: what was seen, or the file itself."""
    until_on: Mapped[date | None]
    """The last day of the mandate, where it has one."""
    checked_at: Mapped[datetime | None]
    """When an operator who decides accepted the proof."""
    asked_at: Mapped[datetime | None]
    """When the subject was asked whether it is their wish."""
    replied_at: Mapped[datetime | None]
    agreed: Mapped[bool | None]
    """What the subject said to that."""


class FactQuestion(Base):
    """What a controller lets senders be recognised by: an identifier, and a fact beside it."""

    __tablename__ = "fact_question"
    __table_args__ = {"info": {"placement": "reference"}}  # noqa: RUF012 -- a plain dict

    controller_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    """Of the identifier by which the row is found."""
    store_name: Mapped[str]
    collection: Mapped[str]
    field: Mapped[str]
    """The column that holds the fact."""
    labels: Mapped[dict[str, str]] = mapped_column(JSON)
    """How the fact is asked for, by language."""
    needed_for: Mapped[str]
    """Data stores before whose search a link alone is too little, with commas between them."""


class FactTry(Base):
    """How often a fact beside one identifier was given in a day; gone some days later."""

    __tablename__ = "fact_try"
    __table_args__ = {"info": LOCAL}  # noqa: RUF012 -- SQLAlchemy reads a plain dict

    controller_id: Mapped[UUID] = mapped_column(primary_key=True)
    value_index: Mapped[bytes] = mapped_column(primary_key=True)
    """Blind index of the identifier, under the controller's key."""
    tried_on: Mapped[date] = mapped_column(primary_key=True)
    tries: Mapped[int]


class RequestReminder(Base):
    """A stage of the deadline that the DPO was already told of."""

    __tablename__ = "request_reminder"
    __table_args__ = {"info": LOCAL}  # noqa: RUF012 -- SQLAlchemy reads a plain dict

    request_id: Mapped[UUID] = mapped_column(ForeignKey("subject_request.id"), primary_key=True)
    stage: Mapped[Stage] = mapped_column(primary_key=True)
    sent_at: Mapped[datetime]


class CalendarFeed(Base):
    """The one address at which an operator's calendar program reads deadlines."""

    __tablename__ = "calendar_feed"
    __table_args__ = (UniqueConstraint("digest"), {"info": LOCAL})

    operator_id: Mapped[UUID] = mapped_column(ForeignKey("operator.id"), primary_key=True)
    digest: Mapped[bytes]
    """SHA-256 of the token in the address, which is kept nowhere."""
    created_at: Mapped[datetime]


class TransferState(StrEnum):
    """What became of sending portable data to another controller (Art. 20(2) GDPR)."""

    OWED = "owed"
    SENT = "sent"
    """The other side took it; its status is the receipt."""
    FAILED = "failed"
    """It cannot be reached, or refuses: its subject is told, and has the download."""
    DECLINED = "declined"
    """The DPO decided that it is not technically feasible."""


class Transfer(Base):
    """Portable data on their way to the controller that their subject named."""

    __tablename__ = "transfer"

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(primary_key=True)
    controller_id: Mapped[UUID]
    state: Mapped[TransferState] = mapped_column(Enum(TransferState, native_enum=False, length=16))
    url_sealed: Mapped[bytes]
    body_sealed: Mapped[bytes | None]
    """What is sent, under the subject's key, until it is settled."""
    digest: Mapped[str]
    """SHA-256 of what is sent, in hexadecimal: with the status, the receipt that is kept."""
    status: Mapped[str]
    """How the last try ended: http-200, or the code of what went wrong."""
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
