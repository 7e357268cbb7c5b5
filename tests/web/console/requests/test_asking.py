"""The DPO asks the subject, goes on, and answers two requests at once, from the console."""

from uuid import UUID

import pytest
from flask import Flask

from privacy.requests.models import RequestState
from tests.requests.office import Office
from tests.web.conftest import Seat

DOUBT = "Deux comptes portent le même nom."
WORDS = "Quel est votre numéro de client ?"
FORM = {"kind": "identity", "doubt": DOUBT, "words": WORDS}


def path(request_id: UUID, act: str = "") -> str:
    return f"/console/requests/{request_id}{act and '/'}{act}"


def asked(dpo: Seat, office: Office) -> UUID:
    request_id = office.opened()
    answer = dpo.browser.post(path(request_id, "ask"), data=FORM, headers=dpo.headers)
    assert answer.location == f"{path(request_id)}?done=asked"
    return request_id


def reply(app: Flask, office: Office, **form: str) -> str:
    """Answer by the link of the letter, and return the page that follows."""
    browser = app.test_client()
    address = f"/portal/boutique/answer/{office.token('request_question')}"
    assert WORDS in browser.get(address).text
    headers = {"Sec-Fetch-Site": "same-origin"}
    return browser.post(address, data=form, headers=headers, follow_redirects=True).text


def test_a_question_goes_to_its_subject_and_its_answer_comes_back(
    app: Flask, dpo: Seat, office: Office
):
    request_id = asked(dpo, office)
    page = dpo.browser.get(path(request_id)).text
    assert DOUBT in page
    assert "Le délai est suspendu" in page
    assert "Votre réponse est enregistrée" in reply(
        app, office, words="Voici.", kind="customer_number", value="C-1042"
    )
    page = dpo.browser.get(path(request_id)).text
    assert "Voici." in page
    assert "C-1042" in page
    answer = dpo.browser.post(path(request_id, "prove/identity"), headers=dpo.headers)
    assert "L’identifiant est accepté." in dpo.browser.get(answer.location).text


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ({}, "Écrivez votre réponse"),
        ({"value": "C-1042"}, "Choisissez de quel numéro"),
        ({"words": "x" * 2001}, "La réponse est trop longue"),
        ({"value": "pas un numéro", "kind": "phone"}, "Ce numéro n’est pas lisible."),
    ],
)
def test_an_answer_that_says_nothing_comes_back(
    app: Flask, dpo: Seat, office: Office, form: dict[str, str], fault: str
):
    request_id = asked(dpo, office)
    assert fault in reply(app, office, **form)
    assert office.request(request_id).state is RequestState.PAUSED


def test_the_page_of_a_question_says_that_no_copy_is_wanted(app: Flask, dpo: Seat, office: Office):
    asked(dpo, office)
    address = f"/portal/boutique/answer/{office.token('request_question')}"
    assert "N’envoyez pas de copie de pièce d’identité." in app.test_client().get(address).text


def test_a_used_link_to_a_question_says_so(app: Flask, dpo: Seat, office: Office):
    asked(dpo, office)
    reply(app, office, words="Voici.")
    address = f"/portal/boutique/answer/{office.token('request_question')}"
    answer = app.test_client().get(address)
    assert (answer.status_code, "n’attend plus de réponse" in answer.text) == (410, True)


def test_the_status_page_shows_the_question_and_that_time_stands_still(
    app: Flask, dpo: Seat, office: Office
):
    asked(dpo, office)
    page = app.test_client().get(f"/portal/boutique/status/{office.token('request_received')}")
    assert WORDS in page.text
    assert "Votre réponse est attendue" in page.text
    assert "Notre délai de réponse est suspendu" in page.text
    assert DOUBT not in page.text


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"kind": "other"}, "Choisissez ce qui manque."),
        ({"doubt": ""}, "Écrivez le motif"),
        ({"words": "x" * 2001}, "Le motif est trop long"),
    ],
)
def test_a_question_that_lacks_something_comes_back(
    dpo: Seat, office: Office, changes: dict[str, str], fault: str
):
    request_id = office.opened()
    answer = dpo.browser.post(path(request_id, "ask"), data=FORM | changes, headers=dpo.headers)
    assert (answer.status_code, fault in answer.text) == (422, True)
    assert office.request(request_id).state is RequestState.OPEN


def test_a_request_goes_on_with_an_answer_by_phone(dpo: Seat, office: Office):
    request_id = asked(dpo, office)
    form = {"words": "Rappelée, numéro confirmé."}
    answer = dpo.browser.post(path(request_id, "resume"), data=form, headers=dpo.headers)
    page = dpo.browser.get(answer.location).text
    assert "La demande reprend." in page
    assert "Rappelée, numéro confirmé." in page


def test_the_same_asked_twice_is_shown_side_by_side_and_joined_on_a_decision(
    app: Flask, dpo: Seat, office: Office
):
    first = office.opened()
    office.clock.advance(minutes=5)
    second = office.opened()
    page = dpo.browser.get(path(second)).text
    assert "La même demande existe déjà" in page
    assert path(first) in page
    answer = dpo.browser.post(
        path(second, "merge"), data={"into": str(first)}, headers=dpo.headers
    )
    assert "La demande est jointe à l’autre." in dpo.browser.get(answer.location).text
    assert office.request(second).state is RequestState.MERGED
    assert office.request(second).merged_into == first
    status = app.test_client().get(f"/portal/boutique/status/{office.token('request_received')}")
    assert "Jointe à la précédente" in status.text


def test_joining_needs_a_request_to_join(dpo: Seat, office: Office):
    request_id = office.opened()
    answer = dpo.browser.post(path(request_id, "merge"), data={}, headers=dpo.headers)
    assert answer.status_code == 422


@pytest.mark.parametrize("act", ["ask", "resume", "merge", "prove/identity"])
def test_an_agent_decides_none_of_this(agent: Seat, office: Office, act: str):
    request_id = office.opened()
    answer = agent.browser.post(path(request_id, act), data=FORM, headers=agent.headers)
    assert answer.status_code == 403
    assert office.request(request_id).state is RequestState.OPEN
