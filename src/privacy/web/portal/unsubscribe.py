"""Unsubscribing by the link of a mail (RFC 2369), and by one click of a mail program (RFC 8058).

Reading the page changes nothing, since scanners and previews follow links; a POST withdraws, with
no cookie, no session and no form of ours: the link is the whole right to do so.
"""

from http import HTTPStatus

from flask import Blueprint, request

from privacy.consent.models import Method
from privacy.errors import NotFoundError
from privacy.preferences.unsubscribe import Ticket, Wish, ticket_of, unsubscribe
from privacy.purposes import queries as purposes
from privacy.purposes.models import Controller, Purpose
from privacy.web import current, pages
from privacy.web.auth import public
from privacy.web.limits import limited
from privacy.web.security import from_anywhere

WHY = "whoever gets a mail may stop it without an account (CPCE L. 34-5; RFC 8058)"

blueprint = Blueprint("unsubscribe", __name__, url_prefix="/u")


@blueprint.get("/<token>")
@public(WHY)
@limited("banner")
def ask(token: str) -> str:
    """Show the button that unsubscribes."""
    _, controller, purpose = _meant(token)
    return _page(controller, purpose, done=False)


@blueprint.post("/<token>")
@public(WHY)
@from_anywhere("mail programs post it; the token is the right to withdraw this one purpose")
@limited("banner")
def stop(token: str) -> tuple[str, HTTPStatus]:
    """Withdraw at once; a second time changes nothing and is answered alike."""
    runtime = current.runtime()
    ticket, controller, purpose = _meant(token)
    by_program = request.form.get("List-Unsubscribe") == "One-Click"
    wish = Wish(
        Method.ONE_CLICK if by_program else Method.PREFERENCE_CENTRE,
        pages.language(),
        runtime.keyring.signer.name,
    )
    with runtime.database.transaction() as session:
        unsubscribe(session, at=runtime.clock(), ticket=ticket, wish=wish)
    runtime.wake("deliver-webhooks")
    return _page(controller, purpose, done=True), HTTPStatus.OK


def _meant(token: str) -> tuple[Ticket, Controller, Purpose]:
    """Return what a token withdraws; raise NotFoundError for one that we did not make."""
    runtime = current.runtime()
    with runtime.database.reading() as session:
        ticket = ticket_of(session, cabinet=runtime.cabinet, token=token)
        controller = purposes.controller(session, ticket.controller_id)
        known = purposes.current_purposes(session, controller_id=controller.id)
    if ticket.purpose_code not in known:
        raise NotFoundError("There is no such link.")
    return ticket, controller, known[ticket.purpose_code]


def _page(controller: Controller, purpose: Purpose, *, done: bool) -> str:
    title = purpose.texts[pages.language()]["title"]
    return pages.render("portal/unsubscribe.html", controller=controller, title=title, done=done)
