"""What every page of the portal shares: its address, its controller, the end of a link."""

from http import HTTPStatus

from flask import Blueprint

from privacy.purposes import queries as purposes
from privacy.purposes.models import Controller
from privacy.requests.models import LinkUse
from privacy.web import current, pages

WHY = "subjects exercise their rights without an account (Art. 12(2) GDPR)"

blueprint = Blueprint("portal", __name__, url_prefix="/portal")


def controller_of(slug: str) -> Controller:
    """Return the controller whose portal this is; raise NotFoundError if there is none."""
    with current.runtime().database.reading() as session:
        return purposes.controller_by_slug(session, slug)


def gone(controller: Controller, use: LinkUse) -> tuple[str, HTTPStatus]:
    """Say that a link was used or has expired, and what to do now."""
    return pages.render("portal/gone.html", controller=controller, use=use.value), HTTPStatus.GONE
