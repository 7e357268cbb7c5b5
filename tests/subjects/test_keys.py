"""Controllers' keys in the cabinet, and the keys of subjects."""

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import event, update

from privacy.crypto import DataKey, Keyring
from privacy.db import Database, new_id
from privacy.errors import GoneError, NotFoundError, SealError
from privacy.subjects.acts import create_subject, destroy_subject_key
from privacy.subjects.identify import Claim
from privacy.subjects.keys import KeyCabinet, ensure_subject_key, subject_key
from privacy.subjects.models import ControllerKey, Subject, SubjectKey
from privacy.subjects.rotation import create_controller_keys, rotate_controller_key
from privacy.subjects.visitors import visitor_subject
from tests.fakes import FakeClock

HERE = ("request", "contact", "request-1")
VISITOR = "00112233445566778899aabbccddeeff"


def count_statements(database: Database) -> list[str]:
    """Return a list that grows with every statement."""
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    return seen


@pytest.fixture
def bare_subject(bare_database: Database, clock: FakeClock, controller_id: UUID) -> UUID:
    """Return a subject that has no key yet."""
    subject_id = new_id(clock())
    with Database(bare_database.engine).transaction() as session:
        session.add(
            Subject(subject_id=subject_id, controller_id=controller_id, created_at=clock())
        )
    return subject_id


def a_key(database: Database, cabinet: KeyCabinet, clock: FakeClock, subject_id: UUID) -> DataKey:
    with Database(database.engine).transaction() as session:
        return ensure_subject_key(session, cabinet=cabinet, subject_id=subject_id, at=clock())


def test_what_a_cabinet_sealed_opens_for_that_controller_only(
    database: Database, cabinet: KeyCabinet, add_controller: Callable[[], UUID]
):
    one, two = add_controller(), add_controller()
    with database.reading() as session:
        blob = cabinet.seal(session, "camille@example.org", controller_id=one, context=HERE)
        text = cabinet.open_text(session, blob, controller_id=one, context=HERE)
        octets = cabinet.open_sealed(session, blob, controller_id=one, context=HERE)
        with pytest.raises(SealError):
            cabinet.open_text(session, blob, controller_id=two, context=HERE)
    assert text == octets.decode() == "camille@example.org"
    assert b"camille" not in blob


def test_a_controller_without_keys_is_not_found(database: Database, cabinet: KeyCabinet):
    with database.reading() as session, pytest.raises(NotFoundError):
        cabinet.index_key(session, controller_id=UUID(int=1))


def test_controllers_share_no_key(
    database: Database, cabinet: KeyCabinet, add_controller: Callable[[], UUID]
):
    one, two = add_controller(), add_controller()
    with database.reading() as session:
        keys = [
            cabinet.index_key(session, controller_id=one),
            cabinet.index_key(session, controller_id=two),
            cabinet.wrap_key(session, controller_id=one),
            cabinet.wrap_key(session, controller_id=two),
        ]
    assert len({key.check_value() for key in keys}) == 4


def test_a_cabinet_asks_once_a_minute(
    database: Database, cabinet: KeyCabinet, clock: FakeClock, controller_id: UUID
):
    statements = count_statements(database)

    def asked() -> int:
        before = len(statements)
        with database.reading() as session:
            cabinet.index_key(session, controller_id=controller_id)
        return sum("controller_key" in one for one in statements[before:])

    assert [asked(), asked(), asked()] == [1, 0, 0]
    clock.advance(seconds=59)
    assert asked() == 0
    clock.advance(seconds=1)
    assert [asked(), asked()] == [1, 0]
    clock.advance(days=-1)
    assert asked() == 1


def test_a_visitor_of_a_warm_cabinet_asks_for_no_key(
    database: Database, cabinet: KeyCabinet, controller_id: UUID
):
    with database.reading() as session:
        cabinet.index_key(session, controller_id=controller_id)
    statements = count_statements(database)
    with database.reading() as session:
        visitor_subject(session, cabinet=cabinet, controller_id=controller_id, visitor=VISITOR)
    assert statements == []


def test_keys_that_were_rolled_back_are_never_used_again(
    database: Database, cabinet: KeyCabinet, clock: FakeClock
):
    controller_id = new_id(clock())
    made: list[DataKey] = []

    def register(*, fail: bool) -> None:
        with database.transaction() as session:
            create_controller_keys(
                session, actor="system", at=clock(), cabinet=cabinet, controller_id=controller_id
            )
            made.append(cabinet.index_key(session, controller_id=controller_id))
            if fail:
                raise RuntimeError("before the commit")

    with pytest.raises(RuntimeError):
        register(fail=True)
    with database.reading() as session, pytest.raises(NotFoundError):
        cabinet.index_key(session, controller_id=controller_id)
    register(fail=False)
    with database.reading() as session:
        kept = cabinet.index_key(session, controller_id=controller_id)
    assert kept == made[1] != made[0]


def test_a_session_that_renews_a_key_wraps_under_it_at_once(
    database: Database, cabinet: KeyCabinet, clock: FakeClock, controller_id: UUID
):
    with database.transaction() as session:
        assert cabinet.wrap_key(session, controller_id=controller_id).version == 1
        rotate_controller_key(
            session, actor="system", at=clock(), cabinet=cabinet, controller_id=controller_id
        )
        assert cabinet.wrap_key(session, controller_id=controller_id).version == 2
        session.rollback()
    with database.reading() as session:
        assert cabinet.wrap_key(session, controller_id=controller_id).version == 1


def test_another_process_opens_what_a_version_sealed_that_it_has_not_met(
    database: Database, keyring: Keyring, clock: FakeClock, controller_id: UUID
):
    here, there = KeyCabinet(keyring, clock), KeyCabinet(keyring, clock)
    with database.reading() as session:
        there.wrap_key(session, controller_id=controller_id)
    with database.transaction() as session:
        rotate_controller_key(
            session, actor="system", at=clock(), cabinet=here, controller_id=controller_id
        )
    with database.reading() as session:
        blob = here.seal(session, "hello", controller_id=controller_id, context=HERE)
        assert there.wrap_key(session, controller_id=controller_id).version == 1
        text = there.open_text(session, blob, controller_id=controller_id, context=HERE)
        old = there.seal(session, "older", controller_id=controller_id, context=HERE)
        assert here.open_text(session, old, controller_id=controller_id, context=HERE) == "older"
    assert text == "hello"


def test_an_unknown_version_does_not_open(
    database: Database, cabinet: KeyCabinet, controller_id: UUID
):
    blob = DataKey.generate(version=9).seal("hello", context=HERE)
    with database.reading() as session, pytest.raises(SealError, match="another version"):
        cabinet.open_sealed(session, blob, controller_id=controller_id, context=HERE)


def test_a_controllers_key_moved_to_another_controller_does_not_open(
    database: Database, cabinet: KeyCabinet, add_controller: Callable[[], UUID]
):
    one, two = add_controller(), add_controller()
    with Database(database.engine).transaction() as session:
        stolen = session.get_one(ControllerKey, (one, "index", 1)).key_sealed
        session.get_one(ControllerKey, (two, "index", 1)).key_sealed = stolen
        session.flush()
        with pytest.raises(SealError):
            cabinet.index_key(session, controller_id=two)


def test_a_cabinet_shows_no_key(cabinet: KeyCabinet, keyring: Keyring):
    assert repr(cabinet) == f"<KeyCabinet of {keyring!r}>"


def test_a_subject_has_no_key_before_it_needs_one(
    bare_database: Database, cabinet: KeyCabinet, clock: FakeClock, bare_subject: UUID
):
    with bare_database.reading() as session, pytest.raises(NotFoundError, match="no key"):
        subject_key(session, cabinet=cabinet, subject_id=bare_subject)
    key = a_key(bare_database, cabinet, clock, bare_subject)
    assert a_key(bare_database, cabinet, clock, bare_subject) == key
    with bare_database.reading() as session:
        assert subject_key(session, cabinet=cabinet, subject_id=bare_subject) == key


def test_an_unknown_subject_gets_no_key(
    bare_database: Database, cabinet: KeyCabinet, clock: FakeClock
):
    with pytest.raises(NotFoundError, match="no such subject"):
        a_key(bare_database, cabinet, clock, UUID(int=1))


@pytest.mark.parametrize("column", ["key_sealed", "check_value"])
def test_a_subjects_key_moved_to_another_subject_does_not_open(
    database: Database, cabinet: KeyCabinet, clock: FakeClock, controller_id: UUID, column: str
):
    one, two = (
        new_subject(database, cabinet, clock, controller_id, f"{name}@example.org")
        for name in ("one", "two")
    )
    with Database(database.engine).transaction() as session:
        stolen = getattr(session.get_one(SubjectKey, (one, 1)), column)
        row = SubjectKey.subject_id == two
        session.execute(update(SubjectKey).where(row).values({column: stolen}))
    with database.reading() as session:
        subject_key(session, cabinet=cabinet, subject_id=one)
        with pytest.raises(SealError):
            subject_key(session, cabinet=cabinet, subject_id=two)


def new_subject(
    database: Database, cabinet: KeyCabinet, clock: FakeClock, controller_id: UUID, email: str
) -> UUID:
    with database.transaction() as session:
        return create_subject(
            session,
            actor="system",
            at=clock(),
            cabinet=cabinet,
            controller_id=controller_id,
            claims=[Claim("email", email)],
        )


def destroy(database: Database, clock: FakeClock, subject_id: UUID) -> bool:
    with database.transaction() as session:
        return destroy_subject_key(
            session, actor="system", at=clock(), subject_id=subject_id, reason="erasure"
        )


def test_a_destroyed_key_is_gone_at_once_in_every_process(
    database: Database, keyring: Keyring, clock: FakeClock, controller_id: UUID
):
    here, there = KeyCabinet(keyring, clock), KeyCabinet(keyring, clock)
    subject_id = new_subject(database, here, clock, controller_id, "a@example.org")
    with database.reading() as session:
        subject_key(session, cabinet=there, subject_id=subject_id)
    destroy(database, clock, subject_id)
    for cabinet in (here, there):
        with database.reading() as session, pytest.raises(GoneError, match="destroyed"):
            subject_key(session, cabinet=cabinet, subject_id=subject_id)


def test_a_subject_that_returns_gets_another_key_of_another_version(
    database: Database, cabinet: KeyCabinet, clock: FakeClock, controller_id: UUID
):
    subject_id = new_subject(database, cabinet, clock, controller_id, "a@example.org")
    old = a_key(database, cabinet, clock, subject_id)
    destroy(database, clock, subject_id)
    new = a_key(database, cabinet, clock, subject_id)
    assert (old.version, new.version) == (1, 2)
    with pytest.raises(SealError):
        new.open_sealed(old.seal("hello", context=HERE), context=HERE)


@pytest.mark.parametrize("backend", ["sqlite"])
def test_the_bytes_of_a_destroyed_key_leave_the_file(
    database: Database,
    database_url: str,
    cabinet: KeyCabinet,
    clock: FakeClock,
    controller_id: UUID,
):
    subject_id = new_subject(database, cabinet, clock, controller_id, "a@example.org")
    with database.reading() as session:
        wrapped = session.get_one(SubjectKey, (subject_id, 1)).key_sealed
    assert wrapped is not None
    path = database_url.removeprefix("sqlite:///")

    def kept() -> bool:
        database.dispose()
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        with open(path, "rb") as file:  # noqa: PTH123 -- a path as text
            return wrapped in file.read()

    assert kept()
    destroy(database, clock, subject_id)
    assert not kept()


def test_the_cabinet_forgets_what_it_has_not_been_asked_for(
    database: Database,
    cabinet: KeyCabinet,
    clock: FakeClock,
    add_controller: Callable[[], UUID],
):
    one, two = add_controller(), add_controller()
    with database.reading() as session:
        cabinet.index_key(session, controller_id=one)
        clock.now += timedelta(minutes=2)
        cabinet.index_key(session, controller_id=two)
    assert cabinet.kept_open == {two}
