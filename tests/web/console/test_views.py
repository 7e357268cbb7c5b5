"""The console: who sees which page, the board, one request, and one's own controller only."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from privacy.audit.actions import Action
from privacy.errors import UnavailableError
from privacy.operators.acts import grant_role, open_session
from privacy.operators.roles import MATRIX, Permission, Role
from privacy.stores.acts import StoreFacts, record_check, register_store
from privacy.stores.models import DataStore
from privacy.subjects.acts import destroy_subject_key
from privacy.web.security import csrf_token
from tests.requests.office import EMAIL, REASON, Office
from tests.stores.fake_store import collection, identity, owns, store
from tests.web.conftest import Seat, runtime_of, seat, shop
from tests.web.portal.conftest import answer_all

PAGES = {
    "/console/requests": Permission.REQUESTS_READ,
    "/console/audit": Permission.AUDIT_READ,
    "/console/stores": Permission.STORES_READ,
    "/console/stores/privacy": Permission.STORES_READ,
    "/console/consents": Permission.CONSENTS_READ,
    "/console/recipients": Permission.PURPOSES_READ,
    "/console/roles": Permission.OPERATORS_READ,
    "/console/account": None,
}


@pytest.mark.parametrize("role", Role)
def test_each_role_sees_its_pages_and_no_others(app: Flask, office: Office, role: Role):
    request_id = office.opened()
    held = seat(app, role)
    pages = PAGES | {f"/console/requests/{request_id}": Permission.REQUESTS_READ}
    for path, permission in pages.items():
        answer = held.browser.get(path)
        allowed = permission is None or permission in MATRIX[role]
        assert answer.status_code == (200 if allowed else 403), path
        shown = {one for one in pages if f'href="{one}"' in answer.text}
        assert not allowed or all(
            needed is None or needed in MATRIX[role]
            for one, needed in pages.items()
            if one in shown and one != "/console/requests"  # the mark leads there
        ), path


@pytest.mark.parametrize(
    ("role", "start"),
    [
        (Role.DPO, "/console/requests"),
        (Role.AGENT, "/console/requests"),
        (Role.AUDITOR, "/console/audit"),
    ],
)
def test_the_start_leads_to_a_page_that_the_role_may_see(app: Flask, role: Role, start: str):
    held = seat(app, role)
    answer = held.browser.get("/console/")
    assert (answer.status_code, answer.location) == (302, start)
    assert held.browser.get(start).status_code == 200


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_speaks_both_languages(dpo: Seat, office: Office, path: str, language: str):
    office.opened()
    answer = dpo.browser.get(path, query_string={"lang": language})
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.text


def test_the_board_shows_open_requests_and_counts_all(dpo: Seat, office: Office):
    opened, refused = office.opened(), office.opened("second@example.fr")
    office.refuse(refused)
    page = dpo.browser.get("/console/requests").text
    assert str(opened) in page
    assert str(refused) not in page
    filtered = dpo.browser.get("/console/requests?state=refused").text
    assert str(refused) in filtered
    assert str(opened) not in filtered
    for state in ("submitted", "nonsense", ""):
        assert str(opened) in dpo.browser.get(f"/console/requests?state={state}").text


def test_the_board_shows_nothing_personal(dpo: Seat, office: Office):
    office.opened()
    office.submit("second@example.fr")
    page = dpo.browser.get("/console/requests").text
    assert EMAIL not in page
    assert "second@" not in page


def test_a_request_shows_who_asked_and_what_can_be_decided(dpo: Seat, office: Office):
    request_id = office.opened()
    page = dpo.browser.get(f"/console/requests/{request_id}").text
    assert EMAIL in page
    for act in ("approve", "refuse", "extend"):
        assert f'action="/console/requests/{request_id}/{act}"' in page
    assert "Demande reçue" in page
    assert "Identité confirmée" in page


def test_that_a_request_was_looked_at_is_an_entry(dpo: Seat, office: Office):
    request_id = office.opened()
    dpo.browser.get(f"/console/requests/{request_id}")
    (entry,) = office.entries(Action.REQUEST_VIEWED)
    assert entry.actor == f"operator:{dpo.operator_id}"
    assert entry.subject_id == office.request(request_id).subject_id
    assert entry.details == {"request": str(request_id)}
    assert "Demande consultée" not in dpo.browser.get(f"/console/requests/{request_id}").text


def test_an_agent_prepares_but_does_not_decide(agent: Seat, office: Office):
    request_id = office.opened()
    page = agent.browser.get(f"/console/requests/{request_id}").text
    assert 'method="post" action="/console/requests/' not in page
    assert "pas de la décider" in page
    for act in ("approve", "refuse", "extend"):
        path = f"/console/requests/{request_id}/{act}"
        assert agent.browser.post(path, headers=agent.headers).status_code == 403


@pytest.mark.parametrize(("days", "offered"), [(0, True), (30, True), (31, False)])
def test_an_extension_is_offered_as_long_as_it_is_lawful(
    dpo: Seat, office: Office, days: int, *, offered: bool
):
    request_id = office.opened()
    office.clock.advance(days=days)
    page = seat_again(dpo, office).browser.get(f"/console/requests/{request_id}").text
    assert ("/extend" in page) == offered
    assert "/refuse" in page


def seat_again(held: Seat, office: Office) -> Seat:
    """Return a fresh session of an operator whose last one has ended."""
    with office.database.transaction() as session:
        token = open_session(
            session, actor="system", at=office.clock(), operator_id=held.operator_id
        )
    held.browser.set_cookie("privacy_session", token)
    return Seat(held.browser, held.operator_id, token, csrf_token(token))


def test_an_unconfirmed_request_shows_that_nothing_is_to_be_decided(dpo: Seat, office: Office):
    request_id = office.submit()
    page = dpo.browser.get(f"/console/requests/{request_id}").text
    assert "Rien n’est à décider" in page
    assert EMAIL not in page
    assert "Demande reçue" in page


def test_a_searched_request_shows_every_store_by_its_title(
    app: Flask, dpo: Seat, office: Office, tmp_path: Path
):
    register(app, office, tmp_path)
    request_id = office.approved()
    assert answer_all(app) == 0
    page = dpo.browser.get(f"/console/requests/{request_id}").text
    for told in ("Gestion de vos choix et demandes", "Cartes", "Données trouvées", "Échec"):
        assert told in page
    assert "La source ne répond pas" in page


def test_after_erasure_a_request_still_opens(dpo: Seat, office: Office):
    request_id = office.opened()
    office.refuse(request_id)
    about = office.request(request_id)
    assert about.subject_id is not None
    with office.database.transaction() as session:
        destroy_subject_key(
            session,
            actor="system",
            at=office.clock(),
            subject_id=about.subject_id,
            reason="erasure",
        )
    answer = dpo.browser.get(f"/console/requests/{request_id}")
    assert answer.status_code == 200
    assert EMAIL not in answer.text
    assert REASON not in answer.text


def test_another_controllers_request_is_as_unknown_as_none(
    dpo: Seat, office: Office, bookshop: Office
):
    foreign = bookshop.opened()
    before = bookshop.entries()
    paths = [
        f"/console/requests/{foreign}{query}"
        for query in ("", "?controller=librairie", "?controller=boutique")
    ]
    for path in [*paths, f"/console/requests/{uuid4()}"]:
        assert dpo.browser.get(path).status_code == 404
    for act in ("approve", "refuse", "extend"):
        path = f"/console/requests/{foreign}/{act}"
        form = {"reason": REASON, "ground": "other"}
        assert dpo.browser.post(path, data=form, headers=dpo.headers).status_code == 404
    assert bookshop.entries() == before
    assert str(foreign) not in dpo.browser.get("/console/requests").text
    assert dpo.browser.get("/console/requests?controller=librairie").status_code == 403
    assert office.controller.slug == "boutique"


@pytest.fixture
def both(dpo: Seat, office: Office, bookshop: Office) -> Seat:
    """Return the boutique's DPO, who is an agent of the bookshop too."""
    with office.database.transaction() as session:
        grant_role(
            session,
            actor="system",
            at=office.clock(),
            operator_id=dpo.operator_id,
            controller_id=bookshop.controller.id,
            role=Role.AGENT,
        )
    return dpo


def test_who_serves_several_stays_with_the_controller_that_was_chosen(
    both: Seat, bookshop: Office
):
    request_id = bookshop.opened()
    page = both.browser.get("/console/requests?controller=librairie").text
    assert "Librairie (fictional)" in page
    assert f'href="/console/requests/{request_id}?controller=librairie"' in page
    assert 'href="/console/stores?controller=librairie"' in page
    home = both.browser.get("/console/?controller=librairie")
    assert home.location == "/console/requests?controller=librairie"
    first = both.browser.get("/console/requests").text
    assert "Boutique (fictional)" in first
    assert str(request_id) not in first


def test_a_request_is_found_by_its_own_controller(both: Seat, office: Office, bookshop: Office):
    mine, theirs = office.opened(), bookshop.opened("second@example.fr")
    page = both.browser.get(f"/console/requests/{theirs}").text
    assert "Librairie (fictional)" in page
    assert "pas de la décider" in page
    assert 'href="/console/requests?controller=librairie"' in page
    assert "Boutique (fictional)" in both.browser.get(f"/console/requests/{mine}").text
    path = f"/console/requests/{theirs}/approve"
    assert both.browser.post(path, headers=both.headers).status_code == 403
    path = f"/console/requests/{mine}/approve"
    answer = both.browser.post(path, headers=both.headers)
    assert answer.location == f"/console/requests/{mine}?done=approved&controller=boutique"


def test_who_serves_one_controller_has_plain_addresses(dpo: Seat, office: Office):
    office.opened()
    assert "controller=" not in dpo.browser.get("/console/requests").text


def register(app: Flask, office: Office, folder: Path, error: str = "") -> None:
    """Register a data store whose file is not there, and keep what a check of it said."""
    definition = store(
        "cards",
        collection(
            "card", "id email", identities=[identity("email")], links=[owns("id", "use", "card")]
        ),
        collection("use", "card at", key="card at"),
    )
    object.__setattr__(definition, "title", {"fr": "Cartes", "en": "Cards"})
    with office.database.transaction() as session:
        row = register_store(
            session,
            actor="system",
            at=office.clock(),
            controller_id=office.controller.id,
            cabinet=runtime_of(app).cabinet,
            facts=StoreFacts(f"sqlite:///{folder}/cards.sqlite3", definition),
        )
        if error:
            check(session, office, row, error)


def check(session: Session, office: Office, row: DataStore, error: str) -> None:
    record_check(
        session, actor="system", at=office.clock(), store=row, error=UnavailableError(error)
    )


def test_data_stores_show_their_kind_and_their_last_check(
    app: Flask, dpo: Seat, office: Office, tmp_path: Path
):
    register(app, office, tmp_path, "The file cannot be opened.")
    page = dpo.browser.get("/console/stores").text
    for told in ("Cartes", "SQLite", "Ne répond pas", "Gestion de vos choix", "Répond"):
        assert told in page
    detail = dpo.browser.get("/console/stores/cards").text
    for told in ("The file cannot be opened.", "cards.use (card)", "Adresse e-mail"):
        assert told in detail
    assert str(tmp_path) not in page + detail


def test_a_store_of_another_controller_is_unknown(
    app: Flask, dpo: Seat, office: Office, bookshop: Office, tmp_path: Path
):
    register(app, bookshop, tmp_path)
    assert dpo.browser.get("/console/stores/cards").status_code == 404
    assert "Cartes" not in dpo.browser.get("/console/stores").text
    assert office.controller.slug == "boutique"


def test_the_team_is_that_of_the_controller(app: Flask, dpo: Seat, bookshop: Office):
    seat(app, Role.AGENT, bookshop.controller.id)
    page = dpo.browser.get("/console/roles").text
    assert f"dpo@{shop(app).hex[-6:]}.example" in page
    assert f"agent@{bookshop.controller.id.hex[-6:]}.example" not in page


@pytest.mark.parametrize(
    "receipt", ["", "nonsense", str(UUID(int=7)), "'; DROP TABLE consent; --"]
)
def test_a_receipt_that_nobody_has_is_told_so(dpo: Seat, receipt: str):
    answer = dpo.browser.get("/console/consents", query_string={"receipt": receipt})
    assert answer.status_code == 200
    assert ("Aucun choix ne porte ce numéro" in answer.text) == bool(receipt)
