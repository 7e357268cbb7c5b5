"""Reading the log: entries for people, tiles and checkpoints for tools (C2SP tlog-tiles)."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain, islice, starmap
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy import ColumnElement, LargeBinary, cast, func, select
from sqlalchemy.orm import Session
from typing_extensions import Unpack

from privacy.audit.entry import Entry, read
from privacy.audit.merkle import HASH_SIZE, TILE_WIDTH, TileReader
from privacy.audit.models import (
    LOG,
    NOBODY,
    AuditCheckpoint,
    AuditEntry,
    AuditPending,
    AuditTile,
)
from privacy.errors import NotFoundError

BODY = cast(AuditEntry.body, LargeBinary)
"""The bytes, even where somebody made SQLite keep them as a text."""
LEAF_HASH = cast(AuditEntry.leaf_hash, LargeBinary)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOST_PENDING = 500
"""Pending entries looked through for a page; more wait only while the sequencer is down."""


class Filters(TypedDict, total=False):
    """What entries may be narrowed by; None and absence mean any. `until` is not included."""

    action: str | None
    actor: str | None
    subject_id: UUID | None
    since: datetime | None
    until: datetime | None


def entries(
    session: Session,
    *,
    controller_ids: Collection[UUID] | None,
    before_index: int | None = None,
    limit: int = 50,
    **filters: Unpack[Filters],
) -> list[Entry]:
    """Return the newest entries first, those of the given controllers or (None) of all.

    Entries that wait for their place come first and have no index; `before_index` asks for the
    page after the entry of that index, which has none of them.
    """
    found = _integrated(
        session,
        _conditions(controller_ids, before_index, filters),
        limit=limit,
    )
    if before_index is not None:
        return list(found)
    pending = (one for one in _pending(session) if _admits(one, controller_ids, filters))
    return list(islice(chain(pending, found), limit))


def _conditions(
    controller_ids: Collection[UUID] | None, before_index: int | None, filters: Filters
) -> list[ColumnElement[bool]]:
    asked: dict[str, Any] = {name: value for name, value in filters.items() if value is not None}
    conditions = [AuditEntry.log_id == LOG]
    if controller_ids is not None:
        conditions.append(AuditEntry.controller_id.in_(controller_ids))
    if before_index is not None:
        conditions.append(AuditEntry.idx < before_index)
    if "since" in asked:
        conditions.append(AuditEntry.at >= asked.pop("since"))
    if "until" in asked:
        conditions.append(AuditEntry.at < asked.pop("until"))
    return conditions + [getattr(AuditEntry, name) == value for name, value in asked.items()]


def _integrated(
    session: Session, conditions: list[ColumnElement[bool]], *, limit: int
) -> Iterator[Entry]:
    newest = (
        select(AuditEntry.idx, BODY, LEAF_HASH)
        .where(*conditions)
        .order_by(AuditEntry.idx.desc())
        .limit(limit)
    )
    return starmap(_whole_or_not, session.execute(newest))


def _whole_or_not(idx: int, body: bytes, stored: bytes) -> Entry:
    """Read the evidence; where it is none any more, only the index is certain."""
    try:
        entry = read(body, index=idx)
    except ValueError:
        return Entry(idx, NOBODY, "", "", None, None, EPOCH, stored, is_whole=False)
    return replace(entry, is_whole=entry.leaf_hash == stored)


def _pending(session: Session) -> Iterator[Entry]:
    newest = (
        select(AuditPending.body)
        .where(AuditPending.log_id == LOG)
        .order_by(AuditPending.id.desc())
        .limit(MOST_PENDING)
    )
    return map(read, session.scalars(newest))


def _admits(entry: Entry, controller_ids: Collection[UUID] | None, filters: Filters) -> bool:
    since, until = filters.get("since"), filters.get("until")
    return (
        (controller_ids is None or entry.controller_id in controller_ids)
        and filters.get("action") in {None, entry.action}
        and filters.get("actor") in {None, entry.actor}
        and filters.get("subject_id") in {None, entry.subject_id}
        and (since is None or since <= entry.at)
        and (until is None or entry.at < until)
    )


def pending_count(session: Session) -> int:
    """Count the entries that wait for their place in the log."""
    counted = select(func.count()).select_from(AuditPending).where(AuditPending.log_id == LOG)
    return session.scalar(counted) or 0


def last_checkpoint(session: Session, *, log_id: int = LOG) -> AuditCheckpoint | None:
    """Return the row of the newest signed checkpoint, if the log has one."""
    newest = (
        select(AuditCheckpoint)
        .where(AuditCheckpoint.log_id == log_id)
        .order_by(AuditCheckpoint.size.desc())
        .limit(1)
    )
    return session.scalars(newest).first()


def checkpoint(session: Session) -> str:
    """Return the newest checkpoint as a signed note; NotFoundError while the log is empty."""
    last = last_checkpoint(session)
    if last is None:
        raise NotFoundError("The audit log has no entries yet.")
    return last.note


def tile(session: Session, level: int, n: int, width: int = TILE_WIDTH) -> bytes:
    """Return the first `width` hashes of a tile, 32 bytes each; NotFoundError if not so many."""
    hashes = tile_reader(session)(level, n)[: width * HASH_SIZE]
    if not 0 < width <= TILE_WIDTH or len(hashes) != width * HASH_SIZE:
        raise NotFoundError("The audit log has no such tile.")
    return hashes


def entry_bundle(session: Session, n: int, width: int = TILE_WIDTH) -> bytes:
    """Return `width` entries from index 256 n on, each after its length in two bytes."""
    first = n * TILE_WIDTH
    there = select(BODY).where(
        AuditEntry.log_id == LOG, AuditEntry.idx >= first, AuditEntry.idx < first + width
    )
    bodies = session.scalars(there.order_by(AuditEntry.idx)).all()
    if not 0 < width <= TILE_WIDTH or len(bodies) != width:
        raise NotFoundError("The audit log has no such entries.")
    return b"".join(len(body).to_bytes(2) + body for body in bodies)


def tile_reader(session: Session, *, log_id: int = LOG) -> TileReader:
    """Return a function that reads whole tiles; a tile that is not there is empty."""

    def read_tile(level: int, n: int) -> bytes:
        return (
            session.scalar(
                select(AuditTile.hashes).where(
                    AuditTile.log_id == log_id, AuditTile.level == level, AuditTile.n == n
                )
            )
            or b""
        )

    return read_tile
