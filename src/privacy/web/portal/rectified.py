"""What the subject of a rectification is told on the status page: where, and what became of it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from privacy.errors import GoneError
from privacy.rectification import queries
from privacy.rectification.models import Correction, RecipientNotice
from privacy.requests.models import RequestKind, SubjectRequest
from privacy.requests.statements import statement_of
from privacy.stores.protocol import Store
from privacy.web import current, pages


def rectified_of(session: Session, about: SubjectRequest) -> dict[str, Any] | None:
    """Return what became of each field, by its titles; None until something is decided.

    No value is shown: whoever holds the link sees how far the request is, and no more.
    """
    if about.kind is not RequestKind.RECTIFICATION:
        return None
    rows = queries.corrections(session, about=about)
    if not rows:
        return None
    told: list[RecipientNotice] = list(queries.notices(session, about=about))
    stores = current.runtime().open_stores(about.controller_id)
    return {
        "answer": _answer(session, about),
        "corrections": [_line(row, stores) for row in rows],
        "recipients": [one.name for one in told],
    }


def _answer(session: Session, about: SubjectRequest) -> str:
    try:
        return statement_of(session, cabinet=current.runtime().cabinet, about=about).answer
    except GoneError:
        return ""  # the subject was erased since, and the words with it


def _line(row: Correction, stores: Mapping[str, Store]) -> dict[str, str]:
    language = pages.language()
    found = stores.get(row.store_name)
    line = {"store": row.store_name, "field": row.field, "state": row.state.value}
    if found is None:
        return line
    definition = found.definition
    titles = {
        (collection.name, field.name): field.title[language]
        for collection in definition.collections
        for field in collection.fields
    }
    field = titles.get((row.collection, row.field), row.field)
    return line | {"store": definition.title[language], "field": field}
