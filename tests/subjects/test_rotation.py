"""Renewing keys while everything goes on."""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from privacy.crypto import Keyring
from privacy.db import Database
from privacy.errors import ConflictError, GoneError, NotFoundError, SealError
from privacy.subjects import jobs, rotation
from privacy.subjects.acts import create_subject, destroy_subject_key
from privacy.subjects.identify import Claim
from privacy.subjects.keys import KEPT_OPEN, KeyCabinet, subject_key
from privacy.subjects.models import ControllerKey, SubjectKey
from privacy.subjects.queries import identifiers_of
from privacy.subjects.rows import sealed_under
from tests.fakes import FakeClock
from tests.subjects.conftest import Entries

HERE = ("request", "contact", "request-1")


class Keys:
    """The acts on the keys of one controller, each in a transaction of its own."""

    def __init__(
        self, database: Database, cabinet: KeyCabinet, clock: FakeClock, controller_id: UUID
    ) -> None:
        self.database = database
        self.cabinet = cabinet
        self.clock = clock
        self.controller_id = controller_id

    def rotate(self) -> int:
        with self.database.transaction() as session:
            return rotation.rotate_controller_key(
                session,
                actor="system",
                at=self.clock(),
                cabinet=self.cabinet,
                controller_id=self.controller_id,
            )

    def rewrap(self, limit: int = 500) -> int:
        with self.database.transaction() as session:
            return rotation.rewrap_batch(
                session,
                actor="job:rewrap",
                at=self.clock(),
                cabinet=self.cabinet,
                controller_id=self.controller_id,
                limit=limit,
            )

    def destroy(self, version: int, *uses: rotation.Uses) -> None:
        with self.database.transaction() as session:
            rotation.destroy_controller_key(
                session,
                actor="system",
                at=self.clock(),
                controller_id=self.controller_id,
                version=version,
                uses=uses,
            )

    def left(self, version: int) -> int:
        with self.database.reading() as session:
            return rotation.subject_keys_under(
                session, controller_id=self.controller_id, version=version
            )

    def add_subjects(self, number: int) -> list[UUID]:
        with self.database.transaction() as session:
            return [
                create_subject(
                    session,
                    actor="system",
                    at=self.clock(),
                    cabinet=self.cabinet,
                    controller_id=self.controller_id,
                    claims=[Claim("badge", f"{self.clock().isoformat()} {one}")],
                )
                for one in range(number)
            ]

    def readable(self, subjects: list[UUID]) -> int:
        with self.database.reading() as session:
            return sum(
                len(identifiers_of(session, cabinet=self.cabinet, subject_id=one))
                for one in subjects
            )


@pytest.fixture
def keys(
    database: Database,
    cabinet: KeyCabinet,
    clock: FakeClock,
    controller_id: UUID,
    entries: Entries,
) -> Keys:
    entries()
    return Keys(database, cabinet, clock, controller_id)


def test_a_controllers_first_keys_leave_an_entry_each(
    database: Database,
    cabinet: KeyCabinet,
    clock: FakeClock,
    controller_id: UUID,
    entries: Entries,
):
    root = cabinet.keyring.current_root
    assert entries() == [
        ("keys.rotated", {"kind": kind, "version": 1, "root": root}) for kind in ("wrap", "index")
    ]
    with pytest.raises(ConflictError), database.transaction() as session:
        rotation.create_controller_keys(
            session, actor="system", at=clock(), cabinet=cabinet, controller_id=controller_id
        )


def test_after_a_rotation_everything_still_opens(keys: Keys, entries: Entries):
    old = keys.add_subjects(3)
    entries()
    assert keys.rotate() == 2
    assert entries() == [
        (
            "keys.rotated",
            {"kind": "wrap", "version": 2, "root": keys.cabinet.keyring.current_root},
        )
    ]
    keys.clock.advance(minutes=2)
    new = keys.add_subjects(2)
    assert (keys.left(1), keys.left(2)) == (3, 2)
    assert keys.readable(old + new) == 5


def test_re_wrapping_goes_in_batches_and_ends(keys: Keys, entries: Entries):
    subjects = keys.add_subjects(5)
    keys.rotate()
    entries()
    assert [keys.rewrap(limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert (keys.left(1), keys.left(2)) == (0, 5)
    assert keys.readable(subjects) == 5
    assert [details for _, details in entries()] == [
        {"kind": "subject", "keys": number, "version": 2} for number in (2, 2, 1)
    ]


def test_re_wrapping_changes_the_wrapping_and_not_the_key(keys: Keys):
    (subject_id,) = keys.add_subjects(1)
    with keys.database.reading() as session:
        before = session.get_one(SubjectKey, (subject_id, 1))
        key = subject_key(session, cabinet=keys.cabinet, subject_id=subject_id)
    keys.rotate()
    keys.rewrap()
    with keys.database.reading() as session:
        after = session.get_one(SubjectKey, (subject_id, 1))
        assert subject_key(session, cabinet=keys.cabinet, subject_id=subject_id) == key
    assert after.key_sealed != before.key_sealed
    assert after.check_value == before.check_value


def test_the_job_re_wraps_all_there_is(keys: Keys):
    keys.add_subjects(5)
    keys.rotate()
    done = jobs.rewrap_subject_keys(
        keys.database,
        actor="job:rewrap",
        clock=keys.clock,
        cabinet=keys.cabinet,
        controller_id=keys.controller_id,
        limit=2,
    )
    assert done == 5
    assert keys.left(1) == 0


def test_other_controllers_keys_are_left_alone(keys: Keys, add_controller: Callable[[], UUID]):
    other = Keys(keys.database, keys.cabinet, keys.clock, add_controller())
    subjects = other.add_subjects(1)
    keys.rotate()
    assert keys.rewrap() == 0
    assert other.left(1) == 1
    assert other.readable(subjects) == 1


def test_a_destroyed_subject_key_is_not_brought_back(keys: Keys):
    (subject_id,) = keys.add_subjects(1)
    with keys.database.transaction() as session:
        destroy_subject_key(
            session, actor="system", at=keys.clock(), subject_id=subject_id, reason="erasure"
        )
    keys.rotate()
    assert keys.rewrap() == 0
    with keys.database.reading() as session, pytest.raises(GoneError):
        subject_key(session, cabinet=keys.cabinet, subject_id=subject_id)


def test_a_subject_key_destroyed_during_the_re_wrapping_stays_destroyed(
    keys: Keys, monkeypatch: pytest.MonkeyPatch
):
    one, two = keys.add_subjects(2)
    keys.rotate()
    move = rotation._move  # noqa: SLF001 -- the point between reading and writing

    def destroyed_first(session: Session, changes: list[dict[str, object]], version: int) -> int:
        gone = update(SubjectKey).where(SubjectKey.subject_id == one)
        session.execute(gone.values(key_sealed=None, destroyed_at=keys.clock()))
        return move(session, changes, version)

    monkeypatch.setattr(rotation, "_move", destroyed_first)
    assert keys.rewrap() == 2
    monkeypatch.undo()
    assert keys.rewrap() == 0
    assert keys.readable([two]) == 1
    with keys.database.reading() as session, pytest.raises(GoneError):
        subject_key(session, cabinet=keys.cabinet, subject_id=one)


def test_a_version_is_destroyed_when_nothing_is_left_under_it(keys: Keys, entries: Entries):
    subjects = keys.add_subjects(2)
    keys.rotate()
    keys.clock.advance(hours=2)
    with pytest.raises(ConflictError, match="2 values"):
        keys.destroy(1)
    keys.rewrap()
    entries()
    keys.destroy(1)
    assert entries() == [("keys.version-destroyed", {"kind": "wrap", "version": 1})]
    keys.clock.advance(minutes=2)
    assert keys.readable(subjects) == 2
    with keys.database.reading() as session:
        kept = session.scalars(select(ControllerKey.version).where(ControllerKey.use == "wrap"))
        assert kept.all() == [2]
    assert keys.rotate() == 3


def test_what_another_room_sealed_keeps_a_version_alive(keys: Keys):
    with keys.database.reading() as session:
        blob = keys.cabinet.seal(session, "hello", controller_id=keys.controller_id, context=HERE)
    keys.rotate()
    keys.clock.advance(hours=2)

    def one_of_version_one(_session: Session, controller_id: UUID, version: int) -> int:
        return int((controller_id, version) == (keys.controller_id, 1))

    with pytest.raises(ConflictError, match="1 values"):
        keys.destroy(1, one_of_version_one)
    with keys.database.reading() as session:
        text = keys.cabinet.open_text(
            session, blob, controller_id=keys.controller_id, context=HERE
        )
    assert text == "hello"
    keys.destroy(1)
    keys.clock.advance(minutes=2)
    with keys.database.reading() as session, pytest.raises(SealError):
        keys.cabinet.open_text(session, blob, controller_id=keys.controller_id, context=HERE)


def test_the_newest_a_fresh_and_an_unknown_version_are_not_destroyed(keys: Keys):
    with pytest.raises(ConflictError):
        keys.destroy(1)
    keys.rotate()
    keys.clock.advance(minutes=59)
    with pytest.raises(ConflictError, match="one hour"):
        keys.destroy(1)
    with pytest.raises(NotFoundError):
        keys.destroy(3)


def test_a_controller_without_keys_has_none_to_renew(keys: Keys):
    stranger = Keys(keys.database, keys.cabinet, keys.clock, UUID(int=1))
    with pytest.raises(NotFoundError):
        stranger.rotate()
    with pytest.raises(NotFoundError):
        stranger.rewrap()


def test_two_who_renew_at_once_do_not_both(keys: Keys, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rotation, "insert_new", lambda *_args, **_values: False)
    with pytest.raises(ConflictError):
        keys.rotate()
    monkeypatch.undo()
    with keys.database.reading() as session:
        row = session.get_one(ControllerKey, (keys.controller_id, "wrap", 1))
    assert row.retired_at is None


def test_a_new_root_wraps_every_controller(
    keys: Keys, keyring: Keyring, add_controller: Callable[[], UUID], entries: Entries
):
    subjects = keys.add_subjects(1)
    add_controller()
    keys.rotate()
    entries()
    old = keyring.current_root
    new = jobs.rotate_root(keys.database, actor="system", clock=keys.clock, cabinet=keys.cabinet)
    assert keyring.current_root == new != old
    assert entries() == [
        ("keys.root-added", {"root": new}),
        ("keys.rewrapped", {"kind": "controller", "keys": 5, "root": new}),
    ]
    with keys.database.transaction() as session:
        again = rotation.rewrap_controller_keys(
            session, actor="system", at=keys.clock(), cabinet=keys.cabinet
        )
    assert again == 0
    drop(keys, old)
    assert entries() == [("keys.version-destroyed", {"kind": "root", "root": old})]
    fresh = KeyCabinet(Keyring.load(keyring.path), keys.clock)
    assert Keys(keys.database, fresh, keys.clock, keys.controller_id).readable(subjects) == 1


def drop(keys: Keys, root: str) -> None:
    jobs.drop_root(
        keys.database, actor="system", clock=keys.clock, cabinet=keys.cabinet, root=root
    )


def test_a_root_that_is_needed_is_not_dropped(keys: Keys, keyring: Keyring, entries: Entries):
    root = keyring.current_root
    with pytest.raises(ConflictError, match="still wraps"):
        drop(keys, root)
    keyring.add_root()
    with pytest.raises(ConflictError, match="still wraps"):
        drop(keys, root)
    with pytest.raises(ConflictError, match="current"):
        drop(keys, keyring.current_root)
    with pytest.raises(NotFoundError):
        drop(keys, "none")
    assert root in Keyring.load(keyring.path).roots
    assert entries() == []


def test_rows_are_counted_by_the_version_that_sealed_them(keys: Keys):
    keys.add_subjects(2)
    keys.rotate()
    keys.clock.advance(minutes=2)
    keys.add_subjects(1)

    def under(version: int) -> int:
        counting = select(func.count()).where(sealed_under(SubjectKey.key_sealed, version))
        with keys.database.reading() as session:
            return session.scalars(counting).one()

    assert [under(1), under(2), under(3)] == [2, 1, 0]


def test_a_version_rests_longer_than_any_cabinet_keeps_it():
    assert 10 * KEPT_OPEN < rotation.RESTS
