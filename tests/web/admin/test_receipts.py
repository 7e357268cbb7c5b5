"""Staff read a receipt by its id, those of their own controllers only."""

import json
from uuid import uuid4

import pytest
from flask import Flask
from jsonschema_rs import Draft202012Validator

from privacy.consent.models import Method
from privacy.consent.receipts.bundle import judge, read
from privacy.consent.records.record import schema
from privacy.consent.statements import Statement, record_statement
from privacy.operators.roles import Role
from tests.make import make_subject
from tests.web.admin.test_views import Machine
from tests.web.banner.conftest import Shop, open_shop
from tests.web.banner.test_receipts import answered, leaf_of


@pytest.fixture
def site(app: Flask) -> Shop:
    """Return a site of the boutique."""
    return open_shop(app)


def test_a_receipt_is_found_by_its_id_and_proven(app: Flask, site: Shop):
    given = answered(site)
    number = given["receipt"]["id"]
    machine = Machine(app, Role.AGENT)
    early = machine.get(f"/receipts/{number}")
    assert (early.status_code, json.loads(early.data)) == (202, given)
    site.runtime.sequencer.integrate()
    for query in ("", f"?leaf={leaf_of(given)}", f"?subject={given['receipt']['subject']}"):
        answer = machine.get(f"/receipts/{number}{query}")
        assert answer.status_code == 200
        assert judge(read(answer.text)).is_proven
    assert machine.get(f"/receipts/{number}?subject={uuid4()}").status_code == 404
    assert machine.get(f"/receipts/{uuid4()}").status_code == 404


def test_an_id_that_two_browsers_chose_is_told_apart_by_subject_or_hash(app: Flask, site: Shop):
    body = site.body()
    first = json.loads(site.post(body).data)
    second = json.loads(site.post({**body, "visitor": "c" * 32}).data)
    machine = Machine(app, Role.DPO)
    assert machine.get(f"/receipts/{body['id']}").status_code == 409
    for given in (first, second):
        for query in (f"leaf={leaf_of(given)}", f"subject={given['receipt']['subject']}"):
            answer = machine.get(f"/receipts/{body['id']}?{query}")
            assert json.loads(answer.data) == given


def test_the_receipts_of_another_controller_do_not_exist(app: Flask, site: Shop):
    given = answered(site)
    other = Machine(app, Role.DPO, slug="librairie")
    for query in ("", f"?leaf={leaf_of(given)}"):
        assert other.get(f"/receipts/{given['receipt']['id']}{query}").status_code == 404


def test_an_auditor_sees_no_receipt(app: Flask, site: Shop):
    given = answered(site)
    answer = Machine(app, Role.AUDITOR).get(f"/receipts/{given['receipt']['id']}")
    assert answer.status_code == 403


def test_a_receipt_is_given_in_the_form_of_the_standard(app: Flask, site: Shop):
    given = answered(site, granted=False)
    machine = Machine(app, Role.DPO)
    answer = machine.get(f"/receipts/{given['receipt']['id']}?format=27560")
    assert (answer.status_code, answer.mimetype) == (200, "application/ld+json")
    told = json.loads(answer.data)
    assert [error.message for error in Draft202012Validator(schema()).iter_errors(told)] == []
    assert told["@type"] == "dpv:ConsentReceipt"
    inner = told["dpv:hasRecordOfActivity"]
    assert inner["dpv:hasProcess"][0]["dpv:hasConsentStatus"][0]["@type"] == "dpv:ConsentRefused"
    assert machine.get(f"/receipts/{given['receipt']['id']}?format=1").status_code == 422


@pytest.mark.parametrize("method", ["paper", "form"])
def test_what_was_said_elsewhere_is_proven_like_an_answer_to_a_banner(
    app: Flask, site: Shop, method: str
):
    runtime = site.runtime
    number = uuid4()
    with runtime.database.transaction() as session:
        statement = Statement(
            subject_id=make_subject(
                session, at=runtime.clock(), cabinet=runtime.cabinet,
                controller_id=site.site.controller_id,
            ),
            controller_id=site.site.controller_id, answers={"audience_consent": True},
            method=Method(method), language="fr", evidence="form 7", answer_id=number,
        )  # fmt: skip
        session.flush()
        first = record_statement(
            session, actor="system", at=runtime.clock(), statement=statement,
            origin=runtime.keyring.signer.name,
        )  # fmt: skip
    runtime.sequencer.integrate()
    answer = Machine(app, Role.DPO).get(f"/receipts/{number}")
    found = judge(read(answer.text))
    assert found.is_proven
    assert found.bundle.statement == first.statement()
