"""Deciding in the console: each form as it should be, and each way to get it wrong."""

import pytest
from flask import Flask

from privacy.audit.actions import Action
from privacy.errors import UnavailableError
from privacy.requests.jobs import fulfil_access
from privacy.requests.models import RequestState
from tests.requests.office import REASON, Office
from tests.requests.test_jobs import CARDS
from tests.stores.fake_store import DeafStore
from tests.web.conftest import Seat, runtime_of

GROUNDS = ("unfounded", "excessive", "identity", "rights_of_others", "other")


def path(request_id: object, act: str) -> str:
    return f"/console/requests/{request_id}/{act}"


def test_a_dpo_approves(dpo: Seat, office: Office):
    request_id = office.opened()
    answer = dpo.browser.post(path(request_id, "approve"), data={"csrf_token": dpo.csrf})
    assert answer.status_code == 303
    assert answer.location == f"/console/requests/{request_id}?done=approved"
    assert "La demande est approuvée." in dpo.browser.get(answer.location).text
    assert office.request(request_id).state is RequestState.APPROVED
    (entry,) = office.entries(Action.REQUEST_APPROVED)
    assert entry.actor == f"operator:{dpo.operator_id}"


@pytest.mark.parametrize("ground", GROUNDS)
def test_a_dpo_refuses_for_a_ground_and_with_a_reason(dpo: Seat, office: Office, ground: str):
    request_id = office.opened()
    form = {"csrf_token": dpo.csrf, "ground": ground, "reason": f"  {REASON}\n"}
    answer = dpo.browser.post(path(request_id, "refuse"), data=form)
    assert answer.status_code == 303
    page = dpo.browser.get(answer.location).text
    assert REASON in page
    assert "Motif du refus" in page
    assert office.request(request_id).state is RequestState.REFUSED
    assert office.letters("request_refused")[0].variables["reason"] == REASON
    (entry,) = office.entries(Action.REQUEST_REFUSED)
    assert (entry.actor, entry.details["ground"]) == (f"operator:{dpo.operator_id}", ground)


def test_a_dpo_takes_more_time(dpo: Seat, office: Office):
    request_id = office.opened()
    form = {"csrf_token": dpo.csrf, "reason": REASON}
    answer = dpo.browser.post(path(request_id, "extend"), data=form)
    assert answer.location == f"/console/requests/{request_id}?done=extended"
    page = dpo.browser.get(answer.location).text
    assert "Le délai est prolongé." in page
    assert REASON in page
    assert path(request_id, "extend") not in page
    (entry,) = office.entries(Action.REQUEST_EXTENDED)
    assert entry.actor == f"operator:{dpo.operator_id}"


@pytest.mark.parametrize(
    ("form", "faults"),
    [
        ({}, ["Écrivez le motif", "Choisissez le fondement du refus."]),
        ({"ground": "other"}, ["Écrivez le motif"]),
        ({"ground": "other", "reason": "non"}, ["Expliquez en une phrase"]),
        ({"ground": "other", "reason": " \n\t "}, ["Écrivez le motif"]),
        ({"ground": "other", "reason": "x" * 2001}, ["Le motif est trop long"]),
        ({"reason": REASON}, ["Choisissez le fondement du refus."]),
        ({"ground": "because", "reason": REASON}, ["Choisissez l’un des fondements proposés."]),
    ],
)
def test_a_refusal_that_lacks_something_comes_back_with_what_was_typed(
    dpo: Seat, office: Office, form: dict[str, str], faults: list[str]
):
    request_id = office.opened()
    before = office.entries()
    answer = dpo.browser.post(path(request_id, "refuse"), data=form, headers=dpo.headers)
    assert answer.status_code == 422
    for fault in faults:
        assert fault in answer.text
    assert form.get("reason", "").strip() in answer.text
    assert office.entries() == before
    assert office.request(request_id).state is RequestState.OPEN


@pytest.mark.parametrize("reason", ["", "non", "x" * 2001])
def test_an_extension_without_a_whole_reason_comes_back(dpo: Seat, office: Office, reason: str):
    request_id = office.opened()
    form = {"csrf_token": dpo.csrf, "reason": reason}
    answer = dpo.browser.post(path(request_id, "extend"), data=form)
    assert answer.status_code == 422
    assert "<details open>" in answer.text
    assert office.request(request_id).extended_at is None


def test_what_was_typed_is_text_and_nothing_else(dpo: Seat, office: Office):
    request_id = office.opened()
    hostile = "</textarea><script>alert(1)</script> {{ 7 * 7 }} et la suite"
    form = {"csrf_token": dpo.csrf, "ground": "", "reason": hostile}
    page = dpo.browser.post(path(request_id, "refuse"), data=form).text
    assert "<script>alert" not in page
    assert "{{ 7 * 7 }}" in page
    office.refuse(request_id, reason=hostile)
    assert "<script>alert" not in dpo.browser.get(f"/console/requests/{request_id}").text


@pytest.mark.parametrize("act", ["approve", "refuse", "extend"])
def test_a_form_without_the_sessions_secret_is_refused(dpo: Seat, office: Office, act: str):
    request_id = office.opened()
    before = office.entries()
    form = {"ground": "other", "reason": REASON}
    for sent in ({}, {"csrf_token": ""}, {"csrf_token": "0" * 64}):
        assert dpo.browser.post(path(request_id, act), data=form | sent).status_code == 403
    foreign = {"Sec-Fetch-Site": "cross-site"}
    form["csrf_token"] = dpo.csrf
    answer = dpo.browser.post(path(request_id, act), data=form, headers=foreign)
    assert answer.status_code == 403
    assert office.entries() == before
    assert office.request(request_id).state is RequestState.OPEN


@pytest.mark.parametrize("act", ["approve", "refuse", "extend"])
def test_a_decision_on_what_was_decided_meanwhile_is_told_so(dpo: Seat, office: Office, act: str):
    request_id = office.opened()
    office.approve(request_id)
    before, letters = office.entries(), len(office.messages())
    form = {"csrf_token": dpo.csrf, "ground": "other", "reason": REASON}
    answer = dpo.browser.post(path(request_id, act), data=form)
    assert answer.status_code == 409
    assert "Ce n’est plus possible" in answer.text
    assert office.entries() == before
    assert len(office.messages()) == letters


def test_a_second_extension_is_told_to_be_against_the_rule(dpo: Seat, office: Office):
    request_id = office.opened()
    office.extend(request_id)
    form = {"csrf_token": dpo.csrf, "reason": REASON}
    answer = dpo.browser.post(path(request_id, "extend"), data=form)
    assert answer.status_code == 403
    assert "Ce n’est pas permis" in answer.text
    assert len(office.entries(Action.REQUEST_EXTENDED)) == 1


def test_nobody_decides_on_an_unconfirmed_request(dpo: Seat, office: Office):
    request_id = office.submit()
    answer = dpo.browser.post(path(request_id, "approve"), headers=dpo.headers)
    assert answer.status_code == 409
    assert office.request(request_id).state is RequestState.SUBMITTED


def test_nobody_decides_without_signing_in(app: Flask, office: Office):
    request_id = office.opened()
    stranger = app.test_client()
    headers = {"Sec-Fetch-Site": "same-origin"}
    assert stranger.post(path(request_id, "approve"), headers=headers).status_code == 401
    assert office.request(request_id).state is RequestState.OPEN


def test_the_jobs_are_woken_after_the_commit(app: Flask, dpo: Seat, office: Office):
    first, second, third = (office.opened(f"s{n}@example.fr") for n in range(3))
    woken: list[str] = []
    runtime_of(app).wakers.append(woken.append)
    form = {"csrf_token": dpo.csrf, "ground": "other", "reason": REASON}
    for request_id, act in ((first, "approve"), (second, "refuse"), (third, "extend")):
        dpo.browser.post(path(request_id, act), data=form)
    assert woken == ["fulfil-access", "deliver-mail", "deliver-mail"]


def test_a_dpo_answers_without_a_store_that_fails(dpo: Seat, office: Office):
    request_id = office.approved()
    deaf = DeafStore(CARDS, UnavailableError("down"))
    assert fulfil_access(office.bench(deaf)) == 0
    page = dpo.browser.get(f"/console/requests/{request_id}").text
    assert "Répondre sans cette source" in page
    answer = dpo.browser.post(
        path(request_id, "stores/cards/waive"), data={"csrf_token": dpo.csrf}
    )
    assert answer.location == f"/console/requests/{request_id}?done=waived"
    assert "Réponse sans elle décidée le" in dpo.browser.get(answer.location).text
    again = dpo.browser.post(path(request_id, "stores/cards/waive"), data={"csrf_token": dpo.csrf})
    assert again.status_code == 404
