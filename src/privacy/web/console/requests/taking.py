"""Taking in a request that came by letter, by phone or over the counter."""

from collections.abc import Mapping
from datetime import date
from http import HTTPStatus
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from privacy.errors import InvalidError
from privacy.operators.roles import Permission
from privacy.purposes.models import Controller
from privacy.requests.annexes import AgeBand, Capacity
from privacy.requests.intake import taking_in
from privacy.requests.models import Channel, RequestKind
from privacy.requests.moves import Asked
from privacy.requests.statements import check_statement, said_with
from privacy.subjects.identify import Claim, IdentifierKind
from privacy.web import current
from privacy.web.auth import operators_only
from privacy.web.console.requests import acting
from privacy.web.console.surface import blueprint, chosen, go_to, page, today_of
from privacy.web.words import LANGUAGES

CHANNELS = (Channel.PAPER, Channel.MAIL, Channel.PHONE, Channel.COUNTER)
"""The ways that end on somebody's desk."""
KINDS = tuple(kind.value for kind in RequestKind)
FURTHER = (IdentifierKind.PHONE, IdentifierKind.ACCOUNT_NUMBER, IdentifierKind.LOYALTY_CARD)
"""Identifiers beside the address, each of which may be left out."""
_CHOICES: Mapping[str, frozenset[str]] = {
    "channel": frozenset(CHANNELS),
    "verification": frozenset(taking_in.Verification),
    "language": frozenset(LANGUAGES),
}


@blueprint.get("/requests/new")
@operators_only(Permission.REQUESTS_HANDLE)
def taking_form() -> str:
    """Show the form."""
    controller = chosen(Permission.REQUESTS_HANDLE)
    return _form(controller, {"received_on": today_of(controller).isoformat()}, {})


@blueprint.post("/requests/new")
@operators_only(Permission.REQUESTS_HANDLE)
def take_in() -> AnyResponse | tuple[str, HTTPStatus]:
    """Open the request; its subject is told by mail, and somebody else approves it."""
    controller = chosen(Permission.REQUESTS_HANDLE)
    typed = {name: value.strip() for name, value in request.form.items()}
    taken, faults = _read(controller, typed)
    if taken is None:
        return _form(controller, typed, faults), HTTPStatus.UNPROCESSABLE_ENTITY
    request_id = _taken(controller, taken)
    current.runtime().wake("deliver-mail")
    if taken.asked.kind is RequestKind.RECTIFICATION:
        current.runtime().wake("rectify")
    return go_to("request_detail", request_id=request_id, done="taken_in")


def _taken(controller: Controller, taken: taking_in.Taken) -> UUID:
    runtime = current.runtime()
    with runtime.database.transaction() as session:
        return taking_in.take_in(
            session,
            **current.by_operator(),
            desk=runtime.desk,
            to=controller,
            taken=taken,
        ).id


def _read(
    controller: Controller, typed: Mapping[str, str]
) -> tuple[taking_in.Taken | None, dict[str, str]]:
    """Return what was typed, or what is wrong with it by field."""
    faults: dict[str, str] = {}
    received_on = _day(typed.get("received_on", ""))
    if received_on is None or received_on > today_of(controller):
        faults["received_on"] = "received_on.invalid"
    for name, allowed in _CHOICES.items():
        if typed.get(name) not in allowed:
            faults[name] = f"{name}.missing"
    faults.update(_said_faults(typed))
    claims = _claims(typed, faults)
    if faults or received_on is None:
        return None, faults
    channel = Channel(typed["channel"])
    kind = RequestKind(typed.get("kind") or RequestKind.ACCESS)
    said = said_with(kind, typed)
    asked = Asked(kind, typed["language"], received_on, channel, statement=said)
    by, wrong = acting.read(typed)
    if wrong:
        return None, wrong
    method = taking_in.Verification(typed["verification"])
    by_post = bool(typed.get("by_post"))
    return taking_in.Taken(asked, claims, method, representative=by, by_post=by_post), {}


def _said_faults(typed: Mapping[str, str]) -> dict[str, str]:
    kind = typed.get("kind") or RequestKind.ACCESS.value
    if kind not in KINDS:
        return {"kind": "kind.invalid"}
    try:
        check_statement(RequestKind(kind), said_with(RequestKind(kind), typed))
    except InvalidError as error:
        return {name: _said_fault(name, typed) for name in error.fields}
    return {}


def _said_fault(name: str, typed: Mapping[str, str]) -> str:
    return f"{name}.invalid" if typed.get(name) else f"{name}.missing"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _claims(typed: Mapping[str, str], faults: dict[str, str]) -> list[Claim]:
    known = any(typed.get(kind) for kind in FURTHER)
    elsewhere = typed.get("capacity") or typed.get("by_post")
    if not typed.get("email") and not (elsewhere and known):
        faults["email"] = "email.missing"
    claims = []
    for kind in (IdentifierKind.EMAIL, *FURTHER):
        try:
            if typed.get(kind):
                claims.append(Claim(kind, typed[kind], verified=True))
        except InvalidError:
            faults[kind] = "email.invalid" if kind is IdentifierKind.EMAIL else "number.invalid"
    return claims


def _form(controller: Controller, values: Mapping[str, str], errors: Mapping[str, str]) -> str:
    return page(
        "request_new",
        controller,
        kinds=KINDS,
        channels=CHANNELS,
        verifications=tuple(taking_in.Verification),
        further=FURTHER,
        capacities=tuple(Capacity),
        age_bands=tuple(AgeBand),
        values=values,
        errors=errors,
    )
