"""Asking a person, once, whether somebody asks in their name by their wish.

Their word is the best proof that a mandate can have. It is asked where an address of theirs is
known; not of a small child, and of others only when an operator decides so.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from privacy.audit.actions import Action
from privacy.errors import ConflictError, GoneError, NotFoundError
from privacy.purposes.models import Controller
from privacy.requests import queries, wording
from privacy.requests.acting import Acting, acting_for
from privacy.requests.annexes import AgeBand, Capacity, RequestRepresentative
from privacy.requests.letters import (
    Desk,
    confirmed_address,
    dpo_address,
    send_to_subject,
    write_to,
)
from privacy.requests.links import send_link, use_link
from privacy.requests.models import LinkUse, RequestState, SubjectRequest
from privacy.requests.moves import record
from privacy.subjects.identify import IdentifierKind

LASTS = timedelta(days=30)
"""How long the person may answer."""
AGAIN = timedelta(days=7)
"""Within this time a person is not asked by itself about a second representative."""
RESTS_ON_A_WISH = frozenset({Capacity.MANDATE, Capacity.LAWYER})
"""Capacities that rest on the person's wish: they are asked at once, and may say no."""


@dataclass(frozen=True)
class InName:
    """What the person is shown: who asks, as what, and for what."""

    about: SubjectRequest
    acting: Acting


def asks_by_itself(session: Session, *, about: SubjectRequest, row: RequestRepresentative) -> bool:
    """Whether the person is to be asked at once; never one who was asked in the last days."""
    if row.capacity not in RESTS_ON_A_WISH:
        return False
    recent = (
        select(func.count())
        .select_from(RequestRepresentative)
        .join(SubjectRequest, SubjectRequest.id == RequestRepresentative.request_id)
        .where(
            SubjectRequest.subject_id == about.subject_id,
            RequestRepresentative.asked_at > about.received_at - AGAIN,
        )
    )
    return not session.scalar(recent)


def may_ask(session: Session, *, desk: Desk, about: SubjectRequest) -> bool:
    """Whether an operator may ask the person: they can be reached, are 15, and were not asked."""
    acting = acting_for(session, cabinet=desk.cabinet, about=about)
    return (
        acting is not None
        and about.state is RequestState.OPEN
        and acting.row.asked_at is None
        and acting.row.checked_at is None
        and acting.row.age_band is not AgeBand.UNDER_15
        and _address(session, desk, about, acting) is not None
    )


def ask_agreement(
    session: Session, *, actor: str, at: datetime, desk: Desk, about: SubjectRequest
) -> bool:
    """Ask the person whether it is their wish; False where no address of theirs is known.

    An address that they proved goes before one that only the representative gave. Raises
    NotFoundError where nobody acts, and ConflictError when they were asked before.
    """
    acting = acting_for(session, cabinet=desk.cabinet, about=about)
    if acting is None:
        raise NotFoundError("Nobody acts for the subject of this request.")
    if acting.row.asked_at is not None:
        raise ConflictError("The person was asked before; they are asked once.")
    address = _address(session, desk, about, acting)
    if address is None:
        return False
    to = session.get_one(Controller, about.controller_id)
    token = send_link(session, about, LinkUse.MANDATE, at, at + LASTS)
    letter = wording.agreement_question(
        to,
        name=acting.name,
        link=desk.links.for_subject(to.slug, LinkUse.MANDATE, token),
        expires_at=at + LASTS,
    )
    send_to_subject(session, at=at, desk=desk, about=about, letter=letter, address=address)
    acting.row.asked_at = at
    session.flush()
    record(session, Action.REQUEST_AGREEMENT_ASKED, at, actor, about=about)
    return True


def waiting(session: Session, *, desk: Desk, to: Controller, token: str, at: datetime) -> InName:
    """Return what a person is asked by their link; NotFoundError or GoneError when nothing."""
    about = queries.by_link(session, token=token, use=LinkUse.MANDATE, at=at, controller_id=to.id)
    acting = acting_for(session, cabinet=desk.cabinet, about=about)
    if acting is None or about.state not in {RequestState.OPEN, RequestState.PAUSED}:
        raise GoneError("This question waits for no answer any more.")
    return InName(about, acting)


def reply(
    session: Session, *, at: datetime, desk: Desk, to: Controller, token: str, agreed: bool
) -> None:
    """Take the person's word, once, and tell the DPO; raises as `waiting`."""
    found = waiting(session, desk=desk, to=to, token=token, at=at)
    use_link(session, token, at)
    row = found.acting.row
    row.agreed, row.replied_at = agreed, at
    session.flush()
    letter = wording.dpo_agreement(to, agreed=agreed, link=desk.links.for_operator(found.about.id))
    write_to(session, at=at, desk=desk, about=found.about, letter=letter, to=dpo_address(to))
    record(
        session, Action.REQUEST_AGREEMENT_GIVEN, at, "subject", about=found.about,
        outcome="agreed" if agreed else "denied",
    )  # fmt: skip


def _address(session: Session, desk: Desk, about: SubjectRequest, acting: Acting) -> str | None:
    """Return where the person is reached: what they proved before what was said of them."""
    proven = confirmed_address(session, cabinet=desk.cabinet, about=about)
    said = [one.value for one in acting.claims if one.kind == IdentifierKind.EMAIL]
    known = [one for one in (proven, *said) if one and one != acting.email]
    return known[0] if known else None
