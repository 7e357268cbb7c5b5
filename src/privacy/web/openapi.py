"""The OpenAPI 3.1 document, made from the schemas that validate, and a page to try it."""

import json
import re
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.metadata import version
from typing import Any, Final, TypeVar, cast

import flask
import flask_smorest  # type: ignore[import-untyped] # it has no stubs
from flask import Flask, Response, jsonify
from marshmallow import Schema, fields
from typing_extensions import override

from privacy.web import current, intake, pages
from privacy.web.auth import public
from privacy.web.errors import PROBLEM_TYPE

View = TypeVar("View", bound=Callable[..., Any])

_EXTENSION: Final = "privacy_api"
_ABOUT: Final = (
    "Consent, requests of data subjects and tamper-evident proof. Faults are problem documents "
    "(RFC 9457) whose types are explained at /problems/."
)


class ProblemSchema(Schema):
    """A problem document (RFC 9457)."""

    type = fields.String(metadata={"description": "Which kind of problem; explained there."})
    title = fields.String()
    status = fields.Integer()
    detail = fields.String(metadata={"description": "What is wrong with this very call."})
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata={"description": "Messages by dotted path of the field."},
    )
    request = fields.String(metadata={"description": "The number of this call in the log."})

    def __deepcopy__(self, _memory: dict[int, Any]) -> "ProblemSchema":
        """Return itself: each route copies its responses, and nothing ever changes this one."""
        return self


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc] # it has no stubs
    """A flask-smorest blueprint whose `arguments` reads JSON through the one parser."""

    ARGUMENTS_PARSER = intake.Parser()

    # What follows changes nothing; it tells type checkers what flask-smorest does not.

    def get(self, rule: str, **options: Any) -> Callable[[View], View]:
        """Route GET to a view."""
        return self._typed(super().get(rule, **options))

    def post(self, rule: str, **options: Any) -> Callable[[View], View]:
        """Route POST to a view."""
        return self._typed(super().post(rule, **options))

    def route(self, rule: str, **options: Any) -> Callable[[View], View]:
        """Route `methods` to a view."""
        return self._typed(super().route(rule, **options))

    def arguments(self, schema: type[Schema], **options: Any) -> Callable[[View], View]:
        """Give the view what the schema loads as its first argument, and document it."""
        return self._typed(super().arguments(schema, **options))

    def response(
        self,
        status_code: int,
        schema: type[Schema] | Mapping[str, str] | None = None,
        **options: Any,
    ) -> Callable[[View], View]:
        """Answer what the view returns as the schema dumps it, and document it."""
        return self._typed(super().response(status_code, schema, **options))

    def alt_response(self, status_code: int, **options: Any) -> Callable[[View], View]:
        """Document another answer of the view."""
        return self._typed(super().alt_response(status_code, **options))

    @staticmethod
    def _typed(decorator: Any) -> Callable[[View], View]:
        return cast("Callable[[View], View]", decorator)


class _Api(flask_smorest.Api):  # type: ignore[misc] # it has no stubs
    """Registers routes at once, and describes them when the document is first read."""

    ERROR_SCHEMA = ProblemSchema()  # one for all responses: making it anew for each is slow

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        self._undescribed: deque[Blueprint] = deque()
        self._lock = threading.Lock()

    @override
    def register_blueprint(self, blp: Blueprint, **options: Any) -> None:
        self._app.register_blueprint(blp, **options)
        self._undescribed.append(blp)

    def described(self) -> Any:
        """Return the description of everything that was registered."""
        with self._lock:
            while self._undescribed:
                blp = self._undescribed.popleft()
                blp.register_views_in_doc(
                    self, self._app, self.spec, name=blp.name, parameters=None
                )
                self.spec.tag({"name": blp.name, "description": blp.description})
        return self.spec


docs = flask.Blueprint("docs", __name__, url_prefix="/v1")


def install(app: Flask, blueprints: Iterable[Blueprint]) -> None:
    """Register the JSON surfaces and describe them."""
    app.config |= {
        "API_TITLE": "Privacy",
        "API_VERSION": version("privacy"),
        "OPENAPI_VERSION": "3.1.0",
        "API_SPEC_OPTIONS": {"info": {"description": _ABOUT}},
    }
    api = _Api(app)
    for blueprint in blueprints:
        api.register_blueprint(blueprint)
    app.extensions[_EXTENSION] = api
    app.register_blueprint(docs)


def document() -> dict[str, Any]:
    """Return the OpenAPI document of this app."""
    api = current.extension(_EXTENSION)
    told = cast("dict[str, Any]", api.described().to_dict())
    components = told.setdefault("components", {})
    components["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
    for response in components.get("responses", {}).values():
        content = response.get("content", {})
        if "application/json" in content:
            content[PROBLEM_TYPE] = content.pop("application/json")
    for address, _, operation in operations(told):
        operation["security"] = [{"bearer": []}] if address.startswith("/v1/") else []
    return told


def operations(told: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield address, method and description of each operation of a document."""
    for address, path in told.get("paths", {}).items():
        for method, operation in path.items():
            if method in {"get", "post", "put", "patch", "delete"}:
                yield address, method, operation


@docs.get("/openapi.json")
@public("documentation holds no data")
def openapi() -> Response:
    """Answer the OpenAPI document."""
    return jsonify(document())


@docs.get("/docs")
@public("documentation holds no data")
def page() -> str:
    """Show every operation, with a form to try it."""
    told = document()
    groups = [
        (
            tag["name"],
            tag["description"],
            [one for one in _shown(told) if tag["name"] in one["tags"]],
        )
        for tag in told["tags"]
    ]
    return pages.render("docs.html", info=told["info"], groups=groups)


def _shown(told: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield each operation as the page shows it."""
    for address, method, operation in operations(told):
        shared = told["paths"][address].get("parameters", [])
        yield {
            "id": re.sub(r"\W+", "-", method + address),
            "method": method,
            "address": address,
            "summary": operation.get("summary", ""),
            "description": operation.get("description", ""),
            "secured": bool(operation["security"]),
            "tags": operation["tags"],
            "parameters": [_parameter(one) for one in [*shared, *operation.get("parameters", [])]],
            "body": _body(operation, told["components"]["schemas"]),
            "answers": _answers(operation),
        }


def _parameter(told: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": "", "choices": told["schema"].get("enum", ()), **told}


def _answers(operation: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what is answered; whatever refers to a common answer is a problem document."""
    told = sorted(operation["responses"].items())
    ours = [(status, said["description"]) for status, said in told if "$ref" not in said]
    return [*ours, ("else", "A problem document (RFC 9457).")]


def _body(operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    """Return a body to begin with, or nothing where none is sent."""
    if "requestBody" not in operation:
        return ""
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    return json.dumps(example(schema, schemas), indent=2, ensure_ascii=False)


def example(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:
    """Return a value of the shape that a schema describes; strings say what they are."""
    if "$ref" in schema:
        return example(schemas[schema["$ref"].rsplit("/", 1)[-1]], schemas)
    if "example" in schema or "enum" in schema:
        return schema.get("example") or schema["enum"][0]
    kind = schema.get("type")
    if kind == "object":
        inner = schema.get("properties", {})
        return {name: example(one, schemas) for name, one in inner.items()}
    if kind == "array":
        return [example(schema["items"], schemas)]
    return {"integer": 0, "number": 0, "boolean": False}.get(str(kind), schema.get("format", "…"))
