"""Unsubscribing by the link of a mail: by POST only, by anybody who holds the link, and twice."""

import logging
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from privacy.consent.models import Method
from privacy.crypto import DataKey
from privacy.errors import NotFoundError
from privacy.preferences.unsubscribe import Ticket, ticket_of, token_of
from privacy.subjects.models import Subject
from privacy.web.logs import JsonLines
from tests.entries import waiting_entries
from tests.fakes import FakeClock
from tests.web.conftest import runtime_of
from tests.web.portal.visitor import Guest, guest_of
from tests.web.portal.watching import rows

LEA = UUID("019b0000-0000-7000-8000-00000000000b")
BODY = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def guest(app: Flask) -> Guest:
    return guest_of(app)


def link(guest: Guest, code: str = "mk_email", subject_id: UUID = LEA) -> str:
    runtime = runtime_of(guest.app)
    ticket = Ticket(guest.controller_id, subject_id, code)
    with runtime.database.reading() as session:
        return f"/u/{token_of(session, cabinet=runtime.cabinet, ticket=ticket)}"


def test_reading_the_link_changes_nothing_and_shows_the_button(guest: Guest):
    address, before = link(guest), rows(guest.database)
    for method in ("GET", "HEAD", "GET"):
        assert guest.browser.open(address, method=method).status_code == 200
    page = guest.browser.get(address).text
    assert "Offres par e-mail" in page
    assert page.count("<button") == 1
    assert rows(guest.database) == before


def test_one_click_needs_no_cookie_no_origin_and_no_form_of_ours(guest: Guest):
    """The request of a mail server, as RFC 8058 gives it."""
    bare = guest.app.test_client()
    answer = bare.post(link(guest), data=BODY)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert guest.rows() == [("mk_email", False)]
    (entry,) = waiting_entries(guest.database, "consent.recorded")
    assert entry.details["method"] == Method.ONE_CLICK
    assert entry.subject_id == LEA


def test_one_click_may_come_as_a_multipart_form(guest: Guest):
    answer = guest.app.test_client().post(
        link(guest), data=BODY, content_type="multipart/form-data"
    )
    assert answer.status_code == 200
    (entry,) = waiting_entries(guest.database, "consent.recorded")
    assert entry.details["method"] == Method.ONE_CLICK


def test_the_button_of_the_page_does_the_same(guest: Guest):
    assert "c’est arrêté" in guest.browser.post(link(guest)).text
    assert guest.rows() == [("mk_email", False)]


def test_a_second_time_is_answered_alike_and_adds_nothing(guest: Guest, clock: FakeClock):
    answers = set()
    for _ in range(3):
        answer = guest.app.test_client().post(link(guest), data=BODY)
        answers.add((answer.status_code, answer.text))
        clock.advance(seconds=1)
    assert len(answers) == 1
    assert len(guest.rows()) == 1


def test_what_was_granted_again_can_be_withdrawn_again(guest: Guest, clock: FakeClock):
    guest.enter()
    with guest.database.reading() as session:
        subject_id = session.scalars(select(Subject.subject_id)).one()
    for _ in range(2):
        guest.press("mk_email")
        clock.advance(seconds=1)
        guest.app.test_client().post(link(guest, subject_id=subject_id), data=BODY)
        clock.advance(seconds=1)
    assert [granted for _, granted in guest.rows()] == [True, False, True, False]


def test_a_link_withdraws_its_own_purpose_and_no_other(guest: Guest):
    guest.app.test_client().post(link(guest, "mk_phone"), data=BODY)
    assert guest.rows() == [("mk_phone", False)]


def test_an_objection_to_post_goes_by_the_same_way(guest: Guest):
    guest.app.test_client().post(link(guest, "mk_post"), data=BODY)
    assert guest.rows() == [("mk_post", False)]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_that_we_did_not_make_is_not_found(guest: Guest, method: str):
    good = link(guest)
    flipped = good[:60] + ("A" if good[60] != "A" else "B") + good[61:]
    wrong = [flipped, good[:-4], "/u/x", "/u/" + "A" * 100, "/u/" + "A" * 5000, "/u/é"]
    for address in wrong:
        assert guest.browser.open(address, method=method, data=BODY).status_code == 404
    assert guest.rows() == []


def test_a_token_of_one_controller_is_bound_to_it(guest: Guest):
    runtime = runtime_of(guest.app)
    with runtime.database.reading() as session:
        ticket = Ticket(guest.controller_id, LEA, "mk_email")
        token = token_of(session, cabinet=runtime.cabinet, ticket=ticket)
        assert ticket_of(session, cabinet=runtime.cabinet, token=token) == ticket
        for wrong in (token + "A", DataKey.generate().seal("x", context=("a",)).hex()):
            with pytest.raises(NotFoundError):
                ticket_of(session, cabinet=runtime.cabinet, token=wrong)


def test_neither_the_link_nor_the_log_tells_who_or_what(
    guest: Guest, caplog: pytest.LogCaptureFixture
):
    address = link(guest, subject_id=uuid4())
    assert str(LEA) not in address
    assert "mk_email" not in address
    assert address != link(guest)
    with caplog.at_level(logging.INFO):
        guest.app.test_client().post(address, data=BODY)
    lines = [JsonLines().format(one) for one in caplog.records]
    assert any('"route": "/u/<token>"' in one for one in lines)
    assert not any(address.removeprefix("/u/") in one for one in lines)
