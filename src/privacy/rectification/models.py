"""What was found to be wrong, what it is put right to, and who was told (Art. 16, 19 GDPR)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Enum, Index
from sqlalchemy.orm import Mapped, mapped_column

from privacy.db import Base


class Origin(StrEnum):
    """Why a field is on the list of a rectification."""

    DECIDED = "decided"
    """The DPO decided what stands there from now on."""
    PROPAGATED = "propagated"
    """The same wrong value of the same subject stands there too."""
    DEPENDENT = "dependent"
    """It was computed from a value that changed: it is to be computed again."""


class CorrectionState(StrEnum):
    """What became of one field of one row."""

    OWED = "owed"
    """The service writes it."""
    BY_HAND = "by_hand"
    """A person has to do it; the detail says why the service cannot."""
    CHECKING = "checking"
    """A person says that it is done; the service reads it again."""
    DONE = "done"
    """Read again after it was written, and right."""
    SAID = "said"
    """A person says that it is done; the service has no way to read it again."""
    ASKED = "asked"
    """Its keeper is asked to look and to put it right: no program reads that data store."""
    NOT_DONE = "not_done"
    """A person decided that it stays as it is; its subject is told."""
    REFUSED = "refused"
    """Decided not to be wrong, or not to be changed; its subject is told why (Art. 12(4) GDPR)."""


class NoticeState(StrEnum):
    """Whether a recipient of the data was told of the rectification (Art. 19 GDPR)."""

    WEBHOOK = "webhook"
    """Told by a signed message of the outbox."""
    BY_HAND = "by_hand"
    """It has no endpoint: a person has to tell it."""
    TOLD = "told"
    NOT_TOLD = "not_told"
    """Impossible, or a disproportionate effort (Art. 19 GDPR)."""


def _column(codes: type[StrEnum]) -> Enum:
    return Enum(codes, native_enum=False, length=16)


class RectificationSearch(Base):
    """What the data stores held of the subject when the request came, for the DPO to decide on.

    It goes with the request's end.
    """

    __tablename__ = "rectification_search"

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(primary_key=True)
    contents_sealed: Mapped[bytes]
    """JSON, as `candidates.to_json` writes it, under the subject's key."""
    searched_at: Mapped[datetime]


class Correction(Base):
    """One field of one row of one data store."""

    __tablename__ = "correction"
    __table_args__ = (Index(None, "request_id", "state"),)

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID]
    controller_id: Mapped[UUID]
    store_name: Mapped[str]
    collection: Mapped[str]
    field: Mapped[str]
    origin: Mapped[Origin] = mapped_column(_column(Origin))
    state: Mapped[CorrectionState] = mapped_column(_column(CorrectionState))
    detail: Mapped[str]
    """Why it is not done, or not by the service: a code, never data."""
    change_sealed: Mapped[bytes]
    """JSON of the row's key, what stood before and stands after, and why it was not changed."""
    decided_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str]
    """The actor who settled it; empty until then."""


class RecipientNotice(Base):
    """One recipient of the data that were rectified."""

    __tablename__ = "recipient_notice"

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(primary_key=True)
    recipient_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    state: Mapped[NoticeState] = mapped_column(_column(NoticeState))
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str]


class DetailLook(Base):
    """What a subject looks at to correct it themselves; it is made by a job, and kept for minutes.

    Its contents are those of a search: the fields that the controller lets subjects correct.
    """

    __tablename__ = "detail_look"

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    controller_id: Mapped[UUID]
    asked_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None]
    searched_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    contents_sealed: Mapped[bytes | None]
    """JSON, as `candidates.to_json` writes it, under the subject's key."""


class CorrectionWish(Base):
    """One value that a subject typed, and the places where it is to stand."""

    __tablename__ = "correction_wish"
    __table_args__ = (Index(None, "digest"), Index(None, "request_id"))

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    controller_id: Mapped[UUID]
    wish_sealed: Mapped[bytes]
    """JSON, as `wishes.to_json` writes it, under the subject's key."""
    at_once: Mapped[bool]
    """Whether the controller lets it be carried out without a decision."""
    digest: Mapped[bytes | None]
    """Of the token that proves a new address; None where nothing is to be proven."""
    expires_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
