"""A subject's own details: what they may correct themselves, and the right values that they type.

A page of the preference centre: the same short session, opened by a mailed link.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from privacy.errors import ConflictError, GoneError, InvalidError
from privacy.purposes.models import Controller
from privacy.rectification import asking, details, wished
from privacy.rectification.asking import Typed
from privacy.rectification.candidates import Candidate
from privacy.rectification.wishes import Detail, Wish, checked, correctable
from privacy.stores.definition import StoreDefinition
from privacy.web import current, pages
from privacy.web.auth import public
from privacy.web.limits import limited
from privacy.web.portal import visiting
from privacy.web.portal.surface import WHY, blueprint, controller_of
from privacy.web.words import civil_day

FLASHES = frozenset({"asked", "at_once", "confirm", "changed"})
"""What a redirect may say in `?done=` that was just done."""
LONGEST_REASON = 500


@blueprint.get("/<slug>/preferences/details")
@public(WHY)
def own_details(slug: str) -> AnyResponse | str:
    """Show what the subject may correct, or the button that lets it be searched."""
    controller = controller_of(slug)
    subject_id = visiting.subject_id(controller)
    if subject_id is None:
        return redirect(url_for("portal.preferences", slug=slug), HTTPStatus.SEE_OTHER)
    done = request.args.get("done")
    return _page(controller, _seen(subject_id), done=done if done in FLASHES else None)


@blueprint.post("/<slug>/preferences/details/look")
@public(WHY)
@limited("sign-in")
def look_at_details(slug: str) -> AnyResponse:
    """Let a job search for what the subject may correct."""
    controller, runtime = controller_of(slug), current.runtime()
    subject_id = visiting.subject_here(controller)
    with runtime.database.transaction() as session:
        details.ask_look(
            session,
            actor="subject",
            at=runtime.clock(),
            controller_id=controller.id,
            subject_id=subject_id,
        )
    runtime.wake("rectify")
    return _back(controller, None)


@blueprint.post("/<slug>/preferences/details")
@public(WHY)
def correct_details(slug: str) -> AnyResponse | tuple[str, HTTPStatus]:
    """Take the right values that the subject typed, as a request for rectification."""
    controller, runtime = controller_of(slug), current.runtime()
    subject_id = visiting.subject_here(controller)
    seen = _seen(subject_id)
    if not seen.is_there:
        return _back(controller, "changed")
    wishes, faults = _wishes(seen)
    reason = request.form.get("reason", "").strip()
    if len(reason) > LONGEST_REASON:
        faults["reason"] = "reason.long"
    if faults:
        return _page(controller, seen, errors=faults), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        with runtime.database.transaction() as session:
            asking.ask_correction(
                session,
                actor="subject",
                at=runtime.clock(),
                desk=runtime.desk,
                subject_id=subject_id,
                typed=Typed(pages.language(), wishes, reason),
            )
    except ConflictError:
        return _page(controller, seen, errors={"details": "detail.no_address"}), (
            HTTPStatus.CONFLICT
        )
    for job in ("rectify", "deliver-mail"):
        runtime.wake(job)
    return _back(controller, _said(wishes))


@blueprint.get("/<slug>/details/<token>")
@public(WHY)
def new_address(slug: str, token: str) -> str | tuple[str, HTTPStatus]:
    """Show the button that confirms a new address; a mail scanner that follows does no harm."""
    controller, runtime = controller_of(slug), current.runtime()
    try:
        with runtime.database.reading() as session:
            wished.wish_by_link(
                session, token=token, at=runtime.clock(), controller_id=controller.id
            )
    except GoneError:
        return _gone(controller)
    return pages.render(
        "portal/new_address.html", controller=controller, token=token, state="open"
    )


@blueprint.post("/<slug>/details/<token>")
@public(WHY)
def confirm_new_address(slug: str, token: str) -> str | tuple[str, HTTPStatus]:
    """Take the link as proof of the new address; the correction goes on."""
    controller, runtime = controller_of(slug), current.runtime()
    try:
        with runtime.database.transaction() as session:
            row = wished.wish_by_link(
                session, token=token, at=runtime.clock(), controller_id=controller.id
            )
            asking.confirm_address(
                session, actor="subject", at=runtime.clock(), desk=runtime.desk, row=row
            )
    except GoneError:
        return _gone(controller)
    runtime.wake("rectify")
    return pages.render("portal/new_address.html", controller=controller, token="", state="done")


@dataclass(frozen=True)
class _Seen:
    """What a subject looks at: nothing was asked, it is searched for, or it is there."""

    state: str
    details: Sequence[Detail]
    definitions: Mapping[str, StoreDefinition]
    missed: Sequence[str] = ()
    """Data stores that did not answer."""

    @property
    def is_there(self) -> bool:
        """Whether there is something to look at."""
        return self.state == "shown"


def _seen(subject_id: UUID) -> _Seen:
    runtime = current.runtime()
    with runtime.database.reading() as session:
        look = details.look_of(session, subject_id=subject_id, at=runtime.clock())
        kept = details.contents(session, cabinet=runtime.cabinet, look=look) if look else None
    if look is None or kept is None:
        return _Seen("searching" if look else "none", (), {})
    stores = runtime.open_stores(look.controller_id)
    definitions = {name: store.definition for name, store in stores.items()}
    return _Seen("shown", correctable(kept.candidates, definitions), definitions, kept.missed)


def _wishes(seen: _Seen) -> tuple[list[tuple[Wish, bool]], dict[str, str]]:
    """Return what was typed for each value, and what is wrong with it by field of the form."""
    wishes: list[tuple[Wish, bool]] = []
    faults: dict[str, str] = {}
    today = civil_day(current.runtime().clock())
    for one in seen.details:
        name = f"value-{one.number}"
        typed = request.form.get(name, "").strip()
        if not typed:
            continue
        try:
            after = checked(one.kind, typed, today=today)
        except InvalidError as error:
            faults[name] = error.fields["value"][0]
            continue
        if after != one.value:
            wishes.append((_wish(seen, one, after), one.at_once))
    if not wishes and not faults:
        faults["details"] = "detail.nothing"
    return wishes, faults


def _wish(seen: _Seen, one: Detail, after: str) -> Wish:
    places = tuple((place.store, place.collection, place.field, place.key) for place in one.places)
    titles = {
        language: _title(seen.definitions, one.places[0], language) for language in ("fr", "en")
    }
    return Wish(places, one.value, after, one.kind, titles)


def _title(definitions: Mapping[str, StoreDefinition], place: Candidate, language: str) -> str:
    collection = definitions[place.store].collection(place.collection)
    return next(one.title[language] for one in collection.fields if one.name == place.field)


def _said(wishes: Sequence[tuple[Wish, bool]]) -> str:
    if any(wish.kind == "email" for wish, _at_once in wishes):
        return "confirm"
    return "at_once" if all(at_once for _wish, at_once in wishes) else "asked"


def _page(controller: Controller, seen: _Seen, **typed: Any) -> str:
    language = pages.language()
    shown = [
        {
            "name": f"value-{one.number}",
            "title": _title(seen.definitions, one.places[0], language),
            "value": one.value,
            "kind": one.kind.value,
            "at_once": one.at_once,
            "stores": ", ".join(
                dict.fromkeys(
                    seen.definitions[place.store].title[language] for place in one.places
                )
            ),
        }
        for one in seen.details
    ]
    return pages.render(
        "portal/preferences_details.html",
        controller=controller,
        state=seen.state,
        details=shown,
        missed=[
            seen.definitions[name].title[language] if name in seen.definitions else name
            for name in seen.missed
        ],
        values=request.form.to_dict(),
        **{"errors": {}, "done": None} | typed,
    )


def _gone(controller: Controller) -> tuple[str, HTTPStatus]:
    page = pages.render("portal/new_address.html", controller=controller, token="", state="gone")
    return page, HTTPStatus.GONE


def _back(controller: Controller, done: str | None) -> AnyResponse:
    target = url_for("portal.own_details", slug=controller.slug, done=done)
    return redirect(target, HTTPStatus.SEE_OTHER)
