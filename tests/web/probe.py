"""Views that exist in tests only, one for each way in which the core can be met."""

from typing import Any
from uuid import UUID

import flask
from flask import Flask, jsonify
from marshmallow import Schema, fields, validate

from privacy.errors import GoneError, SealError, TooManyError, UnavailableError
from privacy.operators.roles import Permission
from privacy.web import auth, current, limits, security
from privacy.web.openapi import Blueprint

PERSONAL = "claire.dubois@boutique.example"
ERRORS = {
    "gone": GoneError("The link has expired."),
    "seal": SealError(f"of {PERSONAL}"),
    "too-many": TooManyError("Wait.", retry_after=7),
    "unavailable": UnavailableError("The store does not answer."),
}


class ProbeSchema(Schema):
    """An object with a name of at most ten characters and a number."""

    name = fields.String(required=True, validate=validate.Length(max=10))
    number = fields.Integer(strict=True)
    anything = fields.Raw()


class PageSchema(Schema):
    """A query with a page number."""

    page = fields.Integer(load_default=1)


def register(app: Flask) -> None:
    """Add the views to an app that has not answered yet."""
    for blueprint in (_banner(), _portal(), _console(), _machines()):
        app.register_blueprint(blueprint)


def _banner() -> Blueprint:
    blueprint = Blueprint("probe_banner", __name__, url_prefix="/banner")

    @blueprint.post("/probe")
    @auth.public("a probe")
    @blueprint.arguments(ProbeSchema)
    def post(probe: dict[str, Any]) -> flask.Response:
        return jsonify(probe)

    @blueprint.route("/probe", methods=["OPTIONS"])
    @auth.public("a probe")
    def preflight() -> flask.Response:
        return security.preflight(flask.request.headers.get("Origin"), methods="POST")

    @blueprint.get("/probe")
    @auth.public("a probe")
    @blueprint.arguments(PageSchema, location="query")
    def get(query: dict[str, Any]) -> flask.Response:
        return jsonify(query)

    @blueprint.post("/probe-site/<key>")
    @auth.public("a probe")
    def site(key: str) -> flask.Response:
        limits.take_for_site(key)
        return jsonify({})

    return blueprint


def _portal() -> flask.Blueprint:
    blueprint = flask.Blueprint("probe_portal", __name__, url_prefix="/portal")

    @blueprint.route("/probe/<token>", methods=["GET", "POST"])
    @auth.public("a probe")
    def probe(token: str) -> str:
        return f"<p>{len(token) + len(flask.request.form)}</p>"

    @blueprint.get("/probe-address")
    @auth.public("a probe")
    def address() -> str:
        return str(flask.request.remote_addr)

    @blueprint.get("/probe-error/<code>")
    @auth.public("a probe")
    def error(code: str) -> str:
        if code in ERRORS:
            raise ERRORS[code]
        raise RuntimeError(f"the name of {PERSONAL}")

    @blueprint.get("/probe-script")
    @auth.public("a probe")
    def script() -> str:
        return f'<script nonce="{current.nonce()}"></script>'

    return blueprint


def _console() -> flask.Blueprint:
    blueprint = flask.Blueprint("probe_console", __name__, url_prefix="/console")

    @blueprint.route("/probe", methods=["GET", "POST"])
    @auth.operators_only(Permission.REQUESTS_READ)
    def probe() -> str:
        return f"{current.operator().name}|{flask.render_template_string('{{ csrf_field() }}')}"

    @blueprint.get("/probe-controllers/<uuid:controller_id>")
    @auth.operators_only(Permission.REQUESTS_READ)
    def controller(controller_id: UUID) -> str:
        return str(controller_id)

    @blueprint.get("/probe-anyone")
    @auth.signed_in
    def anyone() -> str:
        return current.operator().actor

    @blueprint.post("/probe-sign-in")
    @auth.public("a probe")
    @limits.limited("sign-in")
    def sign_in() -> str:
        return "in"

    return blueprint


def _machines() -> Blueprint:
    blueprint = Blueprint("probe_machines", __name__, url_prefix="/v1")

    @blueprint.get("/probe")
    @auth.operators_only(Permission.AUDIT_READ)
    def probe() -> flask.Response:
        return jsonify(actor=current.operator().actor)

    @blueprint.get("/probe-error/<code>")
    @auth.public("a probe")
    def error(code: str) -> flask.Response:
        if code in ERRORS:
            raise ERRORS[code]
        raise RuntimeError(f"the name of {PERSONAL}")

    return blueprint
