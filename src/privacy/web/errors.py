"""One table from errors to answers: problem documents (RFC 9457) for machines, else pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from flask import Flask, Response, json, make_response, request
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed

from privacy.errors import (
    InvalidError,
    NotFoundError,
    PrivacyError,
    TooManyError,
    UnavailableError,
)
from privacy.web import current, intake, logs, pages
from privacy.web.auth import public

JSON_PREFIXES: Final = ("/answers/", "/banner/", "/v1/", "/healthz", "/problems")
"""Below these addresses a fault is a problem document; elsewhere it is a page."""
PROBLEM_TYPE: Final = "application/problem+json"


@dataclass(frozen=True)
class Kind:
    """One kind of problem: the status it is answered with and what its document says."""

    status: HTTPStatus
    title: str
    advice: str


KINDS: dict[str, Kind] = {
    "not-found": Kind(
        HTTPStatus.NOT_FOUND,
        "There is no such thing, or not for you",
        "Check the address. What belongs to others is answered the same way.",
    ),
    "gone": Kind(
        HTTPStatus.GONE,
        "It was used up or has expired",
        "Ask for a new one; the old one never works again.",
    ),
    "conflict": Kind(
        HTTPStatus.CONFLICT,
        "Its state does not allow this now",
        "Read it again and decide anew.",
    ),
    "invalid": Kind(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Some input breaks a rule",
        "See `errors`, which names each field.",
    ),
    "refused": Kind(
        HTTPStatus.FORBIDDEN,
        "The law or a rule of the controller forbids this",
        "Do not repeat the call; see `detail`.",
    ),
    "sign-in-required": Kind(
        HTTPStatus.UNAUTHORIZED,
        "Nobody is signed in",
        "Send `Authorization: Bearer …` with a token that has not expired.",
    ),
    "forbidden": Kind(
        HTTPStatus.FORBIDDEN,
        "The roles of this operator do not allow it",
        "Ask a DPO for a role that does.",
    ),
    "too-many": Kind(
        HTTPStatus.TOO_MANY_REQUESTS,
        "A rate limit was reached",
        "Wait as many seconds as `Retry-After` says.",
    ),
    "unavailable": Kind(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Something that this needs cannot be reached",
        "Send the same call again later; `Retry-After` says when.",
    ),
    "awaited": Kind(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Somebody was asked and has not answered yet",
        "Nothing is to be done; the answer wakes what waits for it.",
    ),
    "impossible": Kind(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Whoever was asked says that it cannot be searched",
        "A DPO decides whether to answer without it.",
    ),
    "malformed": Kind(
        HTTPStatus.BAD_REQUEST,
        "The request cannot be read",
        "Send one JSON object in UTF-8, without duplicate names; see `detail`.",
    ),
    "untrusted-form": Kind(
        HTTPStatus.FORBIDDEN,
        "The form does not come from a page of this service",
        "Reload the page and send the form again.",
    ),
    "method-not-allowed": Kind(
        HTTPStatus.METHOD_NOT_ALLOWED,
        "This address does not know the method",
        "Use one of the methods in `Allow`.",
    ),
    "too-large": Kind(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "The body is too large",
        "Send less at a time.",
    ),
    "wrong-media-type": Kind(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "The body has another type than expected",
        "Send `Content-Type: application/json` and no content encoding.",
    ),
    "seal": Kind(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "A sealed value does not open",
        "Tell the operator of this service; the request id finds the entry in its log.",
    ),
    "config": Kind(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "The service is not set up rightly",
        "Tell the operator of this service.",
    ),
    "error": Kind(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "Something went wrong here",
        "Tell the operator of this service; the request id finds the entry in its log.",
    ),
}
"""Every problem type by its code; the code of an error class is its key here."""

_AS_PAGE: Final = {
    "malformed": "invalid",
    "method-not-allowed": "not-found",
    "too-large": "invalid",
    "untrusted-form": "conflict",
    "wrong-media-type": "invalid",
}
"""What people are told where the exact fault helps machines only."""

_BY_STATUS = {kind.status: code for code, kind in reversed(KINDS.items())}


@dataclass(frozen=True)
class Problem:
    """What is to be answered to one failed request."""

    code: str
    detail: str = ""
    fields: Mapping[str, list[str]] | None = None
    headers: Mapping[str, str] | None = None


def install(app: Flask) -> None:
    """Answer every error of the app by the table."""
    app.register_error_handler(PrivacyError, _of_ours)
    app.register_error_handler(ValidationError, lambda error: _of_ours(intake.refusal(error)))
    app.register_error_handler(HTTPException, _of_http)
    app.add_url_rule("/problems/<code>", "problem", _describe)
    app.add_url_rule("/problems/", "problems", _list)


def of_ours(error: PrivacyError) -> Problem:
    """Return the problem of an error that was raised on purpose."""
    code = error.code if error.code in KINDS else "error"
    headers: dict[str, str] = {}
    if isinstance(error, TooManyError):
        headers["Retry-After"] = str(max(1, error.retry_after))
    if isinstance(error, UnavailableError):
        headers["Retry-After"] = "5"
    if code == "sign-in-required":
        headers["WWW-Authenticate"] = 'Bearer realm="privacy"'
    fields = error.fields if isinstance(error, InvalidError) else None
    hidden = KINDS[code].status >= HTTPStatus.INTERNAL_SERVER_ERROR and code != "unavailable"
    return Problem(code, "" if hidden else str(error), fields, headers)


def answer(problem: Problem) -> Response:
    """Return the problem as a document below JSON addresses, as a page elsewhere."""
    if request.path.startswith(JSON_PREFIXES):
        response = Response(json.dumps(_document(problem)), mimetype=PROBLEM_TYPE)
    else:
        response = make_response(_page(problem))
    response.status_code = KINDS[problem.code].status
    response.headers.update(problem.headers or {})
    return response


def _of_ours(error: PrivacyError) -> Response:
    problem = of_ours(error)
    if KINDS[problem.code].status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        logs.failure(error)
    return answer(problem)


def _of_http(error: HTTPException) -> Response | HTTPException:
    """Answer what Flask itself refuses, and exceptions that nobody expected."""
    if error.response is not None or error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return error
    known = HTTPStatus(error.code) if error.code in set(HTTPStatus) else None
    code = _BY_STATUS.get(known, "malformed") if known and error.code < 500 else "error"
    code = getattr(error, "problem", code)
    headers = {}
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        headers["Allow"] = ", ".join(sorted(error.valid_methods))
    told = "" if isinstance(error, InternalServerError) else (error.description or "")
    return answer(Problem(code, told, None, headers))


def _document(problem: Problem) -> dict[str, Any]:
    kind = KINDS[problem.code]
    document: dict[str, Any] = {
        "type": f"/problems/{problem.code}",
        "title": kind.title,
        "status": int(kind.status),
        "request": current.request_id(),
    }
    if problem.detail:
        document["detail"] = problem.detail
    if problem.fields:
        document["errors"] = problem.fields
    return document


def _page(problem: Problem) -> str:
    retry_after = (problem.headers or {}).get("Retry-After")
    return pages.render(
        "error.html",
        code=_AS_PAGE.get(problem.code, problem.code),
        error_id=current.request_id(),
        retry_after=int(retry_after) if retry_after else None,
    )


@public("what an answer means is no secret")
def _describe(code: str) -> dict[str, Any]:
    """Explain a problem type."""
    if code not in KINDS:
        raise NotFoundError("There is no such problem type.")
    kind = KINDS[code]
    told = {"type": f"/problems/{code}", "title": kind.title, "advice": kind.advice}
    return {**told, "status": int(kind.status)}


@public("what an answer means is no secret")
def _list() -> dict[str, Any]:
    """Explain every problem type."""
    return {"problems": [_describe(code) for code in sorted(KINDS)]}
