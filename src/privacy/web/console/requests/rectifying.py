"""One rectification: what was found, what is decided value by value, what is left to do."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from privacy.audit.actions import Action
from privacy.errors import GoneError, InvalidError, NotFoundError
from privacy.operators.roles import Permission
from privacy.purposes.models import Controller
from privacy.rectification import acts, ending
from privacy.rectification import queries as rectification
from privacy.rectification.acts import Decided
from privacy.rectification.candidates import Candidate, Searched
from privacy.rectification.models import CorrectionState
from privacy.rectification.plan import LONGEST, Group, Wanted, groups
from privacy.requests import queries
from privacy.requests.models import RequestKind, RequestState, SubjectRequest
from privacy.requests.moves import record
from privacy.requests.statements import NOTHING, statement_of
from privacy.stores.definition import CATEGORY_TITLES, DataCategory, StoreDefinition
from privacy.web import current
from privacy.web.auth import operators_only
from privacy.web.console.requests.decisions import LONGEST_REASON, decider_of
from privacy.web.console.surface import blueprint, page, today_of

MASK = "•••"
UNSEEN = "none"
"""Says of a decision that it was sent without the list that it is about."""


@blueprint.get("/requests/<uuid:request_id>/rectification")
@operators_only(Permission.REQUESTS_APPROVE)
def rectification_page(request_id: UUID) -> str:
    """Show what was found and what is decided; that it was looked at is an act of its own."""
    controller, runtime = decider_of(request_id), current.runtime()
    with runtime.database.transaction() as session:
        about = _about(session, controller, request_id)
        actor = current.operator().actor
        record(session, Action.REQUEST_VIEWED, runtime.clock(), actor, about=about)
    return _page(controller, request_id)


@blueprint.post("/requests/<uuid:request_id>/rectification")
@operators_only(Permission.REQUESTS_APPROVE)
def decide_rectification(request_id: UUID) -> AnyResponse | tuple[str, HTTPStatus]:
    """Decide what is put right, value by value; it is written after the commit."""
    controller, runtime = decider_of(request_id), current.runtime()
    typed = request.form.to_dict()
    places = frozenset(int(one) for one in request.form.getlist("place") if one.isdecimal())
    with runtime.database.reading() as session:
        about = _about(session, controller, request_id)
        kept = rectification.search_of(session, cabinet=runtime.cabinet, about=about)
    wanted = _wanted(kept, typed, places) if kept else []
    faults = _faults(wanted, typed)
    if faults:
        shown = _page(controller, request_id, values=typed, errors=faults, places=places)
        return shown, HTTPStatus.UNPROCESSABLE_ENTITY
    answer = typed.get("answer", "").strip()
    try:
        with runtime.database.transaction() as session:
            acts.decide(
                session,
                actor=current.operator().actor,
                at=runtime.clock(),
                desk=runtime.desk,
                about=_about(session, controller, request_id),
                decided=Decided(wanted, answer, typed.get("seen", "") or UNSEEN),
            )
    except InvalidError:
        errors = {"decision": "decision.nothing"}
        shown = _page(controller, request_id, values=typed, errors=errors, places=places)
        return shown, HTTPStatus.UNPROCESSABLE_ENTITY
    return _done(request_id, "decided")


@blueprint.post("/requests/<uuid:request_id>/rectification/search")
@operators_only(Permission.REQUESTS_APPROVE)
def search_again(request_id: UUID) -> AnyResponse:
    """Let the data stores be searched anew."""
    _do(request_id, lambda _session, about: (acts.search_again, {"about": about}))
    return _done(request_id, "search_again")


@blueprint.post("/requests/<uuid:request_id>/rectification/<uuid:correction_id>/done")
@operators_only(Permission.REQUESTS_APPROVE)
def correction_done(request_id: UUID, correction_id: UUID) -> AnyResponse:
    """Note that a person did it; the service reads it again where it can."""
    _do(request_id, lambda session, about: (acts.say_done, _row(session, about, correction_id)))
    return _done(request_id, "settled")


@blueprint.post("/requests/<uuid:request_id>/rectification/<uuid:correction_id>/leave")
@operators_only(Permission.REQUESTS_APPROVE)
def correction_left(request_id: UUID, correction_id: UUID) -> AnyResponse:
    """Decide that a field stays as it is; its subject is told."""
    _do(request_id, lambda session, about: (acts.leave, _row(session, about, correction_id)))
    return _done(request_id, "settled")


@blueprint.post("/requests/<uuid:request_id>/rectification/recipients/<uuid:recipient_id>")
@operators_only(Permission.REQUESTS_APPROVE)
def recipient_noted(request_id: UUID, recipient_id: UUID) -> AnyResponse:
    """Note that a recipient was told by a person, or that it is impossible (Art. 19 GDPR)."""
    told = request.form.get("told") == "yes"

    def noting(session: Session, about: SubjectRequest) -> tuple[Callable[..., None], Any]:
        for one in rectification.notices(session, about=about):
            if one.recipient_id == recipient_id:
                return ending.note_recipient, {"notice": one, "told": told}
        raise NotFoundError("This request has no such recipient.")

    _do(request_id, noting)
    return _done(request_id, "settled")


Chooses = Callable[[Session, SubjectRequest], tuple[Callable[..., None], dict[str, Any]]]
"""Returns an act and what it needs beside its actor and its instant."""


def _do(request_id: UUID, chooses: Chooses) -> None:
    controller, runtime = decider_of(request_id), current.runtime()
    with runtime.database.transaction() as session:
        act, needs = chooses(session, _about(session, controller, request_id))
        act(session, actor=current.operator().actor, at=runtime.clock(), **needs)


def _row(session: Session, about: SubjectRequest, correction_id: UUID) -> dict[str, Any]:
    found = rectification.correction(session, about=about, correction_id=correction_id)
    return {"row": found}


def _about(session: Session, controller: Controller, request_id: UUID) -> SubjectRequest:
    about = queries.request_of(session, controller_id=controller.id, request_id=request_id)
    if about.kind is not RequestKind.RECTIFICATION:
        raise NotFoundError("This request asks for no rectification.")
    return about


def _done(request_id: UUID, what: str) -> AnyResponse:
    current.runtime().wake("rectify")
    target = url_for("console.rectification_page", request_id=request_id, done=what)
    return redirect(target, HTTPStatus.SEE_OTHER)


def _wanted(kept: Searched, typed: Mapping[str, str], places: frozenset[int]) -> Sequence[Wanted]:
    """Return what was typed for each value, in the places that stay marked."""
    found = []
    for group in groups(kept, ""):
        after = typed.get(f"after-{group.number}", "").strip()
        numbers = frozenset(one.number for one in group.places) & places
        if after and numbers:
            found.append(Wanted(numbers, after))
    return found


def _faults(wanted: Sequence[Wanted], typed: Mapping[str, str]) -> dict[str, str]:
    faults = {}
    if not wanted:
        faults["decision"] = "decision.nothing"
    if any(len(one.after) > LONGEST for one in wanted):
        faults["decision"] = "decision.long"
    if len(typed.get("answer", "")) > LONGEST_REASON:
        faults["answer"] = "reason.long"
    return faults


def _page(controller: Controller, request_id: UUID, **typed: Any) -> str:
    runtime = current.runtime()
    with runtime.database.reading() as session:
        about = _about(session, controller, request_id)
        opened = _opened(session, about)
        tasks = queries.tasks(session, request_id=request_id)
    stores = runtime.open_stores(controller.id)
    definitions = {name: store.definition for name, store in stores.items()}
    shown = request.args.get("shown") == "all"
    kept, said = opened.pop("kept"), opened["said"]
    defaults: dict[str, Any] = {"values": {}, "errors": {}, "places": None}
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
        }
    except GoneError:
        return {
            "said": NOTHING, "kept": None, "seen": "", "corrections": [], "recipients": [],
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
        "settled_at": row.settled_at,
        "by_hand": row.state is CorrectionState.BY_HAND,
        "may_leave": row.state in {CorrectionState.BY_HAND, CorrectionState.OWED},
    }


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
    return " – ".join(names)
