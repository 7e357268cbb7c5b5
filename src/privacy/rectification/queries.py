"""What a rectification found, what is decided and what is still to be done."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from privacy.assignments.models import Assignment, Task
from privacy.errors import NotFoundError
from privacy.rectification import wished
from privacy.rectification.candidates import Candidate, Searched, from_json
from privacy.rectification.models import (
    Correction,
    CorrectionState,
    CorrectionWish,
    NoticeState,
    Origin,
    RecipientNotice,
    RectificationSearch,
)
from privacy.rectification.plan import Wanted
from privacy.rectification.sealed import Change, change_of, search_context
from privacy.requests.models import RequestClaim, RequestKind, RequestState, SubjectRequest
from privacy.stores.protocol import Key
from privacy.subjects.keys import KeyCabinet, subject_key

FOR_THE_JOB = (CorrectionState.OWED, CorrectionState.CHECKING)
FOR_OPERATORS = frozenset({CorrectionState.BY_HAND, CorrectionState.ASKED})
UNSETTLED = (*FOR_THE_JOB, *FOR_OPERATORS)
STAYS = frozenset({CorrectionState.NOT_DONE, CorrectionState.REFUSED})
NOT_HELD = "not-held"
"""The detail of a field of which its keeper says that they do not hold it."""


def to_search(session: Session, *, at: datetime, limit: int = 20) -> Sequence[UUID]:
    """Return the rectifications that wait for their search, what is due first at the top."""
    known = exists().where(RectificationSearch.request_id == SubjectRequest.id)
    return _free(session, at, limit, SubjectRequest.state == RequestState.OPEN, ~known)


def to_carry_out(session: Session, *, at: datetime, limit: int = 20) -> Sequence[UUID]:
    """Return the decided rectifications on which a worker can go on, or which are to be ended.

    One that only waits for a person is left alone.
    """
    mine = exists().where(
        Correction.request_id == SubjectRequest.id, Correction.state.in_(FOR_THE_JOB)
    )
    by_hand = exists().where(
        Correction.request_id == SubjectRequest.id, Correction.state.in_(FOR_OPERATORS)
    )
    unasked = exists().where(
        Correction.request_id == SubjectRequest.id,
        Correction.state == CorrectionState.ASKED,
        ~exists().where(
            Assignment.request_id == SubjectRequest.id,
            Assignment.store_name == Correction.store_name,
            Assignment.task == Task.CORRECT.value,
        ),
    )
    untold = exists().where(
        RecipientNotice.request_id == SubjectRequest.id,
        RecipientNotice.state == NoticeState.BY_HAND,
    )
    approved = SubjectRequest.state == RequestState.APPROVED
    return _free(session, at, limit, approved, or_(mine, unasked, ~by_hand & ~untold))


def to_decide(session: Session, *, at: datetime, limit: int = 20) -> Sequence[UUID]:
    """Return the rectifications that are decided as their subject typed: all may be, at once."""
    mine = CorrectionWish.request_id == SubjectRequest.id
    unproven = CorrectionWish.confirmed_at.is_(None) & (CorrectionWish.expires_at > at)
    waits = exists().where(mine, or_(CorrectionWish.at_once.is_(False), unproven))
    known = exists().where(RectificationSearch.request_id == SubjectRequest.id)
    is_open = SubjectRequest.state == RequestState.OPEN
    return _free(session, at, limit, is_open, known, exists().where(mine), ~waits)


def wanted_by_subject(
    session: Session, *, cabinet: KeyCabinet, about: SubjectRequest
) -> Sequence[Wanted]:
    """Return what the subject typed as a decision on what was found since.

    Nothing where a value is not where it was seen, something else stands there now, or a new
    address was not confirmed: then a person decides.
    """
    kept = search_of(session, cabinet=cabinet, about=about)
    known = {_place(one): one for one in kept.candidates} if kept else {}
    wanted: list[Wanted] = []
    for row in wished.wishes_of(session, about=about):
        wish = wished.opened(session, cabinet=cabinet, row=row)
        found = [known.get(place) for place in wish.places]
        if not wished.is_proven(row):
            return ()
        here = [one for one in found if one is not None and not one.hindrance]
        if len(here) < len(found) or any(_same(one.value) != _same(wish.before) for one in here):
            return ()
        wanted.append(Wanted(frozenset(one.number for one in here), wish.after))
    return wanted


def _place(one: Candidate) -> tuple[str, str, str, Key]:
    return one.store, one.collection, one.field, one.key


def _same(value: str | None) -> str:
    return " ".join((value or "").casefold().split())


def _free(
    session: Session, at: datetime, limit: int, *also: ColumnElement[bool]
) -> Sequence[UUID]:
    wanted = (
        select(SubjectRequest.id)
        .outerjoin(RequestClaim, RequestClaim.request_id == SubjectRequest.id)
        .where(
            SubjectRequest.kind == RequestKind.RECTIFICATION,
            (RequestClaim.claimed_until.is_(None)) | (RequestClaim.claimed_until <= at),
            *also,
        )
        .order_by(SubjectRequest.legal_latest_on)
        .limit(limit)
    )
    return session.scalars(wanted).all()


def search_of(session: Session, *, cabinet: KeyCabinet, about: SubjectRequest) -> Searched | None:
    """Return what was found for a rectification, open; None while nobody has searched."""
    row = found_row(session, about=about)
    if row is None:
        return None
    key = subject_key(session, cabinet=cabinet, subject_id=row.subject_id)
    return from_json(key.open_text(row.contents_sealed, context=search_context(about)))


def found_row(session: Session, *, about: SubjectRequest) -> RectificationSearch | None:
    """Return the sealed result of a search; None while nobody has searched."""
    if about.subject_id is None:
        return None
    return session.get(RectificationSearch, (about.subject_id, about.id))


def mark_of(session: Session, *, about: SubjectRequest) -> str:
    """Return what tells one search of a request from another; empty while there is none."""
    row = found_row(session, about=about)
    return row.searched_at.isoformat() if row else ""


def corrections(session: Session, *, about: SubjectRequest) -> Sequence[Correction]:
    """Return every field on the list of a rectification, store by store."""
    wanted = select(Correction).where(
        Correction.subject_id == about.subject_id, Correction.request_id == about.id
    )
    order = (Correction.store_name, Correction.collection, Correction.field, Correction.id)
    return session.scalars(wanted.order_by(*order)).all()


def correction(session: Session, *, about: SubjectRequest, correction_id: UUID) -> Correction:
    """Return one field on the list; NotFoundError when it is not of this request."""
    found = session.get(Correction, (about.subject_id, correction_id))
    if found is None or found.request_id != about.id:
        raise NotFoundError("This request has no such correction.")
    return found


def changes(
    session: Session, *, cabinet: KeyCabinet, rows: Sequence[Correction]
) -> Sequence[Change]:
    """Return what these corrections of one subject change, open, in their order.

    Raises GoneError once the subject's key was destroyed.
    """
    if not rows:
        return []
    key = subject_key(session, cabinet=cabinet, subject_id=rows[0].subject_id)
    return [change_of(key, row) for row in rows]


def was_decided(
    session: Session, *, cabinet: KeyCabinet, about: SubjectRequest, mark: str
) -> bool:
    """Whether exactly this decision was made on a rectification before."""
    rows = corrections(session, about=about)
    return any(one.mark == mark for one in changes(session, cabinet=cabinet, rows=rows))


def notices(session: Session, *, about: SubjectRequest) -> Sequence[RecipientNotice]:
    """Return who has the data that were rectified, by name, and whether they were told."""
    wanted = select(RecipientNotice).where(
        RecipientNotice.subject_id == about.subject_id, RecipientNotice.request_id == about.id
    )
    return session.scalars(wanted.order_by(RecipientNotice.name)).all()


def is_settled(rows: Sequence[Correction]) -> bool:
    """Whether nothing on the list is left to be done by anybody."""
    return not any(row.state in UNSETTLED for row in rows)


def fell_short(rows: Sequence[Correction], told: Sequence[RecipientNotice]) -> bool:
    """Whether something stays as it was, or somebody was not told; its subject learns it."""
    kept = any(row.state in STAYS for row in rows)
    return kept or any(one.state is NoticeState.NOT_TOLD for one in told)


def was_changed(row: Correction) -> bool:
    """Whether a value of the subject stands there otherwise than before."""
    done = row.state in {CorrectionState.DONE, CorrectionState.SAID}
    return done and row.origin is not Origin.DEPENDENT and row.detail != NOT_HELD
