"""A package that is too large for one row, and how far its download is."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from privacy.db import Base

SUBJECT = {"placement": "subject"}


class PackagePart(Base):
    """1 MiB of a package, sealed like the package's own row, which holds the last of it."""

    __tablename__ = "package_part"
    __table_args__ = {"info": SUBJECT}  # noqa: RUF012 -- SQLAlchemy reads a plain dict

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    """From 0, without gaps."""
    contents_sealed: Mapped[bytes]


class PackageFetch(Base):
    """The download of a package in parts, while it lasts; no fact, so without entries."""

    __tablename__ = "package_fetch"
    __table_args__ = {"info": SUBJECT}  # noqa: RUF012 -- SQLAlchemy reads a plain dict

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(primary_key=True)
    began_at: Mapped[datetime]
    """When the button of the link was first pressed."""
    held_until: Mapped[datetime]
    """Before this instant somebody is fetching it; moved on as long as bytes flow."""
    fence: Mapped[int]
    """Counts how often it was begun, 0 before the first; who holds an older one gets no more."""
