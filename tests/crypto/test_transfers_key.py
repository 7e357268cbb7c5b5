"""The key that signs what goes to other controllers: its own, renewed and found in older files."""

import json
import threading
from pathlib import Path

import pytest

from privacy.crypto import Keyring
from privacy.errors import ConfigError, SealError

SENT = b"019c.1772000000.{}"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "privacy.key.json"


def without_key(path: Path) -> Keyring:
    """Return the keys of a file that an earlier release made."""
    Keyring.create(path)
    document = json.loads(path.read_text())
    del document["transfers"]
    path.write_text(json.dumps(document))
    return Keyring.load(path)


def test_it_is_not_the_key_of_the_log(path: Path):
    keyring = Keyring.create(path)
    signature = keyring.transfer_signer.sign(SENT)
    keyring.transfer_verifiers[-1].verify(SENT, signature)
    for one in keyring.verifiers:
        with pytest.raises(SealError):
            one.verify(SENT, signature)
    assert keyring.transfer_signer.name != keyring.signer.name


def test_an_older_file_gets_one_once_and_keeps_all_else(path: Path):
    keyring = without_key(path)
    log, roots = keyring.signer, keyring.roots
    made = keyring.transfer_signer
    again = Keyring.load(path)
    assert again.transfer_signer == made == keyring.transfer_signer
    assert (again.signer, again.roots) == (log, roots)
    assert path.stat().st_mode & 0o777 == 0o600


def test_two_that_need_it_at_once_get_the_same(path: Path):
    without_key(path)
    rings = [Keyring.load(path) for _ in range(8)]
    found: list[str] = []

    def need(one: Keyring) -> None:
        found.append(one.transfer_signer.vkey)

    threads = [threading.Thread(target=need, args=[one]) for one in rings]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert (len(found), len(set(found))) == (8, 1)


def test_a_file_that_cannot_be_written_says_what_to_do(
    path: Path, monkeypatch: pytest.MonkeyPatch
):
    keyring = without_key(path)

    def refuse(*_args: object, **_options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    with pytest.raises(ConfigError, match="renew-transfers"):
        _ = keyring.transfer_signer


def test_a_renewal_keeps_the_older_key_published_until_it_is_forgotten(path: Path):
    elsewhere = Keyring.create(path)
    here = Keyring.load(path)
    old = here.transfer_signer
    new = here.renew_transfers()
    assert elsewhere.transfer_signer == new != old
    assert [one.vkey for one in elsewhere.transfer_verifiers] == [old.vkey, new.vkey]
    newest = here.renew_transfers(forget=True)
    assert [one.vkey for one in elsewhere.transfer_verifiers] == [newest.vkey]
    assert here.signer == elsewhere.signer


def test_a_public_key_is_the_one_in_its_name(path: Path):
    (one,) = Keyring.create(path).transfer_verifiers
    assert len(one.public) == 32
    assert one.public not in path.read_bytes()
