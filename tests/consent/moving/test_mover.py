"""Lines are taken in one by one, on both databases: a fault stops no other, nothing is doubled."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from privacy.consent import queries
from privacy.consent.models import Method, Scope
from privacy.consent.moving import mover
from privacy.consent.moving.imports import Fault, Line
from privacy.consent.moving.mover import Mover, Outcome, move
from privacy.db import Database
from privacy.purposes.queries import Asked
from privacy.subjects.keys import KeyCabinet
from privacy.subjects.queries import find_by_identifier
from privacy.subjects.visitors import visitor_subject
from tests.consent.asking import PURPOSES
from tests.fakes import FakeClock
from tests.make import make_subject

WHO = "0123456789abcdef" * 2
Take = Callable[..., Outcome]


@pytest.fixture
def take(database: Database, asked: Asked, cabinet: KeyCabinet, clock: FakeClock) -> Take:
    """Return a function that takes lines in."""

    def do(*lines: Line | Fault, dry: bool = False) -> Outcome:
        mover = Mover(asked.controller_id, cabinet, "log")
        return move(database, lines, mover=mover, at=clock(), dry=dry)

    return do


def line(clock: FakeClock, **changes: object) -> Line:
    said_at = clock() - timedelta(days=60)
    one = Line(2, "visitor", WHO, {PURPOSES[0]: True}, said_at, "fr", "ab" * 32)
    return replace(one, **changes)  # type: ignore[arg-type] # the fields of a line


def rows(database: Database, asked: Asked, cabinet: KeyCabinet):
    """Return the rows of the visitor."""
    with database.reading() as session:
        subject_id = visitor_subject(
            session, cabinet=cabinet, controller_id=asked.controller_id, visitor=WHO
        )
        return queries.history(session, subject_id=subject_id)


def test_a_line_keeps_its_day_and_its_mark_and_is_taken_once(
    database: Database, asked: Asked, cabinet: KeyCabinet, clock: FakeClock, take: Take
):
    for known in (0, 1):
        outcome = take(line(clock))
        assert (outcome.granted, outcome.known, outcome.faults) == (1 - known, known, [])
    (row,) = rows(database, asked, cabinet)
    assert (row.method, row.scope) == (Method.IMPORT, Scope.TERMINAL)
    assert row.said_at == clock() - timedelta(days=60)
    assert row.valid_until - row.said_at < timedelta(days=186)


def test_a_fault_in_the_middle_leaves_those_around_it(
    database: Database, asked: Asked, cabinet: KeyCabinet, clock: FakeClock, take: Take
):
    outcome = take(
        line(clock),
        line(clock, number=3, answers={"not_published": True}),
        line(clock, number=4, kind="subject", who=str(uuid4())),
        line(clock, number=5, kind="email", who="nobody"),
        Fault(6, "as it was read"),
        line(clock, number=7, answers={PURPOSES[1]: False}),
    )
    assert (outcome.granted, outcome.refused) == (1, 1)
    assert [one.number for one in outcome.faults] == [3, 4, 5, 6]
    assert {row.purpose_code for row in rows(database, asked, cabinet)} == {*PURPOSES}


def test_a_dry_run_counts_alike_and_keeps_nothing(
    database: Database, asked: Asked, cabinet: KeyCabinet, clock: FakeClock, take: Take
):
    lines = (line(clock), line(clock), line(clock, kind="email", who="a@b.example"))
    outcome = take(*lines, dry=True)
    assert (outcome.granted, outcome.known) == (2, 1)
    assert list(rows(database, asked, cabinet)) == []
    with database.reading() as session:
        found = find_by_identifier(
            session, cabinet=cabinet, controller_id=asked.controller_id, kind="email",
            value="a@b.example",
        )  # fmt: skip
    assert found is None
    assert take(*lines) == outcome


def test_many_lines_pass_in_several_transactions(
    clock: FakeClock, take: Take, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(mover, "AT_ONCE", 3)
    lines = [line(clock, number=n, who=f"{n:032x}") for n in range(10)]
    assert take(*lines).granted == 10
    assert take(*lines).known == 10


def test_an_address_leads_to_the_subject_that_has_it(
    database: Database, asked: Asked, cabinet: KeyCabinet, clock: FakeClock, take: Take
):
    with database.transaction() as session:
        known = make_subject(
            session, at=clock(), cabinet=cabinet, controller_id=asked.controller_id
        )
    take(line(clock, kind="email", who="Alix.Martin@courrier.example"))
    take(line(clock, kind="subject", who=str(known), answers={PURPOSES[1]: True}))
    with database.reading() as session:
        found = queries.history(session, subject_id=known)
    assert {row.purpose_code for row in found} == {*PURPOSES}
    assert {row.scope for row in found} == {Scope.SUBJECT}


def test_a_newer_answer_given_here_stays_the_one_that_counts(
    database: Database, asked: Asked, cabinet: KeyCabinet, clock: FakeClock, take: Take
):
    take(line(clock, said_at=clock() - timedelta(days=1), answers={PURPOSES[0]: False}))
    clock.advance(hours=1)
    take(line(clock, said_at=clock() - timedelta(days=90)))
    subject_id = rows(database, asked, cabinet)[0].subject_id
    with database.reading() as session:
        verdict = queries.holds(
            session, subject_id=subject_id, controller_id=asked.controller_id,
            purpose_code=PURPOSES[0], at=clock(),
        )  # fmt: skip
    assert not verdict.permitted
