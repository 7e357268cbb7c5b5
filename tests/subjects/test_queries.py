"""Opening what identifies a subject."""

from uuid import UUID

import pytest
from sqlalchemy import select, update

from privacy.db import Database
from privacy.errors import NotFoundError, SealError
from privacy.subjects.acts import create_subject
from privacy.subjects.identify import Claim
from privacy.subjects.keys import KeyCabinet
from privacy.subjects.models import Identifier
from privacy.subjects.queries import KnownIdentifier, identifiers_of, subject
from tests.fakes import FakeClock


@pytest.fixture
def subjects(
    database: Database, cabinet: KeyCabinet, clock: FakeClock, controller_id: UUID
) -> list[UUID]:
    with database.transaction() as session:
        return [
            create_subject(
                session,
                actor="system",
                at=clock(),
                cabinet=cabinet,
                controller_id=controller_id,
                claims=[Claim("email", f"{name}@example.org"), Claim("badge", name)],
            )
            for name in ("one", "two")
        ]


def test_a_subject_is_found_by_its_id(
    database: Database, subjects: list[UUID], controller_id: UUID
):
    with database.reading() as session:
        assert subject(session, subject_id=subjects[0]).controller_id == controller_id
        with pytest.raises(NotFoundError):
            subject(session, subject_id=UUID(int=1))


def test_a_value_moved_to_another_subject_or_row_does_not_open(
    database: Database, cabinet: KeyCabinet, subjects: list[UUID]
):
    one, two = subjects
    with database.reading() as session:
        mine = session.scalars(select(Identifier).where(Identifier.subject_id == one)).all()
    for victim in (Identifier.subject_id == two, Identifier.id == mine[0].id):
        with Database(database.engine).transaction() as session:
            stolen = mine[1].value_sealed
            session.execute(update(Identifier).where(victim).values(value_sealed=stolen))
    for subject_id in subjects:
        with database.reading() as session, pytest.raises(SealError):
            identifiers_of(session, cabinet=cabinet, subject_id=subject_id)


def test_a_known_identifier_does_not_show_its_value():
    known = KnownIdentifier(UUID(int=1), "email", "camille@example.org", None)
    assert "camille" not in repr(known)
