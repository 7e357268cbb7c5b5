"""Registering a data store in the console: its address, the review, and changing it later."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from privacy.errors import InvalidError, PrivacyError
from privacy.operators.roles import Permission
from privacy.stores import acts, queries
from privacy.stores.document import CODE
from privacy.stores.jobs import check_store
from privacy.stores.models import StoreDraft
from privacy.stores.review import drafting, drafts, review
from privacy.stores.review.drafting import Whereabouts
from privacy.stores.review.drafts import Saving
from privacy.stores.review.review import Review
from privacy.web import current
from privacy.web.auth import operators_only
from privacy.web.console.stores import review_form, review_page
from privacy.web.console.surface import blueprint, chosen, go_to, page

Answer = AnyResponse | tuple[str, HTTPStatus]
UNPROCESSABLE = HTTPStatus.UNPROCESSABLE_ENTITY


@blueprint.get("/stores/new")
@operators_only(Permission.STORES_MANAGE)
def store_new() -> str:
    """Ask for the address of a data store."""
    return _asking({}, None)


def _asking(errors: dict[str, str], said: str | None) -> str:
    return page(
        "store_new",
        chosen(Permission.STORES_MANAGE),
        name=request.form.get("name", ""),
        errors=errors,
        said=said,
    )


@blueprint.post("/stores/new")
@operators_only(Permission.STORES_MANAGE)
def draft_store() -> Answer:
    """Look at what is at an address, and propose a definition for review."""
    runtime, controller = current.runtime(), chosen(Permission.STORES_MANAGE)
    name, address = (request.form.get(one, "").strip() for one in ("name", "address"))
    errors = {} if CODE.fullmatch(name) else {"name": "store_name.invalid"}
    if not address:
        errors["address"] = "store_address.missing"
    if errors:
        return _asking(errors, None), UNPROCESSABLE
    try:
        drafting.ensure_permitted(address, runtime.settings.store_folders)
        draft_id = drafting.draft_store(
            runtime.database,
            clock=runtime.clock,
            cabinet=runtime.cabinet,
            actor=current.operator().actor,
            controller_id=controller.id,
            there=Whereabouts(name, address),
        )
    except PrivacyError as error:
        # Every connector's words are free of the address, and so of its password.
        return _asking({"address": "store_address.failed"}, str(error)), UNPROCESSABLE
    return _to_draft(draft_id)


@blueprint.post("/stores/<name>/change")
@operators_only(Permission.STORES_MANAGE)
def draft_change(name: str) -> AnyResponse:
    """Compare a registered data store with its definition, and open both for review."""
    runtime, controller = current.runtime(), chosen(Permission.STORES_MANAGE)
    draft_id = drafting.draft_change(
        runtime.database,
        clock=runtime.clock,
        cabinet=runtime.cabinet,
        actor=current.operator().actor,
        controller_id=controller.id,
        name=name,
    )
    return _to_draft(draft_id)


@blueprint.get("/stores/drafts/<uuid:draft_id>")
@operators_only(Permission.STORES_MANAGE)
def store_draft(draft_id: UUID) -> str:
    """Show a proposed definition: the store as a whole, and its collections."""
    return _overview(_draft(draft_id), {})


@blueprint.post("/stores/drafts/<uuid:draft_id>")
@operators_only(Permission.STORES_MANAGE)
def save_store(draft_id: UUID) -> Answer:
    """Save what is said of the store as a whole."""
    draft = _draft(draft_id)
    try:
        changed = review.with_store(_review(draft), review_form.store_choice(request.form))
        _save(draft, Saving(request.form.get("version", ""), changed))
    except InvalidError as error:
        return _overview(draft, review_page.faults_of(error)), UNPROCESSABLE
    return _to_draft(draft_id, "draft_saved")


@blueprint.get("/stores/drafts/<uuid:draft_id>/collections/<collection>")
@operators_only(Permission.STORES_MANAGE)
def draft_collection(draft_id: UUID, collection: str) -> str:
    """Show one collection of a proposed definition, column by column."""
    return _collection(_draft(draft_id), collection, {})


@blueprint.post("/stores/drafts/<uuid:draft_id>/collections/<collection>")
@operators_only(Permission.STORES_MANAGE)
def save_collection(draft_id: UUID, collection: str) -> Answer:
    """Save what is said of one collection, or leave it out of the definition."""
    draft = _draft(draft_id)
    known = _review(draft)
    try:
        changed = _changed(known, collection)
        _save(draft, Saving(request.form.get("version", ""), changed, collection))
    except InvalidError as error:
        return _collection(draft, collection, review_page.faults_of(error)), UNPROCESSABLE
    following = review_page.next_open(changed, collection)
    if request.form.get("do") == "next" and following:
        return go_to("draft_collection", draft_id=draft_id, collection=following)
    return _to_draft(draft_id, "draft_saved")


def _changed(known: Review, collection: str) -> Review:
    """Return the review after what was said of one collection."""
    whole = _WHOLE.get(request.form.get("do", ""))
    if whole:
        return whole(known, collection)
    said = review_form.collection_choice(request.form, known.definition.collection(collection))
    return review.with_collection(known, collection, said)


_WHOLE: Mapping[str, Callable[[Review, str], Review]] = {
    "leave_out": review.without_collection,
    "nobody": review.of_nobody,
}
"""What is said of a collection by one button, whatever stands in the form."""


@blueprint.post("/stores/drafts/<uuid:draft_id>/register")
@operators_only(Permission.STORES_MANAGE)
def settle_draft(draft_id: UUID) -> Answer:
    """Put a reviewed definition in force, then check the data store against it."""
    runtime, draft = current.runtime(), _draft(draft_id)
    try:
        with runtime.database.transaction() as session:
            store = drafts.settle_draft(
                session,
                **current.by_operator(),
                cabinet=runtime.cabinet,
                draft=queries.draft(session, controller_id=draft.controller_id, draft_id=draft_id),
            )
            name, controller_id = store.name, store.controller_id
    except InvalidError as error:
        return _overview(draft, review_page.faults_of(error)), UNPROCESSABLE
    _check(controller_id, name)
    return _to_store(name, "store_registered")


@blueprint.post("/stores/drafts/<uuid:draft_id>/drop")
@operators_only(Permission.STORES_MANAGE)
def drop_draft(draft_id: UUID) -> AnyResponse:
    """Forget a proposed definition, and the address that came with it."""
    runtime, controller = current.runtime(), chosen(Permission.STORES_MANAGE)
    with runtime.database.transaction() as session:
        drafts.drop_draft(
            session,
            **current.by_operator(),
            draft=queries.draft(session, controller_id=controller.id, draft_id=draft_id),
        )
    return go_to("stores", done="draft_dropped")


@blueprint.post("/stores/<name>/check")
@operators_only(Permission.STORES_MANAGE)
def check_now(name: str) -> AnyResponse:
    """Compare a data store with its definition now, and keep what was wrong."""
    _check(chosen(Permission.STORES_MANAGE).id, name)
    return _to_store(name, "store_checked")


@blueprint.post("/stores/<name>/waivers")
@operators_only(Permission.STORES_MANAGE)
def waive_place(name: str) -> AnyResponse:
    """Accept that a table or a column stays unclassified, for a reason and until a day."""
    runtime, controller = current.runtime(), chosen(Permission.STORES_MANAGE)
    with runtime.database.transaction() as session:
        acts.waive(
            session,
            **current.by_operator(),
            store=queries.data_store(session, controller_id=controller.id, name=name),
            waiver=review_form.waiver(request.form),
        )
    return _to_store(name, "place_waived")


@blueprint.post("/stores/<name>/waivers/end")
@operators_only(Permission.STORES_MANAGE)
def end_waiver(name: str) -> AnyResponse:
    """End a waiver before its day; the next check tells what nobody has classified."""
    runtime, controller = current.runtime(), chosen(Permission.STORES_MANAGE)
    reason = review_form.end_reason(request.form)
    with runtime.database.transaction() as session:
        acts.end_waiver(
            session,
            **current.by_operator(),
            store=queries.data_store(session, controller_id=controller.id, name=name),
            place=request.form.get("place", ""),
            reason=reason,
        )
    _check(controller.id, name)
    return _to_store(name, "waiver_ended")


def _draft(draft_id: UUID) -> StoreDraft:
    controller = chosen(Permission.STORES_MANAGE)
    with current.runtime().database.reading() as session:
        return queries.draft(session, controller_id=controller.id, draft_id=draft_id)


def _review(draft: StoreDraft) -> Review:
    return review.from_json(draft.document)


def _save(draft: StoreDraft, said: Saving) -> None:
    runtime = current.runtime()
    with runtime.database.transaction() as session:
        drafts.save_draft(
            session,
            **current.by_operator(),
            draft=queries.draft(session, controller_id=draft.controller_id, draft_id=draft.id),
            said=said,
        )


def _check(controller_id: UUID, name: str) -> None:
    runtime = current.runtime()
    check_store(
        runtime.database,
        clock=runtime.clock,
        cabinet=runtime.cabinet,
        actor=current.operator().actor,
        controller_id=controller_id,
        name=name,
    )


def _overview(draft: StoreDraft, faults: dict[str, Any]) -> str:
    controller = chosen(Permission.STORES_MANAGE)
    return page(
        "store_draft",
        controller,
        draft=review_page.head(draft),
        **review_page.overview(controller, _review(draft)),
        faults=faults,
    )


def _collection(draft: StoreDraft, collection: str, faults: dict[str, Any]) -> str:
    controller = chosen(Permission.STORES_MANAGE)
    shown = review_page.collection(controller, _review(draft), collection)
    if faults and request.form.get("do") not in _WHOLE:
        shown = review_page.typed(shown, request.form)
    head = review_page.head(draft)
    return page("store_draft_collection", controller, draft=head, **shown, faults=faults)


def _to_draft(draft_id: UUID, done: str | None = None) -> AnyResponse:
    return go_to("store_draft", draft_id=draft_id, done=done)


def _to_store(name: str, done: str) -> AnyResponse:
    return go_to("store_detail", name=name, done=done)
