"""Asking without a link to confirm, for somebody whom a site signed in and handed over."""

from http import HTTPStatus
from uuid import UUID

from flask import redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from privacy.errors import GoneError
from privacy.purposes.models import Controller
from privacy.requests.intake.signing_in import SignedIn, reached_at, submit_signed_in
from privacy.requests.models import RequestKind
from privacy.requests.statements import Statement
from privacy.web import current, pages
from privacy.web.auth import public
from privacy.web.limits import limited
from privacy.web.portal import visiting
from privacy.web.portal.entering import opened_by_word
from privacy.web.portal.schemas import KINDS
from privacy.web.portal.surface import WHY, blueprint, controller_of
from privacy.web.security import from_anywhere

AUDIENCE = "request"
"""What a site's token must be made for, so that one for anything else opens no request."""


@blueprint.post("/<slug>/request/enter")
@public(WHY)
@from_anywhere("a page of the controller's site posts it; the site's signature is the right")
@limited("sign-in")
def request_enter(slug: str) -> AnyResponse | tuple[str, HTTPStatus]:
    """Take the word of a site where somebody is signed in, once, and show them the form.

    The form has the site's key, a token signed for the audience `request`, and perhaps a kind.
    """
    controller, kind = controller_of(slug), request.form.get("kind", "")
    asked = {"kind": kind} if kind in KINDS else {}
    try:
        opened = opened_by_word(controller, AUDIENCE)
    except GoneError:
        page = pages.render("portal/preferences_gone.html", controller=controller)
        return page, HTTPStatus.GONE
    return visiting.enter(controller, opened, "portal.request_form", **asked)


def known_here(controller: Controller) -> tuple[UUID, str] | None:
    """Return whom the browser's session knows and, half hidden, where letters go to them.

    None where nobody is known, or letters could go nowhere: then the usual way is as good.
    """
    runtime, subject_id = current.runtime(), visiting.subject_id(controller)
    if subject_id is None:
        return None
    with runtime.database.reading() as session:
        try:
            place = reached_at(
                session,
                cabinet=runtime.cabinet,
                controller_id=controller.id,
                subject_id=subject_id,
            )
        except GoneError:  # erased since the session began
            place = None
    return (subject_id, veiled(place.value)) if place else None


def veiled(address: str) -> str:
    """Return so much of an address or number that only its owner knows it again."""
    local, at, domain = address.partition("@")
    return f"{local[:1]}***@{domain}" if at else f"***{address[-2:]}"


def submit_known(
    controller: Controller, subject_id: UUID, kind: RequestKind, said: Statement
) -> AnyResponse:
    """Open the request at once, and lead to its page."""
    runtime = current.runtime()
    made = SignedIn(subject_id, kind, pages.language(), said)
    with runtime.database.transaction() as session:
        confirmed = submit_signed_in(
            session,
            actor="subject",
            at=runtime.clock(),
            desk=runtime.desk,
            to=controller,
            made=made,
        )
    for job in ("deliver-mail", "deliver-texts"):
        runtime.wake(job)
    if kind is RequestKind.RECTIFICATION:
        runtime.wake("rectify")
    slug, token = controller.slug, confirmed.status_token
    target = url_for("portal.status", slug=slug, token=token, done="confirmed")
    return redirect(target, HTTPStatus.SEE_OTHER)
