"""`privacy keys`: a rotation leaves nothing unreadable, whoever writes meanwhile."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from privacy.cli.demo.filling import FOLDER
from privacy.cli.demo.stores import shop
from privacy.cli.process import opened
from privacy.crypto import Keyring, sealed_version
from privacy.errors import NotFoundError
from privacy.purposes import queries as purposes
from privacy.runtime import Runtime
from privacy.stores.models import DataStore
from privacy.subjects.keys import subject_key
from privacy.subjects.models import ControllerKey, SubjectKey
from tests.cli.conftest import SETUP, Privacy, settle
from tests.entries import waiting_entries
from tests.make import make_subject

CONTACT = "alix@courrier.example"
WRITER = """
import sys, time
from privacy.cli.process import opened
from privacy.subjects.identify import Claim
from tests.make import make_subject
from uuid import UUID

with opened() as runtime:
    for number in range(10_000):
        claim = Claim("email", f"mail{number}@courrier.example", verified=True)
        with runtime.database.transaction() as session:
            made = make_subject(session, at=runtime.clock(), cabinet=runtime.cabinet,
                                controller_id=UUID(sys.argv[1]), claims=(claim,))
        print(made, flush=True)
"""


def controller_id(runtime: Runtime) -> UUID:
    with runtime.database.reading() as session:
        return purposes.controllers(session)[0].id


def subject(runtime: Runtime) -> UUID:
    with runtime.database.transaction() as session:
        return make_subject(
            session,
            at=runtime.clock(),
            cabinet=runtime.cabinet,
            controller_id=controller_id(runtime),
        )


def test_a_key_file_is_made_once_and_shown_without_a_key(
    file: Path, privacy: Privacy, tmp_path: Path
):
    assert file.exists()
    made = privacy("keys", "create", "--json")
    shown = privacy("keys", "show", "--json")
    assert made.facts == shown.facts
    assert Keyring.load(tmp_path / "privacy.key.json").current_root == made.facts["root"]
    again = privacy("keys", "create")
    assert (again.status, again.out) == (2, "")
    assert privacy("keys", "show", "--json").facts == shown.facts
    assert set(shown.facts) == {"path", "root", "log", "transfers"}


def test_a_key_file_that_others_can_read_is_refused(file: Path, privacy: Privacy, tmp_path: Path):
    assert file.exists()
    privacy("keys", "create")
    (tmp_path / "privacy.key.json").chmod(0o644)
    ran = privacy("keys", "show")
    assert (ran.status, "chmod 600" in ran.err) == (2, True)


@dataclass(frozen=True)
class Kept:
    """What was sealed before a rotation, and what it must open to."""

    controller_id: UUID
    subject_id: UUID
    secret: bytes
    contact: bytes
    root: str


def kept() -> Kept:
    """Seal something under every kind of key."""
    with opened() as runtime:
        owner, first = controller_id(runtime), subject(runtime)
        with runtime.database.reading() as session:
            contact = runtime.cabinet.seal(
                session, CONTACT, controller_id=owner, context=("contact",)
            )
            key = subject_key(session, cabinet=runtime.cabinet, subject_id=first)
        return Kept(owner, first, key.check_value(), contact, runtime.keyring.current_root)


def check(before: Kept, *, root: str) -> None:
    """Assert that all of it opens, and that what can be moved hangs on the newest keys."""
    with opened() as runtime, runtime.database.reading() as session:
        cabinet, owner = runtime.cabinet, before.controller_id
        key = subject_key(session, cabinet=cabinet, subject_id=before.subject_id)
        assert key.check_value() == before.secret
        contact = cabinet.open_text(
            session, before.contact, controller_id=owner, context=("contact",)
        )
        assert contact == CONTACT
        assert {row.controller_version for row in session.scalars(select(SubjectKey))} == {2}
        (store,) = session.scalars(select(DataStore))
        assert sealed_version(store.address_sealed) == 2
        assert {row.root_id for row in session.scalars(select(ControllerKey))} == {root}
        told = [one.action for one in waiting_entries(runtime.database)]
    assert told.count("keys.rotated") == 3
    assert ("keys.root-added" in told) == (root != before.root)


@pytest.mark.parametrize("args", [(), ("--root",)])
def test_what_was_sealed_before_a_rotation_is_read_after_it(
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    privacy: Privacy,
    args: tuple[str, ...],
):
    settle(monkeypatch, tmp_path, database_url)
    privacy(*SETUP)
    shop.build(tmp_path / "shop.sqlite3")
    address = f"sqlite:///{tmp_path}/shop.sqlite3"
    assert privacy("stores", "add", address, "--definition", str(FOLDER / "shop.yaml")).status == 0
    before = kept()
    ran = privacy("keys", "rotate", *args, "--json")
    assert ran.status == 0
    owner = str(before.controller_id)
    assert (ran.facts["rewrapped"], ran.facts["resealed"]) == ({owner: 1}, {owner: 1})
    assert (ran.facts["root"] != before.root) == bool(args)
    check(before, root=ran.facts["root"])
    assert privacy("stores", "check").status == 0


def test_after_a_rotation_the_old_root_may_go(runtime: Runtime, privacy: Privacy):
    old = runtime.keyring.current_root
    first = subject(runtime)
    assert privacy("keys", "rotate", "--root").status == 0
    runtime.keyring.drop_root(old)
    with opened() as fresh, fresh.database.reading() as session:
        assert old not in fresh.keyring.roots
        subject_key(session, cabinet=fresh.cabinet, subject_id=first)


def test_a_rotation_while_another_process_writes_loses_nothing(runtime: Runtime, privacy: Privacy):
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(controller_id(runtime))],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(["src", "."])},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdout is not None
    made = [UUID(writer.stdout.readline().strip()) for _ in range(5)]
    for args in ((), ("--root",)):
        assert privacy("keys", "rotate", *args).status == 0
        made += [UUID(writer.stdout.readline().strip()) for _ in range(5)]
    assert writer.poll() is None
    writer.terminate()
    made += [UUID(line) for line in writer.stdout.read().splitlines() if len(line) == 36]
    writer.wait()
    writer.stdout.close()
    assert len(made) >= 15
    with opened() as fresh, fresh.database.reading() as session:
        for one in made:
            subject_key(session, cabinet=fresh.cabinet, subject_id=one)
        with pytest.raises(NotFoundError):
            subject_key(session, cabinet=fresh.cabinet, subject_id=UUID(int=1))


def test_the_key_of_transfers_is_renewed_and_the_older_one_forgotten(
    runtime: Runtime, privacy: Privacy
):
    log = runtime.keyring.signer.vkey
    old = privacy("keys", "show", "--json").facts["transfers"]
    both = privacy("keys", "renew-transfers", "--json").facts["transfers"]
    assert (both[0], len(both)) == (old, 2)
    (newest,) = privacy("keys", "renew-transfers", "--forget", "--json").facts["transfers"]
    assert newest not in both
    shown = privacy("keys", "show", "--json").facts
    assert (shown["transfers"], shown["log"]) == (newest, log)
