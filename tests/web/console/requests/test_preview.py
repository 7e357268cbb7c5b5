"""The preview in the console: who may look, what is masked, what is decided and logged."""

from collections.abc import Mapping
from uuid import UUID

import pytest
from flask import Flask

from privacy.audit.actions import Action
from privacy.requests.previewing import make_previews
from privacy.runtime import Runtime
from privacy.stores.protocol import Store
from tests.requests.letters_of_two import bank, family, mail
from tests.requests.office import Office
from tests.web.conftest import Seat


@pytest.fixture
def looked(office: Office, dpo: Seat, monkeypatch: pytest.MonkeyPatch) -> UUID:
    """Return an open request of which a preview was asked for in the console, and made."""

    def opened(_runtime: Runtime, _controller_id: UUID) -> Mapping[str, Store]:
        stores: list[Store] = [mail(), bank(), family()]
        return {one.definition.name: one for one in stores}

    monkeypatch.setattr(Runtime, "open_stores", opened)
    request_id = office.opened()
    answer = dpo.browser.post(path(request_id), data={"csrf_token": dpo.csrf})
    assert answer.location == path(request_id)
    assert "Recherche en cours" in dpo.browser.get(path(request_id)).text
    assert make_previews(office.bench(mail(), bank(), family())) == 1
    return request_id


def path(request_id: UUID, *further: object) -> str:
    return "/".join(["/console/requests", str(request_id), "preview", *map(str, further)])


def test_a_preview_begins_with_one_button(dpo: Seat, office: Office) -> None:
    request_id = office.opened()
    assert path(request_id) in dpo.browser.get(f"/console/requests/{request_id}").text
    page = dpo.browser.get(path(request_id)).text
    assert "Lancer la recherche" in page
    assert "Ce qui a été trouvé" not in page


def test_what_was_found_is_shown_by_numbers_and_no_value(dpo: Seat, looked: UUID) -> None:
    page = dpo.browser.get(path(looked)).text
    assert "letter" in page
    assert "Figure aussi sur 2 autres lignes" in page
    assert "1234" not in page
    assert "canary" not in page


def test_a_sample_is_masked_and_marked(dpo: Seat, looked: UUID) -> None:
    page = dpo.browser.get(path(looked, "mail", "letter")).text
    assert "Autrui repéré" in page
    assert "c••••@e••••.org" in page
    assert "ada-wrote" not in page
    assert "FR14" not in page
    assert "Retiré" in page


def test_a_value_is_shown_on_its_own_and_logged(dpo: Seat, looked: UUID, office: Office) -> None:
    form = {"csrf_token": dpo.csrf, "field": "body", "row": "0"}
    answer = dpo.browser.post(path(looked, "mail", "letter", "reveal"), data=form)
    assert "ada-wrote" in answer.text
    assert "no-store" in answer.headers["Cache-Control"]
    (entry,) = office.entries(Action.REQUEST_VALUE_REVEALED)
    assert (entry.actor, entry.details["field"]) == (f"operator:{dpo.operator_id}", "body")
    wrong = {**form, "row": "99"}
    there = dpo.browser.post(path(looked, "mail", "letter", "reveal"), data=wrong)
    assert there.status_code == 404


def test_a_field_is_decided_on_and_the_page_says_so(
    dpo: Seat, looked: UUID, office: Office
) -> None:
    here = path(looked, "mail", "letter")
    form = {"csrf_token": dpo.csrf, "field": "sender", "treatment": "withhold", "ground": "secret"}
    answer = dpo.browser.post(here, data=form)
    assert answer.status_code == 303
    page = dpo.browser.get(answer.location).text
    assert "La décision est enregistrée." in page
    assert "Secret des affaires" in page
    dpo.browser.post(here, data={**form, "row": "1", "treatment": "redact"})
    assert "Décisions sur une seule ligne" in dpo.browser.get(here).text
    entries = office.entries(Action.REQUEST_FIELD_DECIDED)
    assert {(one.details["scope"], one.details["treatment"]) for one in entries} == {
        ("all", "withhold"),
        ("one", "redact"),
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"treatment": ""},
        {"treatment": "burn"},
        {"treatment": "withhold", "ground": ""},
        {"treatment": "withhold", "ground": "declared"},
        {"field": "secret"},
        {"row": "99"},
        {"row": "x"},
    ],
)
def test_a_decision_that_makes_no_sense_is_not_taken(
    dpo: Seat, looked: UUID, office: Office, wrong: dict[str, str]
) -> None:
    form = {"csrf_token": dpo.csrf, "field": "sender", "treatment": "give", **wrong}
    answer = dpo.browser.post(path(looked, "mail", "letter"), data=form)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert office.entries(Action.REQUEST_FIELD_DECIDED) == []


def test_a_shared_telephone_is_confirmed_or_set_aside(
    dpo: Seat, looked: UUID, office: Office
) -> None:
    for answer, outcome in (("yes", "Confirmé"), ("no", "Écarté")):
        form = {"csrf_token": dpo.csrf, "answer": answer}
        told = dpo.browser.post(path(looked, "leads", 0), data=form)
        assert outcome in dpo.browser.get(told.location).text
    none = dpo.browser.post(path(looked, "leads", 7), data={"csrf_token": dpo.csrf})
    assert none.status_code == 404
    assert len(office.entries(Action.REQUEST_LEAD_DECIDED)) == 2


def test_an_agent_sees_neither_the_link_nor_the_preview(agent: Seat, office: Office) -> None:
    request_id = office.opened()
    assert path(request_id) not in agent.browser.get(f"/console/requests/{request_id}").text
    assert agent.browser.get(path(request_id)).status_code == 403


def test_a_preview_of_another_controller_is_as_unknown_as_none(
    dpo: Seat, bookshop: Office, app: Flask
) -> None:
    assert app is not None
    request_id = bookshop.opened()
    assert dpo.browser.get(path(request_id)).status_code == 404
    assert dpo.browser.get(path(request_id, "mail", "letter")).status_code == 404


def test_a_collection_that_was_not_found_is_no_page(dpo: Seat, looked: UUID) -> None:
    assert dpo.browser.get(path(looked, "mail", "nothing")).status_code == 404
