"""Who acts for a subject: what the staff types about them, and accepting their mandate."""

from collections.abc import Mapping
from datetime import date
from http import HTTPStatus
from uuid import UUID

from flask import request
from sqlalchemy.orm import Session
from typing_extensions import Unpack
from werkzeug.wrappers import Response as AnyResponse

from privacy.errors import ConflictError, InvalidError
from privacy.operators.roles import Permission
from privacy.requests import agreeing
from privacy.requests.acting import acting_for
from privacy.requests.annexes import AgeBand, Capacity
from privacy.requests.intake import representing
from privacy.requests.intake.representing import LONGEST, Proof, Representative
from privacy.requests.models import SubjectRequest
from privacy.web import current
from privacy.web.auth import operators_only
from privacy.web.console.requests.deciding import decide, decider_of, not_accepted
from privacy.web.console.surface import blueprint
from privacy.web.current import By

FIELDS = {"name": "acting_name", "email": "acting_email", "proof": "proof", "age_band": "age_band"}
"""The form's field for what a representative must have."""


def read(typed: Mapping[str, str]) -> tuple[Representative | None, dict[str, str]]:
    """Return who acts for the subject as typed, or what is wrong by field; nobody where empty."""
    if not typed.get("capacity"):
        return None, {}
    faults = {
        name: f"{name}.missing"
        for name, allowed in (("capacity", Capacity), ("age_band", AgeBand))
        if typed.get(name) not in set(allowed)
    }
    until_on, wrong = _until(typed.get("until_on", ""))
    if faults or wrong:
        return None, faults | wrong
    try:
        return Representative(
            Capacity(typed["capacity"]),
            AgeBand(typed["age_band"]),
            typed.get("acting_name", ""),
            typed.get("acting_email", ""),
            typed.get("proof", ""),
            until_on,
        ), {}
    except InvalidError as error:
        return None, {FIELDS[name]: f"{FIELDS[name]}.invalid" for name in error.fields}


@blueprint.post("/requests/<uuid:request_id>/mandate")
@operators_only(Permission.REQUESTS_APPROVE)
def accept_mandate(request_id: UUID) -> AnyResponse | tuple[str, HTTPStatus]:
    """Accept that a representative may act, with what shows it."""
    controller, cabinet = decider_of(request_id), current.runtime().cabinet
    proof = request.form.get("proof", "").strip()
    if len(proof) > LONGEST:
        return not_accepted(controller, request_id, "mandate", {"proof": "proof.invalid"})
    ticked = set(request.form.getlist("claim"))

    def accept(session: Session, *, about: SubjectRequest, **by: Unpack[By]) -> None:
        acting = acting_for(session, cabinet=cabinet, about=about)
        said = acting.claims if acting else ()
        without = [one for number, one in enumerate(said) if str(number) not in ticked]
        shown = Proof(proof, without)
        representing.accept_mandate(session, **by, cabinet=cabinet, about=about, proof=shown)

    return decide(controller, request_id, accept, done="mandate")


@blueprint.post("/requests/<uuid:request_id>/mandate/ask")
@operators_only(Permission.REQUESTS_APPROVE)
def ask_agreement(request_id: UUID) -> AnyResponse:
    """Ask the person in whose name somebody asks whether it is their wish."""
    controller, desk = decider_of(request_id), current.runtime().desk

    def ask(session: Session, *, about: SubjectRequest, **by: Unpack[By]) -> None:
        if not agreeing.may_ask(session, desk=desk, about=about):
            raise ConflictError("This person cannot be asked, or was asked before.")
        agreeing.ask_agreement(session, **by, desk=desk, about=about)

    return decide(controller, request_id, ask, done="agreement_asked", wake="deliver-mail")


def _until(text: str) -> tuple[date | None, dict[str, str]]:
    try:
        return (date.fromisoformat(text) if text else None), {}
    except ValueError:
        return None, {"until_on": "until_on.invalid"}
