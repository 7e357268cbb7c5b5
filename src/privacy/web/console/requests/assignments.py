"""Searches by hand in the console: what waits, and one of them with its form."""

from http import HTTPStatus
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from privacy.assignments import acts, queries
from privacy.assignments.models import AssignmentState
from privacy.errors import GoneError
from privacy.operators.roles import Permission
from privacy.purposes.models import Controller
from privacy.web import current, replies
from privacy.web.auth import operators_only
from privacy.web.console.surface import blueprint, chosen, go_to, owned, page, today_of
from privacy.web.intake import allowing


@blueprint.get("/assignments")
@operators_only(Permission.ASSIGNMENTS_ANSWER)
def assignments() -> str:
    """Show what waits for an answer; what is due first stands at the top."""
    controller = chosen(Permission.ASSIGNMENTS_ANSWER)
    with current.runtime().database.reading() as session:
        waiting = queries.board(session, controller_id=controller.id)
    opened = current.runtime().open_stores(controller.id)
    titles = {name: one.definition.title[current.language()] for name, one in opened.items()}
    return page(
        "assignments",
        controller,
        assignments=waiting,
        titles=titles,
        today=today_of(controller),
    )


@blueprint.get("/assignments/<uuid:assignment_id>")
@operators_only(Permission.ASSIGNMENTS_ANSWER)
def assignment_detail(assignment_id: UUID) -> str:
    """Show one search and its form; that it was looked at is an act of its own."""
    controller, runtime = _controller(assignment_id), current.runtime()
    with runtime.database.transaction() as session:
        about = queries.by_id(session, assignment_id=assignment_id)
        if about.state in acts.ANSWERABLE:
            acts.view_assignment(session, **current.by_operator(), about=about)
    return _page(controller, assignment_id, {})


@blueprint.post("/assignments/<uuid:assignment_id>")
@operators_only(Permission.ASSIGNMENTS_ANSWER)
@allowing(replies.MOST_BYTES)
def answer_assignment(assignment_id: UUID) -> AnyResponse | tuple[str, HTTPStatus]:
    """Take the answer of an operator; the request goes on at once."""
    controller, runtime = _controller(assignment_id), current.runtime()
    with runtime.database.reading() as session:
        about = queries.by_id(session, assignment_id=assignment_id)
    errors = replies.take(about, actor=current.operator().actor)
    if errors:
        return _page(controller, assignment_id, errors), HTTPStatus.UNPROCESSABLE_ENTITY
    return go_to("assignments", done="assignment_answered")


def _controller(assignment_id: UUID) -> Controller:
    """Return the controller of an assignment that this operator may answer."""
    with current.runtime().database.reading() as session:
        of = queries.by_id(session, assignment_id=assignment_id).controller_id
    return owned(of, Permission.ASSIGNMENTS_ANSWER, otherwise="There is no such assignment.")


def _page(controller: Controller, assignment_id: UUID, errors: dict[str, str]) -> str:
    with current.runtime().database.reading() as session:
        about = queries.by_id(session, assignment_id=assignment_id)
        if about.state is AssignmentState.CLOSED:
            raise GoneError("This search is closed.")
        shown = replies.sheet(session, about)
    return page(
        "assignment_detail",
        controller,
        errors=errors,
        values=request.form.to_dict(),
        today=today_of(controller),
        **shown,
    )
