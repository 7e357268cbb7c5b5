"""What was answered, and what is permitted now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Exists, func, select
from sqlalchemy.orm import Session, aliased

from privacy.consent import gate
from privacy.consent.checks import checked
from privacy.consent.models import Consent


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


def answered_again() -> Exists:
    """Return the condition that the subject of a row answered the same purpose later."""
    later = aliased(Consent)
    return (
        select(later.id)
        .where(
            later.subject_id == Consent.subject_id,
            later.purpose_code == Consent.purpose_code,
            later.at > Consent.at,
        )
        .exists()
    )


@dataclass(frozen=True)
class RunOut:
    """An answer, yes or no, that has reached its last day: its subject may be asked again."""

    subject_id: UUID
    purpose_code: str
    valid_until: datetime


def to_ask_again(
    session: Session, *, controller_id: UUID, since: datetime, until: datetime
) -> list[RunOut]:
    """Return the answers that ran out after `since` and by `until`, with none after them.

    Yes and no alike (CNIL 2020-092), in the order in which they ran out.
    """
    wanted = (
        select(Consent.subject_id, Consent.purpose_code, Consent.valid_until)
        .where(
            Consent.controller_id == controller_id,
            Consent.valid_until > since,
            Consent.valid_until <= until,
            ~answered_again(),
        )
        .order_by(Consent.valid_until, Consent.subject_id, Consent.purpose_code)
    )
    return [RunOut(*row) for row in session.execute(wanted)]


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
