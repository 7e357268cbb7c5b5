"""The subject behind an anonymous browser: a row that comes with a consent, no act of its own."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from privacy.subjects.identify import visitor_subject_id
from privacy.subjects.keys import KeyCabinet
from privacy.subjects.models import Subject
from privacy.subjects.rows import insert_new


def ensure_visitor_subject(
    session: Session, *, at: datetime, cabinet: KeyCabinet, controller_id: UUID, visitor: str
) -> UUID:
    """Return the id of a visitor's subject, whose row exists from now on.

    One statement on a warm cabinet. It appends no entry: the act that it serves must, with this
    id. Raises InvalidError unless the visitor is 32 hexadecimal digits.
    """
    index_key = cabinet.index_key(session, controller_id=controller_id)
    subject_id = visitor_subject_id(index_key, controller_id, visitor)
    insert_new(session, Subject, subject_id=subject_id, controller_id=controller_id, created_at=at)
    return subject_id
