"""What an answer would hold, masked; and what is decided on it before it goes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from privacy.audit.actions import Action
from privacy.errors import ForbiddenError, NotFoundError
from privacy.operators.roles import Permission
from privacy.packages.withheld import Ground
from privacy.purposes.models import Controller
from privacy.requests import queries
from privacy.requests.models import RequestPreview, RequestState, SubjectRequest
from privacy.requests.moves import record
from privacy.requests.previews import preview, withholding
from privacy.requests.previews.masking import masked
from privacy.requests.previews.preview import Cell
from privacy.requests.previews.sampling import Contents, Seen
from privacy.requests.previews.scope import narrowed
from privacy.requests.previews.treating import Choice, Treatment
from privacy.requests.previews.withholding import Verdict
from privacy.stores.definition import StoreDefinition
from privacy.stores.protocol import Key
from privacy.stores.search.leads import LeadKey
from privacy.web import current
from privacy.web.auth import operators_only
from privacy.web.console.requests.board import controller_of
from privacy.web.console.requests.looking import named, omitted, overview, part
from privacy.web.console.surface import blueprint, go_to, page, today_of

GROUNDS = tuple(
    one.value for one in (Ground.OTHERS, Ground.SECRET, Ground.PROFESSIONAL, Ground.INQUIRY)
)
"""On what an operator may withhold; what rests on a definition or a right needs no decision."""
EMPTY = Contents((), (), ())


@blueprint.get("/requests/<uuid:request_id>/preview")
@operators_only(Permission.REQUESTS_REVIEW)
def preview_of(request_id: UUID) -> str:
    """Show what an answer would hold, store by store; looking at it is an act of its own."""
    controller, runtime = _controller(request_id), current.runtime()
    with runtime.database.transaction() as session:
        about = queries.request_of(session, controller_id=controller.id, request_id=request_id)
        operator = current.operator()
        record(session, Action.REQUEST_VIEWED, runtime.clock(), operator.actor, about=about)
    seen = _seen(controller, request_id)
    lines: list[dict[str, Any]] = []
    if seen.contents is not None:
        lines = overview(seen.contents, seen.definitions, seen.choices, current.language())
    return page("preview", controller, **seen.frame(controller), lines=lines, leads=_leads(seen))


@blueprint.post("/requests/<uuid:request_id>/preview")
@operators_only(Permission.REQUESTS_REVIEW)
def ask_preview(request_id: UUID) -> AnyResponse:
    """Ask for the search; it is made after the commit, and only reads."""
    controller, runtime = _controller(request_id), current.runtime()
    with runtime.database.transaction() as session:
        about = queries.request_of(session, controller_id=controller.id, request_id=request_id)
        preview.ask(session, **current.by_operator(), about=about)
    runtime.wake("preview-requests")
    return go_to("preview_of", request_id=request_id)


@blueprint.get("/requests/<uuid:request_id>/preview/<store>/<collection>")
@operators_only(Permission.REQUESTS_REVIEW)
def preview_part(request_id: UUID, store: str, collection: str) -> str:
    """Show a masked sample of one collection, and what can be decided on its fields."""
    return _part(_controller(request_id), request_id, store, collection)


@blueprint.post("/requests/<uuid:request_id>/preview/<store>/<collection>")
@operators_only(Permission.REQUESTS_REVIEW)
def decide_field(
    request_id: UUID, store: str, collection: str
) -> AnyResponse | tuple[str, HTTPStatus]:
    """Decide what becomes of a field: given, withheld with its ground, or passages struck out."""
    controller, runtime = _controller(request_id), current.runtime()
    seen = _seen(controller, request_id)
    faults = _faults(seen, store, collection)
    if faults:
        shown = _part(controller, request_id, store, collection, errors=faults)
        return shown, HTTPStatus.UNPROCESSABLE_ENTITY
    with runtime.database.transaction() as session:
        withholding.decide(
            session,
            **current.by_operator(),
            cabinet=runtime.cabinet,
            about=queries.request_of(session, controller_id=controller.id, request_id=request_id),
            choice=_choice(seen, store, collection),
        )
    where = {"request_id": request_id, "store": store, "collection": collection}
    return go_to("preview_part", **where, done="field_decided")


@blueprint.post("/requests/<uuid:request_id>/preview/<store>/<collection>/reveal")
@operators_only(Permission.REQUESTS_REVIEW)
def reveal(request_id: UUID, store: str, collection: str) -> str:
    """Show one value as it is; that somebody looked at it stands in the log."""
    controller, runtime = _controller(request_id), current.runtime()
    seen = _seen(controller, request_id)
    name, number = request.form.get("field", ""), _number(request.form.get("row"))
    cell = Cell(store, collection, name, -1 if number is None else number)
    with runtime.database.transaction() as session:
        value = preview.reveal(
            session,
            **current.by_operator(),
            about=queries.request_of(session, controller_id=controller.id, request_id=request_id),
            shown=seen.contents or EMPTY,
            cell=cell,
        )
    return _part(controller, request_id, store, collection, revealed=(cell, value))


@blueprint.post("/requests/<uuid:request_id>/preview/leads/<int:number>")
@operators_only(Permission.REQUESTS_REVIEW)
def decide_lead(request_id: UUID, number: int) -> AnyResponse:
    """Say whether an identifier that others have too is the subject's."""
    controller, runtime = _controller(request_id), current.runtime()
    seen = _seen(controller, request_id)
    leads = seen.contents.leads if seen.contents else ()
    if number >= len(leads):
        raise NotFoundError("There is no such identifier in this preview.")
    with runtime.database.transaction() as session:
        withholding.decide_lead(
            session,
            **current.by_operator(),
            cabinet=runtime.cabinet,
            about=queries.request_of(session, controller_id=controller.id, request_id=request_id),
            verdict=Verdict(leads[number], request.form.get("answer") == "yes"),
        )
    return go_to("preview_of", request_id=request_id, done="lead_decided")


@dataclass(frozen=True)
class _Looked:
    """A request with its preview, opened."""

    about: SubjectRequest
    kept: RequestPreview | None
    contents: Contents | None
    """None before the search ended, and after its time."""
    choices: Sequence[Choice]
    leads: Mapping[LeadKey, bool]
    definitions: Mapping[str, StoreDefinition]

    def frame(self, controller: Controller) -> dict[str, Any]:
        """Return what both pages show."""
        return {
            "subject_request": self.about,
            "kept": self.kept,
            "is_there": self.contents is not None,
            "is_open": self.about.state is RequestState.OPEN,
            "today": today_of(controller),
        }

    def part(self, store: str, collection: str) -> Seen:
        """Return what was found in a collection; NotFoundError when nothing was."""
        for one in (self.contents or EMPTY).seen:
            if (one.store, one.collection) == (store, collection):
                return one
        raise NotFoundError("This preview shows no such collection; ask for it again.")


def _seen(controller: Controller, request_id: UUID) -> _Looked:
    runtime = current.runtime()
    with runtime.database.reading() as session:
        about = queries.request_of(session, controller_id=controller.id, request_id=request_id)
        cabinet, at = runtime.cabinet, runtime.clock()
        kept = preview.of(session, about=about)
        opened = kept and preview.contents(session, cabinet=cabinet, about=about, at=at)
        choices = withholding.choices(session, cabinet=cabinet, about=about)
        leads = withholding.lead_choices(session, cabinet=cabinet, about=about)
    stores = runtime.open_stores(controller.id)
    declared = {name: store.definition for name, store in stores.items()}
    definitions = narrowed(declared, opened.left if opened else {})
    return _Looked(about, kept, opened or None, choices, leads, definitions)


def _leads(seen: _Looked) -> list[dict[str, Any]]:
    """Return the shared identifiers, masked, with what was decided; null when nobody has."""
    return [
        {
            "kind": one.kind,
            "text": " ".join(masked(value) for value in one.value),
            "others": one.others,
            "reason": one.reason.value,
            "decided": seen.leads.get((one.kind, one.value)),
        }
        for one in (seen.contents or EMPTY).leads
    ]


def _part(
    controller: Controller,
    request_id: UUID,
    store: str,
    collection: str,
    *,
    revealed: tuple[Cell, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> str:
    seen = _seen(controller, request_id)
    found = seen.part(store, collection)
    declared = named(seen.definitions, store, collection)
    if declared is None:
        raise NotFoundError("This collection was taken off the register; ask for a new preview.")
    language = current.language()
    return page(
        "preview_part",
        controller,
        **seen.frame(controller),
        **part(found, declared, seen.choices, language),
        omitted=omitted(seen.contents or EMPTY, found, declared, language),
        store_title=seen.definitions[store].title[language],
        grounds=GROUNDS,
        treatments=[one.value for one in Treatment],
        revealed=revealed,
        errors=errors or {},
        values=request.form.to_dict(),
    )


def _faults(seen: _Looked, store: str, collection: str) -> dict[str, str]:
    """Return what is wrong with a decision that was typed, by field of the form."""
    found, form = seen.part(store, collection), request.form
    faults: dict[str, str] = {}
    if form.get("treatment", "") not in set(Treatment):
        faults["treatment"] = "treatment.missing"
    elif form["treatment"] == Treatment.WITHHOLD and form.get("ground", "") not in GROUNDS:
        faults["ground"] = "ground.missing"
    declared = named(seen.definitions, store, collection)
    names = {""} | {one.name for one in declared.fields if one.exported} if declared else set()
    if form.get("field", "") not in names:
        faults["field"] = "field.invalid"
    if form.get("row", "") and _key(found, form["row"]) is None:
        faults["row"] = "row.invalid"
    return faults


def _choice(seen: _Looked, store: str, collection: str) -> Choice:
    form = request.form
    treatment = Treatment(form["treatment"])
    ground = Ground(form["ground"]) if treatment is Treatment.WITHHOLD else Ground.OTHERS
    row = _key(seen.part(store, collection), form.get("row", ""))
    return Choice(store, collection, form.get("field", ""), treatment, ground, row)


def _key(found: Seen, typed: str) -> Key | None:
    """Return the primary key of the row that a form names by its number."""
    number = _number(typed)
    return next((row.key for row in found.rows if row.number == number), None)


def _number(typed: str | None) -> int | None:
    return int(typed) if typed and typed.isascii() and typed.isdigit() else None


def _controller(request_id: UUID) -> Controller:
    """Return the controller of a request whose answer this operator may review."""
    found = controller_of(request_id)
    if not current.operator().may(found.id, Permission.REQUESTS_REVIEW):
        raise ForbiddenError("Your roles do not allow this.")
    return found
