"""What browsers report of a site's content security policy, in either of the forms they use."""

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from flask import Response, request

from privacy.errors import RefusedError
from privacy.purposes import queries as purposes
from privacy.purposes import reports
from privacy.purposes.reports import Refused, refused
from privacy.web import current, limits, security
from privacy.web.auth import public
from privacy.web.openapi import Blueprint

LARGEST = 16_384
"""Bytes of one report; browsers send far less."""
MOST = 20
"""Reports in one body that are looked at."""

blueprint = Blueprint(
    "csp", __name__, url_prefix="/banner", description="Reports of content security policies."
)


@blueprint.post("/csp/<string:key>")
@public("browsers send it by themselves")
@blueprint.doc(  # type: ignore[untyped-decorator] # flask-smorest has no stubs
    responses={204: {"description": "Counted, or left out because it says nothing."}}
)
def report(key: str) -> Response:
    """Count what a browser refused on a site; it holds no visitor, no query and no code."""
    runtime = current.runtime()
    request.max_content_length = LARGEST
    with runtime.database.reading() as session:
        site = purposes.site_by_key(session, key)
    limits.take_for_site(key)
    for seen in _told(request.get_data(cache=False), frozenset(site.origins)):
        with runtime.database.transaction() as session:
            reports.note(session, at=runtime.clock(), site_id=site.id, seen=seen)
    return security.allow_origin(Response(status=HTTPStatus.NO_CONTENT), "*")


@blueprint.route("/csp/<string:key>", methods=["OPTIONS"])
@public("a browser asks it before it reports to another origin")
@blueprint.doc(  # type: ignore[untyped-decorator] # flask-smorest has no stubs
    responses={204: {"description": "Whether the browser may send."}}
)
def report_preflight(key: str) -> Response:  # noqa: ARG001 -- part of the address
    """Tell a browser that it may report."""
    return security.preflight(request.headers.get("Origin"), methods="POST")


def _told(octets: bytes, origins: frozenset[str]) -> Iterator[Refused]:
    """Yield the reports of pages of these origins; RefusedError when the body is none at all."""
    try:
        document = json.loads(octets)
    except (ValueError, RecursionError):
        raise RefusedError("This is no report of a content security policy.") from None
    for body in _bodies(document)[:MOST]:
        directive = _first(body, "effectiveDirective", "effective-directive", "violated-directive")
        page = _first(body, "documentURL", "document-uri")
        blocked = _first(body, "blockedURL", "blocked-uri") or "inline"
        of_site = any(page == origin or page.startswith(f"{origin}/") for origin in origins)
        if directive and of_site:
            yield refused(directive, blocked, page)


def _first(body: dict[str, Any], *names: str) -> str:
    """Return the first text under one of these names, or nothing."""
    return next((body[name] for name in names if isinstance(body.get(name), str)), "")


def _bodies(document: Any) -> list[dict[str, Any]]:
    """Return the reports of either form: `report-uri` sends one object, `report-to` a list."""
    listed = document if isinstance(document, list) else [document]
    found = [one.get("csp-report") or one.get("body") for one in listed if isinstance(one, dict)]
    return [one for one in found if isinstance(one, dict)]
