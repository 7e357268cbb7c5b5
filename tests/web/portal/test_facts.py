"""Giving a fact in the form by which one wants to be recognised."""

import pytest
from flask.testing import FlaskClient

from tests.requests.office import EMAIL, Office
from tests.requests.test_facts import ASKS, NUMBER, declare
from tests.web.portal.test_views import FORM, ask


@pytest.mark.usefixtures("office")
def test_nobody_is_asked_for_a_fact_that_was_not_declared(browser: FlaskClient):
    assert "Être reconnu plus sûrement" not in browser.get(FORM).text


def test_a_fact_is_offered_sealed_and_may_be_left_out(browser: FlaskClient, office: Office):
    declare(office, ASKS)
    page = browser.get(FORM).text
    assert "Être reconnu plus sûrement" in page
    assert "Numéro client" in page
    assert "Votre code postal" in page
    assert ask(browser, fact_value=NUMBER, fact_answer="75011").status_code == 303
    assert ask(browser, "b@example.fr").status_code == 303
    assert [one.facts_sealed is not None for one in office.all()] == [True, False]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"fact_value": NUMBER}, "Donnez aussi ce second renseignement"),
        ({"fact_answer": "75011"}, "Ce numéro n’est pas lisible"),
        ({"fact_value": "x" * 300, "fact_answer": "75011"}, "Ce numéro n’est pas lisible"),
        ({"fact_value": NUMBER, "fact_answer": "x" * 201}, "Donnez aussi ce second"),
    ],
)
def test_half_a_fact_comes_back_with_the_form(
    browser: FlaskClient, office: Office, fields: dict[str, str], told: str
):
    declare(office, ASKS)
    answer = ask(browser, EMAIL, **fields)
    assert answer.status_code == 422
    assert told in answer.text
    assert office.all() == []


def test_what_nobody_asked_for_is_ignored(browser: FlaskClient, office: Office):
    assert ask(browser, fact_value=NUMBER, fact_answer="75011").status_code == 303
    assert office.all()[0].facts_sealed is None
