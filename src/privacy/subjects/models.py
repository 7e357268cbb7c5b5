"""Subjects, their identifiers and the keys that both stand under.

Nothing here is readable without the key file: identifiers are sealed under the subject's own
random key, that key under the controller's, and the controller's under a root key of the file.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from privacy.db import Base

SUBJECT = {"placement": "subject"}


class KeyUse(StrEnum):
    """What a controller's key is for."""

    WRAP = "wrap"
    """Wraps subject keys and seals what has no subject yet; has versions."""
    INDEX = "index"
    """Finds identifiers and derives ids of visitors; never changes, for every row hangs on it."""


class Subject(Base):
    """A natural person, or a browser that may become one; the id says nothing of either."""

    __tablename__ = "subject"
    __table_args__ = (Index(None, "controller_id", "created_at"), {"info": SUBJECT})

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    controller_id: Mapped[UUID]
    created_at: Mapped[datetime]
    restricted_at: Mapped[datetime | None]
    """Since when processing is restricted (Art. 18 GDPR)."""


class SubjectKey(Base):
    """The random key of one subject; what it sealed is gone for good once it is destroyed."""

    __tablename__ = "subject_key"
    __table_args__ = (
        CheckConstraint("(key_sealed IS NULL) = (destroyed_at IS NOT NULL)", "destroyed"),
        Index(None, "controller_id", "controller_version", "subject_id"),
        {"info": SUBJECT},
    )

    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subject.subject_id"), primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    controller_id: Mapped[UUID]
    controller_version: Mapped[int] = mapped_column(SmallInteger)
    key_sealed: Mapped[bytes | None]
    check_value: Mapped[bytes]
    """Commits to the key, since AES-GCM does not."""
    created_at: Mapped[datetime]
    destroyed_at: Mapped[datetime | None]
    """The row stays, so that no later key takes this version."""


class Identifier(Base):
    """One way to recognise a subject, sealed; unproven until `verified_at`."""

    __tablename__ = "identifier"
    __table_args__ = ({"info": SUBJECT},)

    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subject.subject_id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    controller_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(40))
    value_sealed: Mapped[bytes]
    verified_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class IdentifierIndex(Base):
    """From an identifier's blind index to its subject; at most one subject for each.

    The one table with a `subject_id` that is not distributed by it: a look-up knows only the
    index, so the rows live where the index says.
    """

    __tablename__ = "identifier_index"
    __table_args__ = (Index(None, "subject_id"), {"info": {"placement": "index"}})

    value_index: Mapped[bytes] = mapped_column(primary_key=True)
    controller_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[UUID]
    identifier_id: Mapped[UUID]


class ControllerKey(Base):
    """A key of one controller, wrapped by a root key of the key file."""

    __tablename__ = "controller_key"
    __table_args__ = ({"info": {"placement": "reference"}},)

    controller_id: Mapped[UUID] = mapped_column(primary_key=True)
    use: Mapped[str] = mapped_column(String(10), primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    root_id: Mapped[str] = mapped_column(String(60))
    key_sealed: Mapped[bytes]
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    """Since when a newer version wraps; this one still opens."""
