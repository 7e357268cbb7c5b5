"""Finding subjects, and opening what identifies them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from privacy.crypto import Context, DataKey
from privacy.errors import NotFoundError
from privacy.subjects.identify import Claim, normalise
from privacy.subjects.keys import KeyCabinet, subject_key
from privacy.subjects.models import Identifier, IdentifierIndex, Subject


@dataclass(frozen=True)
class KnownIdentifier:
    """An identifier, open; its repr hides the value.

    One without `verified_at` is a claim only: to search data stores with it would hand the
    data of whoever really holds it to whoever claimed it.
    """

    id: UUID
    kind: str
    value: str = field(repr=False)
    verified_at: datetime | None


def subject(session: Session, *, subject_id: UUID) -> Subject:
    """Return a subject; raise NotFoundError if there is none."""
    found = session.get(Subject, subject_id)
    if found is None:
        raise NotFoundError("There is no such subject.")
    return found


def find_by_identifier(
    session: Session, *, cabinet: KeyCabinet, controller_id: UUID, kind: str, value: str
) -> UUID | None:
    """Return the subject that an identifier belongs to; InvalidError if it cannot be one."""
    index_key = cabinet.index_key(session, controller_id=controller_id)
    value_index = index_of(index_key, controller_id, kind, normalise(kind, value))
    return session.scalars(
        select(IdentifierIndex.subject_id).where(IdentifierIndex.value_index == value_index)
    ).one_or_none()


def find_by_identifiers(
    session: Session, *, cabinet: KeyCabinet, controller_id: UUID, claims: Sequence[Claim]
) -> list[UUID | None]:
    """Return the subject of each identifier, in their order and by one query; None if unknown."""
    index_key = cabinet.index_key(session, controller_id=controller_id)
    indexes = [index_of(index_key, controller_id, one.kind, one.value) for one in claims]
    rows = session.execute(
        select(IdentifierIndex.value_index, IdentifierIndex.subject_id).where(
            IdentifierIndex.value_index.in_(indexes)
        )
    )
    known: dict[bytes, UUID] = {bytes(row.value_index): row.subject_id for row in rows}
    return [known.get(index) for index in indexes]


def identifiers_of(
    session: Session, *, cabinet: KeyCabinet, subject_id: UUID
) -> list[KnownIdentifier]:
    """Return every identifier of a subject, oldest first.

    Raises GoneError if they can never be opened again, since the key was destroyed.
    """
    rows = session.scalars(
        select(Identifier)
        .where(Identifier.subject_id == subject_id)
        .order_by(Identifier.created_at, Identifier.id)
    ).all()
    if not rows:
        return []
    key = subject_key(session, cabinet=cabinet, subject_id=subject_id)
    return [
        KnownIdentifier(
            row.id,
            row.kind,
            key.open_text(row.value_sealed, context=value_context(row)),
            row.verified_at,
        )
        for row in rows
    ]


def index_of(index_key: DataKey, controller_id: UUID, kind: str, value: str) -> bytes:
    """Return the blind index of a normalised identifier."""
    return index_key.index(value, context=("identifier", str(controller_id), kind))


def value_context(row: Identifier) -> Context:
    """Return the address that an identifier's value is bound to."""
    return ("identifier", "value", str(row.controller_id), str(row.subject_id), str(row.id))
