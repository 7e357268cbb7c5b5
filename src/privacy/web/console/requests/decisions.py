"""Deciding on a request: approve it, refuse it, take more time."""

from collections.abc import Mapping
from http import HTTPStatus
from uuid import UUID

from flask import redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from privacy.errors import ForbiddenError
from privacy.operators.roles import Permission
from privacy.purposes.models import Controller
from privacy.requests import deciding, queries, transfers
from privacy.requests.answering import failing
from privacy.requests.deciding import Decision, RefusalGround
from privacy.web import current
from privacy.web.auth import operators_only
from privacy.web.console.requests.board import controller_of, detail
from privacy.web.console.surface import blueprint

LONGEST_REASON = 2000
SHORTEST_REASON = 10


@blueprint.post("/requests/<uuid:request_id>/approve")
@operators_only(Permission.REQUESTS_APPROVE)
def approve(request_id: UUID) -> AnyResponse:
    """Decide that the request is answered; the search begins after the commit."""
    controller, runtime = decider_of(request_id), current.runtime()
    with runtime.database.transaction() as session:
        about = queries.request_of(session, controller_id=controller.id, request_id=request_id)
        deciding.approve(session, actor=current.operator().actor, at=runtime.clock(), about=about)
    runtime.wake("fulfil-access")
    return done(request_id, "approved")


@blueprint.post("/requests/<uuid:request_id>/transfer/decline")
@operators_only(Permission.REQUESTS_APPROVE)
def decline_transfer(request_id: UUID) -> AnyResponse:
    """Decide that sending the data to another controller is not feasible (Art. 20(2) GDPR)."""
    controller, runtime = decider_of(request_id), current.runtime()
    with runtime.database.transaction() as session:
        about = queries.request_of(session, controller_id=controller.id, request_id=request_id)
        transfers.decline_first(
            session,
            actor=current.operator().actor,
            at=runtime.clock(),
            desk=runtime.desk,
            about=about,
        )
    runtime.wake("deliver-mail")
    return done(request_id, "transfer_declined")


@blueprint.post("/requests/<uuid:request_id>/refuse")
@operators_only(Permission.REQUESTS_APPROVE)
def refuse(request_id: UUID) -> AnyResponse | tuple[str, HTTPStatus]:
    """Decide that the request is not answered, for a ground and with a reason."""
    controller, runtime = decider_of(request_id), current.runtime()
    ground, reason = request.form.get("ground", ""), request.form.get("reason", "").strip()
    errors = reason_faults("refuse-reason", reason) | _ground_faults(ground)
    if errors:
        return not_accepted(controller, request_id, "refuse", errors)
    with runtime.database.transaction() as session:
        deciding.refuse(
            session,
            actor=current.operator().actor,
            at=runtime.clock(),
            desk=runtime.desk,
            about=queries.request_of(session, controller_id=controller.id, request_id=request_id),
            why=Decision(controller, reason, RefusalGround(ground)),
        )
    runtime.wake("deliver-mail")
    return done(request_id, "refused")


@blueprint.post("/requests/<uuid:request_id>/extend")
@operators_only(Permission.REQUESTS_APPROVE)
def extend(request_id: UUID) -> AnyResponse | tuple[str, HTTPStatus]:
    """Take two further months, with a reason that the subject is told."""
    controller, runtime = decider_of(request_id), current.runtime()
    reason = request.form.get("reason", "").strip()
    errors = reason_faults("extend-reason", reason)
    if errors:
        return not_accepted(controller, request_id, "extend", errors)
    with runtime.database.transaction() as session:
        deciding.extend(
            session,
            actor=current.operator().actor,
            at=runtime.clock(),
            desk=runtime.desk,
            about=queries.request_of(session, controller_id=controller.id, request_id=request_id),
            why=Decision(controller, reason),
        )
    runtime.wake("deliver-mail")
    return done(request_id, "extended")


@blueprint.post("/requests/<uuid:request_id>/stores/<store>/waive")
@operators_only(Permission.REQUESTS_APPROVE)
def waive(request_id: UUID, store: str) -> AnyResponse:
    """Decide to answer without a data store that fails; the request is tried again at once."""
    controller, runtime = decider_of(request_id), current.runtime()
    with runtime.database.transaction() as session:
        failing.waive(
            session,
            actor=current.operator().actor,
            at=runtime.clock(),
            about=queries.request_of(session, controller_id=controller.id, request_id=request_id),
            store=store,
        )
    runtime.wake("fulfil-access")
    return done(request_id, "waived")


def decider_of(request_id: UUID) -> Controller:
    """Return the controller of a request on which this operator may decide."""
    found = controller_of(request_id)
    if not current.operator().may(found.id, Permission.REQUESTS_APPROVE):
        raise ForbiddenError("Your roles do not allow this.")
    return found


def done(request_id: UUID, what: str) -> AnyResponse:
    """Go back to the page of a request, which says what was done."""
    target = url_for("console.request_detail", request_id=request_id, done=what)
    return redirect(target, HTTPStatus.SEE_OTHER)


def not_accepted(
    controller: Controller, request_id: UUID, form: str, errors: Mapping[str, str]
) -> tuple[str, HTTPStatus]:
    """Return the page of a request with a form as it was typed, and what is wrong with it."""
    typed = {"form": form, "errors": errors, "values": request.form.to_dict()}
    return detail(controller, request_id, **typed), HTTPStatus.UNPROCESSABLE_ENTITY


def reason_faults(field: str, reason: str) -> dict[str, str]:
    """Return what is wrong with words that somebody is going to read, by field."""
    if not reason:
        return {field: "reason.missing"}
    if len(reason) > LONGEST_REASON:
        return {field: "reason.long"}
    return {field: "reason.short"} if len(reason) < SHORTEST_REASON else {}


def _ground_faults(ground: str) -> dict[str, str]:
    if not ground:
        return {"ground": "ground.missing"}
    return {} if ground in set(RefusalGround) else {"ground": "ground.invalid"}
