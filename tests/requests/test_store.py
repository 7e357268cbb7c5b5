"""Our own rows on a subject: everything, of this subject alone, and no name of the staff."""

from typing import Any
from uuid import UUID

import pytest

from privacy.audit.actions import Action
from privacy.audit.seal import Sequencer
from privacy.errors import InvalidError
from privacy.outbox.models import MessageState
from privacy.requests.moves import record
from tests.requests.deadlines.test_questions import WORDS, answer, ask
from tests.requests.intake.test_representing import PROOF, by, take
from tests.requests.office import EMAIL, REASON, Office

NOT_HERE = {"consent", "question", "representative", "transfer"}


def read(office: Office, name: str, subject_id: UUID | None) -> list[dict[str, Any]]:
    """Return what our own store has of a subject in one collection."""
    own = office.own_store()
    collection = own.definition.collection(name)
    rows = own.read(collection, ("subject_id",), [(str(subject_id),)])
    return [dict(row) for row in rows]


def test_every_collection_answers_with_just_its_declared_columns(office: Office):
    about = office.request(office.opened())
    office.refuse(about.id)
    own = office.own_store()
    own.check()
    for collection in own.definition.collections:
        for row in read(office, collection.name, about.subject_id):
            assert set(collection.columns) <= row.keys()
            assert row["subject_id"] == about.subject_id


def test_a_subject_gets_only_rows_of_its_own(office: Office):
    mine = office.request(office.opened())
    other = office.request(office.opened("other@example.fr"))
    send(office)
    for collection in office.own_store().definition.collections:
        if collection.name in NOT_HERE:
            continue  # nobody answered a banner, was asked or is represented here
        rows = read(office, collection.name, mine.subject_id)
        assert str(other.subject_id) not in str(rows)
        assert str(other.id) not in str(rows)
        assert all(row["subject_id"] == mine.subject_id for row in rows)
        assert rows, collection.name


def test_identifiers_are_told_open(office: Office):
    about = office.request(office.opened())
    (row,) = read(office, "identifier", about.subject_id)
    assert (row["kind"], row["value"], row["verified_at"]) == ("email", EMAIL, office.clock())


def test_a_request_is_told_with_its_dates_and_the_reason_of_its_decision(office: Office):
    request_id = office.opened(language="en")
    office.refuse(request_id)
    about = office.request(request_id)
    (row,) = read(office, "request", about.subject_id)
    assert row["id"] == request_id
    assert (row["kind"], row["state"], row["language"]) == ("access", "refused", "en")
    assert (row["received_on"], row["verified_at"]) == (about.received_on, about.verified_at)
    assert (row["decided_at"], row["closed_at"]) == (office.clock(), office.clock())
    assert (row["reason"], row["extended_at"]) == (REASON, None)


def send(office: Office) -> None:
    """Write down that the mail server took every message over."""
    with office.database.transaction() as session:
        for message in map(session.merge, office.messages()):
            message.state, message.sent_at = MessageState.SENT, office.clock()


def test_a_question_and_its_answer_are_told(office: Office):
    request_id = office.opened()
    ask(office, request_id)
    answer(office)
    (row,) = read(office, "question", office.request(request_id).subject_id)
    told = (row["kind"], row["question"], row["answer"], row["evidence"])
    assert told == ("identity", WORDS, "C-1042", "C-1042")


def test_who_acts_for_the_subject_is_told(office: Office):
    request_id = take(office, by())
    (row,) = read(office, "representative", office.request(request_id).subject_id)
    assert (row["capacity"], row["name"], row["proof"]) == ("mandate", "Maître Renard", PROOF)


def test_messages_that_were_sent_are_told_and_those_that_wait_are_not(office: Office):
    about = office.request(office.opened())
    assert read(office, "message", about.subject_id) == []
    send(office)
    (row,) = read(office, "message", about.subject_id)
    assert (row["template"], row["sent_at"]) == ("request_received", office.clock())


def test_the_log_tells_what_was_done_but_not_who_of_the_staff_did_it(office: Office):
    request_id = office.opened()
    operator = f"operator:{UUID(int=42)}"
    with office.taken(request_id) as (session, about):
        record(session, Action.REQUEST_VIEWED, office.clock(), operator, about=about)
    office.approve(request_id, actor=operator)
    rows = read(office, "log", office.request(request_id).subject_id)
    told = {(row["action"], row["who"]) for row in rows}
    assert {("request.viewed", "operator"), ("request.verified", "subject")} <= told
    assert str(UUID(int=42)) not in str(rows)
    assert all(row["at"] == office.clock() for row in rows)


@pytest.mark.parametrize("integrated", [0, 2, 100])
def test_the_log_is_told_whether_or_not_entries_have_their_place(office: Office, integrated: int):
    about = office.request(office.opened())
    mine = [one.id for one in office.entries() if one.subject_id == about.subject_id]
    signer = office.desk.cabinet.keyring.signer
    if integrated:
        sequencer = Sequencer(office.database, signer, office.clock, signer.name)
        sequencer.integrate(limit=len(office.entries()) - 2 if integrated == 2 else 1000)
    rows = read(office, "log", about.subject_id)
    assert sorted(row["id"] for row in rows) == sorted(mine)


def test_our_own_rows_are_found_by_subject_only(office: Office):
    own = office.own_store()
    with pytest.raises(InvalidError, match="subject_id"):
        list(own.read(own.definition.collection("request"), ("id",), [("1",)]))
