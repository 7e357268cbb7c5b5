"""Recording what a subject said outside a banner."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast
from uuid import uuid5

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from privacy.audit import log
from privacy.audit.actions import Action
from privacy.consent import queries, saying, term
from privacy.consent.acts import ReplayedError
from privacy.consent.models import Consent
from privacy.consent.receipts.receipt import Receipt
from privacy.consent.saying import Statement
from privacy.consent.telling.fanout import Refused, tell_refused
from privacy.db import new_id
from privacy.errors import ConflictError, InvalidError, NotFoundError
from privacy.inserting import insert_many
from privacy.policy import queries as policy
from privacy.policy.values import CALLS
from privacy.purposes import queries as purposes
from privacy.purposes.models import Controller, Purpose
from privacy.subjects.models import Subject
from privacy.subjects.visitors import ensure_subjects

__all__ = ["Statement", "first_receipt", "record_statement"]

_CONSENT = cast("Table", Consent.__table__)
OTHERWISE_ADULT = 16
"""The age of Art. 8(1) GDPR where the country has set no other."""


def record_statement(
    session: Session, *, actor: str, at: datetime, statement: Statement, origin: str
) -> Receipt:
    """Add what a subject said: a row for each purpose addressed, one entry, and its receipt.

    Purposes not addressed stay as they are. The receipt is valid until the first of its purposes
    expires. Raises InvalidError for what may not be recorded, NotFoundError for a subject of
    another controller, and ReplayedError when the subject's answer of this id is known already.
    """
    saying.check(statement, at)
    _hold(session, statement, at)
    if statement.answer_id is None:
        statement = replace(statement, answer_id=new_id(at))
    elif queries.answer(session, subject_id=statement.subject_id, answer_id=statement.answer_id):
        raise ReplayedError("This answer was recorded before.")
    said = _prepared(session, statement, at)
    entry = log.append_all(
        session, Action.CONSENT_RECORDED, at=at, actor=actor, told=[_told(statement)]
    )[0]
    rows = _rows(said, at, entry.leaf_hash)
    insert_many(session, _CONSENT, rows)
    receipt = _receipt(statement, at, min(said.until.values()), origin, entry.leaf_hash)
    tell_refused(session, at=at, answers=[_refused(statement, receipt)])
    return receipt


def first_receipt(session: Session, *, statement: Statement, origin: str) -> Receipt:
    """Return the receipt of the first time that this very statement was recorded.

    Raises ConflictError if the id belongs to another one, and NotFoundError if to none.
    """
    if statement.answer_id is None:
        raise NotFoundError("There is no such answer.")
    rows = queries.answer(session, subject_id=statement.subject_id, answer_id=statement.answer_id)
    if not rows:
        raise NotFoundError("There is no such answer.")
    if _content(statement) != _content_of(rows):
        raise ConflictError("This id belongs to another answer; make a new one.")
    until = min(row.valid_until for row in rows)
    return _receipt(statement, rows[0].at, until, origin, rows[0].leaf)


def _refused(statement: Statement, receipt: Receipt) -> Refused:
    codes = tuple(code for code, granted in statement.answers.items() if not granted)
    return Refused(
        statement.subject_id, statement.controller_id, receipt.id, statement.method, codes,
        receipt.leaf,
    )  # fmt: skip


@dataclass(frozen=True)
class _Said:
    """A statement with what the register and the policy say of its purposes."""

    statement: Statement
    versions: Mapping[str, int]
    until: Mapping[str, datetime]
    needs_joint: bool


def _hold(session: Session, statement: Statement, at: datetime) -> None:
    """Let the subject's statements come one after the other, each seeing those before it."""
    subject_id = statement.subject_id
    ensure_subjects(session, at=at, subjects=[(subject_id, statement.controller_id)])
    owner = session.scalar(
        select(Subject.controller_id).where(Subject.subject_id == subject_id).with_for_update()
    )
    if owner != statement.controller_id:
        raise NotFoundError("There is no such subject.")


def _prepared(session: Session, statement: Statement, at: datetime) -> _Said:
    controller = purposes.controller(session, statement.controller_id)
    known = purposes.current_purposes(session, controller_id=controller.id)
    saying.check_purposes(statement.answers, known)
    if statement.joint is not None:
        child = queries.answer(session, subject_id=statement.subject_id, answer_id=statement.joint)
        saying.check_joint(statement, child)
    return _Said(
        statement,
        _versions(session, statement, known),
        {
            code: _until(session, known[code], saying.counts_from(statement, at), controller.zone)
            for code in statement.answers
        },
        statement.joint is not None or _is_child(session, statement, controller, at),
    )


def _versions(
    session: Session, statement: Statement, known: Mapping[str, Purpose]
) -> dict[str, int]:
    """Return the versions that were described: by the notice if it is ours, else the newest."""
    shown = purposes.described(
        session, controller_id=statement.controller_id, digest=statement.notice
    )
    return {code: shown.get(code, known[code].version) for code in statement.answers}


def _until(session: Session, purpose: Purpose, start: datetime, zone: str) -> datetime:
    key = term.policy_key(purpose.code, purpose.details)
    if purpose.code in term.CALLS:
        day = max(start.date(), CALLS)  # what was said before the law came stands no longer
        period = policy.value_at(session, key=key, at=day).value
        return term.calls_until(start, period, zone)
    return term.kept_until(start, policy.value_at(session, key=key, at=start).value, zone)


def _is_child(
    session: Session, statement: Statement, controller: Controller, at: datetime
) -> bool:
    if statement.age is None:
        return False
    key = f"child.age.{controller.region[:2]}"
    try:
        adult = policy.number(session, key=key, at=at)
    except NotFoundError:
        adult = OTHERWISE_ADULT
    return statement.age < adult


def _told(statement: Statement) -> log.Told:
    codes = sorted(statement.answers)
    details: dict[str, log.Scalar] = {
        "answer": str(statement.answer_id),
        "notice": statement.notice,
        "method": statement.method.value,
        "language": statement.language,
        "scope": statement.scope.value,
        "granted": ",".join(code for code in codes if statement.answers[code]),
        "refused": ",".join(code for code in codes if not statement.answers[code]),
    }
    if statement.joint is not None:
        details["joint"] = str(statement.joint)
    return log.Told(statement.controller_id, statement.subject_id, details)


def _rows(said: _Said, at: datetime, leaf: bytes) -> list[dict[str, object]]:
    statement = said.statement
    if statement.answer_id is None:
        raise InvalidError("An answer needs its id.")
    shared = _shared(said, at, leaf)
    return [
        shared
        | {
            "id": uuid5(statement.answer_id, code),
            "purpose_code": code,
            "purpose_version": said.versions[code],
            "granted": granted,
            "valid_until": said.until[code],
        }
        for code, granted in statement.answers.items()
    ]


def _shared(said: _Said, at: datetime, leaf: bytes) -> dict[str, object]:
    """Return what all rows of a statement have in common."""
    statement = said.statement
    return {
        "subject_id": statement.subject_id,
        "answer_id": statement.answer_id,
        "controller_id": statement.controller_id,
        "site_id": None,
        "at": at,
        "method": statement.method,
        "notice": statement.notice,
        "language": statement.language,
        "page": "",
        "said_at": saying.believed(statement, at),
        "leaf": leaf,
        "scope": statement.scope,
        "evidence": statement.evidence,
        "beneficiary": statement.beneficiary,
        "about": statement.about,
        "needs_joint": said.needs_joint,
        "joint_id": statement.joint,
    }


def _receipt(
    statement: Statement, at: datetime, until: datetime, origin: str, leaf: bytes
) -> Receipt:
    if statement.answer_id is None:
        raise InvalidError("An answer needs its id.")
    return Receipt(
        id=statement.answer_id,
        subject=statement.subject_id,
        controller=statement.controller_id,
        site="",
        notice=statement.notice,
        language=statement.language,
        method=statement.method.value,
        answers=statement.answers,
        at=at,
        valid_until=until,
        origin=origin,
        leaf=leaf,
    )


_SAME = (
    "notice", "method", "language", "scope", "evidence", "beneficiary", "about",
)  # fmt: skip


def _content(statement: Statement) -> dict[str, object]:
    content: dict[str, object] = {name: getattr(statement, name) for name in _SAME}
    return content | {"answers": dict(statement.answers), "joint": statement.joint}


def _content_of(rows: Sequence[Consent]) -> dict[str, object]:
    content: dict[str, object] = {name: getattr(rows[0], name) for name in _SAME}
    answers = {row.purpose_code: row.granted for row in rows}
    return content | {"answers": answers, "joint": rows[0].joint_id}
