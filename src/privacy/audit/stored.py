"""What the tables hold, read as raw as it can be: the check must not trust any conversion."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, LargeBinary, Row, String, Text, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from privacy.audit.models import LOG, AuditCheckpoint, AuditEntry, AuditHead, AuditTile

ROWS = 5120
"""Entries of one read: twenty whole tiles."""
BEFORE_ALL = -(2**63)


StoredEntry: TypeAlias = Row[
    int, bytes, bytes, bytes, bytes, bytes, bytes | None, bytes | None, bytes
]
"""Index, body, leaf hash, id, action, actor, controller, subject and instant of an entry.

All but the index as bytes, so that a text can be read even where it is none any more; and plain
rows, since a check reads millions.
"""


def entries(session: Session) -> Iterator[Sequence[StoredEntry]]:
    """Yield the entries by rising index, in batches."""
    octets = _octets_of(session)
    columns = (
        AuditEntry.idx,
        cast(AuditEntry.body, LargeBinary),
        cast(AuditEntry.leaf_hash, LargeBinary),
        octets(AuditEntry.id),
        octets(AuditEntry.action),
        octets(AuditEntry.actor),
        octets(AuditEntry.controller_id),
        octets(AuditEntry.subject_id),
        octets(AuditEntry.at),
    )
    rising = select(*columns).where(AuditEntry.log_id == LOG).order_by(AuditEntry.idx).limit(ROWS)
    last = BEFORE_ALL
    while batch := session.connection().execute(rising.where(AuditEntry.idx > last)).all():
        yield batch
        last = batch[-1][0]


def _octets_of(session: Session) -> Callable[[Any], ColumnElement[bytes]]:
    """Return how this database gives the bytes of a text, a UUID or an instant."""
    if session.get_bind().dialect.name == "sqlite":
        return lambda column: cast(column, LargeBinary)
    return _octets_on_postgresql


def _octets_on_postgresql(column: InstrumentedAttribute[Any]) -> ColumnElement[bytes]:
    """Return what SQLite stores: an instant as `2026-03-29 01:59:59.987000`, in UTC."""
    written: ColumnElement[str] = cast(column, String)
    if column is AuditEntry.at:
        written = func.to_char(func.timezone("UTC", column), "YYYY-MM-DD HH24:MI:SS.US")
    return func.convert_to(written, "UTF8", type_=LargeBinary)


def leaf_hashes(batch: Sequence[StoredEntry]) -> list[bytes]:
    """Hash the bytes of the entries (RFC 6962, 2.1)."""
    return [sha256(b"\x00" + entry[1]).digest() for entry in batch]


def repeats(entry: StoredEntry) -> bool:
    """Say whether the columns for searching say what the body says.

    The body is canonical (RFC 8785), so it must begin and end with what the columns hold.
    """
    _idx, body, _leaf, entry_id, action, actor, controller_id, subject_id, at = entry
    start = b'{"a":"%b","at":"%bT%bZ","c":%b,"d":{' % (
        actor,
        at[:10],
        at[11:23],
        _quoted_often(controller_id),
    )
    end = b'},"id":%b,"s":%b,"t":"%b","v":1}' % (_quoted(entry_id), _quoted(subject_id), action)
    return body.startswith(start) and body.endswith(end) and at[23:] == b"000"


def _quoted(uuid: bytes | None) -> bytes:
    """Return the JSON of a UUID that SQLite holds as 32 digits and PostgreSQL with hyphens."""
    if uuid is None:
        return b"null"
    digits = uuid.replace(b"-", b"")
    parts = (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
    return b'"%b"' % b"-".join(parts)


_quoted_often = lru_cache(_quoted)
"""The same for the controllers, who are few."""


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
