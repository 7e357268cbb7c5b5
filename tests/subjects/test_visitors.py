"""Subjects behind anonymous browsers."""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import func, select

from privacy.db import Database
from privacy.errors import InvalidError
from privacy.subjects.keys import KeyCabinet
from privacy.subjects.models import Subject, SubjectKey
from privacy.subjects.visitors import ensure_subjects, visitor_subject
from tests.fakes import FakeClock

VISITOR = "00112233445566778899aabbccddeeff"


@pytest.fixture
def ensure(
    bare_database: Database, cabinet: KeyCabinet, clock: FakeClock
) -> Callable[[UUID, str], UUID]:
    def call(controller_id: UUID, visitor: str) -> UUID:
        with Database(bare_database.engine).transaction() as session:
            subject_id = visitor_subject(
                session, cabinet=cabinet, controller_id=controller_id, visitor=visitor
            )
            ensure_subjects(session, at=clock(), subjects=[(subject_id, controller_id)])
            return subject_id

    return call


Ensure = Callable[[UUID, str], UUID]


def test_a_visitor_that_comes_again_is_the_same_subject(
    database: Database, clock: FakeClock, controller_id: UUID, ensure: Ensure
):
    first = clock()
    subject_id = ensure(controller_id, VISITOR)
    clock.advance(days=1)
    assert ensure(controller_id, VISITOR) == subject_id
    with database.reading() as session:
        subject = session.get_one(Subject, subject_id)
        assert session.scalar(select(func.count()).select_from(Subject)) == 1
        assert session.scalar(select(func.count()).select_from(SubjectKey)) == 0
    assert (subject.controller_id, subject.created_at) == (controller_id, first)
    assert subject.restricted_at is None


def test_a_visitor_of_two_controllers_is_two_subjects(
    database: Database, add_controller: Callable[[], UUID], ensure: Ensure
):
    assert ensure(add_controller(), VISITOR) != ensure(add_controller(), VISITOR)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Subject)) == 2


def test_what_is_no_visitor_makes_no_subject(
    database: Database, controller_id: UUID, ensure: Ensure
):
    with pytest.raises(InvalidError):
        ensure(controller_id, "guess")
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Subject)) == 0
