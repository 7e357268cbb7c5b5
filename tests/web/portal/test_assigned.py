"""The page of an archive keeper without an account."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from privacy.audit.actions import Action
from privacy.purposes.models import Controller
from privacy.rectification.queries import corrections
from privacy.requests.models import RequestState
from privacy.stores.acts import StoreFacts, register_store
from tests.rectification.test_jobs import ZONE
from tests.rectification.workplace import RIGHT, WRONG, Workplace, writable
from tests.requests.answering.test_awaiting import asked, told
from tests.requests.office import EMAIL, Office
from tests.stores.paper import ARCHIVE, KEEPER
from tests.web.conftest import browser_of, runtime_of
from tests.web.portal.conftest import answer_all


@pytest.fixture
def keeper(app: Flask) -> FlaskClient:
    """Return the keeper's browser."""
    return browser_of(app)


@pytest.fixture
def link(app: Flask, office: Office) -> str:
    """Register the archive, search once, and return the path of the mailed link."""
    runtime = runtime_of(app)
    with runtime.database.transaction() as session:
        register_store(
            session,
            actor="system",
            at=office.clock(),
            controller_id=office.controller.id,
            cabinet=runtime.cabinet,
            facts=StoreFacts(f"mailto:{KEEPER}", ARCHIVE),
        )
    office.approved()
    assert answer_all(app) == 0
    return f"/portal/boutique/assignment/{office.token('assignment_opened')}"


def test_the_keeper_answers_on_the_page_and_the_package_holds_it(
    app: Flask, office: Office, keeper: FlaskClient, link: str
):
    page = keeper.get(link).text
    assert EMAIL in page
    assert "Cave, travée 3." in page
    form = {"result": "found", "folder.1.number": "A-12", "folder.1.name": "Camille Durand"}
    answer = keeper.post(link, data=form)
    assert answer.status_code == 200
    assert "la réponse est enregistrée" in answer.text
    assert answer_all(app) == 1
    (row,) = told(office)["archive.folder"]
    assert row["name"] == "Camille Durand"
    assert office.all()[0].state is RequestState.COMPLETED
    (entry,) = office.entries(Action.ASSIGNMENT_ANSWERED)
    assert (entry.actor, entry.details["way"]) == ("system", "mail")


def test_the_link_works_once(keeper: FlaskClient, link: str, office: Office):
    assert keeper.post(link, data={"result": "empty"}).status_code == 200
    for answer in (keeper.get(link), keeper.post(link, data={"result": "empty"})):
        assert answer.status_code == 410
        assert EMAIL not in answer.text
    assert len(office.entries(Action.ASSIGNMENT_ANSWERED)) == 1


def test_reading_answers_nothing_and_is_recorded(keeper: FlaskClient, link: str, office: Office):
    keeper.get(link)
    keeper.get(link)
    assert asked(office)[0].state == "open"
    assert [one.actor for one in office.entries(Action.ASSIGNMENT_VIEWED)] == ["system"] * 2


def test_a_link_that_was_never_sent_or_is_too_old_shows_nothing(
    keeper: FlaskClient, link: str, office: Office
):
    wrong = link[:-4] + "AAAA"
    assert keeper.get(wrong).status_code == keeper.post(wrong).status_code == 404
    office.clock.now += timedelta(days=121)
    assert keeper.get(link).status_code == 410


def test_a_link_opens_nothing_at_another_controller(
    keeper: FlaskClient, link: str, other: Controller
):
    assert keeper.get(link.replace("boutique", other.slug)).status_code == 404


def test_a_faulty_answer_comes_back_with_what_was_typed(keeper: FlaskClient, link: str):
    answer = keeper.post(link, data={"result": "empty", "folder.1.name": "Durand"})
    assert answer.status_code == 422
    assert "Durand" in answer.text


@pytest.fixture
def correction(app: Flask, office: Office) -> str:
    """Decide on what an archive may hold too, and return the path of the mailed link."""
    runtime = runtime_of(app)
    with runtime.database.transaction() as session:
        register_store(
            session,
            actor="system",
            at=office.clock(),
            controller_id=office.controller.id,
            cabinet=runtime.cabinet,
            facts=StoreFacts(f"mailto:{KEEPER}", ARCHIVE),
        )
    work = Workplace(office, writable(), *runtime.open_stores(office.controller.id).values())
    request_id = work.searched()
    work.decide(request_id)
    work.run()
    work.settle_by_hand(request_id, ZONE)
    return f"/portal/boutique/assignment/{office.token('correction_opened')}"


def test_a_keeper_answers_a_correction_value_by_value(
    keeper: FlaskClient, office: Office, correction: str
):
    page = keeper.get(correction).text
    assert all(one in page for one in (EMAIL, WRONG, RIGHT, "Correction à faire"))
    (line,) = re.findall(r'name="result-([0-9a-f-]{36})" value="done"', page)
    bare = keeper.post(correction, data={})
    assert (bare.status_code, WRONG in bare.text) == (422, True)
    why = keeper.post(correction, data={f"result-{line}": "cannot"})
    assert why.status_code == 422
    assert "Dites en une phrase pourquoi" in why.text
    form = {f"result-{line}": "cannot", f"reason-{line}": "Le dossier est scellé."}
    assert keeper.post(correction, data=form).status_code == 200
    assert keeper.get(correction).status_code == 410
    (about,) = office.all()
    assert about.state is RequestState.APPROVED
    with office.database.reading() as session:
        states = {row.detail for row in corrections(session, about=about)}
    assert "keeper-cannot" in states
