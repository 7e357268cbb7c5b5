"""Coming to one's preferences, and leaving them; what is answered there is a statement."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from privacy.audit import log
from privacy.audit.actions import Action
from privacy.crypto import DataKey, digest, new_token
from privacy.errors import GoneError, NotFoundError
from privacy.preferences.models import PreferenceLink, PreferenceSession, link_context
from privacy.purposes.models import Controller
from privacy.subjects.acts import resolve_subject
from privacy.subjects.identify import Claim, IdentifierKind, normalise_email
from privacy.subjects.keys import KeyCabinet
from privacy.subjects.mailing import Sheet, owe
from privacy.subjects.rows import count_changed, insert_new

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


def open_by_link(
    session: Session, *, at: datetime, cabinet: KeyCabinet, to: Controller, token: str
) -> str:
    """Take a mailed link as proof of the address and return the token of a new session.

    The subject is made now if there was none. Raises NotFoundError for a link of nobody's or of
    another controller, GoneError for one that was used or is too old.
    """
    link = session.get(PreferenceLink, digest(token))
    if link is None or link.controller_id != to.id or link.address_sealed is None:
        raise NotFoundError("There is no such link.")
    _use(session, link, at)
    address = cabinet.open_text(
        session, link.address_sealed, controller_id=to.id, context=link_context(link)
    )
    subject_id = resolve_subject(
        session,
        actor="subject",
        at=at,
        cabinet=cabinet,
        controller_id=to.id,
        claim=Claim(IdentifierKind.EMAIL, address, verified=True),
    )
    return _open(session, at, to, subject_id, "mail")


@dataclass(frozen=True)
class ByWord:
    """What a site signed, and whom it names; the caller has verified both."""

    token: str = field(repr=False)
    claim: Claim


def open_by_site(
    session: Session, *, at: datetime, cabinet: KeyCabinet, to: Controller, vouched: ByWord
) -> str:
    """Return the token of a new session for a subject whom a site vouches for.

    The subject is made now if there was none. Raises GoneError if this word was used before.
    """
    is_first = insert_new(
        session,
        PreferenceLink,
        digest=digest(vouched.token),
        controller_id=to.id,
        created_at=at,
        expires_at=at + LINK_LASTS,
        used_at=at,
    )
    if not is_first:
        raise GoneError("This was used already.")
    subject_id = resolve_subject(
        session,
        actor="subject",
        at=at,
        cabinet=cabinet,
        controller_id=to.id,
        claim=vouched.claim,
    )
    return _open(session, at, to, subject_id, "site")


def _use(session: Session, link: PreferenceLink, at: datetime) -> None:
    """Use a link up; of two that try at once, one gets GoneError."""
    unused = update(PreferenceLink).where(
        PreferenceLink.digest == link.digest,
        PreferenceLink.used_at.is_(None),
        PreferenceLink.expires_at > at,
    )
    if not count_changed(session, unused.values(used_at=at)):
        raise GoneError("This link was used already, or is too old.")


def _open(session: Session, at: datetime, to: Controller, subject_id: UUID, method: str) -> str:
    token = new_token()
    session.add(
        PreferenceSession(
            digest=digest(token),
            controller_id=to.id,
            subject_id=subject_id,
            created_at=at,
            expires_at=at + SESSION_LASTS,
        )
    )
    log.append(
        session,
        Action.PREFERENCES_OPENED,
        at=at,
        actor="subject",
        controller_id=to.id,
        subject_id=subject_id,
        method=method,
    )
    return token


def leave(session: Session, *, token: str) -> None:
    """End a session; one that has ended stays so."""
    session.execute(delete(PreferenceSession).where(PreferenceSession.digest == digest(token)))


def forget(session: Session, *, at: datetime) -> None:
    """Delete links and sessions that open nothing any more and that no limit counts."""
    old = at - MAILS_WITHIN - LINK_LASTS
    session.execute(delete(PreferenceLink).where(PreferenceLink.created_at <= old))
    session.execute(delete(PreferenceSession).where(PreferenceSession.expires_at <= at))
