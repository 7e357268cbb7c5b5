"""Appending an entry in the transaction of the act that it records."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from privacy.audit import form, guard
from privacy.audit.actions import DETAILS, LENGTHS, Action
from privacy.audit.models import LOG, NOBODY, AuditPending
from privacy.db import Base, new_id
from privacy.inserting import insert_many

Scalar = str | int | bool | None

LONGEST_BODY = 65_535
"""Bytes of one entry; C2SP entry bundles count them in 16 bits."""
LONGEST_TEXT = 200
LARGEST_NUMBER = 2**53 - 1
"""Beyond it RFC 8785 would round."""

_ACTOR = re.compile(r"subject|system|(?:operator|job):[A-Za-z0-9._-]{1,60}")
_PENDING = Base.metadata.tables[AuditPending.__tablename__]


class AppendedEntry(NamedTuple):
    """What a receipt needs to be provable later: the entry's id and its RFC 6962 leaf hash."""

    id: UUID
    leaf_hash: bytes


def append(
    session: Session,
    action: Action,
    *,
    at: datetime,
    actor: str,
    controller_id: UUID | None = None,
    subject_id: UUID | None = None,
    **details: Scalar,
) -> AppendedEntry:
    """Add an entry to the session's transaction: it is committed with the act or not at all.

    Raises ValueError for a detail that the action may not carry (`actions.DETAILS`), a text
    longer than 200 characters, or an actor that is not one of ours.
    """
    told = Told(controller_id, subject_id, details)
    return append_all(session, action, at=at, actor=actor, told=[told])[0]


class Told(NamedTuple):
    """What one of several like entries says: about whom, for which controller, which details."""

    controller_id: UUID | None
    subject_id: UUID | None
    details: Mapping[str, Scalar]


def append_all(
    session: Session, action: Action, *, at: datetime, actor: str, told: Sequence[Told]
) -> list[AppendedEntry]:
    """Add an entry for each of several like acts, in one statement; else as `append`."""
    rows = [_row(action, at, actor, one) for one in told]
    insert_many(session, _PENDING, rows)
    guard.note_entry(session)
    return [AppendedEntry(row["id"], _leaf_hash(row["body"])) for row in rows]


def _row(action: Action, at: datetime, actor: str, told: Told) -> dict[str, Any]:
    _check(action, actor, told.details)
    entry_id = new_id(at)
    body = canonical(
        {
            "v": 1,
            "id": str(entry_id),
            "t": action.value,
            "at": form.stamp(at),
            "c": str(told.controller_id) if told.controller_id else None,
            "a": actor,
            "s": str(told.subject_id) if told.subject_id else None,
            "d": told.details,
        }
    )
    return {
        "subject_id": told.subject_id or NOBODY,
        "id": entry_id,
        "log_id": LOG,
        "body": body,
        "at": at,
    }


def _leaf_hash(body: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + body).digest()


def canonical(entry: Mapping[str, object]) -> bytes:
    """Return the RFC 8785 form of an object of texts, whole numbers, truth values and nulls.

    Its keys are plain ASCII, which makes sorting by code point the sorting that RFC 8785 asks.
    """
    body = form.canonical(entry).encode()
    if len(body) > LONGEST_BODY:
        raise ValueError(f"an entry has at most {LONGEST_BODY} bytes")
    return body


def _check(action: Action, actor: str, details: Mapping[str, Scalar]) -> None:
    if not _ACTOR.fullmatch(actor):
        raise ValueError("an actor is subject, system, operator:<id> or job:<name>")
    foreign = details.keys() - DETAILS[action]
    if foreign:
        raise ValueError(f"{action} may not carry: {', '.join(sorted(foreign))}")
    for name, value in details.items():
        if not _is_scalar(name, value):
            raise ValueError(f"{action}: {name} must be a short text, a whole number or a truth")


def _is_scalar(name: str, value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= LENGTHS.get(name, LONGEST_TEXT)
    if isinstance(value, int):
        return abs(value) <= LARGEST_NUMBER
    return value is None
