"""Signing in: the same for everybody who cannot, and slower each time."""

import json
import threading
from uuid import UUID

import pytest
from sqlalchemy import select, update

from privacy.audit.models import AuditPending
from privacy.crypto import Keyring, digest, passwords
from privacy.db import Database
from privacy.errors import InvalidError, PrivacyError, TooManyError
from privacy.operators import acts, attempts, jobs
from privacy.operators.jobs import PasswordChange
from privacy.operators.models import Operator, OperatorSession, SignInAttempt
from tests.fakes import FakeClock
from tests.operators.conftest import EMAIL, PASSWORD

WRONG = "Quite wrong, and long enough: 1!"
NEW_PASSWORD = "wL8$nRy3?uSc"


class Door:
    """Tries to sign in and tells what came of it."""

    def __init__(self, database: Database, keyring: Keyring, clock: FakeClock) -> None:
        self.database, self.keyring, self.clock = database, keyring, clock

    def enter(self, email: str = EMAIL, password: str = PASSWORD, old: str = "") -> str:
        return jobs.sign_in(
            self.database,
            keyring=self.keyring,
            clock=self.clock,
            email=email,
            password=password,
            old=digest(old) if old else None,
        )

    def refusal(self, email: str = EMAIL, password: str = WRONG) -> PrivacyError:
        try:
            self.enter(email, password)
        except PrivacyError as error:
            return error
        raise AssertionError("the door opened")

    def entries(self) -> list[dict[str, object]]:
        with self.database.reading() as session:
            rows = session.scalars(select(AuditPending).order_by(AuditPending.id)).all()
        return [json.loads(row.body) for row in rows]


@pytest.fixture
def door(database: Database, keyring: Keyring, clock: FakeClock) -> Door:
    return Door(database, keyring, clock)


@pytest.mark.usefixtures("operator_id")
def test_the_right_password_opens_a_new_session_each_time(door: Door):
    first = door.enter(email=f" {EMAIL.upper()}")
    second = door.enter(old=first)
    assert first != second
    with door.database.reading() as session:
        assert session.scalars(select(OperatorSession.token_digest)).all() == [digest(second)]


@pytest.mark.usefixtures("operator_id")
def test_a_wrong_password_and_an_unknown_email_cannot_be_told_apart(door: Door):
    wrong, unknown = door.refusal(), door.refusal("nobody@boutique.example")
    assert isinstance(wrong, InvalidError)
    assert (type(wrong), str(wrong), wrong.fields) == (type(unknown), str(unknown), {})
    with door.database.reading() as session:
        rows = session.scalars(select(SignInAttempt)).all()
    assert [(row.failures, row.locked_until) for row in rows] == [(1, door.clock())] * 2


def test_a_refusal_is_recorded_without_the_email(door: Door, operator_id: UUID):
    door.refusal()
    door.refusal("nobody@boutique.example")
    known, unknown = door.entries()[-2:]
    assert known["t"] == unknown["t"] == "operator.sign-in-refused"
    assert known["d"] == {"operator": str(operator_id), "tries": 1}
    assert unknown["d"] == {"operator": None, "tries": 1}
    assert "boutique" not in json.dumps(door.entries())


@pytest.mark.parametrize("email", [EMAIL, "nobody@boutique.example"])
@pytest.mark.usefixtures("operator_id")
def test_the_lock_out_is_the_same_for_known_and_unknown_emails(door: Door, email: str):
    for _ in range(attempts.FREE_TRIES):
        assert isinstance(door.refusal(email), InvalidError)
    locked = door.refusal(email)
    assert isinstance(locked, TooManyError)
    assert locked.retry_after == attempts.FIRST_DELAY.total_seconds()
    door.clock.advance(seconds=15)
    assert isinstance(door.refusal(email), InvalidError)
    locked = door.refusal(email)
    assert isinstance(locked, TooManyError)
    assert locked.retry_after == 2 * attempts.FIRST_DELAY.total_seconds()


@pytest.mark.usefixtures("operator_id")
def test_while_locked_even_the_right_password_waits_and_then_clears_the_count(door: Door):
    for _ in range(attempts.FREE_TRIES):
        door.refusal()
    with pytest.raises(TooManyError):
        door.enter()
    door.clock.advance(seconds=15)
    door.enter()
    with door.database.reading() as session:
        assert session.scalars(select(SignInAttempt)).all() == []


@pytest.mark.usefixtures("operator_id")
def test_failures_of_more_than_a_day_ago_are_forgotten(door: Door):
    for _ in range(4):
        door.refusal()
    door.refusal("nobody@boutique.example")
    door.clock.advance(days=1, seconds=1)
    assert isinstance(door.refusal(), InvalidError)
    with door.database.reading() as session:
        assert session.scalars(select(SignInAttempt.failures)).all() == [1]


def test_the_delay_doubles_and_stops_growing():
    seconds = [attempts.delay(failures).total_seconds() for failures in range(15)]
    assert seconds == [0] * 5 + [15, 30, 60, 120, 240, 480] + [900] * 4
    assert attempts.delay(10**9) == attempts.LONGEST_DELAY


@pytest.mark.usefixtures("operator_id")
def test_parallel_guesses_share_one_count(door: Door):
    outcomes: list[PrivacyError] = []
    threads = [threading.Thread(target=lambda: outcomes.append(door.refusal())) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tried = [error for error in outcomes if isinstance(error, InvalidError)]
    assert len(tried) == attempts.FREE_TRIES
    assert len(outcomes) == 12


@pytest.mark.usefixtures("operator_id")
def test_a_closed_operator_is_as_unknown(door: Door):
    with door.database.transaction() as session:
        session.connection().execute(update(Operator).values(state="closed"))
    assert str(door.refusal(password=PASSWORD)) == str(door.refusal("nobody@boutique.example"))


def test_a_hash_of_yesterdays_cost_is_renewed(
    door: Door, operator_id: UUID, monkeypatch: pytest.MonkeyPatch
):
    def kept() -> str:
        with door.database.reading() as session:
            return session.get_one(Operator, operator_id).password_hash

    door.enter()
    before = kept()
    monkeypatch.setattr(passwords, "MEMORY_KIB", 128)
    monkeypatch.setattr(passwords, "PREFIX", "$argon2id$v=19$m=128,t=2,p=1$")
    door.enter()
    assert "m=64," in before
    assert "m=128," in kept()
    door.enter()


def test_changing_the_password_ends_the_other_sessions(door: Door, operator_id: UUID):
    here, elsewhere = door.enter(), door.enter()
    assert here != elsewhere
    jobs.change_password(
        door.database,
        keyring=door.keyring,
        clock=door.clock,
        operator_id=operator_id,
        change=PasswordChange(current=PASSWORD, new=NEW_PASSWORD),
        keep=digest(here),
    )
    with door.database.reading() as session:
        assert session.scalars(select(OperatorSession.token_digest)).all() == [digest(here)]
    assert door.entries()[-1]["t"] == "operator.password-changed"
    door.refusal(password=PASSWORD)
    door.enter(password=NEW_PASSWORD)


@pytest.mark.parametrize(
    ("current", "new", "field"),
    [
        (WRONG, NEW_PASSWORD, "current"),
        (PASSWORD, "short", "password"),
        (PASSWORD, "Claire-Dubois1!", "password"),
    ],
)
def test_a_refused_change_changes_nothing(
    door: Door, operator_id: UUID, current: str, new: str, field: str
):
    with pytest.raises(InvalidError) as caught:
        jobs.change_password(
            door.database,
            keyring=door.keyring,
            clock=door.clock,
            operator_id=operator_id,
            change=PasswordChange(current=current, new=new),
        )
    assert set(caught.value.fields) == {field}
    door.enter()


def test_touching_a_session_never_moves_it_back(door: Door, operator_id: UUID):
    token = door.enter()
    late = door.clock()
    with door.database.transaction() as session:
        acts.touch_session(
            session,
            actor=f"operator:{operator_id}",
            at=late.replace(year=late.year - 1),
            digest=digest(token),
        )
    with door.database.reading() as session:
        assert session.scalars(select(OperatorSession.seen_at)).all() == [late]
