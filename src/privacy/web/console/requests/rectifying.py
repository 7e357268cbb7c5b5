"""One rectification: what was found, what is decided value by value, what is left to do."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from privacy.audit.actions import Action
from privacy.errors import ConflictError, InvalidError, NotFoundError
from privacy.operators.roles import Permission
from privacy.rectification import acts, ending
from privacy.rectification import queries as rectification
from privacy.rectification.acts import Decided
from privacy.rectification.candidates import Searched
from privacy.rectification.plan import LONGEST, Wanted, groups
from privacy.requests.models import SubjectRequest
from privacy.requests.moves import record
from privacy.requests.previews.withholding import Verdict
from privacy.web import current
from privacy.web.auth import operators_only
from privacy.web.console.requests.deciding import LONGEST_REASON, decider_of
from privacy.web.console.requests.rectified_page import draw, rectification_of
from privacy.web.console.surface import blueprint, go_to

UNSEEN = "none"
"""Says of a decision that it was sent without the list that it is about."""


@blueprint.get("/requests/<uuid:request_id>/rectification")
@operators_only(Permission.REQUESTS_APPROVE)
def rectification_page(request_id: UUID) -> str:
    """Show what was found and what is decided; that it was looked at is an act of its own."""
    controller, runtime = decider_of(request_id), current.runtime()
    with runtime.database.transaction() as session:
        about = rectification_of(session, controller, request_id)
        actor = current.operator().actor
        record(session, Action.REQUEST_VIEWED, runtime.clock(), actor, about=about)
    return draw(controller, request_id)


@blueprint.post("/requests/<uuid:request_id>/rectification")
@operators_only(Permission.REQUESTS_APPROVE)
def decide_rectification(request_id: UUID) -> AnyResponse | tuple[str, HTTPStatus]:
    """Decide what is put right, value by value; it is written after the commit."""
    controller, runtime = decider_of(request_id), current.runtime()
    typed = request.form.to_dict()
    places = frozenset(int(one) for one in request.form.getlist("place") if one.isdecimal())
    with runtime.database.reading() as session:
        about = rectification_of(session, controller, request_id)
        kept = rectification.search_of(session, cabinet=runtime.cabinet, about=about)
    wanted = _wanted(kept, typed, places) if kept else []
    faults = _faults(wanted, typed)
    if faults:
        shown = draw(controller, request_id, values=typed, errors=faults, places=places)
        return shown, HTTPStatus.UNPROCESSABLE_ENTITY
    answer = typed.get("answer", "").strip()
    try:
        with runtime.database.transaction() as session:
            acts.decide(
                session,
                **current.by_operator(),
                desk=runtime.desk,
                about=rectification_of(session, controller, request_id),
                decided=Decided(wanted, answer, typed.get("seen", "") or UNSEEN),
            )
    except InvalidError:
        errors = {"decision": "decision.nothing"}
        shown = draw(controller, request_id, values=typed, errors=errors, places=places)
        return shown, HTTPStatus.UNPROCESSABLE_ENTITY
    return _done(request_id, "decided")


@blueprint.post("/requests/<uuid:request_id>/rectification/search")
@operators_only(Permission.REQUESTS_APPROVE)
def search_again(request_id: UUID) -> AnyResponse:
    """Let the data stores be searched anew."""
    _do(request_id, lambda _session, about: (acts.search_again, {"about": about}))
    return _done(request_id, "search_again")


@blueprint.post("/requests/<uuid:request_id>/rectification/<uuid:correction_id>/done")
@operators_only(Permission.REQUESTS_APPROVE)
def correction_done(request_id: UUID, correction_id: UUID) -> AnyResponse:
    """Note that a person did it; the service reads it again where it can."""
    _do(request_id, lambda session, about: (acts.say_done, _row(session, about, correction_id)))
    return _done(request_id, "settled")


@blueprint.post("/requests/<uuid:request_id>/rectification/<uuid:correction_id>/leave")
@operators_only(Permission.REQUESTS_APPROVE)
def correction_left(request_id: UUID, correction_id: UUID) -> AnyResponse:
    """Decide that a field stays as it is; its subject is told."""
    _do(request_id, lambda session, about: (acts.leave, _row(session, about, correction_id)))
    return _done(request_id, "settled")


@blueprint.post("/requests/<uuid:request_id>/rectification/recipients/<uuid:recipient_id>")
@operators_only(Permission.REQUESTS_APPROVE)
def recipient_noted(request_id: UUID, recipient_id: UUID) -> AnyResponse:
    """Note that a recipient was told by a person, or that it is impossible (Art. 19 GDPR)."""
    told = request.form.get("told") == "yes"

    def noting(session: Session, about: SubjectRequest) -> tuple[Callable[..., None], Any]:
        for one in rectification.notices(session, about=about):
            if one.recipient_id == recipient_id:
                return ending.note_recipient, {"notice": one, "told": told}
        raise NotFoundError("This request has no such recipient.")

    _do(request_id, noting)
    return _done(request_id, "settled")


Chooses = Callable[[Session, SubjectRequest], tuple[Callable[..., None], dict[str, Any]]]
"""Returns an act and what it needs beside its actor and its instant."""


def _do(request_id: UUID, chooses: Chooses) -> None:
    controller, runtime = decider_of(request_id), current.runtime()
    with runtime.database.transaction() as session:
        act, needs = chooses(session, rectification_of(session, controller, request_id))
        act(session, **current.by_operator(), **needs)


def _row(session: Session, about: SubjectRequest, correction_id: UUID) -> dict[str, Any]:
    found = rectification.correction(session, about=about, correction_id=correction_id)
    return {"row": found}


def _done(request_id: UUID, what: str) -> AnyResponse:
    current.runtime().wake("rectify")
    return go_to("rectification_page", request_id=request_id, done=what)


@blueprint.post("/requests/<uuid:request_id>/rectification/leads/<int:number>")
@operators_only(Permission.REQUESTS_APPROVE)
def decide_rectified_lead(request_id: UUID, number: int) -> AnyResponse:
    """Say whether an identifier that others have too is the subject's; it is searched anew."""
    cabinet, is_own = current.runtime().cabinet, request.form.get("answer") == "yes"
    seen = request.form.get("seen", "")

    def choosing(session: Session, about: SubjectRequest) -> tuple[Callable[..., None], Any]:
        kept = rectification.search_of(session, cabinet=cabinet, about=about)
        if seen != rectification.mark_of(session, about=about):
            raise ConflictError("The list has changed meanwhile; look at it again.")
        if kept is None or number >= len(kept.leads):
            raise NotFoundError("There is no such identifier on this list.")
        verdict = Verdict(kept.leads[number], is_own)
        return acts.confirm_lead, {
            "desk": current.runtime().desk, "about": about, "verdict": verdict,
        }  # fmt: skip

    _do(request_id, choosing)
    return _done(request_id, "search_again")


def _wanted(kept: Searched, typed: Mapping[str, str], places: frozenset[int]) -> Sequence[Wanted]:
    """Return what was typed for each value, or why it stays, in the places that stay marked."""
    found = []
    for group in groups(kept, ""):
        after = typed.get(f"after-{group.number}", "").strip()
        refused = typed.get(f"refuse-{group.number}", "").strip()
        numbers = frozenset(one.number for one in group.places) & places
        if (after or refused) and numbers:
            found.append(Wanted(numbers, after, refused))
    return found


def _faults(wanted: Sequence[Wanted], typed: Mapping[str, str]) -> dict[str, str]:
    faults = {}
    if not wanted:
        faults["decision"] = "decision.nothing"
    if any(one.after and one.refused for one in wanted):
        faults["decision"] = "decision.both"
    if any(max(len(one.after), len(one.refused)) > LONGEST for one in wanted):
        faults["decision"] = "decision.long"
    if len(typed.get("answer", "")) > LONGEST_REASON:
        faults["answer"] = "reason.long"
    return faults
