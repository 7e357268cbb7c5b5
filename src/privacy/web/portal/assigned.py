"""The page of an archive keeper who has no account: its link is the right to answer, once.

Reading it changes nothing but the log, which keeps that it was read; a POST answers.
"""

from http import HTTPStatus

from flask import request

from privacy.assignments import acts, queries
from privacy.assignments.models import Assignment
from privacy.errors import ConflictError, GoneError
from privacy.purposes.models import Controller
from privacy.web import current, pages, replies
from privacy.web.auth import public
from privacy.web.intake import allowing
from privacy.web.portal.surface import blueprint, controller_of

WHY = "whoever keeps an archive answers for it without an account; the link is the right to"


@blueprint.get("/<slug>/assignment/<token>")
@public(WHY)
def assignment(slug: str, token: str) -> str | tuple[str, HTTPStatus]:
    """Show what is to be searched for, and the form that answers."""
    controller, runtime = controller_of(slug), current.runtime()
    try:
        with runtime.database.transaction() as session:
            about = queries.by_link(
                session, token=token, at=runtime.clock(), controller_id=controller.id
            )
            acts.view_assignment(session, actor="system", at=runtime.clock(), about=about)
        return _page(controller, token, {})
    except GoneError:
        return _gone(controller)


@blueprint.post("/<slug>/assignment/<token>")
@public(WHY)
@allowing(replies.MOST_BYTES)
def do_assignment(slug: str, token: str) -> str | tuple[str, HTTPStatus]:
    """Take the answer; the link works no more."""
    controller = controller_of(slug)
    try:
        about = _open(controller, token)
        faults = replies.take(about, actor="system")
    except (ConflictError, GoneError):
        return _gone(controller)
    if faults:
        return _page(controller, token, faults), HTTPStatus.UNPROCESSABLE_ENTITY
    return pages.render("portal/assignment_done.html", controller=controller, gone=False)


def _open(controller: Controller, token: str) -> Assignment:
    runtime = current.runtime()
    with runtime.database.reading() as session:
        return queries.by_link(
            session, token=token, at=runtime.clock(), controller_id=controller.id
        )


def _page(controller: Controller, token: str, errors: dict[str, str]) -> str:
    runtime = current.runtime()
    about = _open(controller, token)
    with runtime.database.reading() as session:
        shown = replies.sheet(session, about)
    return pages.render(
        "portal/assignment.html",
        controller=controller,
        token=token,
        errors=errors,
        values=request.form.to_dict(),
        **shown,
    )


def _gone(controller: Controller) -> tuple[str, HTTPStatus]:
    page = pages.render("portal/assignment_done.html", controller=controller, gone=True)
    return page, HTTPStatus.GONE
