"""What the tables hold, read as raw as it can be: the check must not trust any conversion."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import ColumnElement, LargeBinary, String, Text, cast, func, select
from sqlalchemy.orm import Session

from privacy.audit.models import LOG, AuditCheckpoint, AuditEntry, AuditHead, AuditTile

ROWS = 5120
"""Entries of one read: twenty whole tiles."""
BEFORE_ALL = -(2**63)


class StoredEntry(NamedTuple):
    """A row of the log; everything but the bytes and the index is a text."""

    idx: int
    body: bytes
    leaf_hash: bytes
    id: str
    action: str
    actor: str
    controller_id: str | None
    subject_id: str | None
    at: str


def entries(session: Session) -> Iterator[Sequence[StoredEntry]]:
    """Yield the entries by rising index, in batches."""
    # SQLite keeps a text where somebody writes one; as bytes it can be read whatever it is.
    columns = (
        AuditEntry.idx,
        cast(AuditEntry.body, LargeBinary),
        cast(AuditEntry.leaf_hash, LargeBinary),
        cast(AuditEntry.id, String),
        AuditEntry.action,
        AuditEntry.actor,
        cast(AuditEntry.controller_id, String),
        cast(AuditEntry.subject_id, String),
        _instant(session),
    )
    rising = select(*columns).where(AuditEntry.log_id == LOG).order_by(AuditEntry.idx).limit(ROWS)
    last = BEFORE_ALL
    while batch := session.connection().execute(rising.where(AuditEntry.idx > last)).all():
        yield [StoredEntry._make(row) for row in batch]
        last = batch[-1].idx


def _instant(session: Session) -> ColumnElement[str]:
    """Return the column `at` as `2026-03-29 01:59:59.987000`, in UTC."""
    if session.get_bind().dialect.name == "sqlite":
        return cast(AuditEntry.at, String)
    return func.to_char(func.timezone("UTC", AuditEntry.at), "YYYY-MM-DD HH24:MI:SS.US")


def leaf_hashes(batch: Sequence[StoredEntry]) -> list[bytes]:
    """Hash the bytes of the entries (RFC 6962, 2.1)."""
    return [sha256(b"\x00" + entry.body).digest() for entry in batch]


def repeats(entry: StoredEntry) -> bool:
    """Say whether the columns for searching say what the bytes say.

    The bytes are canonical (RFC 8785), so they must begin and end with what the columns hold.
    """
    _idx, body, _leaf, entry_id, action, actor, controller_id, subject_id, at = entry
    start = f'{{"a":"{actor}","at":"{at[:10]}T{at[11:23]}Z","c":{_quoted(controller_id)},"d":{{'
    end = f'}},"id":{_quoted(entry_id)},"s":{_quoted(subject_id)},"t":"{action}","v":1}}'
    return body.startswith(start.encode()) and body.endswith(end.encode()) and at[23:] == "000"


@lru_cache(maxsize=4096)
def _quoted(uuid: str | None) -> str:
    """Return the JSON of a UUID that SQLite holds as 32 digits and PostgreSQL with hyphens."""
    if uuid is None:
        return "null"
    digits = uuid.replace("-", "")
    parts = (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
    return f'"{"-".join(parts)}"'


def checkpoints(session: Session) -> list[tuple[int, str]]:
    """Return size and note of every stored checkpoint, by rising size."""
    rising = select(AuditCheckpoint.size, cast(AuditCheckpoint.note, Text)).where(
        AuditCheckpoint.log_id == LOG
    )
    rows = session.connection().execute(rising.order_by(AuditCheckpoint.size))
    return [(size, note) for size, note in rows]


def head_size(session: Session) -> int:
    """Return how many entries the head says that there are."""
    return session.scalar(select(AuditHead.size).where(AuditHead.log_id == LOG)) or 0


def tiles(session: Session, level: int, first: int, last: int) -> dict[int, bytes]:
    """Return the stored tiles of a level from one index to another, by index."""
    stored = select(AuditTile.n, cast(AuditTile.hashes, LargeBinary).label("hashes")).where(
        AuditTile.log_id == LOG,
        AuditTile.level == level,
        AuditTile.n >= first,
        AuditTile.n <= last,
    )
    return {row.n: row.hashes for row in session.connection().execute(stored)}


def count_tiles(session: Session) -> int:
    """Return how many tiles are stored."""
    count = select(func.count()).select_from(AuditTile).where(AuditTile.log_id == LOG)
    return session.scalar(count) or 0
