"""What a subject asks under Art. 15 to 22 GDPR, and how far the answer is.

A request exists before its subject is known, so these rows are local to the coordinator of a
sharded database and are not distributed by subject.
"""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from privacy.db import Base

LOCAL = {"placement": "local"}


class RequestKind(StrEnum):
    """The right that is exercised."""

    ACCESS = "access"
    """A copy, with all that Art. 15 tells."""
    PORTABILITY = "portability"
    """What the subject provided, for another controller (Art. 20)."""
    RECTIFICATION = "rectification"
    """Something wrong or incomplete is put right (Art. 16)."""


class Channel(StrEnum):
    """By which way a request arrived; each is as good as the others (Art. 12(2) GDPR)."""

    PORTAL = "portal"
    API = "api"
    MAIL = "mail"
    PAPER = "paper"
    PHONE = "phone"
    COUNTER = "counter"


class RequestState(StrEnum):
    """Where a request stands; each says what has happened, never what is hoped."""

    SUBMITTED = "submitted"
    """Waits for the subject to confirm by the link."""
    OPEN = "open"
    """Confirmed; waits for an operator's decision."""
    PAUSED = "paused"
    """Waits for the subject's answer to a question."""
    APPROVED = "approved"
    """The data stores are being searched."""
    READY = "ready"
    """The package waits to be fetched."""
    COMPLETED = "completed"
    """The package was handed over."""
    REFUSED = "refused"
    EXPIRED = "expired"
    """Never confirmed; the contact was forgotten."""
    LAPSED = "lapsed"
    """The package was not fetched in time and was destroyed."""
    MERGED = "merged"
    """The same was asked before, and that request answers both."""


class TaskState(StrEnum):
    """What became of one request in one data store."""

    OWED = "owed"
    FOUND = "found"
    EMPTY = "empty"
    NOT_SEARCHED = "not_searched"
    FAILED = "failed"
    AWAITED = "awaited"
    """Somebody was asked who has not answered yet; that is no failure."""


class LinkUse(StrEnum):
    """What a link that was sent lets its holder do."""

    CONFIRM = "confirm"
    STATUS = "status"
    DOWNLOAD = "download"
    ANSWER = "answer"
    MANDATE = "mandate"
    """Lets the person in whose name somebody asks say whether that is their wish."""


class SubjectRequest(Base):
    """One request; its dates are days of the controller's calendar, its instants are UTC."""

    __tablename__ = "subject_request"
    __table_args__ = (
        Index(None, "controller_id", "state", "legal_latest_on"),
        {"info": LOCAL},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    controller_id: Mapped[UUID] = mapped_column(ForeignKey("controller.id"))
    kind: Mapped[RequestKind]
    state: Mapped[RequestState]
    language: Mapped[str]
    contact_sealed: Mapped[bytes | None]
    """The address typed into the form, under the controller's key, until it is confirmed."""
    contact_index: Mapped[bytes | None] = mapped_column(index=True)
    """Blind index of that address, so that nobody is sent mails without end."""
    statement_sealed: Mapped[bytes | None]
    """What the sender said beside the kind, as JSON: under the controller's key until it is
    confirmed, then under the subject's."""
    acting_sealed: Mapped[bytes | None]
    """Who asks for whom, as JSON under the controller's key, until it is confirmed."""
    facts_sealed: Mapped[bytes | None]
    """What the sender gave to be recognised by, as JSON under the controller's key, until it was
    compared with what a data store holds."""
    facts_outcome: Mapped[str | None]
    """What the comparison came to: same, different, too-many or unknown."""
    subject_id: Mapped[UUID | None] = mapped_column(index=True)
    identifier_id: Mapped[UUID | None]
    """The subject's identifier that the sender proved to hold; letters go there."""
    received_at: Mapped[datetime]
    received_on: Mapped[date]
    verified_at: Mapped[datetime | None]
    target_on: Mapped[date]
    """The day aimed at: one month after receipt, without any roll."""
    legal_latest_on: Mapped[date]
    """The last lawful day (Art. 12(3) GDPR with Regulation 1182/71)."""
    extended_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    reason_sealed: Mapped[bytes | None]
    """Why it was refused or extended, under the subject's key."""
    closed_at: Mapped[datetime | None]
    merged_into: Mapped[UUID | None]
    """The request that answers this one too."""
    exceptions: Mapped[bool] = mapped_column(default=False)
    """Whether the answer had to say that something was not searched."""


class RequestClaim(Base):
    """Which worker is about to answer a request; no fact of the request, so without entries."""

    __tablename__ = "request_claim"
    __table_args__ = {"info": LOCAL}  # noqa: RUF012 -- SQLAlchemy reads a plain dict

    request_id: Mapped[UUID] = mapped_column(ForeignKey("subject_request.id"), primary_key=True)
    claimed_until: Mapped[datetime]
    """Before this instant no other worker takes it: a lease, or a pause after a failure."""
    fence: Mapped[int]
    """Counts claims; who holds an older one may write nothing more."""
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    """Counts searches in which a data store failed; one that is only awaited fails nothing."""


class RequestLink(Base):
    """A link that was sent; only the digest of its token is kept."""

    __tablename__ = "request_link"
    __table_args__ = {"info": LOCAL}  # noqa: RUF012 -- SQLAlchemy reads a plain dict

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("subject_request.id"), index=True)
    use: Mapped[LinkUse]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class RequestTask(Base):
    """One request in one data store (Art. 5(2) GDPR: show that every store was searched)."""

    __tablename__ = "request_task"
    __table_args__ = {"info": LOCAL}  # noqa: RUF012 -- SQLAlchemy reads a plain dict

    request_id: Mapped[UUID] = mapped_column(ForeignKey("subject_request.id"), primary_key=True)
    store_name: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[TaskState]
    found: Mapped[int] = mapped_column(default=0)
    detail: Mapped[str] = mapped_column(default="")
    """Why it failed or was not searched: a code, never data."""
    finished_at: Mapped[datetime | None]
    waived_at: Mapped[datetime | None]
    """When an operator decided to answer without this data store."""


class Package(Base):
    """The answer to an access request, sealed under the token of its one link.

    The service keeps no other key: once the mail has left, only its reader can open it.
    """

    __tablename__ = "package"
    __table_args__ = {"info": {"placement": "subject"}}  # noqa: RUF012 -- a plain dict

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(primary_key=True)
    contents_sealed: Mapped[bytes]
    """The last part of the archive, or all of it where there is no other."""
    parts: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many rows of `package_part` hold what comes before."""
    size: Mapped[int]
    """Bytes of the archive before it was sealed."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class PreviewState(StrEnum):
    """How far the search is that an operator looks at before deciding."""

    ASKED = "asked"
    DONE = "done"
    FAILED = "failed"


class RequestPreview(Base):
    """What a search found that only read, for whoever decides on the answer."""

    __tablename__ = "request_preview"
    __table_args__ = (Index(None, "state"), {"info": {"placement": "subject"}})

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[PreviewState]
    asked_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None]
    searched_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None] = mapped_column(index=True)
    contents_sealed: Mapped[bytes | None]
    """A sample of what was found, under the subject's key; gone after `expires_at`."""
    plan: Mapped[str] = mapped_column(default="")
    """JSON: by place its outcome and number of rows, and a digest of each definition."""
    undecided: Mapped[int] = mapped_column(default=0, server_default="0")
    """Identifiers that may be somebody else's too, and that nobody has decided on."""


class WithholdingDecision(Base):
    """What an operator decided on a field of an answer, in all rows or in one."""

    __tablename__ = "withholding_decision"
    __table_args__ = {"info": {"placement": "subject"}}  # noqa: RUF012 -- a plain dict

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(primary_key=True)
    place_index: Mapped[bytes] = mapped_column(primary_key=True)
    """Blind index of store, collection, field and row under the subject's key."""
    store_name: Mapped[str]
    collection: Mapped[str]
    field: Mapped[str]
    row_sealed: Mapped[bytes | None]
    """The primary key of the one row, as JSON under the subject's key; None for every row."""
    treatment: Mapped[str]
    ground: Mapped[str]
    decided_at: Mapped[datetime]
    decided_by: Mapped[str]


class LeadDecision(Base):
    """Whether an identifier that may be somebody else's too is the subject's, for one request."""

    __tablename__ = "lead_decision"
    __table_args__ = {"info": {"placement": "subject"}}  # noqa: RUF012 -- a plain dict

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(primary_key=True)
    value_index: Mapped[bytes] = mapped_column(primary_key=True)
    kind: Mapped[str]
    value_sealed: Mapped[bytes]
    """The identifier as it is compared, as JSON under the subject's key."""
    confirmed: Mapped[bool]
    decided_at: Mapped[datetime]
    decided_by: Mapped[str]
