"""Who decides, why, on which site, and in which words it was said."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from privacy.db import Base

REFERENCE = {"placement": "reference"}


class LegalBasis(StrEnum):
    """The bases of Art. 6(1) GDPR, and the two grounds of the rules on trackers."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    VITAL_INTERESTS = "vital_interests"
    PUBLIC_TASK = "public_task"
    LEGITIMATE_INTERESTS = "legitimate_interests"
    STRICTLY_NECESSARY = "strictly_necessary"
    """Exempt from consent: Art. 5(3) of Directive 2002/58, second sentence."""
    EXEMPT_AUDIENCE = "exempt_audience"
    """Audience measurement within the limits that the CNIL sets for its exemption."""


class RecipientRole(StrEnum):
    """What a recipient is in law: Art. 4(7), 4(8) and 26 GDPR."""

    PROCESSOR = "processor"
    JOINT = "joint"
    SEPARATE = "separate"


class Controller(Base):
    """Who decides purposes and means (Art. 4(7) GDPR); many may share one installation."""

    __tablename__ = "controller"
    __table_args__ = (UniqueConstraint("slug"), {"info": REFERENCE})

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str]
    name: Mapped[str]
    address: Mapped[str]
    contact_email: Mapped[str]
    dpo_contact: Mapped[str]
    policy_url: Mapped[str]
    zone: Mapped[str]
    """The time zone in which days are counted, such as Europe/Paris."""
    region: Mapped[str]
    """Where it is established, such as FR: whose public holidays move the end of a period."""
    authority: Mapped[str | None]
    """The code of the supervisory authority to name; none for that of the region."""
    created_at: Mapped[datetime]


class Site(Base):
    """A website that embeds the banner under a public key."""

    __tablename__ = "site"
    __table_args__ = (UniqueConstraint("key"), {"info": REFERENCE})

    id: Mapped[UUID] = mapped_column(primary_key=True)
    controller_id: Mapped[UUID] = mapped_column(ForeignKey("controller.id"), index=True)
    key: Mapped[str]
    name: Mapped[str]
    origins: Mapped[list[str]] = mapped_column(JSON)
    """Exact origins that may post; a suffix never matches."""
    purposes: Mapped[list[str]] = mapped_column(JSON)
    """Codes of the purposes that this site names, in the order shown."""
    notices: Mapped[dict[str, str]] = mapped_column(JSON)
    """By language, the digest of the notice that is shown now."""
    moves: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """From which other banner visitors' choices are taken over: its `tool`, and the `mapping` of
    its words; none when nothing is taken over."""
    enabled: Mapped[bool]
    created_at: Mapped[datetime]


class Purpose(Base):
    """One version of why data are processed; a material change makes a new version."""

    __tablename__ = "purpose"
    __table_args__ = {"info": REFERENCE}  # noqa: RUF012 -- SQLAlchemy reads a plain dict

    controller_id: Mapped[UUID] = mapped_column(ForeignKey("controller.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    legal_basis: Mapped[LegalBasis]
    texts: Mapped[dict[str, dict[str, str]]] = mapped_column(JSON)
    """By language: title, summary, description, retention."""
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What a banner needs: vendors, cookies, signals, gpc."""
    published_at: Mapped[datetime]


class Notice(Base):
    """What was shown, word for word, found again by the hash of its exact bytes."""

    __tablename__ = "notice"
    __table_args__ = {"info": REFERENCE}  # noqa: RUF012 -- SQLAlchemy reads a plain dict

    controller_id: Mapped[UUID] = mapped_column(ForeignKey("controller.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)
    """SHA-256 of `document`, in hexadecimal."""
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), index=True)
    language: Mapped[str]
    document: Mapped[str]
    """Canonical JSON: every word shown, every purpose with its version, the script's hash."""
    published_at: Mapped[datetime]


class CspReport(Base):
    """How often browsers refused one kind of thing on a site, under the policy made for it."""

    __tablename__ = "csp_report"
    __table_args__ = {"info": REFERENCE}  # noqa: RUF012 -- SQLAlchemy reads a plain dict

    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), primary_key=True)
    directive: Mapped[str] = mapped_column(primary_key=True)
    blocked: Mapped[str] = mapped_column(primary_key=True)
    """A scheme and host, or a keyword such as `inline`."""
    page: Mapped[str]
    """Where it was last seen: a path without query."""
    count: Mapped[int]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]


class Recipient(Base):
    """Whom data are disclosed to (Art. 4(9) GDPR), by name, with country and safeguard."""

    __tablename__ = "recipient"
    __table_args__ = {"info": REFERENCE}  # noqa: RUF012 -- SQLAlchemy reads a plain dict

    id: Mapped[UUID] = mapped_column(primary_key=True)
    controller_id: Mapped[UUID] = mapped_column(ForeignKey("controller.id"), index=True)
    name: Mapped[str]
    role: Mapped[RecipientRole]
    country: Mapped[str]
    safeguard: Mapped[str]
    """The safeguard of a transfer outside the EEA (Art. 44 ff. GDPR); empty within it."""
    purposes: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime]
