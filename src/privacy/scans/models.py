"""Scans of sites and what they found; what proves how each notice looked."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from privacy.db import Base

LOCAL = {"placement": "local"}


class ScanState(StrEnum):
    """What became of a scan."""

    WAITING = "waiting"
    PASSED = "passed"
    FAILED = "failed"
    IMPOSSIBLE = "impossible"
    """It could not be made; the error says why."""


class Every(StrEnum):
    """How often a site is scanned by itself."""

    NEVER = "never"
    DAILY = "daily"
    WEEKLY = "weekly"


class Scan(Base):
    """One scan of one site, from the moment it was asked for."""

    __tablename__ = "scan"
    __table_args__ = (Index(None, "site_id", "created_at"), {"info": LOCAL})

    id: Mapped[UUID] = mapped_column(primary_key=True)
    controller_id: Mapped[UUID] = mapped_column(ForeignKey("controller.id"), index=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    scheduled: Mapped[bool]
    """Whether nobody asked for it but the plan of its site."""
    state: Mapped[str]
    """A `ScanState`."""
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    pages: Mapped[list[str]] = mapped_column(JSON)
    phases: Mapped[dict[str, str]] = mapped_column(JSON)
    """By phase: passed, failed or untested."""
    error: Mapped[str]


class ScanFinding(Base):
    """One thing that a scan saw, and what it is by the declarations of that day."""

    __tablename__ = "scan_finding"
    __table_args__ = {"info": LOCAL}  # noqa: RUF012 -- SQLAlchemy reads a plain dict

    scan_id: Mapped[UUID] = mapped_column(ForeignKey("scan.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    phase: Mapped[str]
    kind: Mapped[str]
    verdict: Mapped[str]
    fails: Mapped[bool]
    name: Mapped[str]
    host: Mapped[str]
    page: Mapped[str]
    purpose: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    """script, line, via, third_party, days, http_only, path; never a value."""


class ScanPlan(Base):
    """How often a site is scanned by itself, and what its DPO was told last."""

    __tablename__ = "scan_plan"
    __table_args__ = {"info": LOCAL}  # noqa: RUF012 -- SQLAlchemy reads a plain dict

    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), primary_key=True)
    every: Mapped[str]
    """An `Every`."""
    next_at: Mapped[datetime | None]
    told: Mapped[str]
    """SHA-256 of the failures that were told last, so that the same are told once."""


class Artefact(Base):
    """Exact bytes, kept once under their SHA-256."""

    __tablename__ = "artefact"
    __table_args__ = {"info": LOCAL}  # noqa: RUF012 -- SQLAlchemy reads a plain dict

    digest: Mapped[str] = mapped_column(primary_key=True)
    media_type: Mapped[str]
    content: Mapped[bytes]
    kept_at: Mapped[datetime]


class Exhibit(Base):
    """One artefact that shows what one published notice was: its script, or a picture of it."""

    __tablename__ = "exhibit"
    __table_args__ = (
        ForeignKeyConstraint(
            ["controller_id", "notice"], ["notice.controller_id", "notice.digest"]
        ),
        {"info": LOCAL},
    )

    controller_id: Mapped[UUID] = mapped_column(primary_key=True)
    notice: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    """`code`, `file`, or of a picture the screen and the layer, as `desktop_1`."""
    digest: Mapped[str] = mapped_column(ForeignKey("artefact.digest"))
    leaf: Mapped[bytes]
    """The hash of the log's entry that names the digest, and so dates it (RFC 6962)."""
    kept_at: Mapped[datetime]
