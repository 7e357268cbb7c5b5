"""How a subject comes to their preferences: a link or a site's word opens a short session."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from privacy.crypto import Context
from privacy.db import Base

LOCAL = {"placement": "local"}


class PreferenceLink(Base):
    """What opens a session once: a link that was mailed, or what a site signed.

    Only the digest of the token is kept. Nobody is looked up before it is used.
    """

    __tablename__ = "preference_link"
    __table_args__ = (Index(None, "address_index", "created_at"), {"info": LOCAL})

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    controller_id: Mapped[UUID]
    address_index: Mapped[bytes | None]
    """Blind index of the address, so that nobody can have one mailbox flooded."""
    address_sealed: Mapped[bytes | None]
    """The address that was typed, under the controller's key; none for what a site signed."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class PreferenceSession(Base):
    """A browser in which a subject sees and changes their preferences; no operator's right."""

    __tablename__ = "preference_session"
    __table_args__ = {"info": LOCAL}  # noqa: RUF012 -- SQLAlchemy reads a plain dict

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    controller_id: Mapped[UUID]
    subject_id: Mapped[UUID]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


def link_context(link: PreferenceLink) -> Context:
    """Return what the sealed address of a link is bound to."""
    return ("preference_link", "address", str(link.controller_id), link.digest.hex())
