"""A visitor's whole way: asked, answered, proven, withdrawn, and found again for an answer."""

import base64
import json
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from privacy.audit.proofs import prove, verify_receipt_inclusion
from privacy.audit.verify import verify_log
from privacy.consent import queries
from privacy.consent.receipts.receipt import Receipt, to_sign
from privacy.consent.store import OWN
from privacy.crypto import Verifier
from tests.fakes import FakeClock
from tests.make import ORIGIN
from tests.web.banner.conftest import Shop, configuration, open_shop
from tests.web.conftest import app, settings

__all__ = ["app", "settings"]  # pytest finds fixtures by their names here

VISITOR = "ab" * 16


def configured(shop: Shop) -> dict[str, Any]:
    """Return what the embedded script knows, as a browser that speaks French gets it."""
    return configuration(shop.app.test_client().get(f"/banner/{shop.site.key}.js"))


def say(shop: Shop, config: dict[str, Any], number: int, *, granted: bool) -> TestResponse:
    """Answer as the script does, from nothing but its configuration."""
    return shop.post(
        {
            "site": config["site"],
            "id": f"00000000-0000-4000-8000-{number:012}",
            "visitor": VISITOR,
            "notice": config["notice"],
            "language": config["language"],
            "method": "accept_all" if granted else "withdrawal",
            "answers": dict.fromkeys(config["codes"], granted),
            "page": "/",
        }
    )


def holds(shop: Shop, receipt: Receipt, code: str) -> str:
    runtime = shop.runtime
    with runtime.database.reading() as session:
        return queries.holds(
            session,
            subject_id=receipt.subject,
            controller_id=receipt.controller,
            purpose_code=code,
            at=runtime.clock(),
        ).reason.value


def test_a_consent_is_given_proven_withdrawn_and_told(app: Flask, clock: FakeClock):
    shop = open_shop(app)
    config = configured(shop)
    given = say(shop, config, 1, granted=True)
    signed = json.loads(given.data)
    receipt = Receipt.read(signed["receipt"])
    code = config["codes"][0]
    assert (given.status_code, holds(shop, receipt, code)) == (201, "given")

    clock.advance(days=3)
    # The connection was lost, so the script sends the first answer again beside the second.
    assert say(shop, config, 1, granted=True).data == given.data
    withdrawn = Receipt.read(json.loads(say(shop, config, 2, granted=False).data)["receipt"])
    assert withdrawn.subject == receipt.subject
    assert holds(shop, receipt, code) == "withdrawn"

    runtime = shop.runtime
    runtime.sequencer.integrate()
    key = Verifier(signed["key"])
    key.verify(to_sign(signed["receipt"]), base64.b64decode(signed["signature"]))
    with runtime.database.reading() as session:
        sizes = {
            verify_receipt_inclusion(one.leaf, prove(session, one.leaf), (key,)).size
            for one in (receipt, withdrawn)
        }
        told = list(OWN.rows(session, [receipt.subject]))
    verdict = verify_log(runtime.database, runtime.keyring.verifiers, at=clock())
    assert (verdict.is_whole, verdict.size) == (True, *sizes)
    assert [row["granted"] for row in told] == [True, True, False, False]


def test_a_visitor_has_another_number_with_each_controller(app: Flask):
    numbers = []
    for slug in ("une", "autre"):
        shop = open_shop(app, slug)
        answer = say(shop, configured(shop), 1, granted=True)
        numbers.append(json.loads(answer.data)["receipt"]["subject"])
    assert len(set(numbers)) == 2


def test_nobody_reads_the_ledger_from_a_page(app: Flask):
    shop = open_shop(app)
    say(shop, configured(shop), 1, granted=True)
    for address in ("/banner/consents", "/console/consents"):
        answer = app.test_client().get(address, headers={"Origin": ORIGIN})
        assert answer.status_code in {302, 303, 401, 405}
        assert answer.headers.get("Access-Control-Allow-Origin") in {None, ORIGIN}
        assert b"audience_consent" not in answer.data
