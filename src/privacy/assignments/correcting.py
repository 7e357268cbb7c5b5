"""Asking a keeper to put values right, and what they answer: a task in the place of a search.

What stood and what is to stand is sealed under the subject's key, beside what is asked, and is
destroyed with it.
"""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from privacy.assignments import acts, moves
from privacy.assignments.acts import Opening
from privacy.assignments.answers import LONGEST_REASON
from privacy.assignments.models import Assignment, AssignmentState, Task, sealed_context
from privacy.audit.actions import Action
from privacy.errors import ConflictError, InvalidError
from privacy.subjects.keys import KeyCabinet, subject_key

LEAST_REASON: Final = 10


class Outcome(StrEnum):
    """What a keeper says of one value."""

    DONE = "done"
    NOT_FOUND = "not_found"
    """They hold no such value of this subject."""
    CANNOT = "cannot"


@dataclasses.dataclass(frozen=True)
class Line:
    """One value that is to be put right."""

    id: UUID
    """By what the answer names it."""
    collection: str
    field: str
    """Its name, or `*` for wherever the value stands."""
    before: str | None = dataclasses.field(repr=False)
    after: str | None = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True)
class Said:
    """What a keeper answers to one line."""

    outcome: Outcome
    reason: str = dataclasses.field(default="", repr=False)


def open_correction(
    session: Session,
    *,
    actor: str,
    at: datetime,
    cabinet: KeyCabinet,
    made: Opening,
    lines: Sequence[Line],
) -> Assignment:
    """Ask a keeper to put values right, from this transaction on."""
    about = acts.open_assignment(session, actor=actor, at=at, cabinet=cabinet, made=made)
    key = subject_key(session, cabinet=cabinet, subject_id=about.subject_id)
    about.task = Task.CORRECT.value
    about.changes_sealed = key.seal(_written(lines), context=sealed_context(about, "changes"))
    return about


def lines_of(session: Session, *, cabinet: KeyCabinet, about: Assignment) -> tuple[Line, ...]:
    """Return what is to be put right, open; none once it was destroyed. GoneError for the key."""
    if about.changes_sealed is None:
        return ()
    key = subject_key(session, cabinet=cabinet, subject_id=about.subject_id)
    told = json.loads(
        key.open_text(about.changes_sealed, context=sealed_context(about, "changes"))
    )
    return tuple(Line(**{**one, "id": UUID(one["id"])}) for one in told)


def of_store(session: Session, *, request_id: UUID, store_name: str) -> Assignment | None:
    """Return the task of a data store for a request; None while nobody was asked."""
    wanted = select(Assignment).where(
        Assignment.request_id == request_id,
        Assignment.store_name == store_name,
        Assignment.task == Task.CORRECT.value,
    )
    return session.scalars(wanted).one_or_none()


def answer_correction(
    session: Session,
    *,
    actor: str,
    at: datetime,
    cabinet: KeyCabinet,
    about: Assignment,
    said: Mapping[UUID, Said],
) -> None:
    """Take what a keeper says of every line, once.

    Raises InvalidError where a line has no answer or a refusal no reason, and ConflictError when
    it was answered before or is needed no more.
    """
    if about.state is not AssignmentState.OPEN:
        raise ConflictError("This task was answered before, or is needed no more.")
    ensure_answered(lines_of(session, cabinet=cabinet, about=about), said)
    records = sum(one.outcome is Outcome.DONE for one in said.values())
    moved = moves.take(
        session, about, state=AssignmentState.ANSWERED, answered_at=at, records=records
    )
    if not moved:
        raise ConflictError("This task was answered before, or is needed no more.")
    outcome = _worst(said).value
    moves.note(session, Action.ASSIGNMENT_ANSWERED, about, at=at, actor=actor,
              outcome=outcome, records=records, way=about.way)  # fmt: skip


def ensure_answered(lines: Sequence[Line], said: Mapping[UUID, Said]) -> None:
    """Raise InvalidError unless each line has its answer; `fields` says by code where not."""
    faults: dict[str, list[str]] = {}
    for one in lines:
        mine = said.get(one.id)
        if mine is None:
            faults[f"result-{one.id}"] = ["correction_result.missing"]
        elif mine.outcome is Outcome.CANNOT and len(mine.reason.strip()) < LEAST_REASON:
            faults[f"reason-{one.id}"] = ["correction_reason.missing"]
        elif len(mine.reason) > LONGEST_REASON:
            faults[f"reason-{one.id}"] = ["reason.long"]
    if said.keys() - {one.id for one in lines}:
        faults["results"] = ["names another task"]
    if faults:
        raise InvalidError("The answer does not fit the task.", fields=faults)


def said_by(assignment_id: UUID, document: Mapping[str, Any]) -> dict[UUID, Said]:
    """Return what a vendor's document answers; InvalidError when it is to another task."""
    if document.get("id") != str(assignment_id):
        raise InvalidError("The answer names another task.", fields={"id": ["differs"]})
    if foreign := document.keys() - {"id", "results"}:
        raise _wrong(min(foreign), "is not known here")
    results = document.get("results")
    if not isinstance(results, list) or not all(isinstance(one, dict) for one in results):
        raise _wrong("results", "must be a list of objects")
    return dict(map(_said, results))


def _said(one: Mapping[str, Any]) -> tuple[UUID, Said]:
    try:
        line, outcome = UUID(str(one.get("id"))), Outcome(str(one.get("result")))
    except ValueError:
        raise _wrong("results", f"each has the id of a line and one of: {_OUTCOMES}") from None
    reason = one.get("reason", "")
    if not isinstance(reason, str) or one.keys() - {"id", "result", "reason"}:
        raise _wrong("results", "each has id, result and, as a text, reason")
    return line, Said(outcome, reason)


_OUTCOMES: Final = ", ".join(Outcome)


def _worst(said: Mapping[UUID, Said]) -> Outcome:
    outcomes = {one.outcome for one in said.values()}
    return next(
        (one for one in (Outcome.CANNOT, Outcome.DONE) if one in outcomes), Outcome.NOT_FOUND
    )


def _written(lines: Sequence[Line]) -> str:
    return json.dumps(
        [dataclasses.asdict(one) | {"id": str(one.id)} for one in lines], ensure_ascii=False
    )


def _wrong(name: str, what: str) -> InvalidError:
    return InvalidError("The answer cannot be understood.", fields={name: [what]})
