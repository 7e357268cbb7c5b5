"""What acts left in the audit log, read from what still waits for its place."""

import json
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select

from privacy.audit.models import AuditPending
from privacy.db import Database


class Told(NamedTuple):
    """One entry: what was done, by whom, with which details, and the hash of its bytes."""

    action: str
    actor: str
    subject_id: UUID | None
    details: dict[str, Any]
    body: bytes


def waiting_entries(database: Database, *actions: str) -> list[Told]:
    """Return the entries that wait, oldest first, of the given actions or of all."""
    with database.reading() as session:
        rows = session.scalars(select(AuditPending).order_by(AuditPending.id)).all()
    told = [_told(row.body) for row in rows]
    return [one for one in told if not actions or one.action in actions]


def _told(body: bytes) -> Told:
    entry = json.loads(body)
    subject = UUID(entry["s"]) if entry["s"] else None
    return Told(entry["t"], entry["a"], subject, entry["d"], body)
