"""Deciding on a request: it is answered, refused, or answered later."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from privacy.audit.actions import Action
from privacy.errors import ConflictError, RefusedError
from privacy.policy.months import day_of
from privacy.purposes.models import Controller
from privacy.requests import wording
from privacy.requests.deadline import may_extend
from privacy.requests.deadlines import pauses
from privacy.requests.facts import check_strength
from privacy.requests.intake.representing import check_mandate
from privacy.requests.letters import Desk, reason_context, write_to_subject
from privacy.requests.models import RequestKind, RequestState, SubjectRequest
from privacy.requests.moves import move, record
from privacy.requests.previews import preview
from privacy.subjects.keys import subject_key


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
class Decision:
    """Why an operator decided, in the words that the subject will read."""

    controller: Controller
    reason: str
    ground: RefusalGround | None = None


def approve(session: Session, *, actor: str, at: datetime, about: SubjectRequest) -> None:
    """Decide that a request is answered; its data stores are searched after the commit.

    Raises RefusedError for a rectification, which is decided field by field, while somebody acts
    for the subject whose mandate nobody accepted, and where the controller asks more than a link.
    """
    to = session.get_one(Controller, about.controller_id)
    check_mandate(session, about=about, today=day_of(at, ZoneInfo(to.zone)))
    check_strength(session, about=about)
    if about.kind is RequestKind.RECTIFICATION:
        raise RefusedError("A rectification is decided field by field, on its own page.")
    _decide(session, about, state=RequestState.APPROVED, decided_at=at)
    due_on = about.legal_latest_on.isoformat()
    seen = preview.seen_of(session, about=about)
    record(session, Action.REQUEST_APPROVED, at, actor, about=about, due_on=due_on, **seen)


def refuse(
    session: Session, *, actor: str, at: datetime, desk: Desk, about: SubjectRequest, why: Decision
) -> None:
    """Decide that a request is not answered, and owe its subject the reason and the remedies.

    One that waits for its subject is refused for their silence only, once their time is over.
    """
    if why.ground is None or not why.reason.strip():
        raise RefusedError("A refusal needs its ground and its reason (Art. 12(4) GDPR).")
    unanswered = about.state is RequestState.PAUSED
    if unanswered:
        _check_unanswered(session, at, about, why)
    _decide(
        session,
        about,
        only_from=RequestState.PAUSED if unanswered else RequestState.OPEN,
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
    due = pauses.due(session, about=about, today=today, extended=True)
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


def _check_unanswered(
    session: Session, at: datetime, about: SubjectRequest, why: Decision
) -> None:
    if why.ground is not RefusalGround.IDENTITY:
        raise RefusedError("A request that waits for its subject is refused for identity only.")
    today = day_of(at, ZoneInfo(why.controller.zone))
    pauses.check_silence(session, about=about, today=today)


def _decide(
    session: Session,
    about: SubjectRequest,
    *also: ColumnElement[bool],
    only_from: RequestState = RequestState.OPEN,
    **values: object,
) -> None:
    """Write a decision down, of which one alone can be made at a time."""
    if not move(session, about, only_from, *also, **values):
        raise ConflictError("Somebody decided on this request before; look at it again.")


def _sealed_reason(session: Session, desk: Desk, about: SubjectRequest, reason: str) -> bytes:
    if about.subject_id is None:
        raise ConflictError("Nobody has confirmed this request yet.")
    key = subject_key(session, cabinet=desk.cabinet, subject_id=about.subject_id)
    return key.seal(reason, context=reason_context(about))
