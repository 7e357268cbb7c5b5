"""Coming to one's preferences; what is answered there is a statement."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from privacy.audit import log
from privacy.audit.actions import Action
from privacy.crypto import digest, new_token
from privacy.errors import GoneError, NotFoundError
from privacy.preferences.links import LINK_LASTS, SESSION_LASTS
from privacy.preferences.models import PreferenceLink, PreferenceSession, link_context
from privacy.purposes.models import Controller
from privacy.subjects.acts import resolve_subject
from privacy.subjects.identify import Claim, IdentifierKind
from privacy.subjects.keys import KeyCabinet
from privacy.subjects.rows import count_changed, insert_new


def open_by_link(
    session: Session, *, actor: str, at: datetime, cabinet: KeyCabinet, to: Controller, token: str
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
        actor=actor,
        at=at,
        cabinet=cabinet,
        controller_id=to.id,
        claim=Claim(IdentifierKind.EMAIL, address, verified=True),
    )
    return _open(session, actor, at, _Entered(to.id, subject_id, "mail"))


@dataclass(frozen=True)
class ByWord:
    """What a site signed, and whom it names; the caller has verified both."""

    token: str = field(repr=False)
    claim: Claim


def open_by_site(
    session: Session,
    *,
    actor: str,
    at: datetime,
    cabinet: KeyCabinet,
    to: Controller,
    vouched: ByWord,
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
        actor=actor,
        at=at,
        cabinet=cabinet,
        controller_id=to.id,
        claim=vouched.claim,
    )
    return _open(session, actor, at, _Entered(to.id, subject_id, "site"))


def _use(session: Session, link: PreferenceLink, at: datetime) -> None:
    """Use a link up; of two that try at once, one gets GoneError."""
    unused = update(PreferenceLink).where(
        PreferenceLink.digest == link.digest,
        PreferenceLink.used_at.is_(None),
        PreferenceLink.expires_at > at,
    )
    if not count_changed(session, unused.values(used_at=at)):
        raise GoneError("This link was used already, or is too old.")


@dataclass(frozen=True)
class _Entered:
    controller_id: UUID
    subject_id: UUID
    method: str


def _open(session: Session, actor: str, at: datetime, entered: _Entered) -> str:
    token = new_token()
    session.add(
        PreferenceSession(
            digest=digest(token),
            controller_id=entered.controller_id,
            subject_id=entered.subject_id,
            created_at=at,
            expires_at=at + SESSION_LASTS,
        )
    )
    log.append(
        session,
        Action.PREFERENCES_OPENED,
        at=at,
        actor=actor,
        controller_id=entered.controller_id,
        subject_id=entered.subject_id,
        method=entered.method,
    )
    return token
