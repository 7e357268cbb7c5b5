"""Links to preferences, and the sessions that they open: rows of minutes, which record no act."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from privacy.crypto import DataKey, digest, new_token
from privacy.preferences.models import PreferenceLink, PreferenceSession, link_context
from privacy.purposes.models import Controller
from privacy.subjects.identify import normalise_email
from privacy.subjects.keys import KeyCabinet
from privacy.subjects.mailing import Sheet, owe

LINK_LASTS: Final = timedelta(minutes=30)
SESSION_LASTS: Final = timedelta(minutes=30)
MOST_MAILS: Final = 3
"""Links that one mailbox gets within `MAILS_WITHIN`, whoever asks for them."""
MAILS_WITHIN: Final = timedelta(hours=1)


@dataclass(frozen=True)
class Typed:
    """What somebody typed to come to their preferences, and under which address the link goes."""

    email: str = field(repr=False)
    language: str
    public_url: str


def ask_link(
    session: Session, *, at: datetime, cabinet: KeyCabinet, to: Controller, typed: Typed
) -> bool:
    """Owe a mail with a link that opens preferences once; False if the mailbox got enough.

    Nobody is looked up, so what happens is the same for every address. Raises InvalidError for
    what is no address.
    """
    address = normalise_email(typed.email)
    index = cabinet.index_key(session, controller_id=to.id).index(
        address, context=("preference_link", str(to.id))
    )
    if _mails(session, index, at) >= MOST_MAILS:
        return False
    token = new_token()
    link = PreferenceLink(
        digest=digest(token),
        controller_id=to.id,
        address_index=index,
        created_at=at,
        expires_at=at + LINK_LASTS,
    )
    link.address_sealed = cabinet.seal(
        session, address, controller_id=to.id, context=link_context(link)
    )
    session.add(link)
    sheet = Sheet(
        controller_id=to.id,
        address=address,
        template="open_preferences",
        variables={
            "controller": to.name,
            "link": f"{typed.public_url}/portal/{to.slug}/preferences/open/{token}",
            "expires_at": link.expires_at.isoformat(),
        },
        language=typed.language,
    )
    owe(session, at=at, key=_key(session, cabinet, to.id), sheet=sheet)
    return True


def _mails(session: Session, index: bytes, at: datetime) -> int:
    """Count the links that a mailbox was sent lately."""
    asked = select(func.count()).where(
        PreferenceLink.address_index == index, PreferenceLink.created_at > at - MAILS_WITHIN
    )
    return session.scalar(asked) or 0


def _key(session: Session, cabinet: KeyCabinet, controller_id: UUID) -> DataKey:
    return cabinet.wrap_key(session, controller_id=controller_id)


def leave(session: Session, *, token: str) -> None:
    """End a session; one that has ended stays so."""
    session.execute(delete(PreferenceSession).where(PreferenceSession.digest == digest(token)))


def forget(session: Session, *, at: datetime) -> None:
    """Delete links and sessions that open nothing any more and that no limit counts."""
    old = at - MAILS_WITHIN - LINK_LASTS
    session.execute(delete(PreferenceLink).where(PreferenceLink.created_at <= old))
    session.execute(delete(PreferenceSession).where(PreferenceSession.expires_at <= at))
