"""What is decided on a rectification, and what becomes of each field."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from privacy.audit.actions import Action
from privacy.db import new_id
from privacy.errors import ConflictError
from privacy.policy.months import day_of
from privacy.purposes.models import Controller
from privacy.rectification import queries, wished
from privacy.rectification.carrying import Result
from privacy.rectification.kept import forget_search, release
from privacy.rectification.models import (
    Correction,
    CorrectionState,
    Origin,
)
from privacy.rectification.plan import Planned, Wanted, plan
from privacy.rectification.sealed import Change, seal_change
from privacy.requests.intake.representing import check_mandate
from privacy.requests.letters import Desk
from privacy.requests.models import (
    RequestKind,
    RequestState,
    SubjectRequest,
)
from privacy.requests.moves import move, record
from privacy.requests.previews.withholding import Verdict, decide_lead
from privacy.requests.statements import seal_proven, statement_of
from privacy.subjects.keys import subject_key


def search_again(session: Session, *, actor: str, at: datetime, about: SubjectRequest) -> None:
    """Forget what was found, so that the data stores are searched anew."""
    _ensure_undecided(about)
    forget_search(session, about)
    release(session, about, at)
    record(session, Action.RECTIFICATION_RESTARTED, at, actor, about=about)


def confirm_lead(
    session: Session,
    *,
    actor: str,
    at: datetime,
    desk: Desk,
    about: SubjectRequest,
    verdict: Verdict,
) -> None:
    """Keep whether an identifier that others may have too is the subject's, and search anew."""
    decide_lead(session, actor=actor, at=at, cabinet=desk.cabinet, about=about, verdict=verdict)
    search_again(session, actor=actor, at=at, about=about)


@dataclass(frozen=True)
class Decided:
    """What the DPO decided, value by value, and what the subject is told of it."""

    wanted: Sequence[Wanted]
    answer: str = field(default="", repr=False)
    seen: str = ""
    """Of which search the numbers are, as `queries.mark_of` says; empty for the newest."""

    @property
    def mark(self) -> str:
        """Return what tells this decision from any other one; it holds no value."""
        parts = sorted((sorted(one.numbers), one.after, one.refused) for one in self.wanted)
        text = json.dumps([parts, self.answer], ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def decide(
    session: Session,
    *,
    actor: str,
    at: datetime,
    desk: Desk,
    about: SubjectRequest,
    decided: Decided,
) -> Sequence[Correction]:
    """Put every field on the list that a decision changes; they are written after the commit.

    Raises ConflictError before the search and after a decision, InvalidError as `plan`, and
    RefusedError while nobody accepted the mandate of who acts for the subject.
    """
    _ensure_undecided(about)
    to = session.get_one(Controller, about.controller_id)
    check_mandate(session, about=about, today=day_of(at, ZoneInfo(to.zone)))
    kept = queries.search_of(session, cabinet=desk.cabinet, about=about)
    if kept is None:
        raise ConflictError("The data stores are still being searched; wait a moment.")
    if decided.seen not in {"", queries.mark_of(session, about=about)}:
        raise ConflictError("The list has changed meanwhile; look at it again.")
    waiting = wished.unproven(session, cabinet=desk.cabinet, about=about)
    if waiting & {one.after for one in decided.wanted}:
        raise ConflictError("The subject has not confirmed the new address yet.")
    planned = plan(kept, decided.wanted)
    sealed = _with_answer(session, desk, about, decided.answer)
    moved = move(
        session,
        about,
        RequestState.OPEN,
        state=RequestState.APPROVED,
        decided_at=at,
        statement_sealed=sealed,
    )
    if not moved:
        raise ConflictError("Somebody decided on this request before; look at it again.")
    made = _Made(actor, at, decided.mark)
    rows = [_listed(session, made, desk=desk, about=about, one=one) for one in planned]
    session.flush()
    release(session, about, at)
    due_on = about.legal_latest_on.isoformat()
    record(session, Action.REQUEST_APPROVED, at, actor, about=about, due_on=due_on)
    record(
        session,
        Action.RECTIFICATION_DECIDED,
        at,
        actor,
        about=about,
        fields=sum(row.origin is not Origin.DEPENDENT for row in rows),
        by_hand=sum(row.state is CorrectionState.BY_HAND for row in rows),
        dependent=sum(row.origin is Origin.DEPENDENT for row in rows),
    )
    return rows


def settle(session: Session, *, actor: str, at: datetime, row: Correction, result: Result) -> None:
    """Write down what became of a field: by the service, or by a person in its place."""
    about = session.get_one(SubjectRequest, row.request_id)
    row.state, row.detail = result.state, result.detail
    if row.state not in queries.UNSETTLED:
        row.settled_at, row.settled_by = at, actor
    record(
        session,
        Action.RECTIFICATION_FIELD_SETTLED,
        at,
        actor,
        about=about,
        correction=str(row.id),
        store=row.store_name,
        field=f"{row.collection}.{row.field}"[:200],
        outcome=row.state.value,
        reason=row.detail,
    )


def say_done(session: Session, *, actor: str, at: datetime, row: Correction) -> None:
    """Note that a person did what the service could not; the service then reads it again.

    What was only to be computed again is taken at their word. ConflictError for another's turn.
    """
    _ensure_by_hand(row)
    again = row.origin is not Origin.DEPENDENT and row.state is CorrectionState.BY_HAND
    state = CorrectionState.CHECKING if again else CorrectionState.SAID
    settle(session, actor=actor, at=at, row=row, result=Result(state))
    release(session, session.get_one(SubjectRequest, row.request_id), at)


def leave(session: Session, *, actor: str, at: datetime, row: Correction) -> None:
    """Decide that a field stays as it is; its subject is told, and the answer has exceptions."""
    if row.state not in queries.FOR_OPERATORS | {CorrectionState.OWED}:
        raise ConflictError("This field is settled already.")
    result = Result(CorrectionState.NOT_DONE, row.detail)
    settle(session, actor=actor, at=at, row=row, result=result)
    release(session, session.get_one(SubjectRequest, row.request_id), at)


def _ensure_undecided(about: SubjectRequest) -> None:
    if about.kind is not RequestKind.RECTIFICATION or about.state is not RequestState.OPEN:
        raise ConflictError("This is no rectification that waits for a decision.")


def _ensure_by_hand(row: Correction) -> None:
    if row.state not in queries.FOR_OPERATORS:
        raise ConflictError("This field is not for a person to settle now.")


def _with_answer(session: Session, desk: Desk, about: SubjectRequest, answer: str) -> bytes | None:
    """Return the statement with what the subject is told beside it, sealed again."""
    if about.subject_id is None:
        raise ConflictError("Nobody has confirmed this request yet.")
    said = statement_of(session, cabinet=desk.cabinet, about=about)
    return seal_proven(
        session,
        cabinet=desk.cabinet,
        about=about,
        said=replace(said, answer=answer),
        subject_id=about.subject_id,
    )


@dataclass(frozen=True)
class _Made:
    """By whom and when a decision was made, and which."""

    actor: str
    at: datetime
    mark: str


def _listed(
    session: Session, made: _Made, *, desk: Desk, about: SubjectRequest, one: Planned
) -> Correction:
    subject_id, refused = about.subject_id, one.state is CorrectionState.REFUSED
    if subject_id is None:
        raise ConflictError("Nobody has confirmed this request yet.")
    row = Correction(
        subject_id=subject_id,
        id=new_id(made.at),
        request_id=about.id,
        controller_id=about.controller_id,
        store_name=one.candidate.store,
        collection=one.candidate.collection,
        field=one.candidate.field,
        origin=one.origin,
        state=one.state,
        detail=one.detail,
        decided_at=made.at,
        settled_at=made.at if refused else None,
        settled_by=made.actor if refused else "",
    )
    key = subject_key(session, cabinet=desk.cabinet, subject_id=subject_id)
    change = Change(one.candidate.key, one.candidate.value, one.after, one.reason, made.mark)
    row.change_sealed = seal_change(key, row, change)
    session.add(row)
    return row
