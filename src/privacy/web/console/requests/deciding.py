"""What every decision on a request shares: who may take it, its transaction, the page after it."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Protocol
from uuid import UUID

from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from privacy.errors import ForbiddenError
from privacy.operators.roles import Permission
from privacy.purposes.models import Controller
from privacy.requests import queries
from privacy.requests.models import SubjectRequest
from privacy.web import current
from privacy.web.console.requests.board import controller_of, detail
from privacy.web.console.surface import go_to

LONGEST_REASON = 2000
SHORTEST_REASON = 10


class Act(Protocol):
    """An act on a request that was given all else it needs."""

    def __call__(
        self, session: Session, *, actor: str, at: datetime, about: SubjectRequest
    ) -> object:
        """Change the request in the caller's transaction."""


def decider_of(request_id: UUID) -> Controller:
    """Return the controller of a request on which this operator may decide."""
    found = controller_of(request_id)
    if not current.operator().may(found.id, Permission.REQUESTS_APPROVE):
        raise ForbiddenError("Your roles do not allow this.")
    return found


def decide(
    controller: Controller, request_id: UUID, act: Act, *, done: str, wake: str = ""
) -> AnyResponse:
    """Do an act as the operator, wake the job that goes on with it, and return to the request.

    The job is woken after the commit; its page then says what was `done`.
    """
    runtime = current.runtime()
    with runtime.database.transaction() as session:
        about = queries.request_of(session, controller_id=controller.id, request_id=request_id)
        act(session, **current.by_operator(), about=about)
    if wake:
        runtime.wake(wake)
    return go_to("request_detail", request_id=request_id, done=done)


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
