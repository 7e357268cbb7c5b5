"""What was answered, and what is permitted now."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from privacy.consent import gate
from privacy.consent.models import Consent, ConsentLink, Scope
from privacy.consent.saying import LATER
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


@dataclass(frozen=True)
class Checked:
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


_READ = (
    Consent.purpose_code,
    Consent.granted,
    Consent.at,
    Consent.said_at,
    Consent.method,
    Consent.valid_until,
    Consent.purpose_version,
    Consent.answer_id,
    Consent.notice,
    Consent.language,
    Consent.needs_joint,
    Consent.joint_id,
)


def _given(
    session: Session,
    controller_id: UUID,
    subjects: Sequence[UUID],
    codes: Sequence[str],
    at: datetime,
) -> Iterator[tuple[UUID, str, gate.Given]]:
    """Yield every answer that counts for these subjects, in one query."""
    asked = (
        Consent.controller_id == controller_id,
        Consent.purpose_code.in_(codes),
        Consent.at <= at,
    )
    own = select(Consent.subject_id, *_READ).where(Consent.subject_id.in_(subjects), *asked)
    of_account = (
        select(ConsentLink.subject_id, *_READ)
        .join(Consent, Consent.subject_id == ConsentLink.account_id)
        .where(
            ConsentLink.subject_id.in_(subjects),
            ConsentLink.linked_at <= at,
            Consent.scope == Scope.ACCOUNT,
            *asked,
        )
    )
    for row in session.execute(union_all(own, of_account)):
        later = row.method in LATER and row.said_at is not None
        yield (
            row.subject_id,
            row.purpose_code,
            gate.Given(
                granted=row.granted,
                said=min(row.said_at, row.at) if later else row.at,
                valid_until=row.valid_until,
                purpose_version=row.purpose_version,
                answer_id=row.answer_id,
                notice=row.notice,
                language=row.language,
                needs_joint=row.needs_joint,
                joint_id=row.joint_id,
            ),
        )


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
