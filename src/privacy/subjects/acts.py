"""Making subjects, recognising them and destroying their keys."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from privacy.audit import log
from privacy.audit.actions import Action
from privacy.db import new_id
from privacy.errors import ConflictError
from privacy.subjects.identify import Claim
from privacy.subjects.keys import KeyCabinet, ensure_subject_key, forget_subject_key
from privacy.subjects.models import Identifier, IdentifierIndex, Subject, SubjectKey
from privacy.subjects.queries import identifiers_of, index_of, subject, value_context
from privacy.subjects.rows import insert_new


def create_subject(
    session: Session,
    *,
    actor: str,
    at: datetime,
    cabinet: KeyCabinet,
    controller_id: UUID,
    claims: Sequence[Claim],
) -> UUID:
    """Add a subject that all of these identifiers find from now on, and return its id.

    For what the controller knows by itself; what a subject says goes to `resolve_subject` and
    `add_identifier`. Raises ConflictError if an identifier belongs to another subject.
    """
    subject_id = new_id(at)
    made = _add_subject(session, subject_id, controller_id, at)
    _log_created(session, made, actor=actor, origin="controller")
    for claim in claims:
        row = _new_identifier(subject_id, controller_id, claim, at)
        if not _point(session, cabinet, row, claim):
            raise ConflictError("An identifier belongs to another subject already.")
        _keep(session, cabinet, row, claim)
        _log(session, Action.SUBJECT_IDENTIFIER_ADDED, row, at=at, actor=actor, source=_how(claim))
    return subject_id


def resolve_subject(
    session: Session,
    *,
    actor: str,
    at: datetime,
    cabinet: KeyCabinet,
    controller_id: UUID,
    claim: Claim,
) -> UUID:
    """Return the subject that an identifier belongs to, made now if there is none.

    Calls at once for one identifier return one subject. A verified claim marks the identifier.
    """
    row = _new_identifier(new_id(at), controller_id, claim, at)
    if _point(session, cabinet, row, claim):
        made = _add_subject(session, row.subject_id, controller_id, at)
        _log_created(session, made, actor=actor, origin="identifier")
        _keep(session, cabinet, row, claim)
    else:
        row = _pointed(session, cabinet, controller_id, claim)
        row.verified_at = row.verified_at or (at if claim.verified else None)
    _log(session, Action.SUBJECT_IDENTIFIED, row, at=at, actor=actor, method=_how(claim))
    return row.subject_id


def add_identifier(
    session: Session,
    *,
    actor: str,
    at: datetime,
    cabinet: KeyCabinet,
    subject_id: UUID,
    claim: Claim,
) -> UUID:
    """Add an identifier to a subject, unless it has it, and return the identifier's id.

    Only a verified one finds the subject: nobody may take an address or number by saying it.
    Raises ConflictError if it is verified and belongs to another subject already.
    """
    about = subject(session, subject_id=subject_id)
    known = _same(session, cabinet, subject_id, claim)
    row = known or _new_identifier(subject_id, about.controller_id, claim, at)
    proven = claim.verified and (known is None or known.verified_at is None)
    if proven:
        _prove(session, cabinet, row, claim, at)
    if known is None:
        _keep(session, cabinet, row, claim)
        _log(session, Action.SUBJECT_IDENTIFIER_ADDED, row, at=at, actor=actor, source=_how(claim))
    elif proven:
        _log(session, Action.SUBJECT_IDENTIFIED, row, at=at, actor=actor, method=_how(claim))
    return row.id


def destroy_subject_key(
    session: Session,
    *,
    actor: str,
    at: datetime,
    subject_id: UUID,
    reason: str,
    request_id: UUID | None = None,
) -> bool:
    """Destroy the subject's key, so that what it sealed never opens again; False if none is left.

    The file or server may keep the bytes until the database cleans up: a checkpoint on SQLite,
    VACUUM and the end of the archived log on PostgreSQL. `reason` is a word, never a text.
    """
    living = (SubjectKey.subject_id == subject_id, SubjectKey.key_sealed.is_not(None))
    versions = session.scalars(select(SubjectKey.version).where(*living)).all()
    if not versions:
        return False
    session.execute(update(SubjectKey).where(*living).values(key_sealed=None, destroyed_at=at))
    forget_subject_key(session, subject_id=subject_id)
    log.append(
        session,
        Action.SUBJECT_KEY_DESTROYED,
        at=at,
        actor=actor,
        controller_id=subject(session, subject_id=subject_id).controller_id,
        subject_id=subject_id,
        version=max(versions),
        reason=reason,
        request=str(request_id) if request_id else None,
    )
    return True


def _add_subject(session: Session, subject_id: UUID, controller_id: UUID, at: datetime) -> Subject:
    made = Subject(subject_id=subject_id, controller_id=controller_id, created_at=at)
    session.add(made)
    session.flush()
    return made


def _new_identifier(
    subject_id: UUID, controller_id: UUID, claim: Claim, at: datetime
) -> Identifier:
    return Identifier(
        subject_id=subject_id,
        id=new_id(at),
        controller_id=controller_id,
        kind=claim.kind,
        verified_at=at if claim.verified else None,
        created_at=at,
    )


def _keep(session: Session, cabinet: KeyCabinet, row: Identifier, claim: Claim) -> None:
    key = ensure_subject_key(
        session, cabinet=cabinet, subject_id=row.subject_id, at=row.created_at
    )
    row.value_sealed = key.seal(claim.value, context=value_context(row))
    session.add(row)


def _point(session: Session, cabinet: KeyCabinet, row: Identifier, claim: Claim) -> bool:
    """Let the identifier find its subject; False if it finds one already."""
    return insert_new(
        session,
        IdentifierIndex,
        value_index=_index(session, cabinet, row.controller_id, claim),
        controller_id=row.controller_id,
        kind=row.kind,
        subject_id=row.subject_id,
        identifier_id=row.id,
    )


def _pointed(
    session: Session, cabinet: KeyCabinet, controller_id: UUID, claim: Claim
) -> Identifier:
    value_index = _index(session, cabinet, controller_id, claim)
    place = session.get_one(IdentifierIndex, value_index)
    return session.get_one(Identifier, (place.subject_id, place.identifier_id))


def _prove(
    session: Session, cabinet: KeyCabinet, row: Identifier, claim: Claim, at: datetime
) -> None:
    if not _point(session, cabinet, row, claim):
        owner = _pointed(session, cabinet, row.controller_id, claim)
        if owner.subject_id != row.subject_id:
            raise ConflictError("The identifier belongs to another subject already.")
    row.verified_at = at


def _same(
    session: Session, cabinet: KeyCabinet, subject_id: UUID, claim: Claim
) -> Identifier | None:
    for known in identifiers_of(session, cabinet=cabinet, subject_id=subject_id):
        if (known.kind, known.value) == (claim.kind, claim.value):
            return session.get_one(Identifier, (subject_id, known.id))
    return None


def _index(session: Session, cabinet: KeyCabinet, controller_id: UUID, claim: Claim) -> bytes:
    index_key = cabinet.index_key(session, controller_id=controller_id)
    return index_of(index_key, controller_id, claim.kind, claim.value)


def _log_created(session: Session, made: Subject, *, actor: str, origin: str) -> None:
    log.append(
        session,
        Action.SUBJECT_CREATED,
        at=made.created_at,
        actor=actor,
        controller_id=made.controller_id,
        subject_id=made.subject_id,
        origin=origin,
    )


def _log(
    session: Session, action: Action, row: Identifier, *, at: datetime, actor: str, **how: Any
) -> None:
    """Append the entry of an act on an identifier, with how it is known; never its value."""
    log.append(
        session,
        action,
        at=at,
        actor=actor,
        controller_id=row.controller_id,
        subject_id=row.subject_id,
        identifier=str(row.id),
        kind=row.kind,
        **how,
    )


def _how(claim: Claim) -> str:
    return "verified" if claim.verified else "claimed"
