"""What the subject of a rectification is told on the status page: where, and what became of it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy.orm import Session

from privacy.errors import GoneError
from privacy.rectification import queries
from privacy.rectification.candidates import ANY
from privacy.rectification.keepers import CANNOT, SILENT
from privacy.rectification.models import Correction, CorrectionState, RecipientNotice
from privacy.requests.models import RequestKind, SubjectRequest
from privacy.requests.statements import statement_of
from privacy.stores.protocol import Store
from privacy.web import current, pages
from privacy.web.words import catalogue

TOLD: Final = frozenset({CANNOT, SILENT, queries.NOT_HELD})
"""Details that say something to the subject; the others are the controller's affair."""


def rectified_of(session: Session, about: SubjectRequest) -> dict[str, Any] | None:
    """Return what became of each field, by its titles; None until something is decided.

    No value is shown: whoever holds the link sees how far the request is, and no more.
    """
    if about.kind is not RequestKind.RECTIFICATION:
        return None
    rows = queries.corrections(session, about=about)
    if not rows:
        return None
    reasons = _reasons(session, rows)
    told: list[RecipientNotice] = list(queries.notices(session, about=about))
    stores = current.runtime().open_stores(about.controller_id)
    return {
        "answer": _answer(session, about),
        "corrections": [
            _line(row, stores) | {"reason": reason}
            for row, reason in zip(rows, reasons, strict=True)
        ],
        "recipients": [one.name for one in told],
    }


def _answer(session: Session, about: SubjectRequest) -> str:
    try:
        return statement_of(session, cabinet=current.runtime().cabinet, about=about).answer
    except GoneError:
        return ""  # the subject was erased since, and the words with it


def _reasons(session: Session, rows: Sequence[Correction]) -> list[str]:
    """Return why the controller leaves a field as it is; what a keeper wrote is for the DPO."""
    try:
        opened = queries.changes(session, cabinet=current.runtime().cabinet, rows=rows)
    except GoneError:
        return [""] * len(rows)
    return [
        change.reason if row.state is CorrectionState.REFUSED else ""
        for row, change in zip(rows, opened, strict=True)
    ]


def _line(row: Correction, stores: Mapping[str, Store]) -> dict[str, str]:
    language = pages.language()
    found = stores.get(row.store_name)
    line = {"store": row.store_name, "field": row.field, "state": row.state.value}
    line |= {"detail": row.detail if row.detail in TOLD else ""}
    if found is None:
        return line
    definition = found.definition
    titles = {
        (collection.name, field.name): field.title[language]
        for collection in definition.collections
        for field in collection.fields
    }
    field = titles.get((row.collection, row.field), row.field)
    if row.field == ANY:
        field = catalogue(language)["corrected.anywhere"]
    return line | {"store": definition.title[language], "field": field}
