"""Where vendors that answer later post what they found: signed, fresh, once."""

from http import HTTPStatus
from typing import Final
from uuid import UUID

from flask import Blueprint, request

from privacy.assignments import queries
from privacy.assignments.acts import Reply
from privacy.assignments.models import AssignmentState
from privacy.assignments.signed import answer_of, ensure_signed
from privacy.errors import ConflictError, NotFoundError
from privacy.requests.answering import awaiting
from privacy.stores.assigned import Vendor
from privacy.web import current, intake
from privacy.web.auth import public
from privacy.web.intake import allowing
from privacy.web.limits import limited

MOST_BYTES: Final = 1024 * 1024

blueprint = Blueprint("answers", __name__, url_prefix="/answers")


@blueprint.post("/<uuid:assignment_id>")
@public("a vendor answers what it was asked; its signature is the right to")
@limited("machine")
@allowing(MOST_BYTES)
def vendor_answer(assignment_id: UUID) -> tuple[str, HTTPStatus]:
    """Take a vendor's signed answer; the request that waits for it goes on at once."""
    runtime, octets = current.runtime(), request.get_data()
    with runtime.database.reading() as session:
        about = queries.by_id(session, assignment_id=assignment_id)
    store = runtime.open_stores(about.controller_id).get(about.store_name)
    if store is None or not isinstance(store, Vendor):
        raise NotFoundError("There is no such question.")
    headers = {name.lower(): value for name, value in request.headers.items()}
    ensure_signed(store.signing_secret, headers, body=octets, at=runtime.clock())
    answer = answer_of(assignment_id, intake.parse(octets))
    if about.state is not AssignmentState.OPEN:
        raise ConflictError("This question was answered before, or is needed no more.")
    with runtime.database.transaction() as session:
        awaiting.take_answer(
            session,
            actor="system",
            at=runtime.clock(),
            desk=runtime.desk,
            about=queries.by_id(session, assignment_id=assignment_id),
            reply=Reply(store.definition, answer),
        )
    runtime.wake("fulfil-access")
    return "", HTTPStatus.NO_CONTENT
