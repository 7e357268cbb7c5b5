"""Corrections that a subject types themselves: taken as a request, confirmed, read for a decision.

While their accuracy is disputed, processing of the subject's data is restricted (Art. 18(1)(a)
GDPR): that is written down until the request has ended.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from privacy.audit import log
from privacy.audit.actions import Action
from privacy.crypto import digest, new_token
from privacy.errors import ConflictError
from privacy.policy.months import day_of
from privacy.purposes.models import Controller
from privacy.rectification import wished
from privacy.rectification.details import forget
from privacy.rectification.kept import release
from privacy.rectification.models import CorrectionWish
from privacy.rectification.wished import wish_context
from privacy.rectification.wishes import ValueKind, Wish, to_json
from privacy.requests import acts as requests
from privacy.requests import wording
from privacy.requests.letters import Desk, Letter, dpo_address, write_to
from privacy.requests.models import Channel, RequestKind, RequestState, SubjectRequest
from privacy.requests.moves import Asked, move, receive, record
from privacy.requests.statements import Statement, seal_proven
from privacy.subjects.acts import add_identifier
from privacy.subjects.identify import Claim, IdentifierKind
from privacy.subjects.keys import subject_key
from privacy.subjects.models import Subject
from privacy.subjects.queries import find_by_identifier, identifiers_of, subject

CONFIRM_LASTS: Final = timedelta(days=3)
"""How long the link in the mail to a new address proves it."""
GOING_ON = (RequestState.OPEN, RequestState.PAUSED, RequestState.APPROVED)
SIGNED_IN: Final = "signed-in"


@dataclass(frozen=True)
class Typed:
    """What a subject typed: each value, whether it may be written at once, and why it is wrong."""

    language: str
    wishes: Sequence[tuple[Wish, bool]] = field(repr=False)
    reason: str = field(default="", repr=False)


def ask_correction(
    session: Session,
    *,
    actor: str,
    at: datetime,
    desk: Desk,
    subject_id: UUID,
    typed: Typed,
) -> SubjectRequest:
    """Take what a signed-in subject typed as a request for rectification, open at once.

    A new e-mail address is sent a mail, and counts once its link was used. Raises ConflictError
    when the subject has no confirmed address any more.
    """
    about = _opened(session, actor, at, desk=desk, subject_id=subject_id, typed=typed)
    for number, one in enumerate(typed.wishes):
        _add(session, at, desk=desk, about=about, number=number, wish=one)
    _restrict(session, actor, at, about)
    forget(session, at=at, subject_id=subject_id)
    decided = not all(at_once for _wish, at_once in typed.wishes)
    requests.opened_by(
        session,
        actor=actor,
        at=at,
        desk=desk,
        about=about,
        opening=requests.Opening(SIGNED_IN, tell_dpo=decided),
    )
    return about


def _opened(
    session: Session, actor: str, at: datetime, *, desk: Desk, subject_id: UUID, typed: Typed
) -> SubjectRequest:
    to = session.get_one(Controller, subject(session, subject_id=subject_id).controller_id)
    known = identifiers_of(session, cabinet=desk.cabinet, subject_id=subject_id)
    proven = [one for one in known if one.kind == IdentifierKind.EMAIL and one.verified_at]
    if not proven:
        raise ConflictError("There is no confirmed address to which an answer could go.")
    said = _statement(typed)
    today = day_of(at, ZoneInfo(to.zone))
    asked = Asked(RequestKind.RECTIFICATION, typed.language, today, Channel.PORTAL, None, said)
    about = receive(session, actor=actor, at=at, to=to, asked=asked)
    opened = move(
        session,
        about,
        RequestState.SUBMITTED,
        state=RequestState.OPEN,
        verified_at=at,
        subject_id=subject_id,
        identifier_id=proven[0].id,
        statement_sealed=seal_proven(
            session, cabinet=desk.cabinet, about=about, said=said, subject_id=subject_id
        ),
    )
    if not opened:
        raise ConflictError("Somebody changed this request before; look at it again.")
    return about


def _statement(typed: Typed) -> Statement:
    """Return what was typed, in words as other requests have them."""
    named = [(wish.title.get(typed.language, ""), wish) for wish, _at_once in typed.wishes]
    wrong = [f"{title}: {wish.before or '–'}" for title, wish in named]
    right = "\n".join(f"{title}: {wish.after}" for title, wish in named)
    return Statement("\n".join([*wrong, *([typed.reason] if typed.reason else [])]), right)


def _add(
    session: Session,
    at: datetime,
    *,
    desk: Desk,
    about: SubjectRequest,
    number: int,
    wish: tuple[Wish, bool],
) -> None:
    (typed, at_once), subject_id = wish, about.subject_id
    if subject_id is None:
        raise ConflictError("Nobody has confirmed this request yet.")
    row = CorrectionWish(
        subject_id=subject_id,
        request_id=about.id,
        number=number,
        controller_id=about.controller_id,
        at_once=at_once,
        digest=None,
        expires_at=None,
        confirmed_at=None,
    )
    key = subject_key(session, cabinet=desk.cabinet, subject_id=subject_id)
    row.wish_sealed = key.seal(to_json(typed), context=wish_context(row))
    session.add(row)
    if typed.kind is ValueKind.EMAIL:
        _prove(session, at, desk=desk, about=about, row=row, address=typed.after)


def _prove(
    session: Session,
    at: datetime,
    *,
    desk: Desk,
    about: SubjectRequest,
    row: CorrectionWish,
    address: str,
) -> None:
    """Owe a mail to a new address, whose link alone lets it take effect."""
    to = session.get_one(Controller, about.controller_id)
    token = new_token()
    row.digest, row.expires_at = digest(token), at + CONFIRM_LASTS
    letter = Letter(
        "confirm_new_address",
        {
            "controller": to.name,
            "link": f"{desk.links.public_url}/portal/{to.slug}/details/{token}",
            "expires_at": row.expires_at.isoformat(),
        },
    )
    write_to(session, at=at, desk=desk, about=about, letter=letter, to=address)


def confirm_address(
    session: Session, *, actor: str, at: datetime, desk: Desk, row: CorrectionWish
) -> None:
    """Take the link as proof of a new address; from now on it finds the subject, too.

    An address that is another subject's stays theirs.
    """
    wish = wished.opened(session, cabinet=desk.cabinet, row=row)
    row.confirmed_at = at
    about = session.get_one(SubjectRequest, row.request_id)
    claim = Claim(IdentifierKind.EMAIL, wish.after, verified=True)
    owner = find_by_identifier(
        session,
        cabinet=desk.cabinet,
        controller_id=row.controller_id,
        kind=claim.kind,
        value=claim.value,
    )
    if owner is None:
        add_identifier(
            session,
            actor=actor,
            at=at,
            cabinet=desk.cabinet,
            subject_id=row.subject_id,
            claim=claim,
        )
    record(session, Action.RECTIFICATION_ADDRESS_CONFIRMED, at, actor, about=about)
    release(session, about, at)


def leave_to_operator(
    session: Session, *, actor: str, at: datetime, desk: Desk, about: SubjectRequest
) -> None:
    """Let an operator decide after all, and tell the DPO.

    Something is not where the subject saw it any more, or a new address was never confirmed.
    """
    for row in wished.wishes_of(session, about=about):
        row.at_once = False
    to = session.get_one(Controller, about.controller_id)
    link = desk.links.for_operator(about.id)
    waiting = wording.dpo_new_request(to, link=link, due_on=about.legal_latest_on)
    write_to(session, at=at, desk=desk, about=about, letter=waiting, to=dpo_address(to))
    record(session, Action.RECTIFICATION_LEFT_TO_OPERATOR, at, actor, about=about)


def _restrict(session: Session, actor: str, at: datetime, about: SubjectRequest) -> None:
    found = subject(session, subject_id=about.subject_id or about.id)
    if found.restricted_at is None:
        found.restricted_at = at
        record(session, Action.SUBJECT_RESTRICTED, at, actor, about=about)


def lift_restrictions(session: Session, *, actor: str, at: datetime) -> None:
    """End restrictions of subjects none of whose own corrections is under way any more."""
    going_on = (
        exists()
        .where(
            CorrectionWish.subject_id == Subject.subject_id,
            CorrectionWish.request_id == SubjectRequest.id,
            SubjectRequest.state.in_(GOING_ON),
        )
        .correlate(Subject)
    )
    disputed = exists().where(CorrectionWish.subject_id == Subject.subject_id)
    wanted = select(Subject).where(Subject.restricted_at.is_not(None), disputed, ~going_on)
    for one in session.scalars(wanted.limit(100)):
        one.restricted_at = None
        log.append(
            session,
            Action.SUBJECT_RESTRICTION_LIFTED,
            at=at,
            actor=actor,
            controller_id=one.controller_id,
            subject_id=one.subject_id,
        )
