"""Recording what a visitor answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID, uuid5

from sqlalchemy import Table
from sqlalchemy.orm import Session

from privacy.audit import log
from privacy.audit.actions import Action
from privacy.consent.models import Consent, Method
from privacy.consent.receipts.receipt import Receipt
from privacy.consent.telling.fanout import Refused, tell_refused
from privacy.consent.term import kept_until
from privacy.errors import ConflictError, InvalidError
from privacy.inserting import DuplicateRowError, insert_many, pipelined
from privacy.purposes.queries import Asked
from privacy.subjects.visitors import ensure_subjects

_CONSENT = cast("Table", Consent.__table__)


@dataclass(frozen=True)
class Said:
    """One answer of a visitor, as the browser sent it; its own clock is only a hint."""

    answer_id: UUID
    subject_id: UUID
    method: Method
    answers: Mapping[str, bool]
    page: str
    said_at: datetime | None


class ReplayedError(ConflictError):
    """The same answer was recorded before; its first receipt still stands."""


@dataclass(frozen=True)
class Answered:
    """An answer together with what was asked."""

    asked: Asked
    said: Said


def record_answers(
    session: Session, *, actor: str, at: datetime, answers: Sequence[Answered], origin: str
) -> list[Receipt]:
    """Add answers that came in together: a row for each purpose asked, an entry for each answer.

    Raises InvalidError unless exactly the purposes asked are answered, and ReplayedError when
    one of the answers is known already; then nothing of this call may stay.
    """
    for one in answers:
        check(one)
    try:
        with pipelined(session):
            receipts = _recorded(session, actor=actor, at=at, answers=answers, origin=origin)
    except DuplicateRowError as error:
        raise ReplayedError("This answer was recorded before.") from error
    tell_refused(session, at=at, answers=map(_refused, answers, receipts))
    return receipts


def _recorded(
    session: Session, *, actor: str, at: datetime, answers: Sequence[Answered], origin: str
) -> list[Receipt]:
    entries = log.append_all(
        session,
        Action.CONSENT_RECORDED,
        at=at,
        actor=actor,
        told=[_told(one.asked, one.said) for one in answers],
    )
    receipts = [
        receipt_of(one, at=at, origin=origin, leaf=entry.leaf_hash)
        for one, entry in zip(answers, entries, strict=True)
    ]
    ensure_subjects(
        session,
        at=at,
        subjects=((one.said.subject_id, one.asked.controller_id) for one in answers),
    )
    rows = [row for pair in zip(answers, receipts, strict=True) for row in _rows(*pair)]
    insert_many(session, _CONSENT, rows)
    return receipts


def _refused(answered: Answered, receipt: Receipt) -> Refused:
    said = answered.said
    codes = tuple(code for code, granted in said.answers.items() if not granted)
    return Refused(
        said.subject_id, answered.asked.controller_id, said.answer_id, said.method, codes,
        receipt.leaf,
    )  # fmt: skip


def _told(asked: Asked, said: Said) -> log.Told:
    granted = [code for code in sorted(said.answers) if said.answers[code]]
    refused = [code for code in sorted(said.answers) if not said.answers[code]]
    details = {
        "answer": str(said.answer_id),
        "site": asked.site_key,
        "notice": asked.digest,
        "method": said.method.value,
        "language": asked.language,
        "granted": ",".join(granted),
        "refused": ",".join(refused),
    }
    return log.Told(asked.controller_id, said.subject_id, details)


def receipt_of(answered: Answered, *, at: datetime, origin: str, leaf: bytes) -> Receipt:
    """Return the receipt of an answer recorded at an instant."""
    asked, said = answered.asked, answered.said
    return Receipt(
        id=said.answer_id,
        subject=said.subject_id,
        controller=asked.controller_id,
        site=asked.site_key,
        notice=asked.digest,
        language=asked.language,
        method=said.method.value,
        answers=said.answers,
        at=at,
        valid_until=kept_until(at, asked.period, asked.zone),
        origin=origin,
        leaf=leaf,
    )


def _rows(answered: Answered, receipt: Receipt) -> list[dict[str, object]]:
    asked, said = answered.asked, answered.said
    shared = {
        "subject_id": said.subject_id,
        "answer_id": said.answer_id,
        "controller_id": asked.controller_id,
        "site_id": asked.site_id,
        "at": receipt.at,
        "valid_until": receipt.valid_until,
        "method": said.method,
        "notice": asked.digest,
        "language": asked.language,
        "page": said.page,
        "said_at": said.said_at,
        "leaf": receipt.leaf,
    }
    return [
        shared
        | {
            "id": uuid5(said.answer_id, code),
            "purpose_code": code,
            "purpose_version": asked.versions[code],
            "granted": granted,
        }
        for code, granted in said.answers.items()
    ]


def check(answered: Answered) -> None:
    """Raise InvalidError, naming each code, unless exactly the purposes asked are answered."""
    asked, said = answered.asked, answered.said
    if said.answers.keys() == asked.versions.keys():
        return
    missing = sorted(asked.versions.keys() - said.answers.keys())
    unknown = sorted(said.answers.keys() - asked.versions.keys())
    raise InvalidError(
        "Answer exactly the purposes that the notice asked for.",
        fields={"answers": [*(f"missing: {code}" for code in missing),
                            *(f"not asked: {code}" for code in unknown)]},
    )  # fmt: skip
