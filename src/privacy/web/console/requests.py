"""The board of requests, one request, and the decisions on it."""

from collections import Counter
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from privacy.audit.actions import Action
from privacy.operators.roles import Permission
from privacy.purposes.models import Controller
from privacy.requests import acts, queries
from privacy.requests.acts import Decision, RefusalGround
from privacy.requests.deadline import may_extend
from privacy.requests.letters import reason_of
from privacy.requests.models import RequestState, SubjectRequest
from privacy.subjects.identify import IdentifierKind
from privacy.subjects.queries import identifiers_of
from privacy.web import current
from privacy.web.auth import operators_only
from privacy.web.console.surface import blueprint, chosen, page, today_of

LONGEST_REASON = 2000
SHORTEST_REASON = 10


@blueprint.get("/")
@operators_only(Permission.REQUESTS_READ)
def home() -> AnyResponse:
    """Go to the board."""
    return redirect(url_for("console.requests"))


@blueprint.get("/requests")
@operators_only(Permission.REQUESTS_READ)
def requests() -> str:
    """Show the board: what is due first stands at the top."""
    controller = chosen(Permission.REQUESTS_READ)
    with current.runtime().database.reading() as session:
        every = queries.board(session, controller_id=controller.id, states=tuple(RequestState))
    counts = Counter(one.state.value for one in every)
    state = request.args.get("state")
    state = state if state in counts else None
    wanted = {state} if state else {one.value for one in queries.OPEN_STATES}
    return page(
        "requests",
        controller,
        requests=[one for one in every if one.state.value in wanted],
        states=[(one.value, counts[one.value]) for one in RequestState if counts[one.value]],
        state=state,
        today=today_of(controller),
    )


@blueprint.get("/requests/<uuid:request_id>")
@operators_only(Permission.REQUESTS_READ)
def request_detail(request_id: UUID) -> str:
    """Show one request; that it was looked at is an act of its own (CNIL 2021-122)."""
    controller = chosen(Permission.REQUESTS_READ)
    runtime = current.runtime()
    with runtime.database.transaction() as session:
        about = queries.request_of(session, controller_id=controller.id, request_id=request_id)
        operator = current.operator()
        acts.record(session, Action.REQUEST_VIEWED, runtime.clock(), operator.actor, about=about)
    return _detail(controller, request_id)


@blueprint.post("/requests/<uuid:request_id>/approve")
@operators_only(Permission.REQUESTS_APPROVE)
def approve(request_id: UUID) -> AnyResponse:
    """Decide that the request is answered; the search begins after the commit."""
    controller = chosen(Permission.REQUESTS_APPROVE)
    runtime = current.runtime()
    with runtime.database.transaction() as session:
        about = queries.request_of(session, controller_id=controller.id, request_id=request_id)
        acts.approve(session, actor=current.operator().actor, at=runtime.clock(), about=about)
    runtime.wake("fulfil-access")
    return _done(request_id, "approved")


@blueprint.post("/requests/<uuid:request_id>/refuse")
@operators_only(Permission.REQUESTS_APPROVE)
def refuse(request_id: UUID) -> AnyResponse | tuple[str, HTTPStatus]:
    """Decide that the request is not answered, for a ground and with a reason."""
    controller = chosen(Permission.REQUESTS_APPROVE)
    runtime = current.runtime()
    ground, reason = request.form.get("ground", ""), request.form.get("reason", "").strip()
    errors = _reason_faults("refuse-reason", reason) | _ground_faults(ground)
    if errors:
        return _refused_form(controller, request_id, "refuse", errors)
    with runtime.database.transaction() as session:
        acts.refuse(
            session,
            actor=current.operator().actor,
            at=runtime.clock(),
            desk=runtime.desk,
            about=queries.request_of(session, controller_id=controller.id, request_id=request_id),
            why=Decision(controller, reason, RefusalGround(ground)),
        )
    runtime.wake("deliver-mail")
    return _done(request_id, "refused")


@blueprint.post("/requests/<uuid:request_id>/extend")
@operators_only(Permission.REQUESTS_APPROVE)
def extend(request_id: UUID) -> AnyResponse | tuple[str, HTTPStatus]:
    """Take two further months, with a reason that the subject is told."""
    controller = chosen(Permission.REQUESTS_APPROVE)
    runtime = current.runtime()
    reason = request.form.get("reason", "").strip()
    errors = _reason_faults("extend-reason", reason)
    if errors:
        return _refused_form(controller, request_id, "extend", errors)
    with runtime.database.transaction() as session:
        acts.extend(
            session,
            actor=current.operator().actor,
            at=runtime.clock(),
            desk=runtime.desk,
            about=queries.request_of(session, controller_id=controller.id, request_id=request_id),
            why=Decision(controller, reason),
        )
    runtime.wake("deliver-mail")
    return _done(request_id, "extended")


def _done(request_id: UUID, what: str) -> AnyResponse:
    target = url_for("console.request_detail", request_id=request_id, done=what)
    return redirect(target, HTTPStatus.SEE_OTHER)


def _refused_form(
    controller: Controller, request_id: UUID, form: str, errors: Mapping[str, str]
) -> tuple[str, HTTPStatus]:
    typed = {"form": form, "errors": errors, "values": request.form.to_dict()}
    return _detail(controller, request_id, **typed), HTTPStatus.UNPROCESSABLE_ENTITY


def _detail(controller: Controller, request_id: UUID, **typed: Any) -> str:
    with current.runtime().database.reading() as session:
        about = queries.request_of(session, controller_id=controller.id, request_id=request_id)
        shown = {
            "subject_request": about,
            "email": _email(session, about),
            "reason": reason_of(session, cabinet=current.runtime().cabinet, about=about),
            "tasks": queries.tasks(session, request_id=request_id),
            "timeline": [
                {"at": entry.at, "action": entry.action, "actor": entry.actor, "note": None}
                for entry in queries.timeline(session, about=about)
            ],
        }
    stores = current.runtime().open_stores(controller.id)
    language = current.language()
    titles = {name: store.definition.title[language] for name, store in stores.items()}
    defaults: dict[str, Any] = {"errors": {}, "values": {}, "form": None}
    return page(
        "request_detail",
        controller,
        titles=titles,
        today=today_of(controller),
        can=_can(controller, about),
        **shown | defaults | typed,
    )


def _can(controller: Controller, about: SubjectRequest) -> set[str]:
    if not current.operator().may(controller.id, Permission.REQUESTS_APPROVE):
        return set()
    if about.state is not RequestState.OPEN:
        return set()
    late = about.extended_at or not may_extend(today_of(controller), about.target_on)
    return {"approve", "refuse"} | (set() if late else {"extend"})


def _email(session: Session, about: SubjectRequest) -> str | None:
    if about.subject_id is None:
        return None
    cabinet = current.runtime().cabinet
    known = identifiers_of(session, cabinet=cabinet, subject_id=about.subject_id)
    return next((one.value for one in known if one.kind == IdentifierKind.EMAIL), None)


def _reason_faults(field: str, reason: str) -> dict[str, str]:
    if not reason:
        return {field: "reason.missing"}
    if len(reason) > LONGEST_REASON:
        return {field: "reason.long"}
    return {field: "reason.short"} if len(reason) < SHORTEST_REASON else {}


def _ground_faults(ground: str) -> dict[str, str]:
    if not ground:
        return {"ground": "ground.missing"}
    return {} if ground in set(RefusalGround) else {"ground": "ground.invalid"}
