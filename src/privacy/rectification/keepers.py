"""Keepers of what no program reads: asked to put values right, heard, and not waited for forever.

The letter names nobody; what stood and what is right is sealed, and shown where they answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from privacy.assignments import correcting
from privacy.assignments.acts import Opening
from privacy.assignments.correcting import Line, Outcome, Said
from privacy.assignments.models import Assignment, AssignmentState, Task
from privacy.policy.months import day_of
from privacy.purposes.models import Controller
from privacy.rectification import acts, queries
from privacy.rectification.candidates import Keeper
from privacy.rectification.carrying import Result
from privacy.rectification.kept import release
from privacy.rectification.models import Correction, CorrectionState
from privacy.rectification.sealed import seal_change
from privacy.requests.answering.awaiting import due_day, write_keeper
from privacy.requests.letters import Desk
from privacy.requests.models import RequestState, RequestTask, SubjectRequest, TaskState
from privacy.stores.assigned import Assigned, Terms
from privacy.stores.definition import Texts
from privacy.stores.protocol import Store
from privacy.subjects.keys import subject_key

SILENT = "keeper-silent"
CANNOT = "keeper-cannot"
BECOMES: Mapping[Outcome, Result] = {
    Outcome.DONE: Result(CorrectionState.SAID),
    Outcome.NOT_FOUND: Result(CorrectionState.SAID, queries.NOT_HELD),
    Outcome.CANNOT: Result(CorrectionState.NOT_DONE, CANNOT),
}
"""What an answer makes of a field: a keeper's word is all that there is."""
FARTHEST = timedelta(hours=14)
"""How far a controller's day may be ahead of UTC's."""


@dataclass(frozen=True)
class Asking:
    """Whom to ask for one data store, and by what the subject is known there."""

    keeper: Keeper
    terms: Terms
    title: Texts
    rows: Sequence[Correction] = ()
    """What they are asked to put right."""


def asking_of(keepers: Sequence[Keeper], stores: Mapping[str, Store]) -> dict[str, Asking]:
    """Return by data store who is asked; none for one that was taken off the register."""
    found: dict[str, Asking] = {}
    for one in keepers:
        store = stores.get(one.store)
        if store is not None and isinstance(store, Assigned):
            found[one.store] = Asking(one, store.terms, store.definition.title)
    return found


def ask(
    session: Session,
    *,
    actor: str,
    at: datetime,
    desk: Desk,
    about: SubjectRequest,
    asking: Mapping[str, Asking],
) -> int:
    """Ask every keeper of this request who was not asked yet; return how many.

    What nobody can be asked for any more is left to a person.
    """
    opened = 0
    for store, rows in _to_ask(session, about).items():
        if store in asking:
            one = replace(asking[store], rows=rows)
            _ask_one(session, actor, at, desk=desk, about=about, one=one)
            opened += 1
            continue
        for row in rows:
            gone = Result(CorrectionState.BY_HAND, "not-registered")
            acts.settle(session, actor=actor, at=at, row=row, result=gone)
    return opened


def _to_ask(session: Session, about: SubjectRequest) -> dict[str, list[Correction]]:
    found: dict[str, list[Correction]] = {}
    for row in queries.corrections(session, about=about):
        if row.state is CorrectionState.ASKED:
            found.setdefault(row.store_name, []).append(row)
    return {
        store: rows
        for store, rows in found.items()
        if correcting.of_store(session, request_id=about.id, store_name=store) is None
    }


def _ask_one(
    session: Session,
    actor: str,
    at: datetime,
    *,
    desk: Desk,
    about: SubjectRequest,
    one: Asking,
) -> None:
    today = _today(session, about.controller_id, at)
    due_on = due_day(today, one.terms.days, about.legal_latest_on)
    changes = queries.changes(session, cabinet=desk.cabinet, rows=one.rows)
    made = Opening(
        controller_id=about.controller_id,
        subject_id=one.rows[0].subject_id,
        request_id=about.id,
        store_name=one.keeper.store,
        way=one.terms.way,
        remind_on=today + (due_on - today) / 2,
        due_on=due_on,
        questions=one.keeper.questions,
    )
    lines = [
        Line(row.id, row.collection, row.field, change.before, change.after)
        for row, change in zip(one.rows, changes, strict=True)
    ]
    opened = correcting.open_correction(
        session, actor=actor, at=at, cabinet=desk.cabinet, made=made, lines=lines
    )
    session.flush()
    write_keeper(session, at=at, desk=desk, opened=opened, terms=one.terms, title=one.title)


def take_answer(
    session: Session,
    *,
    actor: str,
    at: datetime,
    desk: Desk,
    about: Assignment,
    said: Mapping[UUID, Said],
) -> None:
    """Take what a keeper says and settle each field by it; the request goes on at once.

    A reason is kept sealed beside the field. InvalidError and ConflictError as
    `correcting.answer_correction`.
    """
    correcting.answer_correction(
        session, actor=actor, at=at, cabinet=desk.cabinet, about=about, said=said
    )
    request = session.get_one(SubjectRequest, about.request_id)
    for row in _asked(session, request, about.store_name):
        if row.id in said:
            _reason(session, desk, row, said[row.id].reason.strip())
            result = BECOMES[said[row.id].outcome]
            acts.settle(session, actor=actor, at=at, row=row, result=result)
    _searched(session, about, said)
    release(session, request, at)


def _searched(session: Session, about: Assignment, said: Mapping[UUID, Said]) -> None:
    """Write down that the data store was looked through, unless its keeper cannot."""
    task = session.get(RequestTask, (about.request_id, about.store_name))
    outcomes = {one.outcome for one in said.values()}
    if task is not None and Outcome.CANNOT not in outcomes:
        task.state = TaskState.FOUND if Outcome.DONE in outcomes else TaskState.EMPTY


def _reason(session: Session, desk: Desk, row: Correction, reason: str) -> None:
    if not reason:
        return
    key = subject_key(session, cabinet=desk.cabinet, subject_id=row.subject_id)
    (change,) = queries.changes(session, cabinet=desk.cabinet, rows=[row])
    row.change_sealed = seal_change(key, row, replace(change, reason=reason))


def silent(session: Session, *, actor: str, at: datetime) -> int:
    """Stop waiting for keepers who let the request's last lawful day pass; return how many fields.

    Their subject is told that nothing is known of that data store.
    """
    settled = 0
    for about, task in _overdue(session, (at + FARTHEST).date()):
        today = _today(session, about.controller_id, at)
        if today <= max(about.legal_latest_on, task.due_on):
            continue
        for row in _asked(session, about, task.store_name):
            result = Result(CorrectionState.NOT_DONE, SILENT)
            acts.settle(session, actor=actor, at=at, row=row, result=result)
            settled += 1
        release(session, about, at)
    return settled


def _overdue(session: Session, day: date) -> Sequence[tuple[SubjectRequest, Assignment]]:
    wanted = (
        select(SubjectRequest, Assignment)
        .join(Assignment, Assignment.request_id == SubjectRequest.id)
        .where(
            SubjectRequest.state == RequestState.APPROVED,
            SubjectRequest.legal_latest_on < day,
            Assignment.task == Task.CORRECT.value,
            Assignment.state == AssignmentState.OPEN,
            Assignment.due_on < day,
            exists().where(
                Correction.request_id == SubjectRequest.id,
                Correction.store_name == Assignment.store_name,
                Correction.state == CorrectionState.ASKED,
            ),
        )
        .limit(100)
    )
    return [(row[0], row[1]) for row in session.execute(wanted)]


def _asked(session: Session, about: SubjectRequest, store: str) -> list[Correction]:
    return [
        row
        for row in queries.corrections(session, about=about)
        if row.store_name == store and row.state is CorrectionState.ASKED
    ]


def _today(session: Session, controller_id: UUID, at: datetime) -> date:
    return day_of(at, ZoneInfo(session.get_one(Controller, controller_id).zone))
