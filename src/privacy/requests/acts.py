"""What changes a request: made, confirmed, decided, answered, handed over."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from privacy.audit.actions import Action
from privacy.crypto import Context
from privacy.errors import ConflictError, GoneError, RefusedError, TooManyError
from privacy.policy.months import day_of
from privacy.purposes.models import Controller
from privacy.requests import queries, wording
from privacy.requests.deadline import deadline, may_extend
from privacy.requests.letters import (
    Desk,
    reason_context,
    write_to,
    write_to_subject,
)
from privacy.requests.links import send_link, use_link
from privacy.requests.models import (
    Channel,
    LinkUse,
    RequestKind,
    RequestState,
    SubjectRequest,
)
from privacy.requests.moves import Asked, lasts, move, receive, record, terms_of
from privacy.requests.statements import (
    NOTHING,
    Statement,
    check_statement,
    seal_proven,
    seal_unproven,
    unproven,
)
from privacy.subjects.acts import resolve_subject
from privacy.subjects.identify import Claim, IdentifierKind, normalise_email
from privacy.subjects.keys import subject_key
from privacy.subjects.queries import identifiers_of

A_DAY = timedelta(days=1)
MOST_MAILS = 3
"""Mails to confirm that one address is sent in a day; a victim is not to be flooded."""
STATUS_LASTS = timedelta(days=400)
"""How long the link to the status page opens it."""


class RefusalGround(StrEnum):
    """On what a refusal rests; each needs its reason in words (Art. 12(4) GDPR)."""

    UNFOUNDED = "unfounded"
    """Manifestly unfounded, which the controller must show (Art. 12(5))."""
    EXCESSIVE = "excessive"
    """Manifestly excessive, which the controller must show (Art. 12(5))."""
    IDENTITY = "identity"
    """The controller is not in a position to identify the subject (Art. 11(2), 12(2))."""
    RIGHTS_OF_OTHERS = "rights_of_others"
    """The copy would harm others, even with what is theirs left out (Art. 15(4))."""
    OTHER = "other"


@dataclass(frozen=True)
class Submission:
    """What somebody asked, as the form gave it."""

    kind: RequestKind
    email: str
    language: str
    statement: Statement = NOTHING


@dataclass(frozen=True)
class Confirmed:
    """A request that its sender confirmed, and the token of its status page."""

    request_id: UUID
    status_token: str


def submit_request(
    session: Session, *, actor: str, at: datetime, desk: Desk, to: Controller, made: Submission
) -> SubjectRequest:
    """Keep a request and owe the mail that asks to confirm it.

    Nobody is looked up, so the answer and its time are the same for every address. Raises
    InvalidError for what is no address, and TooManyError when its mailbox got enough today.
    """
    address = normalise_email(made.email)
    check_statement(made.kind, made.statement)
    index = desk.cabinet.index_key(session, controller_id=to.id).index(
        address, context=("subject_request", "contact", str(to.id))
    )
    if queries.waiting(session, contact_index=index, since=at - A_DAY) >= MOST_MAILS:
        raise TooManyError("This mailbox got enough mails to confirm; look into it.")
    asked = Asked(made.kind, made.language, day_of(at, ZoneInfo(to.zone)), Channel.PORTAL)
    about = receive(session, actor=actor, at=at, to=to, asked=asked)
    about.contact_index = index
    about.contact_sealed = desk.cabinet.seal(
        session, address, controller_id=to.id, context=_contact_context(about)
    )
    about.statement_sealed = seal_unproven(
        session, cabinet=desk.cabinet, about=about, said=made.statement
    )
    expires_at = at + lasts(session, "request.confirm", at)
    token = send_link(session, about, LinkUse.CONFIRM, at, expires_at)
    link = desk.links.for_subject(to.slug, LinkUse.CONFIRM, token)
    letter = wording.confirm_request(to, kind=made.kind, link=link, expires_at=expires_at)
    write_to(session, at=at, desk=desk, about=about, letter=letter, to=address)
    return about


def verify_identity(
    session: Session, *, actor: str, at: datetime, desk: Desk, to: Controller, token: str
) -> Confirmed:
    """Take the link of the first mail as proof of the address, and open the request.

    Raises NotFoundError or GoneError for a link that opens nothing (any more).
    """
    about = queries.by_link(session, token=token, use=LinkUse.CONFIRM, at=at, controller_id=to.id)
    use_link(session, token, at)
    proven = _proven(session, actor, at, desk=desk, about=about)
    opened = move(
        session,
        about,
        RequestState.SUBMITTED,
        state=RequestState.OPEN,
        contact_sealed=None,
        contact_index=None,
        verified_at=at,
        **proven,
    )
    if not opened:
        raise GoneError("This link has expired.")
    token = opened_by(session, actor=actor, at=at, desk=desk, about=about, method="mail-link")
    return Confirmed(about.id, token)


def opened_by(
    session: Session, *, actor: str, at: datetime, desk: Desk, about: SubjectRequest, method: str
) -> str:
    """Tell the subject and the DPO that a request is open; return the status page's token."""
    to = session.get_one(Controller, about.controller_id)
    status = send_link(session, about, LinkUse.STATUS, at, at + STATUS_LASTS)
    due_on = about.legal_latest_on
    link = desk.links.for_subject(to.slug, LinkUse.STATUS, status)
    received = wording.request_received(to, link=link, due_on=due_on)
    write_to_subject(session, at=at, desk=desk, about=about, letter=received)
    waiting = wording.dpo_new_request(to, link=desk.links.for_operator(about.id), due_on=due_on)
    write_to(session, at=at, desk=desk, about=about, letter=waiting, to=dpo_address(to))
    record(
        session,
        Action.REQUEST_VERIFIED,
        at,
        actor,
        about=about,
        kind=about.kind.value,
        method=method,
        due_on=due_on.isoformat(),
    )
    return status


def _proven(
    session: Session, actor: str, at: datetime, *, desk: Desk, about: SubjectRequest
) -> dict[str, object]:
    """Return the subject of the typed address, which identifier it is, and what was said."""
    if about.contact_sealed is None:
        raise GoneError("This link has expired.")
    address = desk.cabinet.open_text(
        session,
        about.contact_sealed,
        controller_id=about.controller_id,
        context=_contact_context(about),
    )
    claim = Claim(IdentifierKind.EMAIL, address, verified=True)
    subject_id = resolve_subject(
        session,
        actor=actor,
        at=at,
        cabinet=desk.cabinet,
        controller_id=about.controller_id,
        claim=claim,
    )
    known = identifiers_of(session, cabinet=desk.cabinet, subject_id=subject_id)
    mine = next(one for one in known if (one.kind, one.value) == (claim.kind, claim.value))
    said = unproven(session, cabinet=desk.cabinet, about=about)
    sealed = seal_proven(
        session, cabinet=desk.cabinet, about=about, said=said, subject_id=subject_id
    )
    return {"subject_id": subject_id, "identifier_id": mine.id, "statement_sealed": sealed}


def dpo_address(to: Controller) -> str:
    """Return where the DPO reads mail; the published contact may be a number or a street."""
    return to.dpo_contact if "@" in to.dpo_contact else to.contact_email


@dataclass(frozen=True)
class Decision:
    """Why an operator decided, in the words that the subject will read."""

    controller: Controller
    reason: str
    ground: RefusalGround | None = None


def approve(session: Session, *, actor: str, at: datetime, about: SubjectRequest) -> None:
    """Decide that a request is answered; its data stores are searched after the commit.

    Raises RefusedError for a rectification, which is decided field by field.
    """
    if about.kind is RequestKind.RECTIFICATION:
        raise RefusedError("A rectification is decided field by field, on its own page.")
    _decide(session, about, state=RequestState.APPROVED, decided_at=at)
    due_on = about.legal_latest_on.isoformat()
    record(session, Action.REQUEST_APPROVED, at, actor, about=about, due_on=due_on)


def refuse(
    session: Session, *, actor: str, at: datetime, desk: Desk, about: SubjectRequest, why: Decision
) -> None:
    """Decide that a request is not answered, and owe its subject the reason and the remedies."""
    if why.ground is None or not why.reason.strip():
        raise RefusedError("A refusal needs its ground and its reason (Art. 12(4) GDPR).")
    _decide(
        session,
        about,
        state=RequestState.REFUSED,
        decided_at=at,
        closed_at=at,
        reason_sealed=_sealed_reason(session, desk, about, why.reason),
    )
    letter = wording.request_refused(why.controller, reason=why.reason)
    write_to_subject(session, at=at, desk=desk, about=about, letter=letter)
    record(session, Action.REQUEST_REFUSED, at, actor, about=about, ground=why.ground.value)


def extend(
    session: Session, *, actor: str, at: datetime, desk: Desk, about: SubjectRequest, why: Decision
) -> None:
    """Take two further months and owe the subject the reason, within the first month.

    Raises RefusedError when it is too late for that or was done before (Art. 12(3) GDPR).
    """
    today = day_of(at, ZoneInfo(why.controller.zone))
    if about.extended_at is not None or not may_extend(today, about.target_on):
        raise RefusedError("A request is extended once, and before its first month is over.")
    if not why.reason.strip():
        raise RefusedError("An extension needs its reason (Art. 12(3) GDPR).")
    terms = terms_of(session, why.controller, about.received_at)
    due = deadline(about.received_on, extended=True, terms=terms)
    _decide(
        session,
        about,
        SubjectRequest.extended_at.is_(None),
        extended_at=at,
        target_on=due.target_on,
        legal_latest_on=due.legal_latest_on,
        reason_sealed=_sealed_reason(session, desk, about, why.reason),
    )
    due_on = due.legal_latest_on
    letter = wording.request_extended(why.controller, reason=why.reason, due_on=due_on)
    write_to_subject(session, at=at, desk=desk, about=about, letter=letter)
    record(session, Action.REQUEST_EXTENDED, at, actor, about=about, due_on=due_on.isoformat())


def expire(session: Session, *, actor: str, at: datetime, about: SubjectRequest) -> None:
    """Forget a request that nobody confirmed, with the address that was typed.

    Raises ConflictError if somebody confirmed it meanwhile.
    """
    forgotten = move(
        session,
        about,
        RequestState.SUBMITTED,
        state=RequestState.EXPIRED,
        closed_at=at,
        statement_sealed=None,
        contact_sealed=None,
        contact_index=None,
    )
    if not forgotten:
        raise ConflictError("The request was confirmed meanwhile.")
    record(session, Action.REQUEST_EXPIRED, at, actor, about=about, reason="not-confirmed")


def _decide(
    session: Session, about: SubjectRequest, *also: ColumnElement[bool], **values: object
) -> None:
    """Write a decision down, of which one alone can be made at a time."""
    if not move(session, about, RequestState.OPEN, *also, **values):
        raise ConflictError("Somebody decided on this request before; look at it again.")


def _sealed_reason(session: Session, desk: Desk, about: SubjectRequest, reason: str) -> bytes:
    if about.subject_id is None:
        raise ConflictError("Nobody has confirmed this request yet.")
    key = subject_key(session, cabinet=desk.cabinet, subject_id=about.subject_id)
    return key.seal(reason, context=reason_context(about))


def _contact_context(about: SubjectRequest) -> Context:
    return ("subject_request", "contact", str(about.controller_id), str(about.id))
