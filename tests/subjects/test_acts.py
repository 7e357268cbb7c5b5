"""Making subjects, recognising them and destroying their keys."""

import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from privacy.db import Database, new_id
from privacy.errors import ConflictError, GoneError, InvalidError, NotFoundError
from privacy.subjects.acts import (
    add_identifier,
    create_subject,
    destroy_subject_key,
    resolve_subject,
)
from privacy.subjects.identify import Claim
from privacy.subjects.keys import KeyCabinet
from privacy.subjects.models import Identifier, IdentifierIndex, Subject, SubjectKey
from privacy.subjects.queries import find_by_identifier, identifiers_of
from tests.fakes import FakeClock
from tests.subjects.conftest import Entries

EMAIL = "camille@example.org"
PROVEN = Claim("email", EMAIL, verified=True)
CLAIMED = Claim("email", EMAIL)


class Room:
    """The acts of the room, each in a transaction of its own."""

    def __init__(
        self, database: Database, cabinet: KeyCabinet, clock: FakeClock, controller_id: UUID
    ) -> None:
        self.database = database
        self.cabinet = cabinet
        self.clock = clock
        self.controller_id = controller_id

    def create(self, *claims: Claim) -> UUID:
        with self.database.transaction() as session:
            return create_subject(
                session,
                actor="system",
                at=self.clock(),
                cabinet=self.cabinet,
                controller_id=self.controller_id,
                claims=claims,
            )

    def resolve(self, claim: Claim, controller_id: UUID | None = None) -> UUID:
        with self.database.transaction() as session:
            return resolve_subject(
                session,
                actor="subject",
                at=self.clock(),
                cabinet=self.cabinet,
                controller_id=controller_id or self.controller_id,
                claim=claim,
            )

    def add(self, subject_id: UUID, claim: Claim) -> UUID:
        with self.database.transaction() as session:
            return add_identifier(
                session,
                actor="subject",
                at=self.clock(),
                cabinet=self.cabinet,
                subject_id=subject_id,
                claim=claim,
            )

    def destroy(self, subject_id: UUID, request_id: UUID | None = None) -> bool:
        with self.database.transaction() as session:
            return destroy_subject_key(
                session,
                actor="system",
                at=self.clock(),
                subject_id=subject_id,
                reason="erasure",
                request_id=request_id,
            )

    def find(self, kind: str, value: str) -> UUID | None:
        with self.database.reading() as session:
            return find_by_identifier(
                session,
                cabinet=self.cabinet,
                controller_id=self.controller_id,
                kind=kind,
                value=value,
            )

    def identifiers(self, subject_id: UUID) -> list[tuple[str, str, bool]]:
        with self.database.reading() as session:
            known = identifiers_of(session, cabinet=self.cabinet, subject_id=subject_id)
        return [(one.kind, one.value, one.verified_at is not None) for one in known]

    def count(self, model: Any) -> int:
        with self.database.reading() as session:
            return session.scalars(select(func.count()).select_from(model)).one()


@pytest.fixture
def room(
    database: Database,
    cabinet: KeyCabinet,
    clock: FakeClock,
    controller_id: UUID,
    entries: Entries,
) -> Room:
    entries()
    return Room(database, cabinet, clock, controller_id)


def test_a_created_subject_is_found_by_each_identifier(room: Room, entries: Entries):
    subject_id = room.create(Claim("email", EMAIL), Claim("phone", "0612345678", verified=True))
    assert room.find("email", " Camille@EXAMPLE.org") == subject_id
    assert room.find("phone", "+33 6 12 34 56 78") == subject_id
    assert room.find("email", "somebody.else@example.org") is None
    assert room.identifiers(subject_id) == [
        ("email", EMAIL, False),
        ("phone", "+33612345678", True),
    ]
    first, second, third = entries()
    assert first == ("subject.created", {"origin": "controller"})
    assert second[0] == third[0] == "subject.identifier-added"
    assert (second[1]["kind"], second[1]["source"]) == ("email", "claimed")
    assert (third[1]["kind"], third[1]["source"]) == ("phone", "verified")


def test_a_subject_may_be_created_without_identifiers_and_needs_no_key_then(room: Room):
    subject_id = room.create()
    assert room.identifiers(subject_id) == []
    assert room.count(SubjectKey) == 0


def test_nothing_in_the_rows_or_entries_can_be_read(room: Room, entries: Entries):
    room.create(PROVEN, Claim("phone", "0612345678"))
    with room.database.reading() as session:
        rows = [*session.scalars(select(Identifier)), *session.scalars(select(IdentifierIndex))]
    text = str([vars(row) for row in rows]) + str(entries())
    for secret in ("camille", "612345678"):
        assert secret not in text.casefold()


def test_an_identifier_of_another_subject_stops_the_creation_whole(room: Room, entries: Entries):
    room.create(CLAIMED)
    entries()
    with pytest.raises(ConflictError):
        room.create(Claim("phone", "0612345678"), CLAIMED)
    assert room.count(Subject) == 1
    assert room.find("phone", "0612345678") is None
    assert entries() == []


def test_an_unknown_identifier_makes_a_subject(room: Room, entries: Entries):
    subject_id = room.resolve(PROVEN)
    assert room.find("email", EMAIL) == subject_id
    assert room.identifiers(subject_id) == [("email", EMAIL, True)]
    created, identified = entries()
    assert created == ("subject.created", {"origin": "identifier"})
    assert identified[0] == "subject.identified"
    assert (identified[1]["kind"], identified[1]["method"]) == ("email", "verified")


def test_a_known_identifier_resolves_to_its_subject(room: Room, entries: Entries):
    subject_id = room.create(PROVEN)
    entries()
    assert room.resolve(PROVEN) == subject_id
    assert room.resolve(CLAIMED) == subject_id
    assert room.count(Subject) == room.count(Identifier) == 1
    assert room.identifiers(subject_id) == [("email", EMAIL, True)]
    assert [(kind, details["method"]) for kind, details in entries()] == [
        ("subject.identified", "verified"),
        ("subject.identified", "claimed"),
    ]


def test_a_later_proof_marks_the_identifier(room: Room, entries: Entries):
    subject_id = room.resolve(CLAIMED)
    assert room.identifiers(subject_id) == [("email", EMAIL, False)]
    entries()
    room.clock.advance(hours=1)
    assert room.resolve(PROVEN) == subject_id
    with room.database.reading() as session:
        assert session.scalars(select(Identifier.verified_at)).one() == room.clock()
    assert [kind for kind, _ in entries()] == ["subject.identified"]


def test_controllers_do_not_share_subjects(room: Room, add_controller: Callable[[], UUID]):
    other = add_controller()
    assert room.resolve(PROVEN) != room.resolve(PROVEN, other)
    with room.database.reading() as session:
        indexes = session.scalars(select(IdentifierIndex.value_index)).all()
    assert len(set(indexes)) == 2


def test_the_same_value_of_another_kind_is_another_identifier(room: Room):
    subject_id = room.resolve(Claim("loyalty_card", "12345678"))
    assert room.resolve(Claim("badge", "12345678")) != subject_id


def test_calls_at_once_for_one_identifier_make_one_subject(room: Room):
    start = threading.Barrier(6)
    found: list[UUID] = []

    def resolve() -> None:
        start.wait()
        found.append(room.resolve(PROVEN))

    threads = [threading.Thread(target=resolve) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(set(found)) == 1
    assert room.count(Subject) == room.count(SubjectKey) == room.count(Identifier) == 1


def test_a_verified_identifier_finds_its_subject_from_now_on(room: Room, entries: Entries):
    subject_id = room.create(PROVEN)
    entries()
    room.add(subject_id, Claim("phone", "0612345678", verified=True))
    assert room.find("phone", "0612345678") == subject_id
    ((kind, details),) = entries()
    assert (kind, details["source"]) == ("subject.identifier-added", "verified")


def test_an_identifier_that_is_only_claimed_finds_nobody(room: Room):
    subject_id = room.create(PROVEN)
    room.add(subject_id, Claim("phone", "0612345678"))
    assert room.find("phone", "0612345678") is None
    assert ("phone", "+33612345678", False) in room.identifiers(subject_id)
    owner = room.resolve(Claim("phone", "0612345678", verified=True))
    assert owner != subject_id


def test_a_claim_that_is_proven_later_finds_its_subject(room: Room, entries: Entries):
    subject_id = room.create(PROVEN)
    claimed = room.add(subject_id, Claim("phone", "0612345678"))
    entries()
    assert room.add(subject_id, Claim("phone", "06 12 34 56 78", verified=True)) == claimed
    assert room.find("phone", "0612345678") == subject_id
    assert room.count(Identifier) == 2
    assert [kind for kind, _ in entries()] == ["subject.identified"]


def test_a_subject_that_was_resolved_by_a_claim_may_prove_it(room: Room):
    subject_id = room.resolve(CLAIMED)
    room.add(subject_id, PROVEN)
    assert room.identifiers(subject_id) == [("email", EMAIL, True)]


def test_an_identifier_is_kept_once(room: Room, entries: Entries):
    subject_id = room.create(PROVEN)
    phone = room.add(subject_id, Claim("phone", "0612345678"))
    entries()
    assert room.add(subject_id, Claim("phone", "0612345678")) == phone
    room.add(subject_id, PROVEN)
    room.add(subject_id, CLAIMED)
    assert room.count(Identifier) == 2
    assert entries() == []


def test_the_verified_identifier_of_another_subject_is_not_taken(room: Room, entries: Entries):
    owner = room.create(PROVEN)
    other = room.create(Claim("loyalty_card", "1"))
    entries()
    with pytest.raises(ConflictError):
        room.add(other, PROVEN)
    assert room.find("email", EMAIL) == owner
    assert room.identifiers(other) == [("loyalty_card", "1", False)]
    assert entries() == []


def test_an_unknown_subject_gets_no_identifier(room: Room):
    with pytest.raises(NotFoundError):
        room.add(UUID(int=1), PROVEN)


def test_nonsense_finds_nobody_and_says_so(room: Room):
    with pytest.raises(InvalidError):
        room.find("email", "nobody")


def test_after_its_key_is_destroyed_a_subject_cannot_be_read(room: Room, entries: Entries):
    subject_id, request_id = room.create(PROVEN), new_id(room.clock())
    other = room.create(Claim("phone", "0612345678"))
    entries()
    assert room.destroy(subject_id, request_id)
    with pytest.raises(GoneError):
        room.identifiers(subject_id)
    assert room.identifiers(other) == [("phone", "+33612345678", False)]
    with room.database.reading() as session:
        row = session.get_one(SubjectKey, (subject_id, 1))
    assert (row.key_sealed, row.destroyed_at) == (None, room.clock())
    assert entries() == [
        (
            "subject.key-destroyed",
            {"version": 1, "reason": "erasure", "request": str(request_id)},
        )
    ]


def test_a_key_is_destroyed_once(room: Room, entries: Entries):
    subject_id = room.create(PROVEN)
    room.destroy(subject_id)
    entries()
    assert not room.destroy(subject_id)
    assert not room.destroy(UUID(int=1))
    assert entries() == []
