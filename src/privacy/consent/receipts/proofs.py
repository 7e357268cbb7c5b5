"""Finding an answer again by what its receipt says, and proving it from the rows and the log."""

import json
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from privacy.audit import proofs as inclusion
from privacy.audit.checkpoint import open_checkpoint
from privacy.audit.merkle import leaf_hash
from privacy.audit.models import LOG, AuditEntry, AuditPending
from privacy.consent.models import Consent
from privacy.consent.receipts import bundle
from privacy.consent.receipts.receipt import Receipt
from privacy.crypto import Verifiers
from privacy.errors import ConflictError, NotFoundError, SealError
from privacy.purposes.models import Notice, Site

MOST_WAITING = 1000
"""Waiting entries looked through; more wait only while the sequencer is down."""
_UNKNOWN = "No answer has this receipt."


@dataclass(frozen=True)
class Kept:
    """An answer as the ledger keeps it, and its entry as the log does."""

    rows: Sequence[Consent]
    entry: bytes | None
    """None while the entry waits for its place in the log."""

    @property
    def first(self) -> Consent:
        """Return a row, for what all rows of an answer share."""
        return self.rows[0]


class WaitingError(ConflictError):
    """The log is behind, and it cannot be said yet whether it has the entry."""


def by_leaf(session: Session, *, answer_id: UUID, leaf: bytes) -> Kept:
    """Return the answer with this id whose entry has this hash; both stand on the receipt.

    The id alone is chosen by the browser, and the hash alone is shown to every auditor; who
    knows both holds the receipt. Raises NotFoundError, and WaitingError while the log is far
    behind.
    """
    body = session.scalar(
        select(AuditEntry.body).where(AuditEntry.log_id == LOG, AuditEntry.leaf_hash == leaf)
    )
    subject_id = _subject(body) if body else _waiting(session, leaf)
    rows = _rows(session, subject_id=subject_id, answer_id=answer_id, leaf=leaf)
    return Kept(rows, body)


def by_answer(
    session: Session,
    *,
    answer_id: UUID,
    controller_ids: Collection[UUID],
    subject_id: UUID | None = None,
    leaf: bytes | None = None,
) -> Kept:
    """Return the answer with this id among those of some controllers; raise NotFoundError.

    The id is the browser's choice, so two subjects may share it: then ConflictError, until the
    subject or the hash says which is meant. Either also makes the search quick.
    """
    if leaf is not None:
        found = by_leaf(session, answer_id=answer_id, leaf=leaf)
        if found.first.controller_id not in controller_ids:
            raise NotFoundError(_UNKNOWN)
        return found
    wanted = select(Consent).where(
        Consent.answer_id == answer_id, Consent.controller_id.in_(controller_ids)
    )
    if subject_id is not None:
        wanted = wanted.where(Consent.subject_id == subject_id)
    rows = session.scalars(wanted.order_by(Consent.purpose_code)).all()
    if len({row.leaf for row in rows}) > 1:
        raise ConflictError("Several answers have this id; say which subject or leaf is meant.")
    if not rows:
        raise NotFoundError(_UNKNOWN)
    body = session.scalar(
        select(AuditEntry.body).where(
            AuditEntry.log_id == LOG, AuditEntry.leaf_hash == rows[0].leaf
        )
    )
    return Kept(rows, body)


def receipt(session: Session, kept: Kept, *, origin: str) -> Receipt:
    """Return the receipt of an answer, made again from its rows.

    Raises SealError when the rows no longer say what the log says: somebody altered them.
    """
    first = kept.first
    site = session.get(Site, first.site_id) if first.site_id else None
    made = Receipt(
        id=first.answer_id,
        subject=first.subject_id,
        controller=first.controller_id,
        site=site.key if site else "",
        notice=first.notice,
        language=first.language,
        method=first.method.value,
        answers={row.purpose_code: row.granted for row in kept.rows},
        at=first.at,
        valid_until=min(row.valid_until for row in kept.rows),
        origin=origin,
        leaf=first.leaf,
    )
    if kept.entry is not None:
        _check(kept.entry, made)
    return made


def proof(session: Session, kept: Kept, *, verifiers: Verifiers) -> dict[str, Any] | None:
    """Return the proof of an answer as JSON values; None while its entry waits for its place."""
    if kept.entry is None:
        return None
    found = inclusion.prove(session, kept.first.leaf)
    shown = session.get(Notice, (kept.first.controller_id, kept.first.notice))
    return bundle.proof(
        entry=kept.entry,
        notice=shown.document if shown else "",
        index=found.index,
        hashes=found.hashes,
        note=found.checkpoint,
        key=_signed_by(found.checkpoint, verifiers),
    )


def _rows(
    session: Session, *, subject_id: UUID, answer_id: UUID, leaf: bytes
) -> Sequence[Consent]:
    wanted = select(Consent).where(
        Consent.subject_id == subject_id, Consent.answer_id == answer_id, Consent.leaf == leaf
    )
    rows = session.scalars(wanted.order_by(Consent.purpose_code)).all()
    if not rows:
        raise NotFoundError(_UNKNOWN)
    return rows


def _subject(body: bytes) -> UUID:
    """Return whom an entry is about; one that is about nobody is no answer's."""
    try:
        return UUID(json.loads(body)["s"])
    except (ValueError, TypeError, KeyError, AttributeError):
        raise NotFoundError(_UNKNOWN) from None


def _waiting(session: Session, leaf: bytes) -> UUID:
    newest = select(AuditPending.body).order_by(AuditPending.id.desc()).limit(MOST_WAITING)
    bodies = session.scalars(newest).all()
    for body in bodies:
        if leaf_hash(body) == leaf:
            return _subject(body)
    if len(bodies) == MOST_WAITING:
        raise WaitingError("The log is behind; ask again in a minute.")
    raise NotFoundError(_UNKNOWN)


def _check(entry: bytes, made: Receipt) -> None:
    found = bundle.differences(json.loads(entry), made.statement())
    if found:
        raise SealError(f"The ledger says other than the log in: {', '.join(found)}")


def _signed_by(note: str, verifiers: Verifiers) -> str:
    """Return the key that signed a checkpoint, which may be older than the present one."""
    for one in reversed(verifiers):
        with suppress(SealError):
            open_checkpoint(note, [one])
            return one.vkey
    raise SealError("No key of this service has signed the checkpoint.")
