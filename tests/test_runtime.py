"""What a process says of its own health: what is wrong, and nothing when nothing is."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from privacy.config import Settings
from privacy.crypto import Keyring
from privacy.db import Database
from privacy.errors import ConfigError, UnavailableError
from privacy.outbox.mailer import Scope, UndeliveredError
from privacy.runtime import LONGEST_MERGE, Runtime, assemble
from tests.fakes import FakeClock
from tests.make import make_controller
from tests.outbox.owed import Desk, FakeMailer


@pytest.fixture
def runtime(
    database_url: str, bare_database: Database, keyring: Keyring, clock: FakeClock
) -> Runtime:
    settings = Settings(database_url=database_url, key_file=keyring.path)
    return assemble(settings, bare_database, clock)


@pytest.fixture
def desk(runtime: Runtime, clock: FakeClock) -> Desk:
    """Return what owes and delivers mails in the runtime's database."""
    return Desk(runtime.database, clock, FakeMailer())


def faults(runtime: Runtime) -> dict[str, str]:
    """Return what is wrong, by check."""
    told = {name: check() for name, check in runtime.checks.items()}
    return {name: said for name, said in told.items() if said is not None}


def act(runtime: Runtime, slug: str = "boutique") -> None:
    with runtime.database.transaction() as session:
        make_controller(session, at=runtime.clock(), cabinet=runtime.cabinet, slug=slug)


def test_a_new_process_has_nothing_to_tell(runtime: Runtime):
    assert set(runtime.checks) == {"audit", "mail"}
    assert faults(runtime) == {}


def test_entries_that_wait_longer_than_receipts_promise_are_told(
    runtime: Runtime, clock: FakeClock
):
    act(runtime)
    clock.advance(seconds=LONGEST_MERGE.total_seconds())
    assert faults(runtime) == {}
    clock.advance(seconds=1)
    assert "audit" in faults(runtime)
    runtime.sequencer.integrate()
    assert faults(runtime) == {}


def test_a_sequencer_that_stopped_for_a_reason_tells_it(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
):
    def fall() -> Iterator[None]:
        raise UnavailableError("secret words of a database")

    act(runtime)
    monkeypatch.setattr(runtime.sequencer._database, "transaction", fall)  # noqa: SLF001 -- the lost database
    assert runtime.sequencer._attempt() == 0  # noqa: SLF001 -- one round of its loop
    assert faults(runtime) == {"audit": "UnavailableError"}


def test_mails_that_nobody_tries_to_send_are_told(runtime: Runtime, desk: Desk, clock: FakeClock):
    desk.owe(2)
    clock.advance(hours=1)
    assert faults(runtime) == {}
    clock.advance(seconds=1)
    assert faults(runtime) == {"mail": "Mails or texts wait for more than an hour: 2."}
    assert desk.deliver() == 2
    assert faults(runtime) == {}


@pytest.mark.parametrize(
    ("reason", "scope", "ill"),
    [
        ("ConnectionRefusedError", Scope.SERVER, True),
        ("smtp-421", Scope.SERVER, True),
        ("smtp-535", Scope.SERVER, True),
        ("smtp-451", Scope.MESSAGE, False),
        ("smtp-550", Scope.FOREVER, False),
    ],
)
def test_a_server_that_takes_no_mail_is_a_fault_and_one_recipient_is_none(
    runtime: Runtime, desk: Desk, clock: FakeClock, reason: str, scope: Scope, *, ill: bool
):
    desk.owe()
    desk.mailer.fail(UndeliveredError(reason, scope))  # type: ignore[attr-defined] # it is a fake
    desk.deliver()
    clock.advance(hours=2)
    assert ("mail" in faults(runtime)) == ill


def test_a_check_names_nobody(runtime: Runtime, desk: Desk, clock: FakeClock):
    act(runtime)
    desk.owe()
    clock.advance(days=1)
    said = json.dumps(faults(runtime))
    assert "@" not in said
    assert len(faults(runtime)) == 2


def test_without_its_key_file_no_process_is_put_together(
    bare_database: Database, tmp_path: Path, clock: FakeClock
):
    settings = Settings(database_url="sqlite:///x", key_file=tmp_path / "none.json")
    with pytest.raises(ConfigError):
        assemble(settings, bare_database, clock)


def test_a_waker_hears_of_every_job_that_was_given_work(runtime: Runtime):
    heard: list[str] = []
    runtime.wakers.append(heard.append)
    runtime.wake("deliver-mail")
    assert heard == ["deliver-mail"]
