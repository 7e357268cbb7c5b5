"""Each error has one status, one type and no more words than are safe."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from privacy import errors as domain
from privacy.errors import PrivacyError
from privacy.web.errors import KINDS, of_ours
from tests.web.conftest import browser_of, told
from tests.web.probe import PERSONAL

CLASSES = [
    one
    for one in vars(domain).values()
    if isinstance(one, type) and issubclass(one, PrivacyError) and one is not PrivacyError
]
STATUSES = {
    "gone": 410,
    "seal": 500,
    "too-many": 429,
    "unavailable": 503,
    "boom": 500,
}


@pytest.fixture
def browser(core: Flask) -> FlaskClient:
    core.config["PROPAGATE_EXCEPTIONS"] = False
    return browser_of(core)


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_class_of_error_has_a_kind_of_problem(kind: type[PrivacyError]):
    assert kind.code in KINDS
    assert of_ours(kind("Say what to do.")).code == kind.code


@pytest.mark.parametrize("code", STATUSES)
def test_machines_get_a_problem_document(browser: FlaskClient, code: str):
    answer = browser.get(f"/v1/probe-error/{code}")
    assert answer.status_code == STATUSES[code]
    assert answer.mimetype == "application/problem+json"
    document = told(answer)
    assert document["status"] == STATUSES[code]
    assert document["type"] == f"/problems/{code if code != 'boom' else 'error'}"
    assert document["request"] == answer.headers["X-Request-Id"]


@pytest.mark.parametrize("code", STATUSES)
def test_readers_get_a_page(browser: FlaskClient, code: str):
    answer = browser.get(f"/portal/probe-error/{code}")
    assert answer.status_code == STATUSES[code]
    assert answer.mimetype == "text/html"
    assert "<h1>" in answer.text
    assert answer.headers["X-Request-Id"] in answer.text


@pytest.mark.parametrize("code", ["boom", "seal"])
@pytest.mark.parametrize("surface", ["v1", "portal"])
def test_a_fault_of_ours_never_quotes_what_was_sent(browser: FlaskClient, code: str, surface: str):
    answer = browser.get(f"/{surface}/probe-error/{code}")
    assert PERSONAL not in answer.text
    assert "Traceback" not in answer.text


def test_what_may_succeed_later_says_when(browser: FlaskClient):
    assert browser.get("/v1/probe-error/unavailable").headers["Retry-After"] == "5"
    assert browser.get("/v1/probe-error/too-many").headers["Retry-After"] == "7"
    assert "Retry-After" not in browser.get("/v1/probe-error/gone").headers


def test_an_unknown_address_is_answered_in_the_way_of_its_surface(browser: FlaskClient):
    for address in ("/v1/nothing", "/banner/nothing", "/healthz/nothing"):
        answer = browser.get(address)
        assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    for address in ("/", "/nothing", "/portal/a/b/c/d", "/console/nothing"):
        answer = browser.get(address)
        assert (answer.status_code, answer.mimetype) == (404, "text/html")


def test_a_wrong_method_names_the_right_ones(browser: FlaskClient):
    answer = browser.delete("/healthz")
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD"}
    assert told(answer)["type"] == "/problems/method-not-allowed"


def test_an_address_without_its_last_slash_is_still_sent_there(browser: FlaskClient):
    assert browser.get("/problems").status_code == 308


def test_pages_speak_the_readers_language(browser: FlaskClient):
    english = browser.get("/nothing", headers={"Accept-Language": "en"})
    french = browser.get("/nothing", headers={"Accept-Language": "fr"})
    assert '<html lang="en">' in english.text
    assert '<html lang="fr">' in french.text


@pytest.mark.parametrize("wanted", ["fr-CH, en;q=0.9", "de, fr-CA;q=0.8, en;q=0.5", "nl", ""])
def test_a_reader_of_regional_french_is_not_given_english(browser: FlaskClient, wanted: str):
    assert '<html lang="fr">' in browser.get("/nothing", headers={"Accept-Language": wanted}).text


def test_an_answer_to_a_form_offers_no_switch_that_would_fail(browser: FlaskClient):
    assert 'class="switch"' in browser.get("/nothing").text
    assert 'class="switch"' not in browser.post("/nothing").text


def test_every_problem_type_is_explained_at_its_address(browser: FlaskClient):
    listed = told(browser.get("/problems/"))["problems"]
    assert {one["type"] for one in listed} == {f"/problems/{code}" for code in KINDS}
    for one in listed:
        assert told(browser.get(one["type"])) == one
    assert browser.get("/problems/nothing").status_code == 404
