"""The start of the console, which leads to what the operator is here for."""

from flask import redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from privacy.operators.roles import Permission
from privacy.web import current
from privacy.web.auth import signed_in
from privacy.web.console.surface import blueprint, chosen

STARTS = (
    (Permission.REQUESTS_READ, "console.requests"),
    (Permission.AUDIT_READ, "console.audit"),
    (Permission.STORES_READ, "console.stores"),
)
"""What comes first, for whom who may see it."""


@blueprint.get("/")
@signed_in
def home() -> AnyResponse:
    """Go to the first page that the operator may see."""
    controller, operator = chosen(), current.operator()
    allowed = (target for permission, target in STARTS if operator.may(controller.id, permission))
    return redirect(url_for(next(allowed, "console.account")))
