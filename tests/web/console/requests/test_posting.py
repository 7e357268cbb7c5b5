"""Letters to who has neither mailbox nor phone: printed and posted by a person."""

import re
from uuid import UUID

import pytest

from privacy.audit.actions import Action
from privacy.operators.roles import Role
from privacy.outbox.models import MessageState
from tests.requests.office import REASON, Office
from tests.web.conftest import Seat, SeatFor

FORM = {
    "received_on": "2026-03-01",
    "channel": "paper",
    "verification": "known-facts",
    "customer_number": "C-1042",
    "language": "fr",
    "by_post": "yes",
}


def taken(agent: Seat) -> UUID:
    """Take in a letter of somebody without a mailbox."""
    sent = FORM | {"csrf_token": agent.csrf}
    answer = agent.browser.post("/console/requests/new", data=sent)
    assert answer.status_code == 303, answer.text
    return UUID(answer.location.split("/")[-1].split("?")[0])


def letters(seat: Seat, request_id: UUID) -> list[str]:
    """Return the addresses of the letters that wait on the page of a request."""
    page = seat.browser.get(f"/console/requests/{request_id}").text
    return re.findall(rf'href="(/console/requests/{request_id}/letters/[^"]+)"', page)


def test_who_has_no_mailbox_gets_every_letter_by_post(seat_for: SeatFor, office: Office):
    dpo = seat_for(Role.DPO)
    request_id = taken(dpo)
    assert len(office.messages("dpo_letter_to_post")) == 1
    (address,) = letters(dpo, request_id)
    page = dpo.browser.get(address).text
    assert "Votre demande est confirmée" in page
    assert "/portal/boutique/status/" in page
    done = dpo.browser.post(address, headers=dpo.headers)
    assert done.status_code == 303
    assert "Le contenu de la lettre est effacé." in dpo.browser.get(done.location).text
    (row,) = office.messages("request_received")
    assert (row.state, row.variables_sealed) == (MessageState.SENT, None)
    assert dpo.browser.get(address).status_code == 404
    (entry,) = office.entries(Action.REQUEST_LETTER_POSTED)
    assert entry.details["kind"] == "request_received"
    office.refuse(request_id)
    (address,) = letters(dpo, request_id)
    assert REASON in dpo.browser.get(address).text


@pytest.mark.usefixtures("office")
def test_a_letter_is_shown_with_its_own_request_only(seat_for: SeatFor):
    dpo = seat_for(Role.DPO)
    first, second = taken(dpo), taken(dpo)
    (address,) = letters(dpo, first)
    assert len(letters(dpo, second)) == 1
    wrong = address.replace(str(first), str(second))
    assert dpo.browser.get(wrong).status_code == 404
    assert dpo.browser.post(wrong, headers=dpo.headers).status_code == 404


@pytest.mark.usefixtures("office")
def test_who_may_only_read_sees_no_letter(seat_for: SeatFor):
    dpo = seat_for(Role.DPO)
    (address,) = letters(dpo, taken(dpo))
    assert seat_for(Role.AUDITOR).browser.get(address).status_code == 403


def test_a_number_or_a_card_is_enough_only_where_letters_go_elsewhere(
    seat_for: SeatFor, office: Office
):
    agent = seat_for(Role.AGENT)
    sent = FORM | {"csrf_token": agent.csrf, "by_post": ""}
    assert agent.browser.post("/console/requests/new", data=sent).status_code == 422
    assert office.all() == []
