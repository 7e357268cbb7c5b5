"""A rectification from the DPO's chair, in a store that is really written."""

import re
import sqlite3
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from privacy.rectification.jobs import Workshop, rectify
from privacy.requests.models import RequestState
from privacy.stores.acts import StoreFacts, register_store
from privacy.stores.definition import Collection, Field, StoreDefinition
from privacy.stores.terms import DataCategory
from tests.rectification.workplace import RIGHT, SAID, WRONG, Workplace
from tests.requests.office import EMAIL, Office
from tests.stores.fake_store import identity, same
from tests.web.conftest import Seat, runtime_of

DEFINITION = StoreDefinition(
    "shop",
    {"fr": "La boutique", "en": "The shop"},
    (),
    (
        Collection(
            "account",
            {"fr": "Comptes", "en": "Accounts"},
            ("id",),
            (
                Field("id", same("id"), DataCategory.TECHNICAL),
                Field("email", same("E-mail"), DataCategory.CONTACT, "email"),
                Field("street", {"fr": "Rue", "en": "Street"}, DataCategory.CONTACT),
                Field("zone", same("Zone"), DataCategory.LOCATION, derived_from=("street",)),
            ),
            identities=(identity("email"),),
        ),
    ),
)


@pytest.fixture
def shop_file(tmp_path: Path) -> Path:
    """Return a database of a shop."""
    path = tmp_path / "shop.sqlite3"
    with sqlite3.connect(path) as shop:
        shop.execute("CREATE TABLE account (id INTEGER PRIMARY KEY, email, street, zone)")
        shop.execute("INSERT INTO account VALUES (1, ?, ?, 'A')", (EMAIL, WRONG))
        shop.execute("INSERT INTO account VALUES (2, 'other@example.fr', ?, 'A')", (WRONG,))
    shop.close()
    return path


@pytest.fixture
def work(app: Flask, office: Office, shop_file: Path) -> Workplace:
    """Return the office with the shop registered."""
    runtime = runtime_of(app)
    with runtime.database.transaction() as session:
        register_store(
            session,
            actor="system",
            at=office.clock(),
            controller_id=office.controller.id,
            cabinet=runtime.cabinet,
            facts=StoreFacts(f"sqlite:///{shop_file}", DEFINITION),
        )
    return Workplace(office)


def run(app: Flask) -> None:
    runtime = runtime_of(app)
    rectify(Workshop(runtime.database, runtime.clock, runtime.desk, runtime.open_stores))


def press(seat: Seat, page: str, words: str, **fields: str) -> TestResponse:
    """Send the form on a page whose address holds these words."""
    (action,) = set(re.findall(rf'action="([^"]*{words}[^"]*)"', page))
    return seat.browser.post(action, data=fields, headers=seat.headers)


def seen_on(page: str) -> str:
    """Return of which search a page shows the result."""
    return page.partition('name="seen" value="')[2].partition('"')[0]


def streets(path: Path) -> list[str]:
    with sqlite3.connect(path) as shop:
        found = [row[0] for row in shop.execute("SELECT street FROM account ORDER BY id")]
    shop.close()
    return found


def test_a_rectification_from_the_search_to_the_end(
    app: Flask, dpo: Seat, work: Workplace, shop_file: Path
):
    request_id = work.opened()
    path = f"/console/requests/{request_id}/rectification"
    assert path in dpo.browser.get(f"/console/requests/{request_id}").text
    assert "Recherche en cours" in dpo.browser.get(path).text
    run(app)
    page = dpo.browser.get(path).text
    assert SAID.right.replace("’", "’") in page
    assert "La boutique – Comptes – Rue" in page
    assert EMAIL not in page
    assert EMAIL in dpo.browser.get(f"{path}?shown=all").text
    (number,) = [one.number for one in work.candidates(request_id) if one.value == WRONG]
    form = {f"after-{number}": RIGHT, "place": str(number), "seen": seen_on(page)}
    sent = dpo.browser.post(path, data=form, headers=dpo.headers)
    assert (sent.status_code, sent.location) == (303, f"{path}?done=decided")
    run(app)
    assert streets(shop_file) == [RIGHT, WRONG]
    page = dpo.browser.get(path).text
    assert "Corrigé et relu" in page
    assert "À recalculer" in page
    assert press(dpo, page, "/done").status_code == 303
    run(app)
    assert work.office.request(request_id).state is RequestState.COMPLETED
    assert "Fait à la main" in dpo.browser.get(path).text


def test_a_decision_without_a_value_is_refused_and_kept_as_typed(
    app: Flask, dpo: Seat, work: Workplace
):
    request_id = work.opened()
    run(app)
    path = f"/console/requests/{request_id}/rectification"
    answer = dpo.browser.post(path, data={"answer": "Rien."}, headers=dpo.headers)
    assert answer.status_code == 422
    assert "Écrivez au moins une nouvelle valeur" in answer.text
    assert "Rien." in answer.text
    assert work.office.request(request_id).state is RequestState.OPEN


def test_the_value_that_stands_there_already_changes_nothing(
    app: Flask, dpo: Seat, work: Workplace
):
    request_id = work.opened()
    run(app)
    (number,) = [one.number for one in work.candidates(request_id) if one.value == WRONG]
    path = f"/console/requests/{request_id}/rectification"
    seen = seen_on(dpo.browser.get(path).text)
    form = {f"after-{number}": WRONG, "place": str(number), "seen": seen}
    assert dpo.browser.post(path, data=form, headers=dpo.headers).status_code == 422


def test_the_stores_are_searched_anew_on_request(
    app: Flask, dpo: Seat, work: Workplace, shop_file: Path
):
    request_id = work.opened()
    run(app)
    with sqlite3.connect(shop_file) as shop:
        shop.execute("UPDATE account SET street = '3 rue Neuve' WHERE id = 1")
    shop.close()
    path = f"/console/requests/{request_id}/rectification"
    assert press(dpo, dpo.browser.get(path).text, "/search").status_code == 303
    run(app)
    assert "3 rue Neuve" in dpo.browser.get(f"{path}?shown=all").text


def test_a_decision_on_an_older_list_changes_nothing(
    app: Flask, dpo: Seat, work: Workplace, shop_file: Path
):
    request_id = work.opened()
    run(app)
    path = f"/console/requests/{request_id}/rectification"
    seen = seen_on(dpo.browser.get(path).text)
    press(dpo, dpo.browser.get(path).text, "/search")
    work.office.clock.advance(seconds=1)
    run(app)
    (number,) = [one.number for one in work.candidates(request_id) if one.value == WRONG]
    form = {f"after-{number}": RIGHT, "place": str(number)}
    for older in ({"seen": seen}, {}):
        assert dpo.browser.post(path, data=form | older, headers=dpo.headers).status_code == 409
    assert work.office.request(request_id).state is RequestState.OPEN
    assert streets(shop_file) == [WRONG, WRONG]


def test_another_kind_of_request_has_no_such_page(dpo: Seat, office: Office):
    request_id = office.opened()
    path = f"/console/requests/{request_id}/rectification"
    assert dpo.browser.get(path).status_code == 404


def test_it_is_not_approved_as_a_whole(dpo: Seat, work: Workplace):
    request_id = work.opened()
    page = dpo.browser.get(f"/console/requests/{request_id}").text
    assert f"/console/requests/{request_id}/approve" not in page
    path = f"/console/requests/{request_id}/approve"
    assert dpo.browser.post(path, headers=dpo.headers).status_code in {403, 409, 422}


def test_an_agent_does_not_see_what_was_found(agent: Seat, work: Workplace):
    request_id = work.opened()
    path = f"/console/requests/{request_id}/rectification"
    assert agent.browser.get(path).status_code == 403
