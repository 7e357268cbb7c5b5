"""Answers that have run out: counted once, listed to be asked again, yes and no alike."""

from datetime import timedelta
from uuid import UUID

import pytest

from privacy.consent import queries
from privacy.consent.jobs import note_expired
from privacy.consent.models import Method
from privacy.consent.statements import Statement
from privacy.db import Database
from privacy.subjects.keys import KeyCabinet
from tests.consent.asking import visitor
from tests.consent.talking import open_register, say
from tests.entries import waiting_entries
from tests.fakes import FakeClock

TERM = timedelta(days=185)


@pytest.fixture
def controller(database: Database, cabinet: KeyCabinet, clock: FakeClock) -> UUID:
    """Return a controller to whom three visitors answered: yes, no, and yes again since."""
    with database.transaction() as session:
        made = open_register(session, at=clock(), cabinet=cabinet)
    for number, granted in enumerate((True, False, True)):
        tell(database, clock, made, number, granted=granted)
    clock.advance(days=100)
    tell(database, clock, made, 2, granted=True)
    clock.advance(days=84)
    return made


def tell(
    database: Database, clock: FakeClock, controller: UUID, number: int, *, granted: bool
) -> None:
    """Let a visitor answer about statistics, which stands for six months."""
    answers = {"audience_consent": granted}
    said = Statement(visitor(number), controller, answers, Method.FORM, "fr")
    say(database, said, clock())


def counted(database: Database) -> list[tuple[object, object]]:
    """Return answers and subjects of each count."""
    entries = waiting_entries(database, "consent.expired")
    return [(one.details["answers"], one.details["subjects"]) for one in entries]


@pytest.mark.usefixtures("controller")
def test_answers_are_counted_once_when_their_last_day_is_over(
    database: Database, clock: FakeClock
):
    assert (note_expired(database, clock=clock), counted(database)) == (0, [])
    clock.advance(days=1)
    assert note_expired(database, clock=clock) == 2
    assert note_expired(database, clock=clock) == 0
    clock.advance(days=1)
    assert note_expired(database, clock=clock) == 0
    assert counted(database) == [(2, 2)]


@pytest.mark.usefixtures("controller")
def test_a_pause_of_the_job_loses_none(database: Database, clock: FakeClock):
    clock.advance(days=1)
    note_expired(database, clock=clock)
    clock.advance(days=150)
    assert note_expired(database, clock=clock) == 1
    assert counted(database) == [(2, 2), (1, 1)]


def test_who_is_to_be_asked_again_is_listed_yes_and_no_alike(
    database: Database, controller: UUID, clock: FakeClock
):
    since, until = clock(), clock.advance(days=1)
    with database.reading() as session:
        found = queries.to_ask_again(session, controller_id=controller, since=since, until=until)
    assert {one.subject_id for one in found} == {visitor(0), visitor(1)}
    assert {one.purpose_code for one in found} == {"audience_consent"}
    assert all(since < one.valid_until <= until for one in found)


def test_the_gate_closes_at_the_instant_whether_or_not_the_job_ran(
    database: Database, controller: UUID, clock: FakeClock
):
    def reason() -> str:
        with database.reading() as session:
            return queries.holds(
                session,
                subject_id=visitor(0),
                controller_id=controller,
                purpose_code="audience_consent",
                at=clock(),
            ).reason.value

    clock.now = clock.now.replace(month=9, day=2, hour=21, minute=59)
    assert reason() == "given"
    clock.advance(minutes=1)
    assert reason() == "expired"
