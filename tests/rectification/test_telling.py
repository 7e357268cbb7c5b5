"""Who is told of a rectification, of which fields, and what is kept nowhere but sealed."""

import json
from typing import Any

import pytest

from privacy.audit.actions import Action
from privacy.consent.telling.endpoints import EndpointFacts, set_endpoint
from privacy.outbox.jobs import body_of
from privacy.outbox.models import WEBHOOK, OutboxMessage
from privacy.purposes.acts import RecipientFacts, register_recipient
from privacy.purposes.models import RecipientRole
from privacy.rectification.telling import values_for
from privacy.requests.models import RequestState
from privacy.subjects.acts import destroy_subject_key
from tests.rectification.workplace import RIGHT, WRONG, Workplace, writable
from tests.requests.office import DPO, Office


@pytest.fixture
def work(office: Office) -> Workplace:
    """Return an office whose carrier is told by webhook, and whose bookkeeper has no data."""
    with office.database.transaction() as session:
        for name, purpose in (("Transport Fictif", "order_management"), ("Compta", "accounting")):
            recipient = register_recipient(
                session,
                actor=DPO,
                at=office.clock(),
                controller_id=office.controller.id,
                facts=RecipientFacts(name, RecipientRole.PROCESSOR, "FR", [purpose]),
            )
            session.flush()
            set_endpoint(
                session,
                actor=DPO,
                at=office.clock(),
                cabinet=office.desk.cabinet,
                recipient_id=recipient.id,
                facts=EndpointFacts("https://transport.example/hooks"),
            )
    return Workplace(office, writable())


def ended(work: Workplace) -> OutboxMessage:
    """Let a rectification run to its end and return the one webhook that it owes."""
    request_id = work.searched()
    work.decide(request_id)
    work.run()
    assert [one for one in work.office.messages() if one.channel == WEBHOOK] == []
    work.settle_by_hand(request_id, "shop.account.zone")
    work.run()
    assert work.office.request(request_id).state is RequestState.COMPLETED
    (message,) = [one for one in work.office.messages() if one.channel == WEBHOOK]
    return message


def told(work: Workplace, message: OutboxMessage) -> dict[str, Any]:
    """Return what the recipient reads."""
    cabinet = work.office.desk.cabinet
    with work.office.database.reading() as session:
        values = values_for(session, cabinet=cabinet, message=message)
    document: dict[str, Any] = json.loads(body_of(message.body or "", [], values))
    return document


def test_a_recipient_of_the_data_gets_before_and_after(work: Workplace):
    message = ended(work)
    assert message.template == "subject.rectified"
    assert message.body is not None
    assert WRONG not in message.body
    assert RIGHT not in message.body
    data = told(work, message)["data"]
    fields = {(one["field"], one["before"], one["after"]) for one in data["corrections"]}
    assert fields == {("street", WRONG, RIGHT), ("to_street", WRONG.upper(), RIGHT)}


def test_each_recipient_is_noted_once_and_named_to_the_subject(work: Workplace):
    ended(work)
    (entry,) = work.office.entries(Action.RECTIFICATION_RECIPIENT_NOTED)
    assert entry.details["outcome"] == "webhook"
    (letter,) = work.office.letters("rectification_done")
    assert letter.variables["recipients"] == "Transport Fictif"


def test_nothing_is_told_of_what_the_subjects_key_no_longer_opens(work: Workplace):
    message = ended(work)
    office = work.office
    with office.database.transaction() as session:
        destroy_subject_key(
            session, actor=DPO, at=office.clock(), subject_id=message.subject_id, reason="erasure"
        )
    assert "before" not in json.dumps(told(work, message))


def test_other_events_are_left_as_they_are(work: Workplace):
    message = OutboxMessage(template="consent.withdrawn", body="{}")
    with work.office.database.reading() as session:
        assert values_for(session, cabinet=work.office.desk.cabinet, message=message) == {}


def test_nobody_is_told_where_nothing_was_changed(work: Workplace):
    request_id = work.searched()
    work.decide(request_id)
    for place in ("shop.account.street", "shop.delivery.to_street", "shop.account.zone"):
        work.settle_by_hand(request_id, place, done=False)
    work.run()
    assert work.notices(request_id) == []
    about = work.office.request(request_id)
    assert (about.state, about.exceptions) == (RequestState.COMPLETED, True)
