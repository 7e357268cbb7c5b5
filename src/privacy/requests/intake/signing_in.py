"""Asking as somebody whom a session knows: by the word of a site where they are signed in.

Their identity stands, so there is no link to confirm (Art. 12(6) GDPR: nothing more is asked of
who is authenticated already).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from privacy.errors import ConflictError, RefusedError, TooManyError
from privacy.policy.months import day_of
from privacy.purposes.models import Controller
from privacy.requests import acts
from privacy.requests.acts import Confirmed, Opening
from privacy.requests.letters import Desk
from privacy.requests.models import Channel, RequestKind, RequestState, SubjectRequest
from privacy.requests.moves import Asked, move, receive
from privacy.requests.statements import NOTHING, Statement, check_statement, seal_proven
from privacy.requests.texting import serves
from privacy.subjects.identify import IdentifierKind
from privacy.subjects.keys import KeyCabinet
from privacy.subjects.queries import KnownIdentifier, identifiers_of

METHOD = "session"
"""A session that the word of a site opened, or a mailed link."""
A_DAY = timedelta(days=1)
MOST = 5
"""Requests that one session's subject makes in a day; more is a mistake, or a program."""


@dataclass(frozen=True)
class SignedIn:
    """What somebody asks whom a session knows."""

    subject_id: UUID
    kind: RequestKind
    language: str
    statement: Statement = NOTHING


def reached_at(
    session: Session, *, cabinet: KeyCabinet, controller_id: UUID, subject_id: UUID
) -> KnownIdentifier | None:
    """Return the proven address of a subject, or number where texts are sent; None without."""
    proven = [
        one
        for one in identifiers_of(session, cabinet=cabinet, subject_id=subject_id)
        if one.verified_at is not None
    ]
    emails = [one for one in proven if one.kind == IdentifierKind.EMAIL]
    phones = [
        one
        for one in proven
        if one.kind == IdentifierKind.PHONE
        and serves(session, controller_id=controller_id, number=one.value)
    ]
    return next(iter([*emails, *phones]), None)


def submit_signed_in(
    session: Session, *, actor: str, at: datetime, desk: Desk, to: Controller, made: SignedIn
) -> Confirmed:
    """Open a request of a subject whom a session knows, and return its status page's token.

    Raises RefusedError where they have no proven address for letters, InvalidError for what is
    said beside the kind, and TooManyError after many in a day.
    """
    check_statement(made.kind, made.statement)
    place = reached_at(
        session, cabinet=desk.cabinet, controller_id=to.id, subject_id=made.subject_id
    )
    if place is None:
        raise RefusedError("Give an address to which the answer can go.")
    _check_count(session, at, made.subject_id)
    asked = Asked(made.kind, made.language, day_of(at, ZoneInfo(to.zone)), Channel.PORTAL)
    about = receive(session, actor=actor, at=at, to=to, asked=asked)
    sealed = seal_proven(
        session,
        cabinet=desk.cabinet,
        about=about,
        said=made.statement,
        subject_id=made.subject_id,
    )
    opened = move(
        session,
        about,
        RequestState.SUBMITTED,
        state=RequestState.OPEN,
        verified_at=at,
        subject_id=made.subject_id,
        identifier_id=place.id,
        statement_sealed=sealed,
    )
    if not opened:
        raise ConflictError("Somebody changed this request before; look at it again.")
    token = acts.opened_by(
        session, actor=actor, at=at, desk=desk, about=about, opening=Opening(METHOD)
    )
    return Confirmed(about.id, token, made.kind)


def _check_count(session: Session, at: datetime, subject_id: UUID) -> None:
    made = session.scalar(
        select(func.count()).where(
            SubjectRequest.subject_id == subject_id, SubjectRequest.received_at > at - A_DAY
        )
    )
    if (made or 0) >= MOST:
        raise TooManyError("You made many requests today; follow those, or write to us.")
