"""Asking the subject, once, what an answer depends on; the clock may stand still meanwhile."""

import json
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from privacy.audit.actions import Action
from privacy.crypto import Context, DataKey
from privacy.errors import ConflictError, GoneError, NotFoundError, RefusedError
from privacy.policy.months import day_of
from privacy.purposes.models import Controller
from privacy.requests import queries, wording
from privacy.requests.annexes import QuestionKind, RequestQuestion
from privacy.requests.deadline import Pause, is_admissible
from privacy.requests.deadlines import pauses
from privacy.requests.letters import STATUS_LASTS, Desk, dpo_address, write_to, write_to_subject
from privacy.requests.links import send_link, use_link
from privacy.requests.models import LinkUse, RequestState, SubjectRequest
from privacy.requests.moves import lasts, move, record, terms_of
from privacy.subjects.acts import add_identifier
from privacy.subjects.identify import Claim
from privacy.subjects.keys import KeyCabinet, subject_key

LONGEST = 2000
"""Characters of a question, of its doubt and of an answer."""


@dataclass(frozen=True)
class Question:
    """What to ask, why it is necessary, and why its time counts although it comes late."""

    kind: QuestionKind
    doubt: str
    words: str
    override: str = ""


@dataclass(frozen=True)
class Answer:
    """What the subject said, and where they gave one an identifier; it proves nothing yet."""

    words: str
    claim: Claim | None = None


@dataclass(frozen=True)
class Asked:
    """A question that was asked, open."""

    row: RequestQuestion
    doubt: str
    words: str
    override: str
    answer: str
    claim: Claim | None


def ask(
    session: Session,
    *,
    actor: str,
    at: datetime,
    desk: Desk,
    about: SubjectRequest,
    asked: Question,
) -> RequestQuestion:
    """Ask the subject, and let the request wait for the answer.

    The clock stands still only if the question came in time, or if a reason is given why it
    counts although it did not. Raises RefusedError without the doubt in words, and ConflictError
    when this was asked before or the request waits for no decision.
    """
    if not asked.doubt.strip() or not asked.words.strip():
        raise RefusedError("A question needs the doubt that makes it necessary (Art. 12(6) GDPR).")
    if any(one.kind is asked.kind for one in pauses.questions(session, about=about)):
        raise ConflictError("This was asked before; a subject is asked once.")
    to = session.get_one(Controller, about.controller_id)
    if not move(session, about, RequestState.OPEN, state=RequestState.PAUSED):
        raise ConflictError("Somebody decided on this request before; look at it again.")
    row = _row(session, at, desk, about=about, asked=asked, to=to)
    token = send_link(session, about, LinkUse.ANSWER, at, at + STATUS_LASTS)
    letter = wording.request_question(
        to,
        question=asked.words,
        link=desk.links.for_subject(to.slug, LinkUse.ANSWER, token),
        answer_by_on=row.answer_by_on,
    )
    write_to_subject(session, at=at, desk=desk, about=about, letter=letter)
    record(
        session, Action.REQUEST_PAUSED, at, actor, about=about, kind=asked.kind.value,
        counts=row.counts, due_on=about.legal_latest_on.isoformat(),
    )  # fmt: skip
    return row


def _row(
    session: Session, at: datetime, desk: Desk, *, about: SubjectRequest, asked: Question,
    to: Controller,
) -> RequestQuestion:  # fmt: skip
    today, terms = day_of(at, ZoneInfo(to.zone)), terms_of(session, to, about.received_at)
    override = asked.override.strip()
    pause = Pause(today, today, doubt_recorded=True, overridden=bool(override))
    counts = is_admissible(pause, about.received_on, terms)
    by_then = today + lasts(session, "request.answer", at)
    key = _key(session, desk.cabinet, about)
    row = RequestQuestion(
        request_id=about.id,
        kind=asked.kind,
        asked_at=at,
        asked_on=today,
        # Where the clock runs on, a silence must be known before the answer is due.
        answer_by_on=by_then if counts else max(today, min(by_then, about.target_on)),
        doubt_sealed=key.seal(asked.doubt, context=_context(about, asked.kind, "doubt")),
        question_sealed=key.seal(asked.words, context=_context(about, asked.kind, "question")),
        override_sealed=key.seal(override, context=_context(about, asked.kind, "override"))
        if override
        else None,
        counts=counts,
    )
    session.add(row)
    session.flush()
    return row


def answer(
    session: Session, *, at: datetime, desk: Desk, to: Controller, token: str, given: Answer
) -> SubjectRequest:
    """Take the subject's answer by the link of the letter that asked.

    Raises NotFoundError or GoneError for a link that opens nothing (any more).
    """
    about = queries.by_link(session, token=token, use=LinkUse.ANSWER, at=at, controller_id=to.id)
    if about.state is not RequestState.PAUSED:
        raise GoneError("This question waits for no answer any more.")
    use_link(session, token, at)
    row = _keep_answer(session, at, desk, about, given)
    _go_on(session, at, about, row)
    _tell(session, at, desk, about)
    letter = wording.dpo_answer(
        to, link=desk.links.for_operator(about.id), due_on=about.legal_latest_on
    )
    write_to(session, at=at, desk=desk, about=about, letter=letter, to=dpo_address(to))
    _record_answer(session, at, "subject", about, row, given)
    return about


def resume(
    session: Session, *, actor: str, at: datetime, desk: Desk, about: SubjectRequest,
    given: Answer | None = None,
) -> None:  # fmt: skip
    """Go on with a request: its subject answered by another way, or no answer is needed.

    Raises ConflictError for a request that waits for no answer.
    """
    row = pauses.open_question(session, about=about)
    if given is not None:
        _keep_answer(session, at, desk, about, given)
    _go_on(session, at, about, row)
    _tell(session, at, desk, about)
    if given is not None:
        _record_answer(session, at, actor, about, row, given)
        return
    due_on = about.legal_latest_on.isoformat()
    record(
        session, Action.REQUEST_RESUMED, at, actor, about=about, kind=row.kind.value, due_on=due_on
    )


def prove(
    session: Session, *, actor: str, at: datetime, desk: Desk, about: SubjectRequest,
    kind: str,
) -> None:  # fmt: skip
    """Accept the identifier of an answer as proven: from now on it finds data.

    Raises NotFoundError where the answer gave none, and ConflictError when it belongs to another
    subject or the request is decided.
    """
    if about.state is not RequestState.OPEN or about.subject_id is None:
        raise ConflictError("This request does not wait for a decision.")
    asked = told(session, desk.cabinet, about=about)
    found = next((one for one in asked if one.row.kind == kind), None)
    if found is None or found.claim is None:
        raise NotFoundError("The answer to this question gave no identifier.")
    claim = Claim(found.claim.kind, found.claim.value, verified=True)
    add_identifier(
        session, actor=actor, at=at, cabinet=desk.cabinet, subject_id=about.subject_id, claim=claim
    )


def told(session: Session, cabinet: KeyCabinet, *, about: SubjectRequest) -> list[Asked]:
    """Return what was asked and answered, in words, oldest first.

    Raises GoneError once the subject's key was destroyed.
    """
    asked = pauses.questions(session, about=about)
    if not asked:
        return []
    key = _key(session, cabinet, about)
    return [_opened(key, about, row) for row in asked]


def _opened(key: DataKey, about: SubjectRequest, row: RequestQuestion) -> Asked:
    def text(sealed: bytes | None, column: str) -> str:
        return key.open_text(sealed, context=_context(about, row.kind, column)) if sealed else ""

    given = json.loads(text(row.answer_sealed, "answer") or "{}")
    return Asked(
        row=row,
        doubt=text(row.doubt_sealed, "doubt"),
        words=text(row.question_sealed, "question"),
        override=text(row.override_sealed, "override"),
        answer=given.get("words", ""),
        claim=Claim(given["kind"], given["value"]) if given.get("kind") else None,
    )


def _keep_answer(
    session: Session, at: datetime, desk: Desk, about: SubjectRequest, given: Answer
) -> RequestQuestion:
    row = pauses.open_question(session, about=about)
    said = {"words": given.words}
    if given.claim is not None:
        said |= {"kind": given.claim.kind, "value": given.claim.value}
    context = _context(about, row.kind, "answer")
    row.answer_sealed = _key(session, desk.cabinet, about).seal(json.dumps(said), context=context)
    row.answered_at = at
    return row


def _go_on(session: Session, at: datetime, about: SubjectRequest, row: RequestQuestion) -> None:
    to = session.get_one(Controller, about.controller_id)
    row.ended_on = day_of(at, ZoneInfo(to.zone))
    session.flush()
    due = pauses.due(session, about=about, today=row.ended_on)
    moved = move(
        session,
        about,
        RequestState.PAUSED,
        state=RequestState.OPEN,
        target_on=due.target_on,
        legal_latest_on=due.legal_latest_on,
    )
    if not moved:
        raise ConflictError("Somebody decided on this request before; look at it again.")


def _tell(session: Session, at: datetime, desk: Desk, about: SubjectRequest) -> None:
    to = session.get_one(Controller, about.controller_id)
    letter = wording.request_resumed(to, due_on=about.legal_latest_on)
    write_to_subject(session, at=at, desk=desk, about=about, letter=letter)


def _record_answer(
    session: Session, at: datetime, actor: str, about: SubjectRequest, row: RequestQuestion,
    given: Answer,
) -> None:  # fmt: skip
    record(
        session, Action.REQUEST_ANSWERED, at, actor, about=about, kind=row.kind.value,
        identifier=given.claim is not None, due_on=about.legal_latest_on.isoformat(),
    )  # fmt: skip


def _key(session: Session, cabinet: KeyCabinet, about: SubjectRequest) -> DataKey:
    if about.subject_id is None:
        raise ConflictError("Nobody has confirmed this request yet.")
    return subject_key(session, cabinet=cabinet, subject_id=about.subject_id)


def _context(about: SubjectRequest, kind: QuestionKind, column: str) -> Context:
    return ("request_question", column, str(about.controller_id), str(about.id), kind.value)
