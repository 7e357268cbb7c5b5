"""The subject behind an anonymous browser: a row that comes with a consent, no act of its own."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from privacy.inserting import insert_many
from privacy.subjects.identify import visitor_subject_id
from privacy.subjects.keys import KeyCabinet
from privacy.subjects.models import Subject
from privacy.subjects.rows import table_of


def visitor_subject(
    session: Session, *, cabinet: KeyCabinet, controller_id: UUID, visitor: str
) -> UUID:
    """Return the id of a visitor's subject, which may have no row yet; no query if warm.

    Raises InvalidError unless the visitor is 32 hexadecimal digits.
    """
    index_key = cabinet.index_key(session, controller_id=controller_id)
    return visitor_subject_id(index_key, controller_id, visitor)


def ensure_subjects(
    session: Session, *, at: datetime, subjects: Iterable[tuple[UUID, UUID]]
) -> None:
    """Let a row exist for each (subject, controller), in one statement.

    It appends no entry: the act that it serves must, with these ids.
    """
    rows = [
        {"subject_id": subject_id, "controller_id": controller_id, "created_at": at}
        for subject_id, controller_id in sorted(set(subjects))
    ]
    insert_many(session, table_of(Subject), rows, skip_existing=True)
