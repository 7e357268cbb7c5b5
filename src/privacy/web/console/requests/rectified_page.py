"""What the page of one rectification shows: what was found, decided, and is left to do."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy.orm import Session

from privacy.errors import GoneError, NotFoundError
from privacy.purposes.models import Controller
from privacy.rectification import queries as rectification
from privacy.rectification import wished
from privacy.rectification.candidates import ANY, Candidate, Searched
from privacy.rectification.models import CorrectionState, CorrectionWish
from privacy.rectification.plan import Group, groups
from privacy.rectification.wishes import Wish
from privacy.requests import queries
from privacy.requests.models import RequestKind, RequestState, SubjectRequest
from privacy.requests.previews import withholding
from privacy.requests.previews.masking import masked as hidden
from privacy.requests.statements import NOTHING, statement_of
from privacy.stores.definition import StoreDefinition
from privacy.stores.search.findings import Lead
from privacy.stores.search.leads import LeadKey
from privacy.stores.terms import DataCategory
from privacy.stores.titles import CATEGORY_TITLES
from privacy.subjects.queries import subject
from privacy.web import current
from privacy.web.console.surface import page, today_of
from privacy.web.words import catalogue

MASK = "•••"


def rectification_of(session: Session, controller: Controller, request_id: UUID) -> SubjectRequest:
    """Return a rectification of the controller; NotFoundError for any other request."""
    about = queries.request_of(session, controller_id=controller.id, request_id=request_id)
    if about.kind is not RequestKind.RECTIFICATION:
        raise NotFoundError("This request asks for no rectification.")
    return about


def draw(controller: Controller, request_id: UUID, **typed: Any) -> str:
    """Return the page of one rectification, with what was typed where it was not accepted."""
    runtime = current.runtime()
    with runtime.database.reading() as session:
        about = rectification_of(session, controller, request_id)
        opened = _opened(session, about)
        tasks = queries.tasks(session, request_id=request_id)
    stores = runtime.open_stores(controller.id)
    definitions = {name: store.definition for name, store in stores.items()}
    shown = request.args.get("shown") == "all"
    kept, said, wishes = opened.pop("kept"), opened["said"], opened.pop("wishes")
    meant = _meant(kept, [wish for row, wish in wishes if wished.is_proven(row)])
    defaults: dict[str, Any] = {"values": meant, "errors": {}, "places": None}
    return page(
        "rectification",
        controller,
        subject_request=about,
        today=today_of(controller),
        is_open=about.state is RequestState.OPEN,
        shown=shown,
        cut=kept.cut if kept else False,
        searched=kept is not None,
        groups=[
            _group(one, definitions, shown=shown)
            for one in (groups(kept, f"{said.wrong} {said.right}") if kept else [])
        ],
        wishes=[_wish(row, wish) for row, wish in wishes],
        leads=_leads(kept.leads if kept else (), opened.pop("decided_leads")),
        keepers=[_store_title(definitions, one.store) for one in (kept.keepers if kept else ())],
        failed=[
            _store_title(definitions, task.store_name) for task in tasks if task.state == "failed"
        ],
        corrections=[_correction(one, definitions) for one in opened.pop("corrections")],
        **opened | defaults | typed,
    )


def _opened(session: Session, about: SubjectRequest) -> dict[str, Any]:
    """Return what only the subject's key opens; nothing once the subject was erased."""
    cabinet = current.runtime().cabinet
    rows = rectification.corrections(session, about=about)
    try:
        return {
            "said": statement_of(session, cabinet=cabinet, about=about),
            "kept": rectification.search_of(session, cabinet=cabinet, about=about),
            "seen": rectification.mark_of(session, about=about),
            "corrections": list(
                zip(rows, rectification.changes(session, cabinet=cabinet, rows=rows), strict=True)
            ),
            "recipients": rectification.notices(session, about=about),
            "restricted_at": _restricted_at(session, about),
            "wishes": [
                (row, wished.opened(session, cabinet=cabinet, row=row))
                for row in wished.wishes_of(session, about=about)
            ],
            "decided_leads": withholding.lead_choices(session, cabinet=cabinet, about=about),
        }
    except GoneError:
        return {
            "said": NOTHING, "kept": None, "seen": "", "corrections": [], "recipients": [],
            "decided_leads": {}, "wishes": [], "restricted_at": None,
        }  # fmt: skip


def _group(
    group: Group, definitions: Mapping[str, StoreDefinition], *, shown: bool
) -> dict[str, Any]:
    clear = shown or group.matches
    return {
        "number": group.number,
        "value": group.value if clear else masked(group.value),
        "category": CATEGORY_TITLES[DataCategory(group.category)][current.language()],
        "matches": group.matches,
        "places": [
            {
                "number": one.number,
                "title": _title(definitions, one.store, one.collection, one.field),
                "hindrance": one.hindrance,
            }
            for one in group.places
        ],
        "fields": ", ".join(dict.fromkeys(_field(definitions, one) for one in group.places)),
    }


def masked(value: str | None) -> str:
    """Return enough of a value to recognise it, and no more."""
    text = value or ""
    return text and (text[:2] + MASK if len(text) > 4 else MASK)


def _field(definitions: Mapping[str, StoreDefinition], one: Candidate) -> str:
    return _title(definitions, one.store, one.collection, one.field).rpartition(" – ")[2]


def _correction(pair: tuple[Any, Any], definitions: Mapping[str, StoreDefinition]) -> Any:
    row, change = pair
    return {
        "id": row.id,
        "title": _title(definitions, row.store_name, row.collection, row.field),
        "key": ", ".join(change.key),
        "origin": row.origin.value,
        "state": row.state.value,
        "detail": row.detail,
        "before": change.before,
        "after": change.after,
        "reason": change.reason,
        "settled_at": row.settled_at,
        "by_hand": row.state in rectification.FOR_OPERATORS,
        "may_leave": row.state in rectification.FOR_OPERATORS | {CorrectionState.OWED},
    }


def _restricted_at(session: Session, about: SubjectRequest) -> datetime | None:
    return (
        subject(session, subject_id=about.subject_id).restricted_at if about.subject_id else None
    )


def _meant(kept: Searched | None, wishes: Sequence[Wish]) -> dict[str, str]:
    """Return what the subject typed as what is typed for the values that they saw."""
    found = groups(kept, "") if kept else []
    return {
        f"after-{group.number}": wish.after
        for group in found
        for wish in wishes
        if set(wish.places) & {(o.store, o.collection, o.field, o.key) for o in group.places}
    }


def _wish(row: CorrectionWish, wish: Wish) -> dict[str, Any]:
    return {
        "title": wish.title.get(current.language(), ""),
        "before": wish.before,
        "after": wish.after,
        "at_once": row.at_once,
        "needs_proof": row.digest is not None,
        "is_proven": wished.is_proven(row),
    }


def _leads(found: Sequence[Lead], decided: Mapping[LeadKey, bool]) -> list[dict[str, Any]]:
    """Return the shared identifiers, masked, with what was decided; none where nobody has."""
    return [
        {
            "kind": one.kind,
            "text": " ".join(hidden(value) for value in one.value),
            "others": one.others,
            "reason": one.reason.value,
            "decided": decided.get((one.kind, one.value)),
        }
        for one in found
    ]


def _store_title(definitions: Mapping[str, StoreDefinition], store: str) -> str:
    found = definitions.get(store)
    return found.title[current.language()] if found else store


def _title(
    definitions: Mapping[str, StoreDefinition], store: str, collection: str, field: str
) -> str:
    """Return what a field is called, or its names once it is declared no more."""
    language, names = current.language(), [_store_title(definitions, store), collection, field]
    definition = definitions.get(store)
    for one in definition.collections if definition else ():
        if one.name == collection:
            names[1] = one.title[language]
            names[2:] = [f.title[language] for f in one.fields if f.name == field] or [field]
    if field == ANY:
        return f"{names[0]} – {catalogue(language)['corrected.anywhere']}"
    return " – ".join(names)
