"""What changes a request: made, confirmed, decided, answered, handed over."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from privacy.audit.actions import Action
from privacy.crypto import Context
from privacy.errors import ConflictError, GoneError, TooManyError
from privacy.policy.months import day_of
from privacy.purposes.models import Controller
from privacy.requests import queries, wording
from privacy.requests.agreeing import ask_agreement, asks_by_itself
from privacy.requests.behalf import Behalf, behalf_of, enter, seal_behalf
from privacy.requests.facts import Facts, seal_facts
from privacy.requests.letters import (
    STATUS_LASTS,
    Desk,
    dpo_address,
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
from privacy.requests.moves import Asked, lasts, move, receive, record
from privacy.requests.statements import (
    NOTHING,
    Statement,
    check_statement,
    seal_proven,
    seal_unproven,
    unproven,
)
from privacy.requests.texting import take_text
from privacy.subjects.acts import resolve_subject
from privacy.subjects.identify import Claim, IdentifierKind, normalise_email, normalise_phone
from privacy.subjects.queries import identifiers_of

A_DAY = timedelta(days=1)
BY_REPRESENTATIVE = "representative"
"""How it is written down that somebody's address was proven who asks for another person."""
MOST_MAILS = 3
"""Mails to confirm that one address is sent in a day; a victim is not to be flooded."""


@dataclass(frozen=True)
class Submission:
    """What somebody asked, as the form gave it."""

    kind: RequestKind
    contact: str
    """An e-mail address; or the number of a phone, where the controller sends texts."""
    language: str
    statement: Statement = NOTHING
    behalf: Behalf | None = None
    """For whom the sender asks; None where for themselves."""
    facts: Facts | None = None
    """By what the sender wants to be recognised, where the controller declared that."""


@dataclass(frozen=True)
class Confirmed:
    """A request that its sender confirmed, and the token of its status page."""

    request_id: UUID
    status_token: str
    kind: RequestKind


def submit_request(
    session: Session, *, actor: str, at: datetime, desk: Desk, to: Controller, made: Submission
) -> SubjectRequest:
    """Keep a request and owe the mail that asks to confirm it.

    Nobody is looked up, so the answer and its time are the same for every address. Raises
    InvalidError for what is no address, and TooManyError when its mailbox got enough today; for
    the number of a phone as `take_text`.
    """
    address = normalise_email(made.contact) if "@" in made.contact else _number(made.contact)
    check_statement(made.kind, made.statement)
    index = desk.cabinet.index_key(session, controller_id=to.id).index(
        address, context=("subject_request", "contact", str(to.id))
    )
    if queries.waiting(session, contact_index=index, since=at - A_DAY) >= MOST_MAILS:
        raise TooManyError("This mailbox got enough mails to confirm; look into it.")
    if "@" not in address:
        take_text(session, cabinet=desk.cabinet, controller_id=to.id, number=address, at=at)
    asked = Asked(made.kind, made.language, day_of(at, ZoneInfo(to.zone)), Channel.PORTAL)
    about = receive(session, actor=actor, at=at, to=to, asked=asked)
    about.contact_index = index
    about.contact_sealed = desk.cabinet.seal(
        session, address, controller_id=to.id, context=_contact_context(about)
    )
    about.statement_sealed = seal_unproven(
        session, cabinet=desk.cabinet, about=about, said=made.statement
    )
    if made.behalf is not None:
        about.acting_sealed = seal_behalf(
            session, cabinet=desk.cabinet, about=about, said=made.behalf
        )
    if made.facts is not None:
        about.facts_sealed = seal_facts(
            session, cabinet=desk.cabinet, about=about, given=made.facts
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
    address = _contact(session, desk, about)
    behalf = behalf_of(session, cabinet=desk.cabinet, about=about)
    claim = behalf.claims[0] if behalf else Claim(_kind(address), address, verified=True)
    proven = _proven(session, actor, at, desk=desk, about=about, claim=claim)
    opened = move(
        session,
        about,
        RequestState.SUBMITTED,
        state=RequestState.OPEN,
        contact_sealed=None,
        contact_index=None,
        acting_sealed=None,
        verified_at=at,
        **proven,
    )
    if not opened:
        raise GoneError("This link has expired.")
    if behalf is None:
        opening = Opening("mail-link" if claim.kind == IdentifierKind.EMAIL else "text-link")
        token = opened_by(session, actor=actor, at=at, desk=desk, about=about, opening=opening)
        return Confirmed(about.id, token, about.kind)
    by = replace(behalf, email=address)
    row = enter(session, actor=actor, at=at, cabinet=desk.cabinet, about=about, by=by)
    opening = Opening(BY_REPRESENTATIVE)
    token = opened_by(session, actor=actor, at=at, desk=desk, about=about, opening=opening)
    if asks_by_itself(session, about=about, row=row):
        ask_agreement(session, actor=actor, at=at, desk=desk, about=about)
    return Confirmed(about.id, token, about.kind)


@dataclass(frozen=True)
class Opening:
    """How the identity was established, and whether the DPO gets a letter about this request."""

    method: str
    tell_dpo: bool = True


def opened_by(
    session: Session,
    *,
    actor: str,
    at: datetime,
    desk: Desk,
    about: SubjectRequest,
    opening: Opening,
) -> str:
    """Tell the subject and the DPO that a request is open; return the status page's token."""
    to = session.get_one(Controller, about.controller_id)
    status = send_link(session, about, LinkUse.STATUS, at, at + STATUS_LASTS)
    due_on = about.legal_latest_on
    link = desk.links.for_subject(to.slug, LinkUse.STATUS, status)
    acting = opening.method == BY_REPRESENTATIVE
    received = wording.request_received(to, link=link, due_on=due_on, acting=acting)
    write_to_subject(session, at=at, desk=desk, about=about, letter=received)
    if opening.tell_dpo:
        link = desk.links.for_operator(about.id)
        waiting = wording.dpo_new_request(to, link=link, due_on=due_on)
        write_to(session, at=at, desk=desk, about=about, letter=waiting, to=dpo_address(to))
    record(
        session,
        Action.REQUEST_VERIFIED,
        at,
        actor,
        about=about,
        kind=about.kind.value,
        method=opening.method,
        due_on=due_on.isoformat(),
    )
    return status


def _kind(address: str) -> IdentifierKind:
    return IdentifierKind.EMAIL if "@" in address else IdentifierKind.PHONE


def _number(text: str) -> str:
    """Return a number in E.164; what holds neither a number nor an @ was meant as an address."""
    if not any(one.isdigit() for one in text):
        return normalise_email(text)
    return normalise_phone(text)


def _contact(session: Session, desk: Desk, about: SubjectRequest) -> str:
    """Return the address that was typed; raise GoneError once it was forgotten."""
    if about.contact_sealed is None:
        raise GoneError("This link has expired.")
    return desk.cabinet.open_text(
        session,
        about.contact_sealed,
        controller_id=about.controller_id,
        context=_contact_context(about),
    )


def _proven(
    session: Session, actor: str, at: datetime, *, desk: Desk, about: SubjectRequest, claim: Claim
) -> dict[str, object]:
    """Return the subject of an identifier, which one it is if it was proven, and what was said."""
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
    return {
        "subject_id": subject_id,
        "identifier_id": mine.id if claim.verified else None,
        "statement_sealed": sealed,
    }


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
        acting_sealed=None,
        facts_sealed=None,
    )
    if not forgotten:
        raise ConflictError("The request was confirmed meanwhile.")
    record(session, Action.REQUEST_EXPIRED, at, actor, about=about, reason="not-confirmed")


def _contact_context(about: SubjectRequest) -> Context:
    return ("subject_request", "contact", str(about.controller_id), str(about.id))
