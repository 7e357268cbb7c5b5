"""Letters to who has neither mailbox nor phone: printed and posted, or handed over, by a person.

The envelope is addressed from the letter that the request came in: no postal address is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from privacy.audit.actions import Action
from privacy.errors import NotFoundError
from privacy.outbox import queries as outbox
from privacy.outbox.models import MessageState, OutboxMessage
from privacy.requests.letters import open_letter
from privacy.requests.models import SubjectRequest
from privacy.requests.moves import record
from privacy.subjects.keys import KeyCabinet


@dataclass(frozen=True)
class Waiting:
    """A letter that waits to be posted, open."""

    row: OutboxMessage
    variables: Mapping[str, str] = field(repr=False)


def letters_to_post(
    session: Session, *, cabinet: KeyCabinet, about: SubjectRequest
) -> list[Waiting]:
    """Return the letters about a request that somebody must post, oldest first.

    Raises GoneError once the subject's key was destroyed.
    """
    if about.subject_id is None:
        return []
    found = []
    for row in outbox.to_post(session, subject_id=about.subject_id):
        told = dict(open_letter(session, cabinet=cabinet, message=row).variables)
        if told.pop("request", None) == str(about.id):
            found.append(Waiting(row, told))
    return found


def letter_to_post(
    session: Session, *, cabinet: KeyCabinet, about: SubjectRequest, message_id: UUID
) -> Waiting:
    """Return one of them; raise NotFoundError for one that waits no more."""
    waiting = letters_to_post(session, cabinet=cabinet, about=about)
    found = next((one for one in waiting if one.row.id == message_id), None)
    if found is None:
        raise NotFoundError("This letter was posted already, or is not about this request.")
    return found


def note_posted(
    session: Session, *, actor: str, at: datetime, cabinet: KeyCabinet, about: SubjectRequest,
    message_id: UUID,
) -> None:  # fmt: skip
    """Write down that a letter was posted or handed over, and forget what it said."""
    row = letter_to_post(session, cabinet=cabinet, about=about, message_id=message_id).row
    row.state, row.sent_at = MessageState.SENT, at
    row.address_sealed = row.variables_sealed = None
    session.flush()
    record(session, Action.REQUEST_LETTER_POSTED, at, actor, about=about, kind=row.template)
