"""Receipts with their proofs as an answer over HTTP, for those who hold one and for staff."""

from collections.abc import Callable
from http import HTTPStatus

from flask import Response
from marshmallow import Schema, fields, validate
from sqlalchemy.orm import Session

from privacy.consent.receipts import proofs
from privacy.consent.receipts.proofs import Kept, WaitingError
from privacy.consent.receipts.receipt import MERGE_DELAY, signed
from privacy.web import current

WAITS = "The entry waits for its place in the log; ask again after `Retry-After`."
_LEAF = "The hash of its entry, which stands on the receipt, in 64 hexadecimal digits."


class LeafQuery(Schema):
    """What the receipt says besides its id."""

    leaf = fields.String(
        required=True,
        validate=validate.Regexp(r"[0-9a-f]{64}\Z"),
        metadata={"description": _LEAF},
    )


class ProofSchema(Schema):
    """What proves a receipt: verify it by `privacy receipt verify` or by any tool of RFC 6962."""

    schema = fields.String()
    entry = fields.String(metadata={"description": "The entry of the log, as it was hashed."})
    notice = fields.String(
        metadata={"description": "What was shown, word for word; its SHA-256 is the receipt's."}
    )
    index = fields.Integer()
    hashes = fields.List(
        fields.String(), metadata={"description": "The audit path (RFC 6962, 2.1.1), base64."}
    )
    checkpoint = fields.String(metadata={"description": "A C2SP signed note."})
    key = fields.String(metadata={"description": "The key that signed the checkpoint."})


class ProvenSchema(Schema):
    """A signed receipt, made again from the ledger, with its proof."""

    receipt = fields.Dict(metadata={"description": "As the answer to the banner gave it."})
    signature = fields.String()
    key = fields.String()
    proof = fields.Nested(ProofSchema)


def answer(find: Callable[[Session], Kept]) -> Response:
    """Answer the receipt that is found, with its proof; 202 while the log is behind."""
    runtime = current.runtime()
    signer = runtime.keyring.signer
    try:
        with runtime.database.reading() as session:
            kept = find(session)
            made = proofs.receipt(session, kept, origin=signer.name)
            proof = proofs.proof(session, kept, verifiers=runtime.keyring.verifiers)
    except WaitingError:
        return _later(b"{}", MERGE_DELAY)
    body = signed(made.statement(), signer, proof=proof)
    return Response(body, mimetype="application/json") if proof else _later(body, 1)


def _later(body: bytes, seconds: int) -> Response:
    response = Response(body, HTTPStatus.ACCEPTED, mimetype="application/json")
    response.headers["Retry-After"] = str(seconds)
    return response
