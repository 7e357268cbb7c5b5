"""Writing one batch of entries into the log: rows, tiles and a checkpoint, all or nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from privacy.audit.entry import Entry, read
from privacy.audit.merkle import TILE_HEIGHT, Edge
from privacy.audit.models import AuditCheckpoint, AuditEntry, AuditPending, AuditTile
from privacy.db import Base
from privacy.inserting import insert_many

ENTRIES = Base.metadata.tables[AuditEntry.__tablename__]


class Waiting(NamedTuple):
    """A committed entry that has no place yet."""

    id: UUID
    body: bytes


def waiting(session: Session, *, log_id: int, limit: int) -> Sequence[Waiting]:
    """Return the oldest pending entries; one that is committed late only gets a later place."""
    oldest = (
        select(AuditPending.id, AuditPending.body)
        .where(AuditPending.log_id == log_id)
        .order_by(AuditPending.id)
        .limit(limit)
    )
    return [Waiting(*row) for row in session.connection().execute(oldest)]


def write(session: Session, batch: Sequence[Waiting], *, log_id: int, old: Edge) -> Edge:
    """Move the batch from what waits into the log; return the edge of the longer tree."""
    entries = [read(entry.body) for entry in batch]
    edge = Edge(old.size, [*old.partial])
    changed = edge.extend([entry.leaf_hash for entry in entries])
    places = enumerate(zip(batch, entries, strict=True), start=old.size)
    rows = [
        {"log_id": log_id, "idx": idx, "body": waiting.body, **_columns(entry)}
        for idx, (waiting, entry) in places
    ]
    insert_many(session, ENTRIES, rows)
    _write_tiles(session, changed, log_id=log_id, old=old)
    _remove(session, batch)
    return edge


def _columns(entry: Entry) -> dict[str, Any]:
    """Return what an integrated entry repeats beside its body, for searching."""
    return {
        "leaf_hash": entry.leaf_hash,
        "id": entry.id,
        "action": entry.action,
        "actor": entry.actor,
        "controller_id": entry.controller_id,
        "subject_id": entry.subject_id,
        "at": entry.at,
    }


def publish(session: Session, note: str, *, log_id: int, size: int, at: datetime) -> None:
    """Keep a signed checkpoint; of those signed within one hour (UTC) the last one stays."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    within = (AuditCheckpoint.log_id == log_id, AuditCheckpoint.at >= hour)
    session.connection().execute(delete(AuditCheckpoint).where(*within))
    values = {"log_id": log_id, "size": size, "note": note, "at": at}
    session.connection().execute(insert(AuditCheckpoint), values)


_GROW = (
    update(AuditTile)
    .where(
        AuditTile.log_id == bindparam("the_log"),
        AuditTile.level == bindparam("the_level"),
        AuditTile.n == bindparam("the_n"),
    )
    .values(hashes=bindparam("grown"))
)


def _write_tiles(
    session: Session, changed: dict[tuple[int, int], bytes], *, log_id: int, old: Edge
) -> None:
    there = {
        (level, old.size >> (TILE_HEIGHT * (level + 1)))
        for level, tile in enumerate(old.partial)
        if tile
    }
    grown = [
        {"the_log": log_id, "the_level": level, "the_n": n, "grown": changed[level, n]}
        for level, n in there & changed.keys()
    ]
    fresh = [
        {"log_id": log_id, "level": level, "n": n, "hashes": changed[level, n]}
        for level, n in changed.keys() - there
    ]
    for statement, rows in ((_GROW, grown), (insert(AuditTile), fresh)):
        if rows:
            session.connection().execute(statement, rows)


def _remove(session: Session, batch: Sequence[Waiting]) -> None:
    done = delete(AuditPending).where(AuditPending.id.in_([entry.id for entry in batch]))
    if session.connection().execute(done).rowcount != len(batch):
        raise RuntimeError("pending entries changed while they were integrated")
