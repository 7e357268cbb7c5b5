"""Links by which a mail can be unsubscribed from (RFC 2369, RFC 8058), and what they do.

A link is a sealed statement of subject and purpose, so that a mailing of a million costs no row,
works for as long as the mail is kept, and says nothing of anybody in a log. All that it can do is
withdraw one purpose; that it cannot be revoked harms nobody.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from privacy.consent.acts import ReplayedError
from privacy.consent.checks import checked
from privacy.consent.models import Method
from privacy.consent.saying import check_purposes
from privacy.consent.statements import Statement, record_statement
from privacy.crypto import Context
from privacy.errors import NotFoundError, SealError
from privacy.purposes import queries as purposes
from privacy.subjects.keys import KeyCabinet

ONE_CLICK: Final = "List-Unsubscribe=One-Click"
"""The header's value, and the very body of the POST (RFC 8058)."""
LONGEST: Final = 400


@dataclass(frozen=True)
class Ticket:
    """What a link withdraws: one purpose of one subject of one controller."""

    controller_id: UUID
    subject_id: UUID
    purpose_code: str


def token_of(session: Session, *, cabinet: KeyCabinet, ticket: Ticket) -> str:
    """Return the token of a ticket, for a path; it never expires.

    It is sealed under a key of the controller that is never renewed.
    """
    key = cabinet.index_key(session, controller_id=ticket.controller_id)
    sealed = key.seal(
        ticket.subject_id.bytes + ticket.purpose_code.encode(),
        context=_context(ticket.controller_id),
    )
    whole = ticket.controller_id.bytes + sealed
    return base64.urlsafe_b64encode(whole).decode().rstrip("=")


def tokens_of(
    session: Session, *, cabinet: KeyCabinet, controller_id: UUID, wanted: Sequence[Ticket]
) -> list[str]:
    """Return the token of each ticket of one controller, in their order.

    Raises InvalidError, naming each purpose that is not the subject's to answer.
    """
    known = purposes.current_purposes(session, controller_id=controller_id)
    check_purposes({one.purpose_code: False for one in wanted}, known)
    return [token_of(session, cabinet=cabinet, ticket=one) for one in wanted]


def ticket_of(session: Session, *, cabinet: KeyCabinet, token: str) -> Ticket:
    """Return what a token withdraws; raise NotFoundError for one that we did not make."""
    if len(token) > LONGEST:
        raise NotFoundError("There is no such link.")
    try:
        whole = base64.b64decode(f"{token}{'=' * (-len(token) % 4)}", b"-_", validate=True)
        controller_id = UUID(bytes=whole[:16])
        key = cabinet.index_key(session, controller_id=controller_id)
        plain = key.open_sealed(whole[16:], context=_context(controller_id))
    except (binascii.Error, ValueError, NotFoundError, SealError):
        raise NotFoundError("There is no such link.") from None
    return Ticket(controller_id, UUID(bytes=plain[:16]), plain[16:].decode())


def _context(controller_id: UUID) -> Context:
    return ("unsubscribe", str(controller_id))


@dataclass(frozen=True)
class Wish:
    """In which way and language somebody unsubscribes."""

    method: Method
    language: str
    origin: str
    """The name of the log, which stands on the receipt."""


def unsubscribe(session: Session, *, at: datetime, ticket: Ticket, wish: Wish) -> bool:
    """Withdraw what a ticket names; False where it is refused already, so that twice is once."""
    (found,) = checked(
        session,
        controller_id=ticket.controller_id,
        subjects=[ticket.subject_id],
        codes=[ticket.purpose_code],
        at=at,
    )
    if found.answer is not None and not found.answer.granted:
        return False
    last = found.answer.said if found.answer else None
    statement = Statement(
        ticket.subject_id,
        ticket.controller_id,
        {ticket.purpose_code: False},
        wish.method,
        wish.language,
        # Two that come at once answer the same, and so have one id.
        answer_id=uuid5(ticket.subject_id, f"unsubscribe:{ticket.purpose_code}:{last}"),
    )
    try:
        record_statement(session, actor="subject", at=at, statement=statement, origin=wish.origin)
    except ReplayedError:
        return False
    return True
