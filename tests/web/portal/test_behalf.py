"""Asking for somebody else in the portal, and saying whether somebody may ask in one's name."""

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from privacy.requests.intake.representing import Proof, accept_mandate
from tests.requests.office import DPO, EMAIL, Office
from tests.web.portal.test_views import FORM, address

AGENT = "agent@cabinet.example"
SAID = {
    "kind": "access",
    "email": AGENT,
    "standing": "mandate",
    "acting_name": "Maître Renard",
    "subject_name": "Camille Durand",
    "subject_email": EMAIL,
    "declared": "yes",
}


def ask(browser: FlaskClient, **changes: str) -> TestResponse:
    return browser.post(FORM, data=SAID | changes)


@pytest.mark.usefixtures("office")
def test_who_asks_for_themselves_meets_one_closed_line_more(browser: FlaskClient):
    page = browser.get(FORM).text
    assert "Je demande pour une autre personne" in page
    assert '<details class="asked-for">' in page
    assert "required" not in page.split('class="asked-for"')[1].split("</details>")[0]


def test_the_whole_way_of_a_mandate(browser: FlaskClient, office: Office):
    assert ask(browser).location == "/portal/boutique/sent"
    link = address("confirm", office.token("confirm_request"))
    assert "Vous la faites pour une autre personne" in browser.get(link).text
    status = browser.post(link).location
    assert "Vous agissez pour une autre personne" in browser.get(status).text
    asked = address("mandate", office.token("agreement_question"))
    page = browser.get(asked).text
    assert "Maître Renard" in page
    assert "Mandataire" in page
    done = browser.post(asked, data={"agreed": "yes"})
    assert "est bien la vôtre" in browser.get(done.location).text
    assert browser.get(asked).status_code == browser.post(asked).status_code == 410
    (about,) = office.all()
    with office.taken(about.id) as (session, found):
        accept_mandate(
            session,
            actor=DPO,
            at=office.clock(),
            cabinet=office.desk.cabinet,
            about=found,
            proof=Proof(),
        )
    office.approve(about.id)
    assert "Vous agissez pour une autre personne" not in browser.get(status).text


def test_a_no_is_thanked_for_and_anything_unclear_is_a_no(browser: FlaskClient, office: Office):
    ask(browser)
    browser.post(address("confirm", office.token("confirm_request")))
    done = browser.post(address("mandate", office.token("agreement_question")), data={})
    assert "Rien ne sera communiqué" in browser.get(done.location).text
    assert len(office.messages("dpo_agreement_denied")) == 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"standing": ""}, "à quel titre"),
        ({"standing": "neighbour"}, "à quel titre"),
        ({"acting_name": ""}, "Indiquez votre nom."),
        ({"subject_name": " "}, "Indiquez le nom de la personne"),
        ({"subject_email": ""}, "Donnez au moins un renseignement"),
        ({"subject_email": "camille@"}, "Cette adresse n’est pas complète"),
        ({"subject_email": AGENT.upper()}, "doit être la sienne"),
        ({"subject_phone": "12"}, "Ce numéro n’est pas lisible"),
        ({"acting_words": "x" * 2001}, "2 000 caractères"),
        ({"declared": ""}, "Cochez la case"),
    ],
)
def test_what_is_missing_is_told_and_nothing_is_sent(
    browser: FlaskClient, office: Office, changes: dict[str, str], told: str
):
    answer = ask(browser, **changes)
    assert answer.status_code == 422
    assert told in answer.text
    assert '<details class="asked-for" open>' in answer.text
    assert office.messages() == []


def test_all_faults_are_told_at_once(browser: FlaskClient, office: Office):
    answer = ask(browser, email="", declared="")
    assert "Indiquez votre adresse e-mail." in answer.text
    assert "Cochez la case" in answer.text
    assert office.all() == []


@pytest.mark.usefixtures("office")
def test_one_of_three_is_enough_to_know_somebody(browser: FlaskClient):
    assert ask(browser, subject_email="", subject_customer_number="C-1").status_code == 303
