"""What is permitted at which instant, by rows rather than by the rule alone."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from privacy.consent import queries
from privacy.consent.acts import Answered, record_answers
from privacy.consent.gate import Reason
from privacy.consent.store import OWN
from privacy.db import Database
from privacy.errors import NotFoundError
from privacy.purposes.queries import Asked
from tests.consent.asking import PURPOSES, VISITOR, answer, visitor
from tests.fakes import FakeClock
from tests.make import make_purpose

Judge = Callable[[datetime], str]


@pytest.fixture
def record(database: Database, clock: FakeClock) -> Callable[[Answered], datetime]:
    """Return a function that records an answer now and returns that instant."""

    def do(*answers: Answered) -> datetime:
        with database.transaction() as session:
            record_answers(session, actor="subject", at=clock(), answers=answers, origin="log")
        return clock()

    return do


@pytest.fixture
def judge(database: Database, asked: Asked) -> Judge:
    """Return the verdict on the first purpose at an instant, as a word."""

    def do(at: datetime) -> str:
        with database.reading() as session:
            verdict = queries.holds(
                session,
                subject_id=VISITOR,
                controller_id=asked.controller_id,
                purpose_code=PURPOSES[0],
                at=at,
            )
        assert verdict.permitted == (verdict.reason is Reason.GIVEN)
        return verdict.reason.value

    return do


def test_nobody_has_consented_before_answering(clock, asked, record, judge: Judge):
    record(answer(asked, subject_id=visitor(1)))
    assert judge(clock()) == "never_asked"


def test_the_latest_answer_decides_and_earlier_instants_keep_theirs(
    clock: FakeClock, asked: Asked, record, judge: Judge
):
    clock.advance(days=1)
    refused = record(answer(asked, granted=False))
    clock.advance(days=1)
    given = record(answer(asked))
    clock.advance(days=1)
    withdrawn = record(answer(asked, granted=False))
    moment = timedelta(microseconds=1)
    assert [judge(at) for at in (refused - moment, refused, given - moment)] == [
        "never_asked", "refused", "refused",
    ]  # fmt: skip
    assert [judge(at) for at in (given, withdrawn - moment, withdrawn)] == [
        "given", "given", "withdrawn",
    ]  # fmt: skip


def test_a_consent_expires_at_the_end_of_its_last_day(
    database: Database, asked: Asked, record, judge: Judge
):
    record(answer(asked))
    with database.reading() as session:
        end = queries.history(session, subject_id=VISITOR)[0].valid_until
    assert [judge(end - timedelta(microseconds=1)), judge(end)] == ["given", "expired"]


def test_a_new_version_of_the_purpose_supersedes_from_its_publication_on(
    database: Database, clock: FakeClock, asked: Asked, record, judge: Judge
):
    given = record(answer(asked))
    published = clock.advance(days=1)
    with database.transaction() as session:
        make_purpose(session, at=published, controller_id=asked.controller_id)
    assert [judge(given), judge(published)] == ["given", "superseded"]


def test_of_two_answers_of_one_instant_the_refusal_stands(
    clock: FakeClock, asked: Asked, record, judge: Judge
):
    for number in range(12):  # ids are random, so one order alone would pass by chance
        clock.advance(days=1)
        both = answer(asked), answer(asked, granted=False)
        at = record(*(both if number % 2 else reversed(both)))
        assert judge(at) == "withdrawn"


def test_a_purpose_that_was_not_published_by_then_is_unknown(
    clock: FakeClock, asked: Asked, judge: Judge
):
    assert asked.versions[PURPOSES[0]] == 1
    with pytest.raises(NotFoundError):
        judge(clock() - timedelta(days=1))


def test_tallies_and_the_newest_rows_are_those_of_one_controller(
    database: Database, asked: Asked, record
):
    record(answer(asked), answer(asked, granted=False, subject_id=visitor(1)))
    with database.reading() as session:
        mine = queries.tallies(session, controller_id=asked.controller_id)
        other = queries.tallies(session, controller_id=asked.site_id)
        newest = queries.latest(session, controller_id=asked.controller_id, limit=3)
        none = queries.latest(session, controller_id=asked.site_id)
    assert [(one.purpose_code, one.granted, one.refused) for one in mine] == [
        (code, 1, 1) for code in PURPOSES
    ]
    assert (other, len(newest), list(none)) == ([], 3, [])


def test_our_ledger_as_a_store_gives_every_answer_of_a_subject_and_of_nobody_else(
    database: Database, clock: FakeClock, asked: Asked, record
):
    record(answer(asked, granted=False), answer(asked, subject_id=visitor(1)))
    clock.advance(days=1)
    record(answer(asked))
    with database.reading() as session:
        given = list(OWN.rows(session, [VISITOR]))
    assert [(row["purpose_code"], row["granted"]) for row in given[:2]] != []
    assert [row["granted"] for row in given] == [False, False, True, True]
    assert {row["subject_id"] for row in given} == {VISITOR}
    assert set(given[0]) == set(OWN.collection.columns)
