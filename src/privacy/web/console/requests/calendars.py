"""The deadlines in an operator's own calendar program: an address that is a right by itself."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response

from privacy.errors import NotFoundError
from privacy.operators.queries import SignedInOperator, operator_by_id
from privacy.operators.roles import Permission
from privacy.purposes import queries as purposes
from privacy.purposes.models import Controller
from privacy.requests import queries
from privacy.requests.deadlines import feeds
from privacy.requests.deadlines.calendar import Event, calendar
from privacy.requests.models import RequestState, SubjectRequest
from privacy.web import current, pages
from privacy.web.auth import operators_only, public
from privacy.web.console.surface import blueprint, chosen, page

DUE = (RequestState.OPEN, RequestState.PAUSED, RequestState.APPROVED)
"""Requests whose answer is still to be made."""


@blueprint.get("/calendar")
@operators_only(Permission.REQUESTS_READ)
def calendar_page() -> str:
    """Show whether there is an address, and let one be made."""
    return _page(None)


@blueprint.post("/calendar")
@operators_only(Permission.REQUESTS_READ)
def make_calendar() -> str:
    """Make a new address and show it, for the only time; the earlier one ends."""
    runtime, operator = current.runtime(), current.operator()
    with runtime.database.transaction() as session:
        token = feeds.make_feed(session, **current.by_operator(), operator_id=operator.operator_id)
    return _page(f"{runtime.settings.public_url}/console/calendar/{token}.ics")


@blueprint.get("/calendar/<token>.ics")
@public("a calendar program cannot sign in; the token in the address is the right")
def calendar_feed(token: str) -> Response:
    """Give the deadlines of every controller whose requests the operator may read now."""
    runtime = current.runtime()
    with runtime.database.reading() as session:
        operator_id = feeds.operator_of_feed(session, token=token)
        operator = operator_by_id(session, keyring=runtime.keyring, operator_id=operator_id)
        if operator is None:
            raise NotFoundError("This address opens no calendar; make a new one in the console.")
        mine = operator.controllers(Permission.REQUESTS_READ)
        known = [one for one in purposes.controllers(session) if one.id in mine]
        events = [
            _event(about, to, runtime.clock())
            for to in known
            for about in queries.board(session, controller_id=to.id, states=DUE)
        ]
    text = calendar(pages.words().text("console.calendar.name"), events)
    response = Response(text, mimetype="text/calendar")
    response.headers["Cache-Control"] = "private, no-store"
    response.headers.set("Content-Disposition", "attachment", filename="requests.ics")
    return response


def _event(about: SubjectRequest, to: Controller, at: datetime) -> Event:
    words = pages.words()
    kind, number = words.label("kind", about.kind), short(about.id)
    return Event(
        uid=f"{about.id}@{to.slug}",
        on=about.target_on,
        title=f"{to.name}: {kind} {number}",
        text=words.text("console.calendar.text", day=words.day(about.legal_latest_on))
        + f" {words.label('state', about.state)}.",
        url=current.runtime().desk.links.for_operator(about.id),
        changed_at=at,
    )


def short(request_id: UUID) -> str:
    """Return a request's number as pages show it."""
    tail = request_id.hex[-8:].upper()
    return f"{tail[:4]}-{tail[4:]}"


def _page(address: str | None) -> str:
    controller = chosen(Permission.REQUESTS_READ)
    operator: SignedInOperator = current.operator()
    with current.runtime().database.reading() as session:
        made_at = feeds.feed_made_at(session, operator_id=operator.operator_id)
    context: dict[str, Any] = {"address": address, "made_at": made_at}
    return page("calendar", controller, **context)
