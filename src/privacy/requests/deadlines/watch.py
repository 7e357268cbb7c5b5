"""Watching the deadlines: an open pause moves them, and the DPO is told once at each stage."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from privacy.audit.actions import Action
from privacy.clock import Clock
from privacy.db import Database
from privacy.policy.months import day_of
from privacy.purposes import queries as purposes
from privacy.purposes.models import Controller
from privacy.requests import wording
from privacy.requests.annexes import RequestQuestion, RequestReminder
from privacy.requests.deadline import Deadline, Stage, stage
from privacy.requests.deadlines import pauses
from privacy.requests.intake.duplicates import ANSWERABLE
from privacy.requests.letters import Desk, dpo_address, write_to
from privacy.requests.models import RequestState, SubjectRequest
from privacy.requests.moves import move, record
from privacy.subjects.rows import insert_new

ACTOR = "job:watch-deadlines"
MOST_NAMED = 20
"""Requests named in one letter; the rest are counted."""


def watch_deadlines(database: Database, *, clock: Clock, desk: Desk) -> int:
    """Let open pauses move their deadlines and tell each DPO what is near; return how many."""
    with database.reading() as session:
        known = purposes.controllers(session)
    told = 0
    for controller in known:
        with database.transaction() as session:
            _move_paused(session, clock(), controller)
            told += _remind(session, clock(), desk, controller)
    return told


def _move_paused(session: Session, at: datetime, controller: Controller) -> None:
    """Let the days of a pause that is still open count, as far as they have passed."""
    today = day_of(at, ZoneInfo(controller.zone))
    paused = (
        select(SubjectRequest)
        .join(RequestQuestion, RequestQuestion.request_id == SubjectRequest.id)
        .where(
            SubjectRequest.controller_id == controller.id,
            SubjectRequest.state == RequestState.PAUSED,
            RequestQuestion.counts,
            RequestQuestion.ended_on.is_(None),
        )
    )
    for about in session.scalars(paused).all():
        due = pauses.due(session, about=about, today=today)
        if due.target_on != about.target_on:
            days = {"target_on": due.target_on, "legal_latest_on": due.legal_latest_on}
            if move(session, about, RequestState.PAUSED, **days):
                due_on = due.legal_latest_on.isoformat()
                record(session, Action.REQUEST_DUE_MOVED, at, ACTOR, about=about, due_on=due_on)


def _remind(session: Session, at: datetime, desk: Desk, controller: Controller) -> int:
    near = _near(session, day_of(at, ZoneInfo(controller.zone)), controller)
    fresh: dict[Stage, list[SubjectRequest]] = defaultdict(list)
    known = _known(session, near)
    for about, reached in near.items():
        if (about.id, reached) in known:
            continue
        row = {"request_id": about.id, "stage": reached, "sent_at": at}
        if insert_new(session, RequestReminder, **row):
            fresh[reached].append(about)
            record(session, Action.REQUEST_REMINDED, at, ACTOR, about=about, stage=reached.value)
    for reached, requests in fresh.items():
        letter = wording.dpo_deadline(
            controller,
            stage=reached.value,
            link=_link(desk, requests),
            requests=named(requests),
        )
        write_to(
            session, at=at, desk=desk, about=requests[0], letter=letter, to=dpo_address(controller)
        )
    return sum(map(len, fresh.values()))


def _known(session: Session, near: Collection[SubjectRequest]) -> Collection[tuple[UUID, Stage]]:
    """Return which stages of these requests the DPO was told of."""
    wanted = select(RequestReminder.request_id, RequestReminder.stage).where(
        RequestReminder.request_id.in_([one.id for one in near])
    )
    return {(row[0], row[1]) for row in session.execute(wanted)}


def _link(desk: Desk, requests: Sequence[SubjectRequest]) -> str:
    """Return the address of the only request, or of the board where there are several."""
    several = len(requests) > 1
    return desk.links.for_board() if several else desk.links.for_operator(requests[0].id)


def _near(session: Session, today: date, controller: Controller) -> Mapping[SubjectRequest, Stage]:
    """Return the requests whose answer is still owed and near, and how near."""
    wanted = (
        select(SubjectRequest)
        .where(SubjectRequest.controller_id == controller.id, SubjectRequest.state.in_(ANSWERABLE))
        .order_by(SubjectRequest.target_on, SubjectRequest.id)
    )
    found = session.scalars(wanted).all()
    stages = {one: stage(today, Deadline(one.target_on, one.legal_latest_on)) for one in found}
    return {one: reached for one, reached in stages.items() if reached is not Stage.OK}


def named(requests: Sequence[SubjectRequest]) -> str:
    """Return short numbers as pages show them, at most so many, then how many more there are."""
    numbers = [f"{one.id.hex[-8:-4]}-{one.id.hex[-4:]}".upper() for one in requests[:MOST_NAMED]]
    more = len(requests) - len(numbers)
    return ", ".join(numbers) + (f" (+ {more})" if more else "")
