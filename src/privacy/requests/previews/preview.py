"""What a search finds before anybody decides: asked for, kept sealed for a short time, looked at.

A sample is kept and not the whole, under the subject's own key, for `KEPT`; to search again is
cheap, and what nobody looks at any more need not be there. The numbers stay until the request is
closed, so that the search that answers can be held against them.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, or_, select, union, update
from sqlalchemy.orm import Session

from privacy.audit.actions import Action
from privacy.crypto import Context
from privacy.errors import ConflictError, NotFoundError
from privacy.requests.models import (
    LeadDecision,
    PreviewState,
    RequestKind,
    RequestPreview,
    RequestState,
    SubjectRequest,
    WithholdingDecision,
)
from privacy.requests.moves import record
from privacy.requests.previews import plan, sampling, withholding
from privacy.requests.previews.sampling import Contents
from privacy.requests.previews.treating import Choice
from privacy.requests.previews.withholding import opened
from privacy.stores.search.leads import Decided
from privacy.subjects.keys import KeyCabinet, subject_key
from privacy.subjects.rows import count_changed

KEPT = timedelta(days=3)
"""How long a sample can be looked at; the search can be asked for again."""
LEASE = timedelta(minutes=30)
"""How long a worker that fell silent keeps the search from the others."""
MOST_AT_ONCE = 200
"""Requests of which the remains are destroyed at a time."""


def ask(session: Session, *, actor: str, at: datetime, about: SubjectRequest) -> None:
    """Ask for a search that only reads; what an earlier one found is dropped.

    Raises ConflictError for a request that is not open, or while one is under way.
    """
    subject_id = opened(about)
    if about.kind is RequestKind.RECTIFICATION:
        raise ConflictError("A rectification has its own search; look at its page.")
    known = of(session, about=about)
    if known and known.state is PreviewState.ASKED and known.asked_at > at - LEASE:
        raise ConflictError("The search is under way; look again in a moment.")
    session.merge(
        RequestPreview(
            subject_id=subject_id,
            request_id=about.id,
            state=PreviewState.ASKED,
            asked_at=at,
            claimed_until=None,
            searched_at=None,
            expires_at=None,
            contents_sealed=None,
            plan="",
        )
    )
    record(session, Action.REQUEST_PREVIEW_ASKED, at, actor, about=about)


def owed(session: Session, *, at: datetime, limit: int = 20) -> Sequence[tuple[UUID, UUID]]:
    """Return (subject, request) of the searches that no worker holds, oldest first."""
    wanted = (
        select(RequestPreview.subject_id, RequestPreview.request_id)
        .where(RequestPreview.state == PreviewState.ASKED, _free(at))
        .order_by(RequestPreview.asked_at)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in session.execute(wanted)]


def _free(at: datetime) -> ColumnElement[bool]:
    return or_(RequestPreview.claimed_until.is_(None), RequestPreview.claimed_until <= at)


def claim(session: Session, *, at: datetime, subject_id: UUID, request_id: UUID) -> bool:
    """Take a search for this worker; False if another holds it or it is done."""
    taken = update(RequestPreview).where(
        RequestPreview.subject_id == subject_id,
        RequestPreview.request_id == request_id,
        RequestPreview.state == PreviewState.ASKED,
        _free(at),
    )
    return bool(count_changed(session, taken.values(claimed_until=at + LEASE)))


@dataclass(frozen=True)
class Found:
    """What a search for a preview brought."""

    contents: Contents
    plan: plan.Plan


def keep(
    session: Session,
    *,
    actor: str,
    at: datetime,
    cabinet: KeyCabinet,
    about: SubjectRequest,
    found: Found,
) -> None:
    """Seal what a search found; nothing is kept when it ended or was decided on meanwhile."""
    kept = of(session, about=about)
    if kept is None or kept.state is not PreviewState.ASKED:
        return
    if about.state is not RequestState.OPEN:
        kept.state = PreviewState.FAILED
        return
    key = subject_key(session, cabinet=cabinet, subject_id=kept.subject_id)
    kept.contents_sealed = key.seal(sampling.written(found.contents), context=_context(about))
    kept.state, kept.searched_at, kept.expires_at = PreviewState.DONE, at, at + KEPT
    kept.plan = plan.written(found.plan)
    decided = withholding.lead_choices(session, cabinet=cabinet, about=about)
    leads = found.contents.leads
    kept.undecided = sum((lead.kind, lead.value) not in decided for lead in leads)
    record(
        session,
        Action.REQUEST_PREVIEWED,
        at,
        actor,
        about=about,
        plan=plan.digest_of(kept.plan),
        records=sum(rows for _what, rows in found.plan.values()),
        leads=len(found.contents.leads),
        outcome="done",
    )


def fail(session: Session, *, actor: str, at: datetime, about: SubjectRequest) -> None:
    """Note that a search did not come to its end, so that nobody waits for it."""
    kept = of(session, about=about)
    if kept is not None and kept.state is PreviewState.ASKED:
        kept.state, kept.searched_at = PreviewState.FAILED, at
        record(session, Action.REQUEST_PREVIEWED, at, actor, about=about, outcome="failed")


def of(session: Session, *, about: SubjectRequest) -> RequestPreview | None:
    """Return how far the preview of a request is, or None when nobody asked for one."""
    if about.subject_id is None:
        return None
    return session.get(RequestPreview, (about.subject_id, about.id))


def contents(
    session: Session, *, cabinet: KeyCabinet, about: SubjectRequest, at: datetime
) -> Contents | None:
    """Open what a search found; None when there is nothing to look at (any more)."""
    kept = of(session, about=about)
    if kept is None or kept.contents_sealed is None:
        return None
    if kept.expires_at is None or at >= kept.expires_at:
        return None
    key = subject_key(session, cabinet=cabinet, subject_id=kept.subject_id)
    return sampling.read(key.open_text(kept.contents_sealed, context=_context(about)))


@dataclass(frozen=True)
class Cell:
    """One value of a sample, by where it stands."""

    store: str
    collection: str
    field: str
    number: int
    """The number of its row."""


def reveal(
    session: Session,
    *,
    actor: str,
    at: datetime,
    about: SubjectRequest,
    shown: Contents,
    cell: Cell,
) -> str:
    """Return one value of a sample as it is, and leave an entry that somebody looked at it.

    Raises NotFoundError when the sample has no such value.
    """
    values = [
        row.values[cell.field] or ""
        for seen in shown.seen
        if (seen.store, seen.collection) == (cell.store, cell.collection)
        for row in seen.rows
        if row.number == cell.number and cell.field in row.values
    ]
    if not values:
        raise NotFoundError("There is no such value in this preview.")
    record(
        session,
        Action.REQUEST_VALUE_REVEALED,
        at,
        actor,
        about=about,
        store=cell.store,
        collection=cell.collection,
        field=cell.field,
    )
    return values[0]


def seen_of(session: Session, *, about: SubjectRequest) -> Mapping[str, str | int]:
    """Return what the entry of an approval says of the preview before it; nothing without one."""
    kept = of(session, about=about)
    if kept is None or kept.state is not PreviewState.DONE:
        return {}
    stores = {place.partition(".")[0] for place in plan.read(kept.plan)}
    return {"plan": plan.digest_of(kept.plan), "stores": len(stores)}


def undecided(session: Session, *, request_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return the open requests whose answer would leave out what nobody decided whose it is."""
    wanted = (
        select(SubjectRequest.id)
        .join(RequestPreview, RequestPreview.request_id == SubjectRequest.id)
        .where(
            SubjectRequest.id.in_(request_ids),
            SubjectRequest.state == RequestState.OPEN,
            RequestPreview.state == PreviewState.DONE,
            RequestPreview.undecided > 0,
        )
    )
    return frozenset(session.scalars(wanted))


@dataclass(frozen=True)
class Decisions:
    """What holds for the answer to a request since somebody looked at a preview."""

    plan: plan.Plan
    """What they saw in numbers; empty when nobody did."""
    choices: Sequence[Choice]
    leads: Decided


def decisions_of(session: Session, *, cabinet: KeyCabinet, about: SubjectRequest) -> Decisions:
    """Return what was seen and decided; one query where nobody asked for a preview."""
    kept = of(session, about=about)
    if kept is None:
        return Decisions({}, (), {})
    return Decisions(
        plan.read(kept.plan),
        withholding.choices(session, cabinet=cabinet, about=about),
        withholding.lead_choices(session, cabinet=cabinet, about=about),
    )


def note_drift(
    session: Session,
    *,
    actor: str,
    at: datetime,
    about: SubjectRequest,
    drifted: Iterable[tuple[str, plan.Drift]],
) -> None:
    """Log where the search that answers differs strongly from the one that was looked at."""
    for place, reason in drifted:
        code = reason.value
        record(session, Action.REQUEST_DRIFTED, at, actor, about=about, place=place, reason=code)


def forget(session: Session, *, actor: str, at: datetime) -> int:
    """Destroy samples whose time is over, and all that was kept for requests that are closed.

    Returns of how many requests. What was decided stays in the log, without any value.
    """
    stale = update(RequestPreview).where(
        RequestPreview.expires_at <= at, RequestPreview.contents_sealed.is_not(None)
    )
    gone = count_changed(session, stale.values(contents_sealed=None))
    return gone + sum(_forget_all(session, actor, at, about) for about in _over(session))


def _over(session: Session) -> Sequence[SubjectRequest]:
    """Return the closed requests for which anything is still kept."""
    kept = [select(model.request_id) for model in _KEPT]
    wanted = select(SubjectRequest).where(
        SubjectRequest.closed_at.is_not(None), SubjectRequest.id.in_(union(*kept))
    )
    return session.scalars(wanted.limit(MOST_AT_ONCE)).all()


def _forget_all(session: Session, actor: str, at: datetime, about: SubjectRequest) -> bool:
    for model in _KEPT:
        session.execute(
            delete(model).where(model.subject_id == about.subject_id, model.request_id == about.id)
        )
    record(session, Action.REQUEST_PREVIEWED, at, actor, about=about, outcome="forgotten")
    return True


_KEPT = (RequestPreview, WithholdingDecision, LeadDecision)


def _context(about: SubjectRequest) -> Context:
    ids = (str(about.controller_id), str(about.subject_id), str(about.id))
    return ("request_preview", "contents", *ids)
