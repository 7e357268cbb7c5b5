"""Public keys, where receivers look for them (RFC 8615)."""

import base64
from typing import Final

from flask import Blueprint, Response, jsonify

from privacy.crypto import Verifier
from privacy.requests.transfers import EVENT
from privacy.web import current
from privacy.web.auth import public

PREFIX: Final = "whpk_"
"""How a public key begins, in the form that libraries of Standard Webhooks read."""
KEPT: Final = 3600
"""Seconds for which a receiver may keep the answer."""

blueprint = Blueprint("published", __name__)


@blueprint.get("/.well-known/privacy-transfer-keys.json")
@public("a receiver verifies by public keys; they hold no data of anybody")
def transfer_keys() -> Response:
    """Answer the keys that sign data sent to other controllers, the current one first."""
    known = [*reversed(current.runtime().keyring.transfer_verifiers)]
    response = jsonify(
        event=EVENT,
        scheme="Standard Webhooks, v1a",
        keys=[_shown(one, is_current=one is known[0]) for one in known],
    )
    response.headers["Cache-Control"] = f"public, max-age={KEPT}"
    return response


def _shown(one: Verifier, *, is_current: bool) -> dict[str, object]:
    key = PREFIX + base64.b64encode(one.public).decode()
    return {
        "name": one.name,
        "algorithm": "ed25519",
        "key": key,
        "vkey": one.vkey,
        "current": is_current,
    }
