"""One person on several devices: what was said on each holds for the account (CNIL 2025-131)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from privacy.audit import log
from privacy.audit.actions import Action
from privacy.consent.acts import ReplayedError
from privacy.consent.models import Consent, ConsentLink, Method, Scope
from privacy.consent.saying import LATER, Statement
from privacy.consent.statements import record_statement
from privacy.subjects.rows import insert_new
from privacy.subjects.visitors import ensure_subjects


@dataclass(frozen=True)
class Device:
    """A browser in which a subject has signed in to a site."""

    visitor_id: UUID
    account_id: UUID
    controller_id: UUID
    site_key: str


@dataclass(frozen=True)
class Owed:
    """What is still to be recorded, so that the device and the account say the same."""

    is_new: bool
    """Whether the device is not yet linked to the account."""
    statements: Sequence[Statement]
    """What was said on the device after, or against, what the account says."""

    def __bool__(self) -> bool:
        """Say whether anything is to be recorded."""
        return self.is_new or bool(self.statements)


def owed(session: Session, *, device: Device) -> Owed:
    """Return what following the account would record now; it reads only.

    Of each purpose the last answer in time holds, of a tie the refusal, and yes and no travel
    alike. What was said before the device was linked to somebody else is theirs.
    """
    links = session.scalars(
        select(ConsentLink).where(ConsentLink.subject_id == device.visitor_id)
    ).all()
    theirs = [one.linked_at for one in links if one.account_id != device.account_id]
    said = [
        row
        for row in _rows(session, device.visitor_id, device.controller_id)
        if not any(row.at <= linked_at for linked_at in theirs)
    ]
    known = {
        row.purpose_code: row
        for row in _rows(session, device.account_id, device.controller_id)
        if row.scope is Scope.ACCOUNT
    }
    newest = {row.purpose_code: row for row in said}
    carried = [
        row for code, row in newest.items() if code not in known or _rank(row) > _rank(known[code])
    ]
    is_new = device.account_id not in {one.account_id for one in links}
    return Owed(is_new, _statements(device, carried))


def follow_account(
    session: Session, *, actor: str, at: datetime, device: Device, origin: str
) -> None:
    """Link a device to an account, and carry to the account what was said on the device last."""
    ensure_subjects(
        session,
        at=at,
        subjects=[(one, device.controller_id) for one in (device.visitor_id, device.account_id)],
    )
    wanted = owed(session, device=device)
    if wanted.is_new:
        _link(session, device, at)
    for statement in wanted.statements:
        try:
            record_statement(session, actor=actor, at=at, statement=statement, origin=origin)
        except ReplayedError:
            continue
    log.append(
        session,
        Action.CONSENT_LINKED,
        at=at,
        actor=actor,
        controller_id=device.controller_id,
        subject_id=device.account_id,
        site=device.site_key,
        visitor=str(device.visitor_id),
    )


def _link(session: Session, device: Device, at: datetime) -> None:
    """Remember the account of a device; two calls at once make one row."""
    insert_new(
        session,
        ConsentLink,
        subject_id=device.visitor_id,
        account_id=device.account_id,
        controller_id=device.controller_id,
        linked_at=at,
    )


def _rows(session: Session, subject_id: UUID, controller_id: UUID) -> list[Consent]:
    """Return a subject's answers, the one that decides last."""
    wanted = select(Consent).where(
        Consent.subject_id == subject_id, Consent.controller_id == controller_id
    )
    return sorted(session.scalars(wanted), key=_rank)


def _rank(row: Consent) -> tuple[datetime, bool]:
    said = row.said_at if row.method in LATER and row.said_at is not None else row.at
    return min(said, row.at), not row.granted


def _statements(device: Device, rows: Sequence[Consent]) -> list[Statement]:
    """Return the rows as statements for the account, one for each answer that they come from."""
    by_answer: dict[UUID, list[Consent]] = {}
    for row in rows:
        by_answer.setdefault(row.answer_id, []).append(row)
    return [
        Statement(
            subject_id=device.account_id,
            controller_id=device.controller_id,
            answers={row.purpose_code: row.granted for row in found},
            method=Method.DEVICE,
            language=found[0].language,
            notice=found[0].notice,
            evidence=f"answer {answer_id}",
            said_at=min(_rank(found[0])[0], found[0].at),
            answer_id=uuid5(device.account_id, str(answer_id)),
            scope=Scope.ACCOUNT,
        )
        for answer_id, found in by_answer.items()
    ]
