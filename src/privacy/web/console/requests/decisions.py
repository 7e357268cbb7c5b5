"""Deciding on a request: approve it, refuse it, take more time."""

from functools import partial
from http import HTTPStatus
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from privacy.operators.roles import Permission
from privacy.requests import deciding, transfers
from privacy.requests.answering import failing
from privacy.requests.deciding import Decision, RefusalGround
from privacy.web import current
from privacy.web.auth import operators_only
from privacy.web.console.requests.deciding import decide, decider_of, not_accepted, reason_faults
from privacy.web.console.surface import blueprint


@blueprint.post("/requests/<uuid:request_id>/approve")
@operators_only(Permission.REQUESTS_APPROVE)
def approve(request_id: UUID) -> AnyResponse:
    """Decide that the request is answered; the search begins after the commit."""
    controller = decider_of(request_id)
    return decide(controller, request_id, deciding.approve, done="approved", wake="fulfil-access")


@blueprint.post("/requests/<uuid:request_id>/transfer/decline")
@operators_only(Permission.REQUESTS_APPROVE)
def decline_transfer(request_id: UUID) -> AnyResponse:
    """Decide that sending the data to another controller is not feasible (Art. 20(2) GDPR)."""
    controller = decider_of(request_id)
    act = partial(transfers.decline_first, desk=current.runtime().desk)
    return decide(controller, request_id, act, done="transfer_declined", wake="deliver-mail")


@blueprint.post("/requests/<uuid:request_id>/refuse")
@operators_only(Permission.REQUESTS_APPROVE)
def refuse(request_id: UUID) -> AnyResponse | tuple[str, HTTPStatus]:
    """Decide that the request is not answered, for a ground and with a reason."""
    controller = decider_of(request_id)
    ground, reason = request.form.get("ground", ""), request.form.get("reason", "").strip()
    errors = reason_faults("refuse-reason", reason) | _ground_faults(ground)
    if errors:
        return not_accepted(controller, request_id, "refuse", errors)
    why = Decision(controller, reason, RefusalGround(ground))
    act = partial(deciding.refuse, desk=current.runtime().desk, why=why)
    return decide(controller, request_id, act, done="refused", wake="deliver-mail")


@blueprint.post("/requests/<uuid:request_id>/extend")
@operators_only(Permission.REQUESTS_APPROVE)
def extend(request_id: UUID) -> AnyResponse | tuple[str, HTTPStatus]:
    """Take two further months, with a reason that the subject is told."""
    controller = decider_of(request_id)
    reason = request.form.get("reason", "").strip()
    errors = reason_faults("extend-reason", reason)
    if errors:
        return not_accepted(controller, request_id, "extend", errors)
    desk, why = current.runtime().desk, Decision(controller, reason)
    act = partial(deciding.extend, desk=desk, why=why)
    return decide(controller, request_id, act, done="extended", wake="deliver-mail")


@blueprint.post("/requests/<uuid:request_id>/stores/<store>/waive")
@operators_only(Permission.REQUESTS_APPROVE)
def waive(request_id: UUID, store: str) -> AnyResponse:
    """Decide to answer without a data store that fails; the request is tried again at once."""
    controller, act = decider_of(request_id), partial(failing.waive, store=store)
    return decide(controller, request_id, act, done="waived", wake="fulfil-access")


def _ground_faults(ground: str) -> dict[str, str]:
    if not ground:
        return {"ground": "ground.missing"}
    return {} if ground in set(RefusalGround) else {"ground": "ground.invalid"}
