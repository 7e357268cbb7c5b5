"""Recording answers: a row for each purpose, an entry for each answer, and its receipt."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from privacy.consent.acts import Answered, ReplayedError, record_answers
from privacy.consent.models import Consent, Method
from privacy.consent.receipts import proofs
from privacy.consent.receipts.receipt import Receipt
from privacy.db import Database
from privacy.errors import InvalidError, NotFoundError
from privacy.purposes.queries import Asked
from privacy.subjects.models import Subject
from tests.consent.asking import PURPOSES, VISITOR, answer, answering, visitor
from tests.entries import waiting_entries
from tests.fakes import FakeClock


def record(database: Database, clock: FakeClock, *answers: Answered) -> list[Receipt]:
    with database.transaction() as session:
        return record_answers(
            session, actor="subject", at=clock(), answers=answers, origin="log.example"
        )


def rows(database: Database) -> list[Consent]:
    with database.reading() as session:
        return list(session.query(Consent).order_by(Consent.at, Consent.purpose_code))


def test_an_answer_is_a_row_for_each_purpose_and_one_entry_that_its_receipt_leads_to(
    database: Database, clock: FakeClock, asked: Asked
):
    one = answer(asked)
    (receipt,) = record(database, clock, one)
    found = rows(database)
    assert [row.purpose_code for row in found] == list(PURPOSES)
    for row in found:
        assert (row.subject_id, row.answer_id) == (VISITOR, one.said.answer_id)
        assert (row.controller_id, row.site_id) == (asked.controller_id, asked.site_id)
        assert (row.purpose_version, row.granted) == (1, True)
        assert (row.at, row.notice, row.language) == (clock(), asked.digest, "fr")
        assert (row.method, row.page, row.said_at) == (Method.ACCEPT_ALL, "/panier", None)
        assert row.leaf == receipt.leaf
    (entry,) = waiting_entries(database, "consent.recorded")
    assert hashlib.sha256(b"\x00" + entry.body).digest() == receipt.leaf
    assert (entry.actor, entry.subject_id) == ("subject", VISITOR)
    assert entry.details == {
        "answer": str(one.said.answer_id),
        "site": asked.site_key,
        "notice": asked.digest,
        "method": "accept_all",
        "language": "fr",
        "granted": ",".join(PURPOSES),
        "refused": "",
    }


def test_an_answer_stands_until_the_end_of_its_last_day_where_the_controller_is(
    database: Database, clock: FakeClock, asked: Asked
):
    (receipt,) = record(database, clock, answer(asked))
    # Six months after 2 March, at midnight in Paris, where it is summer by then.
    assert receipt.valid_until == datetime(2026, 9, 2, 22, 0, tzinfo=UTC)
    assert {row.valid_until for row in rows(database)} == {receipt.valid_until}


def test_a_refusal_is_kept_like_an_acceptance(database: Database, clock: FakeClock, asked: Asked):
    record(database, clock, answer(asked))
    record(database, clock, answer(asked, granted=False, subject_id=visitor(1)))
    by_granted = {row.granted: row for row in rows(database) if row.purpose_code == PURPOSES[0]}
    kept = {
        granted: {
            name: getattr(row, name)
            for name in ("at", "valid_until", "notice", "language", "page", "purpose_version")
        }
        for granted, row in by_granted.items()
    }
    assert kept[True] == kept[False]
    yes, no = (entry.details for entry in waiting_entries(database, "consent.recorded"))
    assert (yes["granted"], yes["refused"]) == (no["refused"], no["granted"])


def test_a_visitor_gets_one_subject_row_however_often_they_answer(
    database: Database, clock: FakeClock, asked: Asked
):
    for _ in range(2):
        record(database, clock, answer(asked), answer(asked))
    with database.reading() as session:
        found = session.query(Subject).all()
    assert [(row.subject_id, row.controller_id) for row in found] == [
        (VISITOR, asked.controller_id)
    ]
    assert len(waiting_entries(database, "consent.recorded")) == 4


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"audience_consent": True}, ["missing: social_sharing"]),
        (
            {"audience_consent": True, "social_sharing": True, "loyalty": True},
            ["not asked: loyalty"],
        ),
        ({}, ["missing: audience_consent", "missing: social_sharing"]),
    ],
)
def test_exactly_the_purposes_asked_are_answered(
    database: Database, clock: FakeClock, asked: Asked, answers: dict[str, bool], told: list[str]
):
    good, wrong = answer(asked, subject_id=visitor(1)), answering(answer(asked), **answers)
    with pytest.raises(InvalidError) as refused:
        record(database, clock, good, wrong)
    assert refused.value.fields == {"answers": told}
    assert rows(database) == []
    assert waiting_entries(database, "consent.recorded") == []


def test_a_replayed_answer_is_told_and_leaves_nothing_new(
    database: Database, clock: FakeClock, asked: Asked
):
    one = answer(asked)
    record(database, clock, one)
    clock.advance(minutes=1)
    with pytest.raises(ReplayedError):
        record(database, clock, answer(asked, subject_id=visitor(1)), one)
    assert len(rows(database)) == 2
    assert len(waiting_entries(database, "consent.recorded")) == 1


def test_the_browser_s_clock_is_kept_as_a_hint_and_never_as_the_time(
    database: Database, clock: FakeClock, asked: Asked
):
    one = answer(asked)
    hinted = replace(one, said=replace(one.said, said_at=datetime(2001, 1, 1, tzinfo=UTC)))
    (receipt,) = record(database, clock, hinted)
    assert receipt.at == clock()
    assert {(row.at, row.said_at) for row in rows(database)} == {
        (clock(), datetime(2001, 1, 1, tzinfo=UTC))
    }


def test_an_answer_is_found_by_its_receipt_for_its_controller_only(
    database: Database, clock: FakeClock, asked: Asked
):
    one = answer(asked)
    record(database, clock, one)
    with database.reading() as session:
        wanted = one.said.answer_id
        found = proofs.by_answer(session, answer_id=wanted, controller_ids=[asked.controller_id])
        assert found.first.subject_id == VISITOR
        with pytest.raises(NotFoundError):
            proofs.by_answer(session, answer_id=wanted, controller_ids=[asked.site_id])
