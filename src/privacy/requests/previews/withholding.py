"""What an operator decides on an answer before it goes out: kept, sealed, and logged without data.

It is decided for one request and holds for no other: what may be left out is weighed each time
(Art. 15(4) GDPR), and whose a shared telephone is may have changed.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from privacy.audit.actions import Action
from privacy.crypto import Context, DataKey
from privacy.errors import ConflictError
from privacy.packages.withheld import Ground
from privacy.requests.models import (
    LeadDecision,
    RequestPreview,
    RequestState,
    SubjectRequest,
    WithholdingDecision,
)
from privacy.requests.moves import record
from privacy.requests.previews.treating import Choice, Treatment
from privacy.stores.protocol import Key
from privacy.stores.search.findings import Lead
from privacy.stores.search.leads import LeadKey
from privacy.subjects.keys import KeyCabinet, subject_key

ALL, ONE = "all", "one"
"""How many rows a decision concerns, as the log says it."""


def decide(
    session: Session,
    *,
    actor: str,
    at: datetime,
    cabinet: KeyCabinet,
    about: SubjectRequest,
    choice: Choice,
) -> None:
    """Keep what becomes of a field; what was decided on the same field before is replaced.

    Raises ConflictError for a request that is not open.
    """
    subject_id = opened(about)
    key = subject_key(session, cabinet=cabinet, subject_id=subject_id)
    place = [choice.store, choice.collection, choice.field, choice.row]
    index = key.index(json.dumps(place), context=_context(about, "place"))
    row = None
    if choice.row is not None:
        row = key.seal(json.dumps(choice.row), context=_context(about, "row", index.hex()))
    session.merge(
        WithholdingDecision(
            subject_id=subject_id,
            request_id=about.id,
            place_index=index,
            store_name=choice.store,
            collection=choice.collection,
            field=choice.field,
            row_sealed=row,
            treatment=choice.treatment.value,
            ground=choice.ground.value,
            decided_at=at,
            decided_by=actor,
        )
    )
    record(
        session,
        Action.REQUEST_FIELD_DECIDED,
        at,
        actor,
        about=about,
        store=choice.store,
        collection=choice.collection,
        field=choice.field,
        scope=ALL if choice.row is None else ONE,
        treatment=choice.treatment.value,
        ground="" if choice.treatment is Treatment.GIVE else choice.ground.value,
    )


def choices(session: Session, *, cabinet: KeyCabinet, about: SubjectRequest) -> Sequence[Choice]:
    """Return what was decided on the fields of an answer, oldest first."""
    rows = session.scalars(
        select(WithholdingDecision)
        .where(
            WithholdingDecision.subject_id == about.subject_id,
            WithholdingDecision.request_id == about.id,
        )
        .order_by(WithholdingDecision.decided_at, WithholdingDecision.place_index)
    ).all()
    if not rows or about.subject_id is None:
        return ()
    key = subject_key(session, cabinet=cabinet, subject_id=about.subject_id)
    return [_choice(key, about, row) for row in rows]


def _choice(key: DataKey, about: SubjectRequest, kept: WithholdingDecision) -> Choice:
    row: Key | None = None
    if kept.row_sealed is not None:
        context = _context(about, "row", kept.place_index.hex())
        row = tuple(json.loads(key.open_text(kept.row_sealed, context=context)))
    return Choice(
        kept.store_name,
        kept.collection,
        kept.field,
        Treatment(kept.treatment),
        Ground(kept.ground),
        row,
    )


@dataclass(frozen=True)
class Verdict:
    """What a person says of an identifier that others may have too."""

    lead: Lead
    confirmed: bool


def decide_lead(
    session: Session,
    *,
    actor: str,
    at: datetime,
    cabinet: KeyCabinet,
    about: SubjectRequest,
    verdict: Verdict,
) -> None:
    """Keep whether an identifier that others may have too is the subject's and may be followed.

    Raises ConflictError for a request that is not open.
    """
    subject_id = opened(about)
    key = subject_key(session, cabinet=cabinet, subject_id=subject_id)
    lead, confirmed = verdict.lead, verdict.confirmed
    value = json.dumps(lead.value)
    index = key.index(value, context=_context(about, "lead", lead.kind))
    known = session.get(RequestPreview, (subject_id, about.id))
    if known and session.get(LeadDecision, (subject_id, about.id, index)) is None:
        known.undecided = max(0, known.undecided - 1)
    session.merge(
        LeadDecision(
            subject_id=subject_id,
            request_id=about.id,
            value_index=index,
            kind=lead.kind,
            value_sealed=key.seal(value, context=_context(about, "value", index.hex())),
            confirmed=confirmed,
            decided_at=at,
            decided_by=actor,
        )
    )
    record(
        session,
        Action.REQUEST_LEAD_DECIDED,
        at,
        actor,
        about=about,
        kind=lead.kind,
        store=lead.store,
        collection=lead.collection,
        outcome="confirmed" if confirmed else "refused",
    )


def lead_choices(
    session: Session, *, cabinet: KeyCabinet, about: SubjectRequest
) -> Mapping[LeadKey, bool]:
    """Return what was decided on shared identifiers: whether each is the subject's."""
    rows = session.scalars(
        select(LeadDecision).where(
            LeadDecision.subject_id == about.subject_id, LeadDecision.request_id == about.id
        )
    ).all()
    if not rows or about.subject_id is None:
        return {}
    key = subject_key(session, cabinet=cabinet, subject_id=about.subject_id)
    return {(row.kind, _lead_value(key, about, row)): row.confirmed for row in rows}


def _lead_value(key: DataKey, about: SubjectRequest, row: LeadDecision) -> Key:
    context = _context(about, "value", row.value_index.hex())
    return tuple(json.loads(key.open_text(row.value_sealed, context=context)))


def opened(about: SubjectRequest) -> UUID:
    """Return the subject of a request on which something can still be decided."""
    if about.subject_id is None or about.state is not RequestState.OPEN:
        raise ConflictError("This is decided before a request is approved; look at it again.")
    return about.subject_id


def _context(about: SubjectRequest, *what: str) -> Context:
    return ("withholding", *what, str(about.controller_id), str(about.subject_id), str(about.id))
