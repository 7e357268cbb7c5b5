"""Where vendors that answer later post what they found: signed, fresh, once."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, request

from privacy.assignments import queries
from privacy.assignments.acts import Reply
from privacy.assignments.correcting import said_by
from privacy.assignments.models import Assignment, AssignmentState, Task
from privacy.assignments.signed import answer_of, ensure_signed
from privacy.errors import ConflictError, NotFoundError
from privacy.rectification import keepers
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
    document = intake.parse(octets)
    if about.task == Task.CORRECT:
        _corrected(about, document)
    else:
        _searched(about, Reply(store.definition, answer_of(assignment_id, document)))
    return "", HTTPStatus.NO_CONTENT


def _searched(about: Assignment, reply: Reply) -> None:
    runtime = current.runtime()
    if about.state is not AssignmentState.OPEN:
        raise ConflictError("This question was answered before, or is needed no more.")
    with runtime.database.transaction() as session:
        awaiting.take_answer(
            session,
            actor="system",
            at=runtime.clock(),
            desk=runtime.desk,
            about=queries.by_id(session, assignment_id=about.id),
            reply=reply,
        )
    runtime.wake("fulfil-access")


def _corrected(about: Assignment, document: Mapping[str, Any]) -> None:
    runtime, said = current.runtime(), said_by(about.id, document)
    with runtime.database.transaction() as session:
        keepers.take_answer(
            session,
            actor="system",
            at=runtime.clock(),
            desk=runtime.desk,
            about=queries.by_id(session, assignment_id=about.id),
            said=said,
        )
    runtime.wake("rectify")
