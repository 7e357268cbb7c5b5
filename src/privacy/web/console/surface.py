"""What every page of the console shares: the operator, the controller, what may be done."""

from collections.abc import Sequence
from datetime import date
from http import HTTPStatus
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, g, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from privacy.errors import ForbiddenError, NotFoundError
from privacy.operators.roles import Permission
from privacy.policy.months import day_of
from privacy.purposes import queries as purposes
from privacy.purposes.models import Controller
from privacy.web import current, pages

FLASHES = frozenset(
    {
        "approved",
        "assignment_answered",
        "asked",
        "decided",
        "declared",
        "draft_dropped",
        "draft_saved",
        "refused",
        "endpoint_removed",
        "extended",
        "field_decided",
        "lead_decided",
        "agreement_asked",
        "letter_posted",
        "mandate",
        "merged",
        "password_changed",
        "published",
        "place_waived",
        "proven",
        "retried",
        "resumed",
        "scan_asked",
        "scan_planned",
        "search_again",
        "settled",
        "store_checked",
        "store_registered",
        "taken_in",
        "transfer_declined",
        "waived",
    }
)
"""What a redirect may say in `?done=` that was just done."""
NO_CONTROLLER = frozenset({"console.sign_in", "console.do_sign_in", "console.sign_out"})

blueprint = Blueprint("console", __name__, url_prefix="/console")


def mine(permission: Permission | None = None) -> Sequence[Controller]:
    """Return the controllers for which this operator holds the permission (None: any role)."""
    operator = current.operator()
    held = operator.controllers(permission) if permission else operator.roles.keys()
    with current.runtime().database.reading() as session:
        return [one for one in purposes.controllers(session) if one.id in held]


def chosen(permission: Permission | None = None) -> Controller:
    """Return the controller whose things this operator looks at.

    It is the one that `?controller=<slug>` names, else the first for which the operator holds
    the permission. Raises ForbiddenError when there is none.
    """
    wanted = request.args.get("controller")
    for one in mine(permission):
        if wanted in {None, one.slug}:
            return keep(one)
    raise ForbiddenError("Your roles do not allow this.")


def keep(controller: Controller) -> Controller:
    """Let the addresses on this page lead to pages of the same controller."""
    if len(current.operator().roles) > 1:
        g.controller_slug = controller.slug
    return controller


@blueprint.url_defaults
def _name_controller(endpoint: str, values: dict[str, Any]) -> None:
    slug = g.get("controller_slug")
    if slug and endpoint not in NO_CONTROLLER:
        values.setdefault("controller", slug)


def page(template: str, controller: Controller, **context: Any) -> str:
    """Return a page of the console."""
    operator = current.operator()
    may = {one.value for one in Permission if operator.may(controller.id, one)}
    return pages.render(
        f"console/{template}.html",
        **{"operator": operator, "controller": controller, "may": may, "flash": _flash()}
        | context,
    )


def go_to(endpoint: str, **values: Any) -> AnyResponse:
    """Return the answer to an act: the page of the console that says what was `done`."""
    return redirect(url_for(f"console.{endpoint}", **values), HTTPStatus.SEE_OTHER)


def owned(controller_id: UUID, permission: Permission, *, otherwise: str) -> Controller:
    """Return the controller of a thing, if the operator holds the permission for it.

    Else NotFoundError with these words, the same as for a thing that does not exist.
    """
    for one in mine(permission):
        if one.id == controller_id:
            return keep(one)
    raise NotFoundError(otherwise)


def purpose_titles(session: Session, controller: Controller) -> dict[str, str]:
    """Return what the purposes in force are called in the operator's language, by code."""
    known = purposes.current_purposes(session, controller_id=controller.id)
    return {code: one.texts[current.language()]["title"] for code, one in known.items()}


def today_of(controller: Controller) -> date:
    """Return the present day of a controller's calendar."""
    return day_of(current.runtime().clock(), ZoneInfo(controller.zone))


def uuid_of(text: str | None) -> UUID | None:
    """Return the id that was typed, or None for what is none."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _flash() -> str | None:
    done = request.args.get("done")
    return done if done in FLASHES else None
