"""What every page of the console shares: the operator, the controller, what may be done."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, request

from privacy.errors import ForbiddenError
from privacy.operators.roles import Permission
from privacy.policy.months import day_of
from privacy.purposes import queries as purposes
from privacy.purposes.models import Controller
from privacy.web import current, pages

blueprint = Blueprint("console", __name__, url_prefix="/console")


def chosen(permission: Permission | None = None) -> Controller:
    """Return the controller whose things this operator looks at.

    It is the one that `?controller=<slug>` names, else the first for which the operator holds
    the permission (any role, where none is asked). Raises ForbiddenError when there is none.
    """
    operator = current.operator()
    held = operator.controllers(permission) if permission else operator.roles.keys()
    with current.runtime().database.reading() as session:
        mine = [one for one in purposes.controllers(session) if one.id in held]
    wanted = request.args.get("controller")
    for one in mine:
        if wanted in {None, one.slug}:
            return one
    raise ForbiddenError("Your roles do not allow this.")


def page(template: str, controller: Controller, **context: Any) -> str:
    """Return a page of the console."""
    operator = current.operator()
    may = {one.value for one in Permission if operator.may(controller.id, one)}
    return pages.render(
        f"console/{template}.html",
        **{"operator": operator, "controller": controller, "may": may, "flash": _flash()}
        | context,
    )


def today_of(controller: Controller) -> Any:
    """Return the present day of a controller's calendar."""
    return day_of(current.runtime().clock(), ZoneInfo(controller.zone))


def uuid_of(text: str | None) -> UUID | None:
    """Return the id that was typed, or None for what is none."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _flash() -> str | None:
    """Return what was just done, which a redirect says in `?done=`; only words we know."""
    done = request.args.get("done")
    return done if done in {"approved", "refused", "extended", "password_changed"} else None
