"""Who must be told that a consent has ended (Art. 7(3) and 19 GDPR; CJEU C-129/21).

What is owed is written in the transaction of the answer, so that no withdrawal is committed
without it. While no recipient of a controller has an endpoint, an answer costs no query more.
"""

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID, uuid5
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, select
from sqlalchemy.orm import Session

from privacy.audit.form import canonical, stamp
from privacy.consent.models import Consent, Method
from privacy.consent.queries import answered_again
from privacy.outbox import queries as outbox
from privacy.outbox.acts import notify
from privacy.outbox.models import Notification
from privacy.purposes import queries as purposes

WITHDRAWN: Final = "consent.withdrawn"
EXPIRED: Final = "consent.expired"
FRESH: Final = timedelta(seconds=5)
"""For how long a process goes by the endpoints that it has read."""
LOOKS_BACK: Final = timedelta(days=7)
"""How far the search for expired consents reaches, so that a pause of the jobs loses none."""
DELIBERATE: Final = frozenset(
    {
        Method.WITHDRAWAL,
        Method.ONE_CLICK,
        Method.PREFERENCE_CENTRE,
        Method.AGENT,
        Method.PHONE,
        Method.PAPER,
        Method.FORM,
    }
)
"""Acts that say no to what somebody does, even where the ledger knows of no consent to it."""


class Refused(NamedTuple):
    """What one answer refused, as it was recorded."""

    subject_id: UUID
    controller_id: UUID
    answer_id: UUID
    method: Method
    codes: tuple[str, ...]
    leaf: bytes


@dataclass(frozen=True)
class _Ended:
    """One consent that has ended, and what shows it."""

    subject_id: UUID
    controller_id: UUID
    origin: UUID
    """From which answer, or row of the ledger, the ids of its messages are derived."""
    receipt: UUID
    event: str
    codes: Sequence[str]
    ended_at: datetime
    leaf: bytes


Watched = Mapping[UUID, frozenset[str]]
"""Recipients that have an endpoint, with the purposes for which they get data."""

_known: WeakKeyDictionary[Engine | Connection, dict[UUID, tuple[datetime, Watched]]] = (
    WeakKeyDictionary()
)


def tell_refused(session: Session, *, at: datetime, answers: Iterable[Refused]) -> int:
    """Owe a webhook to each recipient of what was granted before and is refused now.

    Call it in the answers' own transaction, once their rows are written; returns how many.
    """
    of_controller: dict[UUID, frozenset[str]] = {}
    watched = {}
    for one in answers:
        if one.controller_id not in of_controller:
            of_controller[one.controller_id] = _codes(watched_by(session, one.controller_id, at))
        if one.codes and of_controller[one.controller_id]:
            watched[one] = of_controller[one.controller_id]
    if not watched:
        return 0
    earlier = _earlier(session, watched)
    ended = [
        _Ended(
            one.subject_id, one.controller_id, one.answer_id, one.answer_id, WITHDRAWN, codes,
            at, one.leaf,
        )
        for one, of_interest in watched.items()
        if (codes := [code for code in one.codes if code in of_interest
                      and _ends(one, earlier.get((one.subject_id, code), []))])
    ]  # fmt: skip
    return _owe(session, at, ended)


def tell_expired(session: Session, *, at: datetime, controller_id: UUID) -> int:
    """Owe a webhook for each consent that ran out within the last week; one is owed only once."""
    codes = _codes(watched_by(session, controller_id, at))
    if not codes:
        return 0
    wanted = select(Consent).where(
        Consent.controller_id == controller_id,
        Consent.granted,
        Consent.valid_until <= at,
        Consent.valid_until > at - LOOKS_BACK,
        Consent.purpose_code.in_(codes),
        ~answered_again(),
    )
    ended = [
        _Ended(
            row.subject_id, controller_id, row.id, row.answer_id, EXPIRED, [row.purpose_code],
            row.valid_until, row.leaf,
        )
        for row in session.scalars(wanted)
    ]  # fmt: skip
    return _owe(session, at, ended)


def watched_by(session: Session, controller_id: UUID, at: datetime) -> Watched:
    """Return who is to be told for a controller; a change elsewhere counts within seconds."""
    kept = _known.setdefault(session.get_bind(), {})
    if controller_id in kept:
        read_at, watched = kept[controller_id]
        if timedelta(0) <= at - read_at < FRESH:
            return watched
    endpoints = outbox.endpoints(session, controller_id=controller_id)
    watched = {
        one.id: frozenset(one.purposes)
        for one in (purposes.recipients(session, controller_id=controller_id) if endpoints else ())
        if one.id in endpoints
    }
    kept[controller_id] = (at, watched)
    return watched


def forget_watched(session: Session, controller_id: UUID) -> None:
    """Let this process read the endpoints of a controller again at the next answer."""
    _known.get(session.get_bind(), {}).pop(controller_id, None)


def _codes(watched: Watched) -> frozenset[str]:
    return frozenset().union(*watched.values())


@dataclass(frozen=True)
class _Earlier:
    answer_id: UUID
    at: datetime
    granted: bool


def _earlier(
    session: Session, watched: Mapping[Refused, frozenset[str]]
) -> dict[tuple[UUID, str], list[_Earlier]]:
    """Return what the subjects ever answered for these purposes, in one query."""
    subjects = {one.subject_id for one in watched}
    codes = {code for one, of_interest in watched.items() for code in of_interest & {*one.codes}}
    rows = session.execute(
        select(
            Consent.subject_id, Consent.purpose_code, Consent.answer_id, Consent.at,
            Consent.granted,
        ).where(Consent.subject_id.in_(subjects), Consent.purpose_code.in_(codes))
    )  # fmt: skip
    found: dict[tuple[UUID, str], list[_Earlier]] = {}
    for subject_id, code, answer_id, at, granted in rows:
        found.setdefault((subject_id, code), []).append(_Earlier(answer_id, at, granted))
    return found


def _ends(one: Refused, known: Sequence[_Earlier]) -> bool:
    """Whether an answer ends something: what the last one before it left open."""
    before = [row for row in known if row.answer_id != one.answer_id]
    if not before:
        return one.method in DELIBERATE
    return max(before, key=lambda row: (row.at, not row.granted)).granted


def _owe(session: Session, at: datetime, ended: Sequence[_Ended]) -> int:
    told = [message for one in ended for message in _messages(session, at, one)]
    notify(session, at=at, told=told)
    return len(told)


def _messages(session: Session, at: datetime, one: _Ended) -> Iterator[Notification]:
    for recipient_id, of_interest in watched_by(session, one.controller_id, at).items():
        codes = sorted(code for code in one.codes if code in of_interest)
        if codes:
            yield Notification(
                id=uuid5(one.origin, f"{one.event}:{recipient_id}"),
                subject_id=one.subject_id,
                controller_id=one.controller_id,
                recipient_id=recipient_id,
                event=one.event,
                body=_body(one, codes),
            )


def _body(one: _Ended, codes: Sequence[str]) -> str:
    """Return what the recipient is told (Standard Webhooks: type, timestamp, data)."""
    told = {
        "type": one.event,
        "timestamp": stamp(one.ended_at),
        "data": {
            "controller": str(one.controller_id),
            "subject": str(one.subject_id),
            "purposes": list(codes),
            "receipt": str(one.receipt),
            "leaf": base64.b64encode(one.leaf).decode(),
        },
    }
    return canonical(told)
