"""Taking over, in the browser, a choice that a visitor made in another tool's banner."""

import json
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from flask import Response, request
from marshmallow import Schema, fields, validate

from privacy.consent.moving import cookies
from privacy.consent.moving.cookies import Mapped
from privacy.consent.moving.imports import Line
from privacy.consent.moving.mover import Mover, move
from privacy.consent.term import kept_until
from privacy.errors import RefusedError
from privacy.purposes import queries as purposes
from privacy.purposes.models import Site
from privacy.web import current, limits, security
from privacy.web.auth import public
from privacy.web.banner.views import readable
from privacy.web.openapi import Blueprint

blueprint = Blueprint(
    "moved", __name__, url_prefix="/banner", description="Choices from the banner of before."
)
blueprint.after_request(readable)


class OldCookieSchema(Schema):
    """What another tool's banner keeps in this browser."""

    site = fields.String(required=True, validate=validate.Regexp(r"pk_[0-9a-z]{8,64}\Z"))
    cookie = fields.String(required=True, validate=validate.Length(min=1, max=4_096))
    visitor = fields.String(required=True, validate=validate.Regexp(r"[0-9a-f]{32}\Z"))


class KeptChoiceSchema(Schema):
    """What the banner keeps from now on."""

    choice = fields.String(metadata={"description": "The value of `privacy_choice`."})
    seconds = fields.Integer(metadata={"description": "For how long it is kept."})


@dataclass(frozen=True)
class _Asked:
    """What the site asks today."""

    site: Site
    codes: list[str]
    material: str
    period: str
    zone: str


@blueprint.post("/moved")
@public("visitors bring what they answered before anybody knows them")
@blueprint.arguments(OldCookieSchema)
@blueprint.response(HTTPStatus.OK, KeptChoiceSchema)
@blueprint.alt_response(
    HTTPStatus.NO_CONTENT, description="Not proven, not whole or too old: the visitor is asked."
)
def take_moved(said: dict[str, Any]) -> Response:
    """Record what a visitor answered in the banner of before, if it answers all that is asked.

    A grant counts only where the site said which words were shown and since when (Art. 7(1)
    GDPR); one that is missing or too old makes the banner ask. Nothing is recorded then.
    """
    limits.take_for_site(said["site"])
    origin = request.headers.get("Origin")
    asked = _asked(said["site"], origin)
    at = current.runtime().clock()
    line = _line(asked, said, at)
    taken = _taken(asked, line, at) if line else None
    response = (
        Response(json.dumps(taken), mimetype="application/json")
        if taken
        else Response(status=HTTPStatus.NO_CONTENT)
    )
    return security.allow_origin(response, str(origin))


@blueprint.route("/moved", methods=["OPTIONS"])
@public("a browser asks it before it sends JSON to another origin")
@blueprint.doc(  # type: ignore[untyped-decorator] # flask-smorest has no stubs
    responses={204: {"description": "Whether the browser may send."}}
)
def moved_preflight() -> Response:
    """Tell a browser that it may send JSON; whose page it is, the answer itself decides."""
    return security.preflight(request.headers.get("Origin"), methods="POST")


def _asked(key: str, origin: str | None) -> _Asked:
    with current.runtime().database.reading() as session:
        site = purposes.site_by_key(session, key)
        if origin not in site.origins:
            raise RefusedError("This page does not belong to the site of this key.")
        notice = purposes.current_notice(session, site=site, language="")
        document = json.loads(notice.document)
        zone = purposes.controller(session, site.controller_id).zone
    codes = [purpose["code"] for purpose in document["purposes"]]
    return _Asked(site, codes, document["material"], document["period"], zone)


def _line(asked: _Asked, said: dict[str, Any], at: datetime) -> Line | None:
    """Return the answer if it is whole and proven: of every purpose, with nothing left out."""
    if not asked.site.moves:
        return None
    mapped = Mapped.read(asked.site.moves["mapping"])
    around = json.dumps({"cookie": said["cookie"], "visitor": said["visitor"]})
    found = list(cookies.read_cookies([around], asked.site.moves["tool"], mapped, at=at))
    if len(found) != 1 or not isinstance(found[0], Line):
        return None
    return found[0] if set(found[0].answers) == set(asked.codes) else None


def _taken(asked: _Asked, line: Line, at: datetime) -> dict[str, Any] | None:
    runtime = current.runtime()
    said_at = line.said_at or at
    left = int((kept_until(said_at, asked.period, asked.zone) - at).total_seconds())
    if left <= 0:
        return None
    mover = Mover(
        asked.site.controller_id, runtime.cabinet, runtime.keyring.signer.name, actor="subject"
    )
    if move(runtime.database, [line], mover=mover, at=at, dry=False).faults:
        return None
    answers = "".join(f".{code}:{int(line.answers[code])}" for code in asked.codes)
    choice = f"1.{line.who}.{asked.material}.{int(said_at.timestamp())}{answers}"
    return {"choice": choice, "seconds": left}
