"""Recipients of data: who they are, where they are told of withdrawals, and what was not told."""

from http import HTTPStatus
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from privacy.consent.telling import endpoints
from privacy.consent.telling.endpoints import KINDS, EndpointFacts
from privacy.errors import InvalidError, NotFoundError
from privacy.operators.roles import Permission
from privacy.outbox import acts, queries
from privacy.outbox.models import MessageState
from privacy.outbox.queries import Traffic
from privacy.purposes import queries as purposes
from privacy.purposes.models import Controller, Recipient
from privacy.web import current
from privacy.web.auth import operators_only
from privacy.web.console.surface import blueprint, chosen, go_to, page, purpose_titles

UNSETTLED = (MessageState.PENDING, *queries.GIVEN_UP)


@blueprint.get("/recipients")
@operators_only(Permission.PURPOSES_READ)
def recipients() -> str:
    """Show every recipient, whether it can be told of withdrawals, and what waits for it."""
    controller = chosen(Permission.PURPOSES_READ)
    with current.runtime().database.reading() as session:
        known = purposes.recipients(session, controller_id=controller.id)
        hosts = queries.endpoints(session, controller_id=controller.id)
        traffic = queries.traffic(session, controller_id=controller.id)
        titles = purpose_titles(session, controller)
    lines = [
        {
            "id": one.id,
            "name": one.name,
            "role": one.role.value,
            "country": one.country,
            "purposes": [titles.get(code, code) for code in one.purposes],
            "host": hosts[one.id].host if one.id in hosts else None,
            "traffic": traffic.get(one.id, Traffic()),
        }
        for one in known
    ]
    return page("recipients", controller, recipients=lines)


@blueprint.get("/recipients/<uuid:recipient_id>")
@operators_only(Permission.PURPOSES_READ)
def recipient_detail(recipient_id: UUID) -> str:
    """Show one recipient, its endpoint, and every message that it has not taken yet."""
    controller = chosen(Permission.PURPOSES_READ)
    return _detail(controller, _recipient(controller, recipient_id))


@blueprint.post("/recipients/<uuid:recipient_id>/endpoint")
@operators_only(Permission.PURPOSES_MANAGE)
def set_endpoint(recipient_id: UUID) -> str | tuple[str, HTTPStatus]:
    """Let the recipient be told at an address; the new signing secret is shown this once."""
    runtime, controller = current.runtime(), chosen(Permission.PURPOSES_MANAGE)
    recipient = _recipient(controller, recipient_id)
    url, kind = request.form.get("url", "").strip(), request.form.get("identifier_kind", "")
    try:
        runtime.poster.check(url)  # asks the name service, so before the transaction
        with runtime.database.transaction() as session:
            secret = endpoints.set_endpoint(
                session,
                **current.by_operator(),
                cabinet=runtime.cabinet,
                recipient_id=recipient_id,
                facts=EndpointFacts(url, kind),
            )
    except InvalidError as error:
        faults = {name: f"{name}.invalid" for name in error.fields}
        return _detail(controller, recipient, errors=faults), HTTPStatus.UNPROCESSABLE_ENTITY
    return _detail(controller, recipient, secret=secret)


@blueprint.post("/recipients/<uuid:recipient_id>/endpoint/remove")
@operators_only(Permission.PURPOSES_MANAGE)
def remove_endpoint(recipient_id: UUID) -> AnyResponse:
    """Tell the recipient no more by webhook."""
    runtime, controller = current.runtime(), chosen(Permission.PURPOSES_MANAGE)
    with runtime.database.transaction() as session:
        endpoints.remove_endpoint(
            session,
            **current.by_operator(),
            controller_id=controller.id,
            recipient_id=recipient_id,
        )
    return _back(recipient_id, "endpoint_removed")


@blueprint.post("/recipients/<uuid:recipient_id>/retry")
@operators_only(Permission.PURPOSES_MANAGE)
def retry_recipient(recipient_id: UUID) -> AnyResponse:
    """Let everything that was given up be tried again."""
    runtime, controller = current.runtime(), chosen(Permission.PURPOSES_MANAGE)
    _recipient(controller, recipient_id)
    with runtime.database.transaction() as session:
        acts.retry(
            session,
            **current.by_operator(),
            controller_id=controller.id,
            recipient_id=recipient_id,
        )
    runtime.wake("deliver-webhooks")
    return _back(recipient_id, "retried")


def _recipient(controller: Controller, recipient_id: UUID) -> Recipient:
    with current.runtime().database.reading() as session:
        found = purposes.recipient(session, recipient_id=recipient_id)
    if found.controller_id != controller.id:
        raise NotFoundError("There is no such recipient.")
    return found


def _detail(
    controller: Controller,
    recipient: Recipient,
    *,
    errors: dict[str, str] | None = None,
    secret: str | None = None,
) -> str:
    with current.runtime().database.reading() as session:
        endpoint = queries.endpoints(session, controller_id=controller.id).get(recipient.id)
        traffic = queries.traffic(session, controller_id=controller.id)
        unsettled = queries.webhooks(
            session, controller_id=controller.id, recipient_id=recipient.id, states=UNSETTLED
        )
        titles = purpose_titles(session, controller)
    return page(
        "recipient_detail",
        controller,
        recipient=recipient,
        purposes=[titles.get(code, code) for code in recipient.purposes],
        endpoint=endpoint,
        traffic=traffic.get(recipient.id, Traffic()),
        messages=unsettled,
        kinds=sorted(KINDS - {"", "visitor"}),
        errors=errors or {},
        secret=secret,
        values={"url": request.form.get("url", "") if errors else ""},
    )


def _back(recipient_id: UUID, done: str) -> AnyResponse:
    return go_to("recipient_detail", recipient_id=recipient_id, done=done)
