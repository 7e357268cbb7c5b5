"""The consent ledger: one row for each answer and purpose, only ever added."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Enum, ForeignKey, Index, false, literal
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
    FORM = "form"
    AGENT = "agent"
    PHONE = "phone"
    PAPER = "paper"
    IMPORT = "import"
    PREFERENCE_CENTRE = "preference_centre"
    ONE_CLICK = "one_click"
    DEVICE = "device"
    """Given on a device before it was known whose it is, and carried to the account."""


ON_SITES = frozenset(
    {
        Method.ACCEPT_ALL,
        Method.REFUSE_ALL,
        Method.CHOICES,
        Method.WITHDRAWAL,
        Method.PLACEHOLDER,
        Method.GPC,
        Method.API,
    }
)
"""The acts by which a banner is answered; every other is a statement."""


class Scope(StrEnum):
    """For what an answer holds (CNIL 2025-131)."""

    TERMINAL = "terminal"
    """One browser, whoever uses it."""
    ACCOUNT = "account"
    """Whoever is signed in, on each of their devices."""
    SUBJECT = "subject"
    """A person whom the controller knows, whatever they use."""


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
    site_id: Mapped[UUID | None]
    """Where it was answered; none for what was said elsewhere."""
    purpose_code: Mapped[str]
    purpose_version: Mapped[int]
    granted: Mapped[bool]
    at: Mapped[datetime]
    valid_until: Mapped[datetime]
    method: Mapped[Method]
    notice: Mapped[str]
    """Digest of the notice that was shown; empty if none is known."""
    language: Mapped[str]
    page: Mapped[str]
    """Path of the page, without query or fragment."""
    said_at: Mapped[datetime | None]
    """What the browser's clock said: a hint, never the time of the consent."""
    leaf: Mapped[bytes]
    """Hash of the audit entry, which the receipt carries."""
    scope: Mapped[Scope] = mapped_column(
        Enum(Scope, native_enum=False, length=16), server_default=Scope.TERMINAL.name
    )
    evidence: Mapped[str] = mapped_column(server_default=literal(""))
    """Where else the proof is: a form, a call, a line of a file. Never personal data."""
    beneficiary: Mapped[str] = mapped_column(server_default=literal(""))
    """For calls: the professional for whom they are made (C. conso. L. 223-1)."""
    about: Mapped[str] = mapped_column(server_default=literal(""))
    """For calls: what they will be about."""
    needs_joint: Mapped[bool] = mapped_column(server_default=false())
    """Whether a child said it, who needs the holder of parental responsibility (Art. 8 GDPR)."""
    joint_id: Mapped[UUID | None]
    """The child's answer that this one of the holder of parental responsibility joins."""


class ConsentLink(Base):
    """That a browser belongs to whoever was signed in there, from an instant on."""

    __tablename__ = "consent_link"
    __table_args__ = ({"sqlite_with_rowid": False},)

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    """The visitor."""
    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    """The subject who is signed in."""
    controller_id: Mapped[UUID]
    linked_at: Mapped[datetime]


class SiteSecret(Base):
    """What a site signs with when it says who is signed in; the newest version and the one before.

    Sealed under the controller's key, and shown once.
    """

    __tablename__ = "site_secret"
    __table_args__ = ({"info": {"placement": "reference"}},)

    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    secret_sealed: Mapped[bytes]
    created_at: Mapped[datetime]
