"""An answer is found by its receipt, shown whole, and handed out with its proof."""

import json

import pytest
from flask import Flask

from privacy.consent.receipts.bundle import judge, read
from privacy.operators.roles import Role
from tests.web.banner.conftest import Shop, open_shop
from tests.web.banner.test_receipts import answered, leaf_of
from tests.web.conftest import Seat, seat, shop

ADDRESS = "/console/consents"


@pytest.fixture
def site(app: Flask) -> Shop:
    """Return a site of the boutique."""
    return open_shop(app)


@pytest.fixture
def viewer(app: Flask, site: Shop) -> Seat:
    """Return an agent of the boutique at a browser."""
    assert site.app is app
    return seat(app, Role.AGENT)


def page(viewer: Seat, **query: str) -> str:
    answer = viewer.browser.get(ADDRESS, query_string=query, headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    return answer.text


def test_all_purposes_of_an_answer_are_shown_and_its_proof_is_handed_out(viewer: Seat, site: Shop):
    given = answered(site, answers={"audience_consent": True, "social_sharing": False})
    number = given["receipt"]["id"]
    site.runtime.sequencer.integrate()
    text = page(viewer, receipt=number)
    found = text[text.index('role="status"') : text.index("</section>")]
    for words in ("Detailed analytics", "Videos and social networks", leaf_of(given)):
        assert words in found
    assert f"{ADDRESS}?receipt={number}&amp;leaf={leaf_of(given)}" in text
    for query in ({}, {"leaf": leaf_of(given)}, {"leaf": "junk"}):
        answer = viewer.browser.get(f"{ADDRESS}/receipts/{number}", query_string=query)
        assert answer.headers["Content-Disposition"] == f"attachment; filename={number}.json"
        assert judge(read(answer.text)).is_proven


def test_a_number_that_two_browsers_chose_needs_the_hash(viewer: Seat, site: Shop):
    body = site.body()
    first = json.loads(site.post(body).data)
    site.post({**body, "visitor": "c" * 32})
    assert "Several choices have this number" in page(viewer, receipt=body["id"])
    assert leaf_of(first) in page(viewer, receipt=body["id"], leaf=leaf_of(first))
    assert viewer.browser.get(f"{ADDRESS}/receipts/{body['id']}").status_code == 409


def test_what_was_shown_is_not_taken_from_another_answer_of_that_number(viewer: Seat, site: Shop):
    body = site.body()
    first = json.loads(site.post(body).data)
    site.post({**body, "visitor": "c" * 32})
    asked = {"receipt": body["id"]}
    sheet = viewer.browser.get("/console/shown", query_string=asked).text
    assert "Plusieurs choix portent ce numéro" in sheet
    assert body["notice"] not in sheet
    link = f"/console/shown?receipt={body['id']}&amp;leaf={leaf_of(first)}"
    assert link in page(viewer, **asked, leaf=leaf_of(first))
    asked["leaf"] = leaf_of(first)
    assert body["notice"] in viewer.browser.get("/console/shown", query_string=asked).text


def test_the_answers_of_another_controller_are_not_found(app: Flask, viewer: Seat, site: Shop):
    given = answered(site)
    assert viewer.token
    other = seat(app, Role.DPO, shop(app, "librairie"))
    number, leaf = given["receipt"]["id"], leaf_of(given)
    for query in ({"receipt": number}, {"receipt": number, "leaf": leaf}):
        assert 'role="status"' not in page(other, **query)
    address = f"{ADDRESS}/receipts/{number}"
    assert other.browser.get(address, query_string={"leaf": leaf}).status_code == 404
