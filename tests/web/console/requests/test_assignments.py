"""Searches by hand in the console: the list, the form, and who may."""

import io

import pytest
from flask import Flask

from privacy.assignments import answers
from privacy.audit.actions import Action
from privacy.operators.roles import Role
from privacy.requests.models import RequestState
from privacy.stores.acts import StoreFacts, register_store
from privacy.web import replies
from tests.requests.answering.test_awaiting import asked, told
from tests.requests.office import EMAIL, Office
from tests.stores.paper import ARCHIVE
from tests.web.conftest import Seat, runtime_of, seat
from tests.web.portal.conftest import answer_all


@pytest.fixture
def waiting(app: Flask, office: Office) -> str:
    """Register the archive, search once, and return the address of the assignment."""
    runtime = runtime_of(app)
    with runtime.database.transaction() as session:
        register_store(
            session,
            actor="system",
            at=office.clock(),
            controller_id=office.controller.id,
            cabinet=runtime.cabinet,
            facts=StoreFacts("manual:cave", ARCHIVE),
        )
    office.approved()
    assert answer_all(app) == 0
    return f"/console/assignments/{asked(office)[0].id}"


def test_what_waits_stands_in_the_list_and_names_nobody(waiting: str, dpo: Seat):
    page = dpo.browser.get("/console/assignments").text
    assert waiting in page
    assert EMAIL not in page


def test_the_page_shows_what_to_search_for_and_records_that_it_was_looked_at(
    waiting: str, agent: Seat, office: Office
):
    page = agent.browser.get(waiting).text
    assert EMAIL in page
    assert "Cave, travée 3." in page
    (entry,) = office.entries(Action.ASSIGNMENT_VIEWED)
    assert entry.actor == f"operator:{agent.operator_id}"


def test_typed_rows_a_table_and_documents_become_the_answer(
    app: Flask, waiting: str, agent: Seat, office: Office
):
    table = f"Number;email\nA-13;{EMAIL}\n"
    form = {
        "csrf_token": agent.csrf,
        "result": "found",
        "folder.1.number": "A-12",
        "folder.1.name": "Camille Durand",
        "file-folder": (io.BytesIO(table.encode("utf-8-sig")), "liste.csv"),
        "documents-scan": [
            (io.BytesIO(b"%PDF-1.7 one"), "../../un.pdf"),
            (io.BytesIO(b"x" * 30_000), "deux.png"),
        ],
    }
    answer = agent.browser.post(waiting, data=form, content_type="multipart/form-data")
    assert answer.status_code == 303
    assert "La réponse est enregistrée" in agent.browser.get(answer.location).text
    assert answer_all(app) == 1
    assert office.all()[0].state is RequestState.READY
    rows = told(office)
    assert [row["number"] for row in rows["archive.folder"]] == ["A-12", "A-13"]
    assert [row["name"] for row in rows["archive.scan"]] == ["un.pdf", "deux.png"]
    (entry,) = office.entries(Action.ASSIGNMENT_ANSWERED)
    assert entry.actor == f"operator:{agent.operator_id}"
    assert (entry.details["outcome"], entry.details["records"]) == ("found", 4)


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ({}, "Choisissez ce que la recherche a donné."),
        ({"result": "found"}, "ajoutez au moins une ligne"),
        ({"result": "empty", "folder.1.name": "x"}, "il n’y a rien, mais"),
        ({"result": "impossible"}, "Dites en une phrase pourquoi"),
        ({"result": "found", "folder.1.email": "x@example.fr"}, "ne répond à aucune"),
    ],
)
def test_an_answer_that_lacks_something_comes_back_with_what_was_typed(
    waiting: str, agent: Seat, office: Office, form: dict[str, str], fault: str
):
    answer = agent.browser.post(waiting, data=form, headers=agent.headers)
    assert answer.status_code == 422
    assert fault in answer.text
    assert form.get("folder.1.name", "") in answer.text
    assert asked(office)[0].state == "open"


@pytest.mark.parametrize(
    ("name", "data", "fault"),
    [
        ("file-folder", b"secret\nx\n", "nom inconnu"),
        ("file-folder", b'[{"number": ', "ni du CSV, ni du JSON"),
        ("documents-scan", b"x" * 5001, "5 Mo au plus"),
    ],
)
def test_a_file_that_cannot_be_taken_is_told(
    waiting: str,
    agent: Seat,
    office: Office,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    data: bytes,
    fault: str,
):
    for room in (answers, replies):
        monkeypatch.setattr(room, "LONGEST_DOCUMENT", 5000)
    form = {"result": "found", name: (io.BytesIO(data), "file")}
    answer = agent.browser.post(waiting, data=form, headers=agent.headers)
    assert answer.status_code == 422
    assert fault in answer.text.replace("\u00a0", " ")
    assert asked(office)[0].state == "open"


def test_a_body_beyond_all_limits_is_refused(waiting: str, agent: Seat):
    answer = agent.browser.post(
        waiting,
        data=b"x" * (13 * 1024 * 1024),
        headers=agent.headers,
        content_type="multipart/form-data; boundary=x",
    )
    assert answer.status_code == 413


def test_why_it_was_impossible_is_read_in_the_console_alone(
    app: Flask, waiting: str, dpo: Seat, office: Office
):
    why = "La cave est inondée jusqu’en mai."
    form = {"result": "impossible", "reason": why}
    assert dpo.browser.post(waiting, data=form, headers=dpo.headers).status_code == 303
    assert why in dpo.browser.get(waiting).text
    assert why not in str([one.details for one in office.entries()])
    assert waiting in dpo.browser.get("/console/assignments").text
    answer_all(app)
    request_id = office.all()[0].id
    page = dpo.browser.get(f"/console/requests/{request_id}").text
    assert f"/console/requests/{request_id}/stores/archive/waive" in page


def test_what_was_impossible_may_be_answered_after_all(
    app: Flask, waiting: str, dpo: Seat, office: Office
):
    form = {"result": "impossible", "reason": "La cave est inondée jusqu’en mai."}
    dpo.browser.post(waiting, data=form, headers=dpo.headers)
    assert answer_all(app) == 0
    form = {"result": "empty"}
    assert dpo.browser.post(waiting, data=form, headers=dpo.headers).status_code == 303
    assert answer_all(app) == 1
    assert office.tasks(office.all()[0].id)["archive"] == ("empty", 0, "")


def test_a_second_answer_is_told_to_be_too_late(waiting: str, dpo: Seat):
    form = {"result": "empty"}
    assert dpo.browser.post(waiting, data=form, headers=dpo.headers).status_code == 303
    assert dpo.browser.post(waiting, data=form, headers=dpo.headers).status_code == 409


def test_a_closed_search_shows_nothing_more(app: Flask, waiting: str, dpo: Seat):
    dpo.browser.post(waiting, data={"result": "empty"}, headers=dpo.headers)
    assert answer_all(app) == 1
    assert dpo.browser.get(waiting).status_code == 410


def test_another_controllers_search_is_unknown(
    app: Flask, waiting: str, bookshop: Office, auditor: Seat
):
    stranger = seat(app, Role.DPO, bookshop.controller.id)
    assert stranger.browser.get(waiting).status_code == 404
    assert auditor.browser.get(waiting).status_code == 403
