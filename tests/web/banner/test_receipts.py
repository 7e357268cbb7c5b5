"""Whoever holds a receipt gets its proof, and whoever does not gets nothing."""

import base64
import json
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import update
from werkzeug.test import TestResponse

from privacy.consent.models import Consent
from privacy.consent.receipts import proofs
from privacy.consent.receipts.bundle import judge, read
from tests.make import ORIGIN
from tests.web.banner.conftest import Shop


def answered(shop: Shop, **changes: Any) -> dict[str, Any]:
    """Return the receipt of a fresh answer, as the browser keeps it."""
    given: dict[str, Any] = json.loads(shop.post(shop.body(**changes)).data)
    return given


def leaf_of(given: dict[str, Any]) -> str:
    return base64.b64decode(given["receipt"]["log"]["leaf"]).hex()


def ask(shop: Shop, receipt_id: str, leaf: str, **headers: str) -> TestResponse:
    return shop.app.test_client().get(
        f"/banner/receipts/{receipt_id}", query_string={"leaf": leaf}, headers=headers
    )


def test_a_receipt_is_given_again_byte_for_byte_with_a_proof_that_holds(shop: Shop):
    given = answered(shop, granted=False)
    early = ask(shop, given["receipt"]["id"], leaf_of(given))
    assert (early.status_code, early.headers["Retry-After"]) == (202, "1")
    assert json.loads(early.data) == given
    shop.runtime.sequencer.integrate()
    answer = ask(shop, given["receipt"]["id"], leaf_of(given))
    assert answer.status_code == 200
    told = json.loads(answer.data)
    beside = told.pop("proof")
    assert told == given
    assert json.loads(beside["notice"])["site"] == shop.site.key
    trusted = [one.vkey for one in shop.runtime.keyring.verifiers]
    assert judge(read(answer.text), trusted=trusted).is_proven


def test_neither_the_id_nor_the_hash_is_enough_alone(shop: Shop):
    mine, other, again = answered(shop), answered(shop, visitor="b" * 32), answered(shop)
    for integrate in (False, True):
        if integrate:
            shop.runtime.sequencer.integrate()
        for receipt_id, leaf in [
            (str(uuid4()), leaf_of(mine)),
            (mine["receipt"]["id"], "0" * 64),
            (mine["receipt"]["id"], leaf_of(other)),
            (mine["receipt"]["id"], leaf_of(again)),
        ]:
            assert ask(shop, receipt_id, leaf).status_code == 404


@pytest.mark.parametrize("leaf", ["", "0" * 63, "g" * 64, "0" * 65])
def test_what_is_no_hash_is_refused(shop: Shop, leaf: str):
    assert ask(shop, str(uuid4()), leaf).status_code == 422


def test_two_subjects_with_the_same_id_get_each_their_own(shop: Shop):
    body = shop.body()
    first = json.loads(shop.post(body).data)
    second = json.loads(shop.post({**body, "visitor": "c" * 32}).data)
    shop.runtime.sequencer.integrate()
    for given in (first, second):
        told = json.loads(ask(shop, body["id"], leaf_of(given)).data)
        assert told["receipt"]["subject"] == given["receipt"]["subject"]


def test_while_the_log_is_far_behind_nothing_is_denied(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
):
    answered(shop)
    monkeypatch.setattr(proofs, "MOST_WAITING", 1)
    answer = ask(shop, str(uuid4()), "0" * 64)
    assert (answer.status_code, answer.headers["Retry-After"]) == (202, "60")


def test_a_ledger_that_was_altered_gives_no_receipt(shop: Shop):
    given = answered(shop, granted=False)
    shop.runtime.sequencer.integrate()
    with shop.runtime.database.transaction() as session:
        session.connection().execute(  # past the guard, as somebody with the database could
            update(Consent).values(granted=True)
        )
    shop.app.testing = False
    answer = ask(shop, given["receipt"]["id"], leaf_of(given))
    assert answer.status_code == 500
    assert json.loads(answer.data)["type"] == "/problems/seal"


def test_any_page_may_read_the_proof_of_a_receipt_that_it_keeps(shop: Shop):
    answer = ask(shop, str(uuid4()), "0" * 64, Origin=ORIGIN)
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "Access-Control-Allow-Origin" not in ask(shop, str(uuid4()), "0" * 64).headers
