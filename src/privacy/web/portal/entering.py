"""Coming to one's preferences: by a mailed link, or by the word of a site, and leaving them."""

from http import HTTPStatus

from flask import redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from privacy.consent.vouching import vouched
from privacy.errors import GoneError, InvalidError, NotFoundError
from privacy.preferences import acts, links, queries
from privacy.purposes import queries as purposes
from privacy.purposes.models import Controller
from privacy.web import current, pages
from privacy.web.auth import public
from privacy.web.limits import limited
from privacy.web.portal import visiting
from privacy.web.portal.surface import WHY, blueprint, controller_of
from privacy.web.security import from_anywhere

AUDIENCE = "preferences"
"""What a site's token must be made for, so that one for the banner opens nothing here."""


@blueprint.post("/<slug>/preferences/link")
@public(WHY)
@limited("sign-in")
def preferences_link(slug: str) -> AnyResponse | tuple[str, HTTPStatus]:
    """Send a link to the address that was typed; the answer is the same whoever it belongs to."""
    runtime, controller = current.runtime(), controller_of(slug)
    email = request.form.get("email", "")
    typed = links.Typed(email, pages.language(), runtime.settings.public_url)
    try:
        with runtime.database.transaction() as session:
            links.ask_link(
                session, at=runtime.clock(), cabinet=runtime.cabinet, to=controller, typed=typed
            )
    except InvalidError:
        fault = "email.invalid" if email.strip() else "email.missing"
        return form(controller, email, {"email": fault}), HTTPStatus.UNPROCESSABLE_ENTITY
    runtime.wake("deliver-mail")
    return redirect(url_for("portal.preferences_sent", slug=slug), HTTPStatus.SEE_OTHER)


@blueprint.get("/<slug>/preferences/sent")
@public(WHY)
def preferences_sent(slug: str) -> str:
    """Say that a mail is on its way, to everybody alike."""
    return pages.render("portal/preferences_sent.html", controller=controller_of(slug))


@blueprint.get("/<slug>/preferences/open/<token>")
@public(WHY)
def preferences_open(slug: str, token: str) -> str | tuple[str, HTTPStatus]:
    """Show the button that opens the preferences; a scanner that follows the link does no harm."""
    runtime, controller = current.runtime(), controller_of(slug)
    with runtime.database.reading() as session:
        try:
            queries.check_link(
                session, token=token, controller_id=controller.id, at=runtime.clock()
            )
        except GoneError:
            return _gone(controller)
    return pages.render("portal/preferences_open.html", controller=controller, token=token)


@blueprint.post("/<slug>/preferences/open/<token>")
@public(WHY)
def preferences_do_open(slug: str, token: str) -> AnyResponse | tuple[str, HTTPStatus]:
    """Take the link as proof of the address, once, and open the preferences."""
    runtime, controller = current.runtime(), controller_of(slug)
    try:
        with runtime.database.transaction() as session:
            opened = acts.open_by_link(
                session,
                actor="subject",
                at=runtime.clock(),
                cabinet=runtime.cabinet,
                to=controller,
                token=token,
            )
    except GoneError:
        return _gone(controller)
    return visiting.enter(controller, opened)


@blueprint.post("/<slug>/preferences/enter")
@public(WHY)
@from_anywhere("a page of the controller's site posts it; the site's signature is the right")
@limited("sign-in")
def preferences_enter(slug: str) -> AnyResponse | tuple[str, HTTPStatus]:
    """Take the word of a site where somebody is signed in, once, and open their preferences.

    The form has the site's key and a token signed for the audience `preferences`.
    """
    controller = controller_of(slug)
    try:
        return visiting.enter(controller, opened_by_word(controller, AUDIENCE))
    except GoneError:
        return _gone(controller)


def opened_by_word(controller: Controller, audience: str) -> str:
    """Return the token of a session for whom the posted word of a site names, for one use.

    Raises InvalidError for a word that is not accepted, NotFoundError for a site of another
    controller, and GoneError for a word that was used before.
    """
    runtime = current.runtime()
    key, token = request.form.get("site", ""), request.form.get("token", "")
    with runtime.database.transaction() as session:
        site = purposes.site_by_key(session, key)
        if site.controller_id != controller.id:
            raise NotFoundError("This site belongs to another controller.")
        word = vouched(
            session,
            cabinet=runtime.cabinet,
            site=site,
            audience=audience,
            token=token,
            at=runtime.clock(),
        )
        return acts.open_by_site(
            session,
            actor="subject",
            at=runtime.clock(),
            cabinet=runtime.cabinet,
            to=controller,
            vouched=acts.ByWord(token, word.claim),
        )


@blueprint.post("/<slug>/preferences/leave")
@public(WHY)
def preferences_leave(slug: str) -> AnyResponse:
    """End the session at once."""
    runtime, controller = current.runtime(), controller_of(slug)
    token = visiting.token()
    if token:
        with runtime.database.transaction() as session:
            links.leave(session, token=token)
    return visiting.leave(controller)


def form(controller: Controller, email: str = "", errors: dict[str, str] | None = None) -> str:
    """Return the page on which an address is typed."""
    return pages.render(
        "portal/preferences_enter.html", controller=controller, email=email, errors=errors or {}
    )


def _gone(controller: Controller) -> tuple[str, HTTPStatus]:
    page = pages.render("portal/preferences_gone.html", controller=controller)
    return page, HTTPStatus.GONE
