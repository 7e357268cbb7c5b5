"""What was answered, and what is permitted now."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    CompoundSelect,
    String,
    Uuid,
    any_,
    bindparam,
    case,
    func,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from privacy.consent import gate
from privacy.consent.models import Consent, ConsentLink, Scope
from privacy.consent.saying import LATER
from privacy.db import UtcDateTime
from privacy.errors import NotFoundError
from privacy.purposes import queries as purposes
from privacy.purposes.models import LegalBasis


def answer(session: Session, *, subject_id: UUID, answer_id: UUID) -> Sequence[Consent]:
    """Return the rows of one answer, a purpose each; empty when there is none."""
    wanted = (
        select(Consent)
        .where(Consent.subject_id == subject_id, Consent.answer_id == answer_id)
        .order_by(Consent.purpose_code)
    )
    return session.scalars(wanted).all()


def history(session: Session, *, subject_id: UUID) -> Sequence[Consent]:
    """Return every answer of a subject, oldest first."""
    wanted = select(Consent).where(Consent.subject_id == subject_id).order_by(Consent.at)
    return session.scalars(wanted).all()


def holds(
    session: Session, *, subject_id: UUID, controller_id: UUID, purpose_code: str, at: datetime
) -> gate.Verdict:
    """Say whether a purpose is open for a subject at an instant, and why.

    The latest answer decides; of two of one instant, the refusal. NotFoundError for a purpose
    that was not published by then.
    """
    (found,) = checked(
        session,
        controller_id=controller_id,
        subjects=[subject_id],
        codes=[purpose_code],
        at=at,
    )
    return found.verdict


class Checked(NamedTuple):
    """What the gate says of one subject and one purpose."""

    subject_id: UUID | None
    """None for whoever is unknown, and so was never asked."""
    purpose_code: str
    verdict: gate.Verdict
    answer: gate.Answer | None
    """The last answer; none if there was none, on whatever device."""


def checked(
    session: Session,
    *,
    controller_id: UUID,
    subjects: Sequence[UUID | None],
    codes: Sequence[str],
    at: datetime,
) -> list[Checked]:
    """Say which purposes are open at an instant, for each subject and purpose in this order.

    It reads what is committed, in two queries however many are asked for; a browser that belongs
    to an account also hears what was said for the account. NotFoundError names every purpose
    that was not published by then.
    """
    in_force = purposes.in_force(session, controller_id=controller_id, codes=codes, at=at)
    missing = sorted(set(codes) - in_force.keys())
    if missing:
        raise NotFoundError(f"These purposes were not published: {', '.join(missing)}.")
    known = [one for one in subjects if one is not None]
    given: dict[tuple[UUID | None, str], list[gate.Given]] = defaultdict(list)
    for subject_id, code, one in _given(session, controller_id, known, codes, at):
        given[subject_id, code].append(one)
    return [
        _checked(subject_id, code, gate.last(given.get((subject_id, code), ())), in_force, at)
        for subject_id in subjects
        for code in codes
    ]


def _checked(
    subject_id: UUID | None,
    code: str,
    answer: gate.Answer | None,
    in_force: Mapping[str, purposes.InForce],
    at: datetime,
) -> Checked:
    verdict = gate.judge(
        answer,
        at=at,
        purpose_version=in_force[code].version,
        by_consent=in_force[code].legal_basis is LegalBasis.CONSENT,
    )
    return Checked(subject_id, code, verdict, answer)


def _given(
    session: Session,
    controller_id: UUID,
    subjects: Sequence[UUID],
    codes: Sequence[str],
    at: datetime,
) -> Iterator[tuple[UUID, str, gate.Given]]:
    """Yield every answer that counts for these subjects, in one query."""
    dialect = session.get_bind().dialect.name
    listed = json.dumps([one.hex for one in subjects]) if dialect == "sqlite" else list(subjects)
    found = session.execute(
        _ANSWERS[dialect],
        {"subjects": listed, "controller": controller_id, "codes": codes, "at": at},
    )
    for subject_id, code, recorded, said_at, method, *rest in found.all():
        later = method in LATER and said_at is not None
        said = min(said_at, recorded) if later else recorded
        yield subject_id, code, gate.Given(said, *rest)


_JOINT = (
    case((Consent.needs_joint, Consent.answer_id)).label("answer_id"),
    case((Consent.needs_joint, Consent.joint_id)).label("joint_id"),
)
_READ = (
    Consent.purpose_code,
    Consent.at,
    Consent.said_at,
    Consent.method,
    # From here on in the order of `gate.Given`, which begins with when it was said.
    Consent.granted,
    Consent.valid_until,
    Consent.purpose_version,
    Consent.notice,
    Consent.language,
    Consent.needs_joint,
    *_JOINT,
)


def _answers(subjects: Any) -> CompoundSelect[Any]:
    """Return the query for the answers of a list of subjects and of their accounts."""
    asked = (
        Consent.controller_id == bindparam("controller", type_=Uuid()),
        Consent.purpose_code.in_(bindparam("codes", expanding=True)),
        Consent.at <= bindparam("at", type_=UtcDateTime()),
    )
    of_account = (
        select(ConsentLink.subject_id, *_READ)
        .join(Consent, Consent.subject_id == ConsentLink.account_id)
        .where(
            subjects(ConsentLink.subject_id),
            ConsentLink.linked_at <= bindparam("at", type_=UtcDateTime()),
            Consent.scope == Scope.ACCOUNT,
            *asked,
        )
    )
    own = select(Consent.subject_id, *_READ).where(subjects(Consent.subject_id), *asked)
    return union_all(own, of_account)


def _in_json(column: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    listed = func.json_each(bindparam("subjects", type_=String())).table_valued("value")
    return type_coerce(column, String()).in_(select(listed.c.value))


def _in_array(column: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    return column == any_(bindparam("subjects", type_=ARRAY(Uuid())))


# Made once: to put such a query together costs more than to run it. The subjects travel as one
# value, since a statement with a thousand places is slow to write and to read.
_ANSWERS = {"sqlite": _answers(_in_json), "postgresql": _answers(_in_array)}


@dataclass(frozen=True)
class Tally:
    """How many answers granted and refused one purpose."""

    purpose_code: str
    granted: int
    refused: int


def tallies(session: Session, *, controller_id: UUID) -> list[Tally]:
    """Count the answers of a controller, by purpose; nobody can be told from it."""
    counted = session.execute(
        select(Consent.purpose_code, Consent.granted, func.count())
        .where(Consent.controller_id == controller_id)
        .group_by(Consent.purpose_code, Consent.granted)
    ).all()
    found: Mapping[tuple[str, bool], int] = {(code, granted): n for code, granted, n in counted}
    codes = sorted({code for code, _ in found})
    return [Tally(code, found.get((code, True), 0), found.get((code, False), 0)) for code in codes]


def latest(session: Session, *, controller_id: UUID, limit: int = 50) -> Sequence[Consent]:
    """Return the newest rows of a controller's ledger."""
    wanted = (
        select(Consent)
        .where(Consent.controller_id == controller_id)
        .order_by(Consent.at.desc())
        .limit(limit)
    )
    return session.scalars(wanted).all()


def by_receipt(session: Session, *, controller_id: UUID, answer_id: UUID) -> Consent | None:
    """Return a row of the answer whose receipt has this id, for who knows only the receipt."""
    wanted = select(Consent).where(
        Consent.controller_id == controller_id, Consent.answer_id == answer_id
    )
    return session.scalars(wanted.order_by(Consent.purpose_code).limit(1)).one_or_none()
