"""One entry of the log, read back from the bytes that are its evidence."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Entry:
    """What an entry says; `index` is None while it waits for its place in the log."""

    index: int | None
    id: UUID
    action: str
    actor: str
    controller_id: UUID | None
    subject_id: UUID | None
    at: datetime
    leaf_hash: bytes
    details: dict[str, Any] = field(default_factory=dict)
    is_whole: bool = True
    """False when the stored bytes are not those that were hashed: somebody altered them.

    Where they are no entry any more, nothing but the index is filled in.
    """


def read(body: bytes, *, index: int | None = None) -> Entry:
    """Read an entry from its canonical bytes; raise ValueError when they are none."""
    try:
        fields = json.loads(body)
        return Entry(
            index=index,
            id=UUID(fields["id"]),
            action=fields["t"],
            actor=fields["a"],
            controller_id=UUID(fields["c"]) if fields["c"] else None,
            subject_id=UUID(fields["s"]) if fields["s"] else None,
            at=datetime.fromisoformat(fields["at"]),
            leaf_hash=hashlib.sha256(b"\x00" + body).digest(),
            details=fields["d"],
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("these bytes are no entry") from error
