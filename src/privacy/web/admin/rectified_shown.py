"""What programs are told of a rectification: masked, or as it is."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from privacy.errors import GoneError
from privacy.rectification import queries, wished
from privacy.rectification.candidates import Searched
from privacy.rectification.models import Correction, CorrectionWish
from privacy.rectification.plan import Group, groups
from privacy.rectification.sealed import Change
from privacy.rectification.wishes import Wish
from privacy.requests.models import SubjectRequest
from privacy.requests.previews import withholding
from privacy.requests.previews.masking import masked
from privacy.requests.statements import statement_of
from privacy.web import current

EMPTY = Searched(())


def shown_of(session: Session, about: SubjectRequest, *, clear: bool) -> dict[str, Any]:
    """Return a rectification as its schema dumps it; nothing once the subject was erased."""
    try:
        return _open(session, about, clear=clear)
    except GoneError:
        return _frame(session, about) | {
            "cut": False, "typed": [], "values": [], "leads": [], "keepers": [], "corrections": [],
        }  # fmt: skip


def _frame(session: Session, about: SubjectRequest) -> dict[str, Any]:
    return {
        "id": about.id,
        "state": about.state.value,
        "exceptions": about.exceptions,
        "search": queries.mark_of(session, about=about),
        "recipients": queries.notices(session, about=about),
    }


def _open(session: Session, about: SubjectRequest, *, clear: bool) -> dict[str, Any]:
    cabinet = current.runtime().cabinet
    kept = queries.search_of(session, cabinet=cabinet, about=about) or EMPTY
    said = statement_of(session, cabinet=cabinet, about=about)
    rows = queries.corrections(session, about=about)
    changes = queries.changes(session, cabinet=cabinet, rows=rows)
    decided = withholding.lead_choices(session, cabinet=cabinet, about=about)
    return _frame(session, about) | {
        "cut": kept.cut,
        "typed": [
            _typed(row, wished.opened(session, cabinet=cabinet, row=row), clear=clear)
            for row in wished.wishes_of(session, about=about)
        ],
        "values": [_value(one, clear=clear) for one in groups(kept, f"{said.wrong} {said.right}")],
        "leads": [
            {
                "number": number,
                "kind": one.kind,
                "value": " ".join(masked(part) for part in one.value),
                "store": one.store,
                "collection": one.collection,
                "reason": one.reason.value,
                "others": one.others,
                "own": decided.get((one.kind, one.value)),
            }
            for number, one in enumerate(kept.leads)
        ],
        "keepers": [one.store for one in kept.keepers],
        "corrections": _settled(rows, changes, clear=clear),
    }


def _typed(row: CorrectionWish, wish: Wish, *, clear: bool) -> dict[str, Any]:
    return {
        "before": wish.before if clear else _masked(wish.before),
        "after": wish.after if clear else _masked(wish.after),
        "at_once": row.at_once,
        "proven": wished.is_proven(row),
    }


def _value(group: Group, *, clear: bool) -> dict[str, Any]:
    return {
        "value": group.value if clear else _masked(group.value),
        "category": group.category,
        "matches": group.matches,
        "places": group.places,
    }


def _settled(
    rows: Sequence[Correction], changes: Sequence[Change], *, clear: bool
) -> list[dict[str, Any]]:
    names = ("id", "collection", "field", "detail", "settled_at")
    return [
        {name: getattr(row, name) for name in names}
        | {
            "store": row.store_name,
            "origin": row.origin.value,
            "state": row.state.value,
            "before": change.before if clear else _masked(change.before),
            "after": change.after if clear else _masked(change.after),
            "reason": change.reason if clear else "",
        }
        for row, change in zip(rows, changes, strict=True)
    ]


def _masked(value: str | None) -> str | None:
    return None if value is None else masked(value)
