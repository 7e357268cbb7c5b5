"""What visitors' browsers send: the answer to the banner."""

from dataclasses import replace
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Flask, Response, request

from privacy.consent import queries
from privacy.consent.acts import Answered, ReplayedError, Said, receipt_of
from privacy.consent.receipts.receipt import Receipt, signed
from privacy.consent.saying import believable
from privacy.errors import ConflictError
from privacy.purposes.queries import Asked
from privacy.subjects.visitors import visitor_subject
from privacy.web import current, limits, security
from privacy.web.auth import public
from privacy.web.banner.known import KnownNotices
from privacy.web.banner.schemas import AnswerSchema
from privacy.web.openapi import Blueprint
from privacy.web.shapes import IGNORED, ReceiptSchema

_EXTENSION = "privacy_notices"

blueprint = Blueprint(
    "banner", __name__, url_prefix="/banner", description="The consent banner of websites."
)


def install(app: Flask) -> None:
    """Give the app its memory of sites and notices."""
    runtime = app.extensions[current.RUNTIME]
    app.extensions[_EXTENSION] = KnownNotices(runtime.database, runtime.clock)


@blueprint.post("/consents")
@public("visitors answer before anybody knows them")
@blueprint.arguments(AnswerSchema)
@blueprint.response(HTTPStatus.CREATED, ReceiptSchema)
@blueprint.alt_response(
    HTTPStatus.OK, schema=ReceiptSchema, description="The answer was recorded before."
)
def post_consent(answer: dict[str, Any]) -> Response:
    """Record what a visitor answered, and give the signed receipt of it."""
    limits.take_for_site(answer["site"])
    known: KnownNotices = current.extension(_EXTENSION)
    origin = request.headers.get("Origin")
    asked = known.asked(site=answer["site"], digest=answer["notice"], origin=origin)
    receipt, status = _recorded(asked, answer)
    body = signed(receipt.statement(), current.runtime().keyring.signer)
    response = Response(body, status, mimetype="application/json")
    if answer["said_at"] and believable(answer["said_at"], current.runtime().clock()) is None:
        response.headers[IGNORED] = "said_at"
    return security.allow_origin(response, str(origin))


@blueprint.route("/consents", methods=["OPTIONS"])
@public("a browser asks it before it sends JSON to another origin")
@blueprint.doc(  # type: ignore[untyped-decorator] # flask-smorest has no stubs
    responses={204: {"description": "Whether the browser may send."}}
)
def preflight() -> Response:
    """Tell a browser that it may send JSON; whose page it is, the answer itself decides."""
    return security.preflight(request.headers.get("Origin"), methods="POST")


@blueprint.after_request  # type: ignore[untyped-decorator] # flask-smorest has no stubs
def readable(response: Response) -> Response:
    """Let a page read why its answer was not taken; else its script would send it for ever.

    Such a refusal tells nothing of anybody. A page of another site learns only that it is one.
    """
    origin = request.headers.get("Origin")
    told = response.status_code >= HTTPStatus.BAD_REQUEST
    if told and origin is not None and response.status_code != HTTPStatus.FORBIDDEN:
        security.allow_origin(response, origin)
    return response


def _recorded(asked: Asked, answer: dict[str, Any]) -> tuple[Receipt, HTTPStatus]:
    runtime = current.runtime()
    said = Said(
        answer_id=answer["id"],
        subject_id=_subject(asked, answer["visitor"]),
        method=answer["method"],
        answers=answer["answers"],
        page=answer["page"],
        said_at=believable(answer["said_at"], runtime.clock()),
    )
    try:
        return runtime.recorder.record(Answered(asked, said)), HTTPStatus.CREATED
    except ReplayedError:
        return _first_receipt(asked, said), HTTPStatus.OK


def _subject(asked: Asked, visitor: str) -> UUID:
    runtime = current.runtime()
    with runtime.database.reading() as session:
        return visitor_subject(
            session,
            cabinet=runtime.cabinet,
            controller_id=asked.controller_id,
            visitor=visitor,
        )


def _first_receipt(asked: Asked, said: Said) -> Receipt:
    """Return the receipt of the first time; ConflictError if that was another answer."""
    runtime = current.runtime()
    with runtime.database.reading() as session:
        rows = queries.answer(session, subject_id=said.subject_id, answer_id=said.answer_id)
    first = rows[0]
    same = {row.purpose_code: row.granted for row in rows} == said.answers
    if not same or (first.site_id, first.notice) != (asked.site_id, asked.digest):
        raise ConflictError("This id belongs to another answer; make a new one.")
    receipt = receipt_of(
        Answered(asked, replace(said, method=first.method)),
        at=first.at,
        origin=runtime.keyring.signer.name,
        leaf=first.leaf,
    )
    return replace(receipt, valid_until=first.valid_until)
