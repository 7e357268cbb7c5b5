"""Asking a keeper, taking the answer, destroying it when it is needed no more."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from privacy.assignments import moves, queries
from privacy.assignments.answers import (
    Answer,
    Question,
    Result,
    ensure_fitting,
    questions_to_json,
)
from privacy.assignments.models import (
    Assignment,
    AssignmentFile,
    AssignmentState,
    sealed_context,
)
from privacy.audit.actions import Action
from privacy.crypto import DataKey
from privacy.db import new_id
from privacy.errors import ConflictError
from privacy.stores.assigned import Way
from privacy.stores.definition import StoreDefinition
from privacy.subjects.keys import KeyCabinet, ensure_subject_key, subject_key

ANSWERABLE = moves.ANSWERABLE


@dataclass(frozen=True)
class Opening:
    """What is asked, of whom, for which request, and until when."""

    controller_id: UUID
    subject_id: UUID
    request_id: UUID
    store_name: str
    way: Way
    remind_on: date
    due_on: date
    questions: Sequence[Question] = field(repr=False)


@dataclass(frozen=True)
class Reply:
    """An answer, and the definition of the store by which it is understood."""

    definition: StoreDefinition
    answer: Answer


def open_assignment(
    session: Session, *, actor: str, at: datetime, cabinet: KeyCabinet, made: Opening
) -> Assignment:
    """Ask a keeper, from this transaction on; what is asked is sealed under the subject's key."""
    about = Assignment(
        subject_id=made.subject_id,
        id=new_id(at),
        controller_id=made.controller_id,
        request_id=made.request_id,
        store_name=made.store_name,
        way=made.way.value,
        state=AssignmentState.OPEN,
        opened_at=at,
        remind_on=made.remind_on,
        due_on=made.due_on,
    )
    key = ensure_subject_key(session, cabinet=cabinet, subject_id=made.subject_id, at=at)
    about.questions_sealed = key.seal(
        questions_to_json(made.questions), context=sealed_context(about, "questions")
    )
    session.add(about)
    values = sum(len(one.keys) for one in made.questions)
    moves.note(session, Action.ASSIGNMENT_OPENED, about, at=at, actor=actor,
         due_on=made.due_on.isoformat(), values=values, way=made.way.value)  # fmt: skip
    return about


def answer_assignment(
    session: Session,
    *,
    actor: str,
    at: datetime,
    cabinet: KeyCabinet,
    about: Assignment,
    reply: Reply,
) -> None:
    """Take what a keeper answers, once; what was impossible may be answered after all.

    Raises InvalidError when it does not fit what was asked, and ConflictError when it was answered
    before or is needed no more.
    """
    key = subject_key(session, cabinet=cabinet, subject_id=about.subject_id)
    answer, definition = reply.answer, reply.definition
    asked = queries.questions(session, cabinet=cabinet, about=about)
    impossible = answer.result is Result.IMPOSSIBLE
    if about.state in ANSWERABLE:
        ensure_fitting(definition, asked, answer)
    moved = moves.take(
        session,
        about,
        state=AssignmentState.IMPOSSIBLE if impossible else AssignmentState.ANSWERED,
        answered_at=at,
        records=answer.records,
        answer_sealed=key.seal(_told(definition, answer), context=sealed_context(about, "answer")),
    )
    if not moved:
        raise ConflictError("This question was answered before, or is needed no more.")
    _keep_documents(session, about, answer, key)
    moves.note(session, Action.ASSIGNMENT_ANSWERED, about, at=at, actor=actor,
         outcome=answer.result.value, records=answer.records, way=about.way)  # fmt: skip


def view_assignment(session: Session, *, actor: str, at: datetime, about: Assignment) -> None:
    """Note that somebody looked at what is asked, which names the subject."""
    moves.note(session, Action.ASSIGNMENT_VIEWED, about, at=at, actor=actor)


def send_assignment(
    session: Session, *, actor: str, at: datetime, about: Assignment, outcome: str = ""
) -> None:
    """Note that a vendor took the question; `outcome` is the code of the error when it did not."""
    if outcome:
        about.tries += 1
    else:
        about.sent_at = at
    moves.note(
        session, Action.ASSIGNMENT_SENT, about, at=at, actor=actor, outcome=outcome or "taken"
    )


def remind(session: Session, *, actor: str, at: datetime, about: Assignment) -> None:
    """Note that half of the time is over and whoever was asked is reminded."""
    about.reminded_at = at
    moves.note(session, Action.ASSIGNMENT_REMINDED, about, at=at, actor=actor)


def escalate(session: Session, *, actor: str, at: datetime, about: Assignment) -> None:
    """Note that the DPO is told of a question that nobody answered in time."""
    about.reminded_at = about.reminded_at or at
    about.escalated_at = at
    moves.note(session, Action.ASSIGNMENT_ESCALATED, about, at=at, actor=actor)


def close_assignments(session: Session, *, actor: str, at: datetime, request_id: UUID) -> None:
    """Destroy what was asked and answered for a request, and end what is still open."""
    for about in queries.of_request(session, request_id=request_id):
        if about.state is AssignmentState.CLOSED:
            continue
        outcome = about.state.value
        about.state, about.closed_at = AssignmentState.CLOSED, at
        about.questions_sealed = about.answer_sealed = about.changes_sealed = None
        of_this = AssignmentFile.subject_id == about.subject_id
        session.execute(
            delete(AssignmentFile).where(of_this, AssignmentFile.assignment_id == about.id)
        )
        moves.note(session, Action.ASSIGNMENT_CLOSED, about, at=at, actor=actor, outcome=outcome)


def _told(definition: StoreDefinition, answer: Answer) -> str:
    """Return what is sealed of an answer beside its documents' contents."""
    documents = []
    for one in answer.documents:
        declared = definition.collection(one.collection).columns
        said = {"name": one.name, "media_type": one.media_type}
        documents.append((one.collection, {n: v for n, v in said.items() if n in declared}))
    rows = {name: list(map(dict, found)) for name, found in answer.rows.items()}
    return json.dumps({"rows": rows, "documents": documents, "reason": answer.reason})


def _keep_documents(session: Session, about: Assignment, answer: Answer, key: DataKey) -> None:
    for number, one in enumerate(answer.documents):
        session.add(
            AssignmentFile(
                subject_id=about.subject_id,
                assignment_id=about.id,
                number=number,
                contents_sealed=key.seal(
                    one.content, context=sealed_context(about, f"file-{number}")
                ),
            )
        )
