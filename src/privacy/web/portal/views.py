"""What a subject does: ask, confirm, follow, fetch. Reading a page changes nothing."""

import io
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, redirect, request, send_file, url_for
from marshmallow import ValidationError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from privacy.errors import GoneError, InvalidError, NotFoundError
from privacy.policy.months import day_of
from privacy.purposes import queries as purposes
from privacy.purposes.models import Controller
from privacy.requests import acts, handing, queries
from privacy.requests.acts import Submission
from privacy.requests.letters import reason_of
from privacy.requests.models import LinkUse, Package, SubjectRequest
from privacy.web import current, pages
from privacy.web.auth import public
from privacy.web.portal.schemas import KINDS, RequestSchema

STEPS = {
    "request.verified": "verified",
    "request.approved": "approved",
    "request.extended": "extended",
    "request.packaged": "ready",
    "request.completed": "completed",
    "request.refused": "refused",
    "request.expired": "lapsed",
}
"""Which acts a subject is told of, by the step that the page calls them."""
WHY = "subjects exercise their rights without an account (Art. 12(2) GDPR)"

blueprint = Blueprint("portal", __name__, url_prefix="/portal")


@blueprint.get("/")
@public(WHY)
def index() -> AnyResponse:
    """Go to the only controller's portal; where there are several, each has its own address."""
    with current.runtime().database.reading() as session:
        known = purposes.controllers(session)
    if len(known) != 1:
        raise NotFoundError("Each controller has a portal of its own; take its address.")
    return redirect(url_for("portal.home", slug=known[0].slug))


@blueprint.get("/<slug>/")
@public(WHY)
def home(slug: str) -> str:
    """Show what can be asked."""
    with current.runtime().database.reading() as session:
        controller = purposes.controller_by_slug(session, slug)
    return pages.render("portal/home.html", controller=controller, kinds=KINDS)


@blueprint.get("/<slug>/request")
@public(WHY)
def request_form(slug: str) -> str:
    """Show the form."""
    with current.runtime().database.reading() as session:
        controller = purposes.controller_by_slug(session, slug)
    return _form(controller, {"kind": request.args.get("kind", "")}, {})


@blueprint.post("/<slug>/request")
@public(WHY)
def submit(slug: str) -> AnyResponse | tuple[str, HTTPStatus]:
    """Take a request; the answer is the same whoever the address belongs to."""
    runtime = current.runtime()
    with runtime.database.reading() as session:
        controller = purposes.controller_by_slug(session, slug)
    typed = request.form.to_dict()
    try:
        made = Submission(**RequestSchema().load(typed), language=pages.language())
        with runtime.database.transaction() as session:
            acts.submit_request(
                session,
                actor="subject",
                at=runtime.clock(),
                desk=runtime.desk,
                to=controller,
                made=made,
            )
    except ValidationError as error:
        return _form(controller, typed, _codes(error)), HTTPStatus.UNPROCESSABLE_ENTITY
    except InvalidError:
        faults = {"email": "email.invalid"}
        return _form(controller, typed, faults), HTTPStatus.UNPROCESSABLE_ENTITY
    runtime.wake("deliver-mail")
    return redirect(url_for("portal.sent", slug=slug), HTTPStatus.SEE_OTHER)


@blueprint.get("/<slug>/sent")
@public(WHY)
def sent(slug: str) -> str:
    """Say that a mail is on its way, to everybody alike."""
    with current.runtime().database.reading() as session:
        controller = purposes.controller_by_slug(session, slug)
    return pages.render("portal/sent.html", controller=controller)


@blueprint.get("/<slug>/confirm/<token>")
@public(WHY)
def confirm(slug: str, token: str) -> str | tuple[str, HTTPStatus]:
    """Show the button that confirms; a mail scanner that follows the link does no harm."""
    runtime = current.runtime()
    with runtime.database.reading() as session:
        controller = purposes.controller_by_slug(session, slug)
        try:
            about = _by_link(session, controller, token, LinkUse.CONFIRM)
        except GoneError:
            return _gone(controller, LinkUse.CONFIRM)
    return pages.render(
        "portal/confirm.html", controller=controller, token=token, kind=about.kind.value
    )


@blueprint.post("/<slug>/confirm/<token>")
@public(WHY)
def do_confirm(slug: str, token: str) -> AnyResponse | tuple[str, HTTPStatus]:
    """Take the link as proof of the address, and show the request."""
    runtime = current.runtime()
    with runtime.database.reading() as session:
        controller = purposes.controller_by_slug(session, slug)
    try:
        with runtime.database.transaction() as session:
            confirmed = acts.verify_identity(
                session,
                actor="subject",
                at=runtime.clock(),
                desk=runtime.desk,
                to=controller,
                token=token,
            )
    except GoneError:
        return _gone(controller, LinkUse.CONFIRM)
    runtime.wake("deliver-mail")
    target = url_for("portal.status", slug=slug, token=confirmed.status_token, done="confirmed")
    return redirect(target, HTTPStatus.SEE_OTHER)


@blueprint.get("/<slug>/status/<token>")
@public(WHY)
def status(slug: str, token: str) -> str | tuple[str, HTTPStatus]:
    """Show how far a request is, and when its answer is due."""
    runtime = current.runtime()
    with runtime.database.reading() as session:
        controller = purposes.controller_by_slug(session, slug)
        try:
            about = _by_link(session, controller, token, LinkUse.STATUS)
        except GoneError:
            return _gone(controller, LinkUse.STATUS)
        timeline = _timeline(session, about)
        reason = reason_of(session, cabinet=runtime.cabinet, about=about)
    return pages.render(
        "portal/status.html",
        controller=controller,
        subject_request=about,
        reason=reason,
        timeline=timeline,
        today=day_of(runtime.clock(), ZoneInfo(controller.zone)),
        flash="confirmed" if request.args.get("done") == "confirmed" else None,
    )


@blueprint.get("/<slug>/download/<token>")
@public(WHY)
def download(slug: str, token: str) -> str | tuple[str, HTTPStatus]:
    """Show the button that hands the package over."""
    runtime = current.runtime()
    with runtime.database.reading() as session:
        controller = purposes.controller_by_slug(session, slug)
        try:
            about = _by_link(session, controller, token, LinkUse.DOWNLOAD)
        except GoneError:
            return _gone(controller, LinkUse.DOWNLOAD)
        kept = session.get(Package, (about.subject_id, about.id))
    if kept is None:
        return _gone(controller, LinkUse.DOWNLOAD)
    return pages.render(
        "portal/download.html",
        controller=controller,
        token=token,
        expires_at=kept.expires_at,
        size=kept.size,
    )


@blueprint.post("/<slug>/download/<token>")
@public(WHY)
def do_download(slug: str, token: str) -> Response | tuple[str, HTTPStatus]:
    """Hand the package over, once."""
    runtime = current.runtime()
    with runtime.database.reading() as session:
        controller = purposes.controller_by_slug(session, slug)
    try:
        with runtime.database.transaction() as session:
            archive = handing.hand_over(
                session, actor="subject", at=runtime.clock(), to=controller, token=token
            )
    except GoneError:
        return _gone(controller, LinkUse.DOWNLOAD)
    return send_file(
        io.BytesIO(archive),
        mimetype="application/zip",
        as_attachment=True,
        download_name=f"{slug}.zip",
        max_age=0,
    )


def _by_link(session: Session, controller: Controller, token: str, use: LinkUse) -> SubjectRequest:
    about = queries.by_link(session, token=token, use=use, at=current.runtime().clock())
    if about.controller_id != controller.id:
        raise NotFoundError("This link is not one of ours; copy it whole from the message.")
    return about


def _timeline(session: Session, about: SubjectRequest) -> list[dict[str, Any]]:
    told = queries.timeline(session, about=about)
    lines = [
        {"at": entry.at, "step": STEPS[entry.action]} for entry in told if entry.action in STEPS
    ]
    return [{"at": about.received_at, "step": "submitted"}, *lines]


def _form(controller: Controller, values: Mapping[str, str], errors: Mapping[str, str]) -> str:
    return pages.render(
        "portal/request_form.html",
        controller=controller,
        kinds=KINDS,
        values=values,
        errors=errors,
    )


def _gone(controller: Controller, use: LinkUse) -> tuple[str, HTTPStatus]:
    return pages.render("portal/gone.html", controller=controller, use=use.value), HTTPStatus.GONE


def _codes(error: ValidationError) -> dict[str, str]:
    found: dict[str, list[str]] = error.messages_dict
    return {name: messages[0] for name, messages in found.items()}
