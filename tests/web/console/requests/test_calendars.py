"""An operator's calendar program reads the deadlines, and nothing about a person."""

from flask import Flask

from privacy.operators.acts import close_operator
from tests.requests.office import DPO, EMAIL, Office
from tests.web.conftest import Seat, runtime_of


def address(seat: Seat) -> str:
    page = seat.browser.post("/console/calendar", headers=seat.headers).text
    return "/console/calendar/" + page.split("/console/calendar/")[1].split("<")[0]


def test_a_program_without_a_session_reads_what_is_due(app: Flask, agent: Seat, office: Office):
    request_id = office.opened()
    answer = app.test_client().get(address(agent))
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    assert answer.headers["Cache-Control"] == "private, no-store"
    text = answer.text.replace("\r\n ", "")
    assert f"UID:{request_id}@boutique" in text
    assert f"DTSTART;VALUE=DATE:{office.request(request_id).target_on:%Y%m%d}" in text
    assert EMAIL not in text
    assert str(office.request(request_id).subject_id) not in text


def test_what_is_closed_or_another_controllers_is_left_out(
    app: Flask, agent: Seat, office: Office, bookshop: Office
):
    office.refuse(office.opened())
    bookshop.opened()
    assert "BEGIN:VEVENT" not in app.test_client().get(address(agent)).text


def test_a_new_address_ends_the_earlier_one(app: Flask, agent: Seat):
    first, second = address(agent), address(agent)
    assert app.test_client().get(first).status_code == 404
    assert app.test_client().get(second).status_code == 200
    assert "Une adresse est en service" in agent.browser.get("/console/calendar").text


def test_an_address_ends_with_its_operators_access(app: Flask, agent: Seat, office: Office):
    feed = address(agent)
    runtime = runtime_of(app)
    with runtime.database.transaction() as session:
        close_operator(session, actor=DPO, at=office.clock(), operator_id=agent.operator_id)
    assert app.test_client().get(feed).status_code == 404


def test_a_guessed_address_opens_nothing(app: Flask):
    assert app.test_client().get("/console/calendar/aaaa.ics").status_code == 404


def test_the_board_counts_what_is_near_and_says_who_is_waited_for(dpo: Seat, office: Office):
    office.opened()
    page = dpo.browser.get("/console/requests").text
    assert "attend une décision" in page
    assert "Plus tard" in page
