"""What is asked of keepers, what waits for an answer, and what was answered."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from privacy.assignments.answers import Question, questions_from_json
from privacy.assignments.models import (
    Assignment,
    AssignmentFile,
    AssignmentLink,
    AssignmentState,
    sealed_context,
)
from privacy.crypto import DataKey, tokens
from privacy.errors import GoneError, NotFoundError
from privacy.stores.assigned import Way
from privacy.subjects.keys import KeyCabinet, subject_key


@dataclass(frozen=True)
class Known:
    """One assignment with its seals open."""

    id: UUID
    state: AssignmentState
    questions: Sequence[Question] = field(repr=False)
    rows: Mapping[str, Sequence[Mapping[str, Any]]] = field(repr=False)
    reason: str = field(repr=False)


def assignment(session: Session, *, controller_id: UUID, assignment_id: UUID) -> Assignment:
    """Return one assignment; another controller's is as unknown as none (NotFoundError)."""
    found = by_id(session, assignment_id=assignment_id)
    if found.controller_id != controller_id:
        raise NotFoundError("There is no such assignment.")
    return found


def by_id(session: Session, *, assignment_id: UUID) -> Assignment:
    """Return one assignment; raise NotFoundError when there is none."""
    found = session.scalars(select(Assignment).where(Assignment.id == assignment_id)).one_or_none()
    if found is None:
        raise NotFoundError("There is no such assignment.")
    return found


def by_link(session: Session, *, token: str, at: datetime, controller_id: UUID) -> Assignment:
    """Return the open assignment that a token leads to at this controller.

    Raises NotFoundError for a token that was never sent, GoneError for one whose assignment was
    answered or is needed no more, or that has expired.
    """
    link = session.get(AssignmentLink, tokens.digest(token))
    about = session.get(Assignment, (link.subject_id, link.assignment_id)) if link else None
    if link is None or about is None or about.controller_id != controller_id:
        raise NotFoundError("This link is not one of ours; copy it whole from the message.")
    if about.state is not AssignmentState.OPEN or at >= link.expires_at:
        raise GoneError("This question was answered, or is needed no more.")
    return about


def of_request(session: Session, *, request_id: UUID) -> Sequence[Assignment]:
    """Return every assignment of a request, oldest first."""
    wanted = select(Assignment).where(Assignment.request_id == request_id)
    return session.scalars(wanted.order_by(Assignment.opened_at, Assignment.id)).all()


def board(session: Session, *, controller_id: UUID, limit: int = 200) -> Sequence[Assignment]:
    """Return what waits for an answer of a controller, what is due first at the top."""
    wanted = select(Assignment).where(
        Assignment.controller_id == controller_id,
        Assignment.state.in_([AssignmentState.OPEN, AssignmentState.IMPOSSIBLE]),
    )
    return session.scalars(wanted.order_by(Assignment.due_on, Assignment.id).limit(limit)).all()


def unsent(session: Session, *, at: datetime, limit: int = 100) -> Sequence[Assignment]:
    """Return the questions that a vendor has not taken yet and that may be sent again."""
    wanted = select(Assignment).where(
        Assignment.state == AssignmentState.OPEN,
        Assignment.way == Way.VENDOR.value,
        Assignment.sent_at.is_(None),
        (Assignment.next_at.is_(None)) | (Assignment.next_at <= at),
    )
    return session.scalars(wanted.order_by(Assignment.opened_at).limit(limit)).all()


def overdue(session: Session, *, until: date, limit: int = 200) -> Sequence[Assignment]:
    """Return open assignments to be reminded of or told of, by the latest day in any zone."""
    wanted = select(Assignment).where(
        Assignment.state == AssignmentState.OPEN,
        ((Assignment.remind_on <= until) & Assignment.reminded_at.is_(None))
        | ((Assignment.due_on <= until) & Assignment.escalated_at.is_(None)),
    )
    return session.scalars(wanted.order_by(Assignment.due_on).limit(limit)).all()


def questions(session: Session, *, cabinet: KeyCabinet, about: Assignment) -> tuple[Question, ...]:
    """Return what is asked, open; none once it was destroyed. GoneError as `subject_key`."""
    if about.questions_sealed is None:
        return ()
    key = subject_key(session, cabinet=cabinet, subject_id=about.subject_id)
    return _questions(about, key)


def known(session: Session, *, cabinet: KeyCabinet, request_id: UUID) -> Mapping[str, list[Known]]:
    """Return by data store what was asked for a request, and what was answered to it."""
    found: dict[str, list[Known]] = {}
    for about in of_request(session, request_id=request_id):
        if about.state is not AssignmentState.CLOSED:
            opened = opened_of(session, cabinet=cabinet, about=about)
            found.setdefault(about.store_name, []).append(opened)
    return found


def opened_of(session: Session, *, cabinet: KeyCabinet, about: Assignment) -> Known:
    """Return one assignment with its seals open."""
    key = subject_key(session, cabinet=cabinet, subject_id=about.subject_id)
    told: dict[str, Any] = {"rows": {}, "documents": [], "reason": ""}
    if about.answer_sealed is not None:
        context = sealed_context(about, "answer")
        told = json.loads(key.open_text(about.answer_sealed, context=context))
    rows: dict[str, list[dict[str, Any]]] = {name: list(one) for name, one in told["rows"].items()}
    for number, (collection, row) in enumerate(told["documents"]):
        content = _content(session, about, number, key)
        rows.setdefault(collection, []).append({**row, "content": content})
    return Known(about.id, about.state, _questions(about, key), rows, told["reason"])


def _questions(about: Assignment, key: DataKey) -> tuple[Question, ...]:
    if about.questions_sealed is None:
        return ()
    context = sealed_context(about, "questions")
    return questions_from_json(key.open_text(about.questions_sealed, context=context))


def _content(session: Session, about: Assignment, number: int, key: DataKey) -> bytes:
    kept = session.get_one(AssignmentFile, (about.subject_id, about.id, number))
    return key.open_sealed(kept.contents_sealed, context=sealed_context(about, f"file-{number}"))
