"""The consent ledger: one row for each answer and purpose, only ever added."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from privacy.db import Base


class Method(StrEnum):
    """By which act the answer was given."""

    ACCEPT_ALL = "accept_all"
    REFUSE_ALL = "refuse_all"
    CHOICES = "choices"
    WITHDRAWAL = "withdrawal"
    PLACEHOLDER = "placeholder"
    GPC = "gpc"
    API = "api"


class Consent(Base):
    """What a subject answered for one purpose at one instant, with what proves it.

    A refusal is kept with the same fidelity as an acceptance (CNIL 2020-092). Nothing here
    names anybody; the subject is a random or derived id.
    """

    __tablename__ = "consent"
    # The primary key finds a subject's rows, which are few; on SQLite it is the table itself.
    __table_args__ = (Index(None, "controller_id", "at"), {"sqlite_with_rowid": False})

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    """Derived from the answer and the purpose, so that a replay meets its first row."""
    answer_id: Mapped[UUID]
    controller_id: Mapped[UUID]
    """No foreign key, nor for the site: every answer of a site would lock the same two rows."""
    site_id: Mapped[UUID]
    purpose_code: Mapped[str]
    purpose_version: Mapped[int]
    granted: Mapped[bool]
    at: Mapped[datetime]
    valid_until: Mapped[datetime]
    method: Mapped[Method]
    notice: Mapped[str]
    """Digest of the notice that was shown."""
    language: Mapped[str]
    page: Mapped[str]
    """Path of the page, without query or fragment."""
    said_at: Mapped[datetime | None]
    """What the browser's clock said: a hint, never the time of the consent."""
    leaf: Mapped[bytes]
    """Hash of the audit entry, which the receipt carries."""
