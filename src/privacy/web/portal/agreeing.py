"""Saying whether somebody asks in one's name by one's wish; the link is in a letter."""

from http import HTTPStatus

from flask import redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from privacy.errors import GoneError
from privacy.requests import agreeing
from privacy.requests.models import LinkUse
from privacy.web import current, pages
from privacy.web.auth import public
from privacy.web.portal.surface import WHY, blueprint, controller_of, gone


@blueprint.get("/<slug>/mandate/<token>")
@public(WHY)
def agreement(slug: str, token: str) -> str | tuple[str, HTTPStatus]:
    """Show who asks, for what, and the two answers."""
    runtime, controller = current.runtime(), controller_of(slug)
    try:
        with runtime.database.reading() as session:
            found = agreeing.waiting(
                session, desk=runtime.desk, to=controller, token=token, at=runtime.clock()
            )
    except GoneError:
        return gone(controller, LinkUse.MANDATE)
    return pages.render(
        "portal/agreement.html",
        controller=controller,
        token=token,
        kind=found.about.kind.value,
        acting=found.acting,
    )


@blueprint.post("/<slug>/mandate/<token>")
@public(WHY)
def agree(slug: str, token: str) -> AnyResponse | tuple[str, HTTPStatus]:
    """Take the answer, once; whatever is not a clear yes is a no."""
    runtime, controller = current.runtime(), controller_of(slug)
    agreed = request.form.get("agreed") == "yes"
    try:
        with runtime.database.transaction() as session:
            agreeing.reply(
                session,
                at=runtime.clock(),
                desk=runtime.desk,
                to=controller,
                token=token,
                agreed=agreed,
            )
    except GoneError:
        return gone(controller, LinkUse.MANDATE)
    runtime.wake("deliver-mail")
    said = "yes" if agreed else "no"
    return redirect(url_for("portal.agreed", slug=slug, said=said), HTTPStatus.SEE_OTHER)


@blueprint.get("/<slug>/agreed")
@public(WHY)
def agreed(slug: str) -> str:
    """Say that the answer was noted."""
    said = request.args.get("said") == "yes"
    return pages.render("portal/agreement_done.html", controller=controller_of(slug), agreed=said)
