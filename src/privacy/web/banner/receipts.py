"""The proof of an answer, for whoever holds its receipt."""

from functools import partial
from http import HTTPStatus
from uuid import UUID

from flask import Response, request

from privacy.consent.receipts import proofs
from privacy.web import proving, security
from privacy.web.auth import public
from privacy.web.openapi import Blueprint

blueprint = Blueprint(
    "receipts", __name__, url_prefix="/banner", description="Receipts, for whoever holds one."
)


@blueprint.get("/receipts/<uuid:receipt_id>")
@public("whoever knows the id and the hash holds the receipt, and learns only its proof")
@blueprint.arguments(proving.LeafQuery, location="query")
@blueprint.response(HTTPStatus.OK, proving.ProvenSchema)
@blueprint.alt_response(
    HTTPStatus.ACCEPTED, schema=proving.ProvenSchema, description=proving.WAITS
)
def read_receipt(asked: dict[str, str], receipt_id: UUID) -> Response:
    """Read a receipt again with its proof: the entry, the notice, the path, the checkpoint.

    The id is the browser's choice and auditors see all hashes, so neither is enough alone.
    """
    leaf = bytes.fromhex(asked["leaf"])
    return proving.answer(partial(proofs.by_leaf, answer_id=receipt_id, leaf=leaf))


@blueprint.after_request  # type: ignore[untyped-decorator] # flask-smorest has no stubs
def _readable(response: Response) -> Response:
    """Let the page that keeps the receipt read its proof, whatever page it is."""
    origin = request.headers.get("Origin")
    return security.allow_origin(response, origin) if origin else response
