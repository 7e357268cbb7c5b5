"""What a subject sees of their own data to correct it: asked for, searched by a job, forgotten.

Only fields that the controller lets subjects correct are kept, sealed, for as long as the session
in which they are looked at may last.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from privacy.audit import log
from privacy.audit.actions import Action
from privacy.crypto import Context
from privacy.rectification.candidates import Searched, from_json, to_json
from privacy.rectification.models import DetailLook
from privacy.rectification.wishes import correctable
from privacy.stores.definition import StoreDefinition
from privacy.subjects.keys import KeyCabinet, ensure_subject_key, subject_key
from privacy.subjects.rows import count_changed

LASTS: Final = timedelta(minutes=30)
LEASE: Final = timedelta(minutes=5)
"""How long a worker that fell silent keeps the search from the others."""


def ask_look(
    session: Session, *, actor: str, at: datetime, controller_id: UUID, subject_id: UUID
) -> None:
    """Ask for a search of what a subject may correct; one that is under way goes on."""
    known = session.get(DetailLook, subject_id)
    if known is not None and known.searched_at is None and known.asked_at > at - LEASE:
        return
    session.merge(
        DetailLook(
            subject_id=subject_id,
            controller_id=controller_id,
            asked_at=at,
            claimed_until=None,
            searched_at=None,
            expires_at=at + LASTS,
            contents_sealed=None,
        )
    )
    log.append(
        session,
        Action.DETAILS_ASKED,
        at=at,
        actor=actor,
        controller_id=controller_id,
        subject_id=subject_id,
    )


def owed(session: Session, *, at: datetime, limit: int = 20) -> Sequence[DetailLook]:
    """Return the searches that no worker holds, oldest first."""
    wanted = select(DetailLook).where(
        DetailLook.searched_at.is_(None),
        DetailLook.expires_at > at,
        or_(DetailLook.claimed_until.is_(None), DetailLook.claimed_until <= at),
    )
    return session.scalars(wanted.order_by(DetailLook.asked_at).limit(limit)).all()


def claim(session: Session, *, at: datetime, subject_id: UUID) -> bool:
    """Take a search for this worker; False if another holds it or it is done."""
    taken = update(DetailLook).where(
        DetailLook.subject_id == subject_id,
        DetailLook.searched_at.is_(None),
        or_(DetailLook.claimed_until.is_(None), DetailLook.claimed_until <= at),
    )
    return bool(count_changed(session, taken.values(claimed_until=at + LEASE)))


def keep(
    session: Session,
    *,
    actor: str,
    at: datetime,
    cabinet: KeyCabinet,
    look: DetailLook,
    kept: Searched,
) -> None:
    """Seal what a subject may correct, as `own_details` says."""
    key = ensure_subject_key(session, cabinet=cabinet, subject_id=look.subject_id, at=at)
    look.contents_sealed = key.seal(to_json(kept), context=_context(look))
    look.searched_at, look.expires_at = at, at + LASTS
    log.append(
        session,
        Action.DETAILS_SHOWN,
        at=at,
        actor=actor,
        controller_id=look.controller_id,
        subject_id=look.subject_id,
        fields=len(kept.candidates),
    )


def own_details(kept: Searched, definitions: Mapping[str, StoreDefinition]) -> Searched:
    """Return what a subject may correct of what was found, and nothing else."""
    found = correctable(kept.candidates, definitions)
    shown = [one for detail in found for one in detail.places]
    return Searched(shown, kept.cut, missed=kept.missed)


def look_of(session: Session, *, subject_id: UUID, at: datetime) -> DetailLook | None:
    """Return what a subject asked to look at; None when they did not, or its time is over."""
    found = session.get(DetailLook, subject_id)
    return found if found is not None and found.expires_at > at else None


def contents(session: Session, *, cabinet: KeyCabinet, look: DetailLook) -> Searched | None:
    """Return what a look shows, open; None while it is searched for."""
    if look.contents_sealed is None:
        return None
    key = subject_key(session, cabinet=cabinet, subject_id=look.subject_id)
    return from_json(key.open_text(look.contents_sealed, context=_context(look)))


def forget(session: Session, *, at: datetime, subject_id: UUID | None = None) -> None:
    """Destroy looks whose time is over, or that of one subject."""
    gone = (
        DetailLook.expires_at <= at if subject_id is None else DetailLook.subject_id == subject_id
    )
    session.execute(delete(DetailLook).where(gone))


def _context(look: DetailLook) -> Context:
    return ("detail_look", "contents", str(look.controller_id), str(look.subject_id))
