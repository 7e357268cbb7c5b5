"""Public keys where receivers look for them."""

import base64

from flask import Flask
from flask.testing import FlaskClient

from privacy.crypto import Verifier
from tests.web.conftest import runtime_of, told

PATH = "/.well-known/privacy-transfer-keys.json"


def test_a_receiver_verifies_by_what_is_published(app: Flask, browser: FlaskClient):
    keyring = runtime_of(app).keyring
    answer = browser.get(PATH)
    (one,) = told(answer)["keys"]
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    Verifier(one["vkey"]).verify(b"sent", keyring.transfer_signer.sign(b"sent"))
    public = base64.b64decode(one["key"].removeprefix("whpk_"))
    assert public == keyring.transfer_verifiers[-1].public
    assert keyring.signer.vkey not in answer.text


def test_the_current_key_stands_first(app: Flask, browser: FlaskClient):
    old = runtime_of(app).keyring.transfer_signer.vkey
    new = runtime_of(app).keyring.renew_transfers().vkey
    keys = told(browser.get(PATH))["keys"]
    assert [(one["vkey"], one["current"]) for one in keys] == [(new, True), (old, False)]
