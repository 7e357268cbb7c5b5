"""What the questions to a subject make of the deadline (Art. 12(6) GDPR, recital 63)."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from privacy.errors import ConflictError, RefusedError
from privacy.policy.months import ONE_DAY
from privacy.purposes.models import Controller
from privacy.requests.annexes import QuestionKind, RequestQuestion
from privacy.requests.deadline import Deadline, Pause, Terms, deadline, is_admissible
from privacy.requests.models import SubjectRequest
from privacy.requests.moves import terms_of


def questions(session: Session, *, about: SubjectRequest) -> Sequence[RequestQuestion]:
    """Return what the subject of a request was asked, oldest first."""
    wanted = select(RequestQuestion).where(RequestQuestion.request_id == about.id)
    return session.scalars(wanted.order_by(RequestQuestion.asked_at)).all()


def standing(session: Session, *, request_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return which of these requests have a clock that stands still now."""
    wanted = select(RequestQuestion.request_id).where(
        RequestQuestion.request_id.in_(request_ids),
        RequestQuestion.counts,
        RequestQuestion.ended_on.is_(None),
    )
    return frozenset(session.scalars(wanted))


def open_question(session: Session, *, about: SubjectRequest) -> RequestQuestion:
    """Return the question that a request waits for; raise ConflictError when it waits for none."""
    asked = questions(session, about=about)
    waiting = next((one for one in asked if one.ended_on is None), None)
    if waiting is None:
        raise ConflictError("This request does not wait for an answer.")
    return waiting


def due(
    session: Session, *, about: SubjectRequest, today: date, extended: bool | None = None
) -> Deadline:
    """Return when a request is due as known on a day: an open pause counts up to that day.

    `extended` says how it would be with or without an extension; as it is where left out.
    """
    pauses = [
        Pause(
            one.asked_on,
            one.ended_on or max(today, one.asked_on),
            doubt_recorded=True,
            overridden=one.override_sealed is not None,
        )
        for one in questions(session, about=about)
        if one.counts
    ]
    to = session.get_one(Controller, about.controller_id)
    return deadline(
        about.received_on,
        extended=about.extended_at is not None if extended is None else extended,
        pauses=pauses,
        terms=terms_of(session, to, about.received_at),
    )


def check_silence(session: Session, *, about: SubjectRequest, today: date) -> None:
    """Raise RefusedError unless a question about identity has stayed unanswered for its time."""
    row = open_question(session, about=about)
    if row.kind is not QuestionKind.IDENTITY:
        raise RefusedError("Silence on what is wanted is no ground to refuse: answer with all.")
    if today <= row.answer_by_on:
        raise RefusedError("The subject still has time to answer.")


def last_prompt_day(received_on: date, terms: Terms) -> date:
    """Return the last day on which a question still stops the clock by itself."""
    day = received_on
    while is_admissible(
        Pause(day + ONE_DAY, day + ONE_DAY, doubt_recorded=True), received_on, terms
    ):
        day += ONE_DAY
    return day
