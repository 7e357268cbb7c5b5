"""What every act on a request shares: one step from state to state, its entry, its periods."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import Session

from privacy.audit import log
from privacy.audit.actions import Action
from privacy.db import new_id
from privacy.policy import queries as policy
from privacy.policy.months import Period, Region, day_of
from privacy.purposes.models import Controller
from privacy.requests.deadline import Terms, deadline
from privacy.requests.models import Channel, RequestKind, RequestState, SubjectRequest
from privacy.requests.statements import NOTHING, Statement
from privacy.subjects.rows import change_row


@dataclass(frozen=True)
class Asked:
    """What was asked, on which day of the controller's calendar it arrived, and by which way."""

    kind: RequestKind
    language: str
    received_on: date
    channel: Channel
    id: UUID | None = None
    """Given by who may repeat the call; else one is made."""
    statement: Statement = NOTHING


def receive(
    session: Session, *, actor: str, at: datetime, to: Controller, asked: Asked
) -> SubjectRequest:
    """Add a request with its deadlines; its sender is not known yet."""
    due = deadline(asked.received_on, terms=terms_of(session, to, at))
    about = SubjectRequest(
        id=asked.id or new_id(at),
        controller_id=to.id,
        kind=asked.kind,
        state=RequestState.SUBMITTED,
        language=asked.language,
        received_at=at,
        received_on=asked.received_on,
        target_on=due.target_on,
        legal_latest_on=due.legal_latest_on,
    )
    session.add(about)
    session.flush()
    record(
        session,
        Action.REQUEST_SUBMITTED,
        at,
        actor,
        about=about,
        kind=asked.kind.value,
        language=asked.language,
        channel=asked.channel.value,
        received_on=asked.received_on.isoformat(),
        due_on=due.legal_latest_on.isoformat(),
    )
    return about


def move(
    session: Session,
    about: SubjectRequest,
    only_from: RequestState,
    *also: ColumnElement[bool],
    **values: object,
) -> bool:
    """Change a request that is still in a state; False when another act came first.

    `also` are further conditions that the row must still meet.
    """
    changed = (
        update(SubjectRequest)
        .where(SubjectRequest.id == about.id, SubjectRequest.state == only_from, *also)
        .values(**values)
    )
    return change_row(session, changed, about)


def record(
    session: Session, action: Action, at: datetime, actor: str, *, about: SubjectRequest,
    **details: str | int | bool,
) -> None:  # fmt: skip
    """Append the entry of an act on a request."""
    log.append(
        session,
        action,
        at=at,
        actor=actor,
        controller_id=about.controller_id,
        subject_id=about.subject_id,
        request=str(about.id),
        **details,
    )


def record_completed(session: Session, at: datetime, actor: str, *, about: SubjectRequest) -> None:
    """Append the entry of a request that was answered, whether whole and whether in time."""
    zone = ZoneInfo(session.get_one(Controller, about.controller_id).zone)
    record(
        session,
        Action.REQUEST_COMPLETED,
        at,
        actor,
        about=about,
        kind=about.kind.value,
        outcome="with-exceptions" if about.exceptions else "whole",
        late=day_of(at, zone) > about.legal_latest_on,
    )


def lasts(session: Session, key: str, at: datetime) -> timedelta:
    """Return a policy period that is counted in days."""
    return timedelta(days=policy.period(session, key=key, at=at).days)


def terms_of(session: Session, controller: Controller, at: datetime) -> Terms:
    """Return what was in force at an instant for the deadlines of a controller's requests."""
    keys = (base, extension, delay) = ("dsar.base", "dsar.ext", "dsar.pause.max_ask_delay")
    known = policy.texts(session, keys=keys, at=at)
    return Terms(
        base_months=Period.parse(known[base]).months,
        extension_months=Period.parse(known[extension]).months,
        max_ask_delay=int(known[delay]),
        region=Region(controller.region),
    )
