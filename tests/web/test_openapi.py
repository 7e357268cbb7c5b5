"""The document is made from the schemas that validate, and its page lets a reader try it."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Route

from privacy.config import Settings
from privacy.operators.roles import Role
from privacy.web import openapi
from privacy.web.app import MACHINES, create_app
from privacy.web.openapi import example
from tests.fakes import FakeClock
from tests.web.conftest import bearer_of, runtime_of, seat, told
from tests.web.probe import ProbeSchema

AXE = Path(os.environ.get("PRIVACY_AXE", "static/consent-banner/node_modules/axe-core/axe.min.js"))
HOST = "https://privacy.example"


def document_of(app: Flask) -> dict[str, Any]:
    return told(app.test_client().get("/v1/openapi.json"))


def test_it_is_openapi_3_1_and_says_what_needs_a_token(core: Flask):
    document = document_of(core)
    assert document["openapi"].startswith("3.1")
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    for address, _, operation in openapi.operations(document):
        assert bool(operation["security"]) == address.startswith("/v1/")


def test_every_json_route_is_in_it(core: Flask):
    paths = set(document_of(core)["paths"])
    assert {"/v1/audit/entries", "/v1/audit/tile/{level}/{address}", "/banner/consents"} <= paths
    rules = [
        rule.rule
        for rule in core.url_map.iter_rules()
        if rule.endpoint.split(".")[0] in {one.name for kind in MACHINES.values() for one in kind}
    ]
    assert len(paths) == len(set(rules))


def test_every_reference_in_it_leads_somewhere(core: Flask):
    document = document_of(core)

    def references(value: Any) -> Iterator[str]:
        for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
            if name == "$ref":
                yield inner
            elif isinstance(inner, dict | list):
                yield from references(inner)

    found = set(references(document))
    assert found
    for reference in found:
        value: Any = document
        for name in reference.removeprefix("#/").split("/"):
            value = value[name]


def test_bodies_answers_and_errors_are_described(settings: Settings, clock: FakeClock):
    blueprint = openapi.Blueprint("described", __name__, url_prefix="/v1")

    @blueprint.post("/described")
    @blueprint.arguments(ProbeSchema)
    @blueprint.response(201, ProbeSchema)
    def post(described: dict[str, object]) -> dict[str, object]:
        return described

    app = create_app(settings, clock=clock)
    app.extensions["privacy_api"].register_blueprint(blueprint)
    with app.app_context():
        document = openapi.document()
    runtime_of(app).database.dispose()
    operation = document["paths"]["/v1/described"]["post"]
    body = operation["requestBody"]["content"]["application/json"]["schema"]
    assert body == {"$ref": "#/components/schemas/Probe"}
    assert operation["responses"]["default"] == {"$ref": "#/components/responses/DEFAULT_ERROR"}
    answers = document["components"]["responses"]
    assert set(answers["DEFAULT_ERROR"]["content"]) == {"application/problem+json"}
    assert document["components"]["schemas"]["Probe"]["required"] == ["name"]


def test_an_example_has_the_shape_of_its_schema():
    schemas = {"Inner": {"type": "object", "properties": {"on": {"type": "boolean"}}}}
    schema = {
        "type": "object",
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "kind": {"type": "string", "enum": ["access", "erasure"]},
            "count": {"type": "integer"},
            "inner": {"type": "array", "items": {"$ref": "#/components/schemas/Inner"}},
        },
    }
    assert example(schema, schemas) == {
        "id": "uuid",
        "kind": "access",
        "count": 0,
        "inner": [{"on": False}],
    }


def test_the_page_names_every_operation_and_runs_no_inline_script(core: Flask):
    answer = core.test_client().get("/v1/docs")
    assert answer.status_code == 200
    for address, method, operation in openapi.operations(document_of(core)):
        assert f"{method.upper()} {address}</code>" in answer.text
        assert operation["summary"].split("'")[0] in answer.text
    assert answer.text.count("<script") == 1
    assert "nonce" not in answer.headers["Content-Security-Policy"]


@pytest.fixture
def page(chromium: Browser, core: Flask) -> Iterator[Page]:
    """Return a page whose whole world is the app, without any network."""
    sender = core.test_client()

    def serve(route: Route) -> None:
        asked = route.request
        parts = urlsplit(asked.url)
        answer = sender.open(
            parts.path,
            method=asked.method,
            query_string=parts.query,
            headers=dict(asked.headers),
            data=asked.post_data_buffer or b"",
        )
        route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.data)
        answer.close()

    context = chromium.new_context(locale="en-GB", reduced_motion="reduce")
    context.set_default_timeout(10_000)
    context.route("**/*", serve)
    yield context.new_page()
    context.close()


@pytest.mark.browser
def test_a_reader_tries_an_operation_with_a_token(core: Flask, page: Page):
    held = seat(core, Role.AUDITOR)
    token = bearer_of(core, held.operator_id)["Authorization"].removeprefix("Bearer ")
    violations: list[str] = []
    page.on("console", lambda message: violations.append(message.text))
    page.goto(f"{HOST}/v1/docs")
    form = page.locator("form.try[data-address='/v1/audit/entries']")
    form.locator("xpath=ancestor::details").evaluate("one => { one.open = true }")
    form.locator("[name=limit]").fill("1")
    form.locator("button").click()
    form.locator("pre").wait_for()
    assert "401 application/problem+json" in form.inner_text()
    page.locator("#token").fill(token)
    form.locator("button").click()
    form.get_by_text("200 application/json").wait_for()
    assert '"entries": [' in form.inner_text()
    assert token not in page.url
    assert not [said for said in violations if "Content Security Policy" in said]


@pytest.mark.browser
def test_the_page_breaks_no_accessibility_rule(page: Page):
    if not AXE.exists():
        pytest.skip(f"axe-core is missing: set PRIVACY_AXE, or install {AXE}")
    page.goto(f"{HOST}/v1/docs")
    page.eval_on_selector_all("details", "(all) => all.forEach((one) => one.open = true)")
    page.locator("form.try[data-address='/v1/policy'] button").click()
    page.locator("form.try[data-address='/v1/policy'] pre").wait_for()
    page.evaluate(AXE.read_text("utf-8"))
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = page.evaluate("axe.run()")["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
    page.set_viewport_size({"width": 320, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") == 320
