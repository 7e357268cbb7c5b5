"""What is kept of a correction under its subject's key: whose row it is, before and after."""

import json
from dataclasses import dataclass, field

from privacy.crypto import Context, DataKey
from privacy.rectification.models import Correction
from privacy.requests.models import SubjectRequest
from privacy.stores.protocol import Key


@dataclass(frozen=True)
class Change:
    """The row's primary key, and what stands in one of its fields."""

    key: Key = field(repr=False)
    before: str | None = field(repr=False)
    after: str | None = field(repr=False)
    """None in what is only to be computed again, and in what is not changed."""
    reason: str = field(default="", repr=False)
    """Why it is not changed, in the words of whoever decided; empty where nobody did."""
    mark: str = ""
    """Of which decision it is a part, so that the same one sent again is known."""


def seal_change(key: DataKey, row: Correction, change: Change) -> bytes:
    """Return a change under the subject's key, bound to its row."""
    parts = [list(change.key), change.before, change.after, change.reason, change.mark]
    return key.seal(json.dumps(parts, ensure_ascii=False), context=_context(row))


def change_of(key: DataKey, row: Correction) -> Change:
    """Return a change, open."""
    text = key.open_text(row.change_sealed, context=_context(row))
    parts, before, after, *more = json.loads(text)
    return Change(tuple(parts), before, after, *more)


def _context(row: Correction) -> Context:
    return ("correction", "change", str(row.controller_id), str(row.subject_id), str(row.id))


def search_context(about: SubjectRequest) -> Context:
    """Return what the sealed result of a search is bound to."""
    return (
        "rectification_search",
        "contents",
        str(about.controller_id),
        str(about.subject_id),
        str(about.id),
    )
