"""The key file and what its keys do."""

import json
import secrets
import stat
import threading
from pathlib import Path
from typing import Any

import pytest

from privacy.crypto import DataKey, Keyring, open_note
from privacy.errors import ConfigError, ConflictError, NotFoundError, SealError

HERE = ("controller_key", "controller-1", "wrap", "1")
SECRET = secrets.token_bytes(32)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "privacy.key.json"


def test_a_new_file_is_for_its_owner_only(path: Path):
    Keyring.create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_what_was_created_loads_to_the_same_keys(path: Path):
    one, two = Keyring.create(path), Keyring.load(path)
    assert one.service == two.service
    assert one.signer == two.signer
    assert two.unwrap(one.wrap(SECRET, context=HERE), context=HERE) == SECRET


def test_two_files_share_no_key(tmp_path: Path):
    one, two = Keyring.create(tmp_path / "one"), Keyring.create(tmp_path / "two")
    assert one.service != two.service
    assert one.signer != two.signer
    assert one.signer.name != two.signer.name
    assert one.roots != two.roots


def test_an_existing_file_is_never_overwritten(path: Path):
    Keyring.create(path)
    before = path.read_bytes()
    with pytest.raises(ConflictError, match="already"):
        Keyring.create(path)
    assert path.read_bytes() == before


def test_a_missing_file_is_named(path: Path):
    with pytest.raises(ConfigError, match=str(path)):
        Keyring.load(path)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o777, 0o610])
def test_a_file_that_others_can_reach_is_refused(path: Path, mode: int):
    Keyring.create(path)
    path.chmod(mode)
    with pytest.raises(ConfigError, match=f"chmod 600 {path}"):
        Keyring.load(path)


def test_a_path_that_is_no_file_is_refused(tmp_path: Path):
    folder = tmp_path / "folder"
    folder.mkdir(mode=0o700)
    with pytest.raises(ConfigError, match="cannot be read"):
        Keyring.load(folder)
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="cannot be written"):
        Keyring.create(tmp_path / "file" / "below")


def damaged(document: dict[str, Any]) -> list[bytes]:
    short = {**document, "service": {"1": "AAAA"}}
    texts: list[Any] = [
        [],
        {},
        {**document, "format": "privacy-keyring/9"},
        {**document, "current_root": "none"},
        {**document, "current_root": []},
        {**document, "roots": list(document["roots"])},
        {**document, "service": {}},
        {**document, "service": {"one": document["service"]["1"]}},
        {**document, "service": {"70000": document["service"]["1"]}},
        {**document, "log": []},
        {**document, "log": [{"name": "two words", "seed": document["log"][0]["seed"]}]},
        {**document, "log": [{"name": "name", "seed": "!" + document["log"][0]["seed"]}]},
        {**document, "log": "text"},
        short,
    ]
    whole = json.dumps(document).encode()
    return [b"", b"\xff\xfe", whole[:-9], *(json.dumps(text).encode() for text in texts)]


@pytest.mark.parametrize("number", range(17))
def test_a_damaged_file_is_refused_and_not_quoted(path: Path, number: int):
    Keyring.create(path)
    document = json.loads(path.read_bytes())
    path.write_bytes(damaged(document)[number])
    with pytest.raises(ConfigError, match="damaged") as caught:
        Keyring.load(path)
    assert caught.value.__context__ is None
    assert document["service"]["1"] not in str(caught.value)


def test_a_wrapped_key_is_bound_to_its_context(path: Path):
    keyring = Keyring.create(path)
    with pytest.raises(SealError):
        keyring.unwrap(keyring.wrap(SECRET, context=HERE), context=(*HERE[:-1], "2"))


def test_no_flipped_bit_of_a_wrapped_key_unwraps(path: Path):
    keyring = Keyring.create(path)
    blob = keyring.wrap(SECRET, context=HERE)
    for place in range(len(blob) * 8):
        flipped = bytearray(blob)
        flipped[place // 8] ^= 1 << (place % 8)
        with pytest.raises(SealError):
            keyring.unwrap(bytes(flipped), context=HERE)


@pytest.mark.parametrize("blob", [b"", b"\x02", b"\x01\x00", b"\x02\x04ab", b"\x02\x01\xff"])
def test_what_no_root_wrapped_does_not_unwrap(path: Path, blob: bytes):
    with pytest.raises(SealError):
        Keyring.create(path).unwrap(blob, context=HERE)


def test_a_wrapped_key_names_its_root(path: Path):
    keyring = Keyring.create(path)
    assert keyring.root_of(keyring.wrap(SECRET, context=HERE)) == keyring.current_root


def test_after_a_rotation_the_new_root_wraps_and_the_old_one_opens(path: Path):
    keyring = Keyring.create(path)
    old_root, old = keyring.current_root, keyring.wrap(SECRET, context=HERE)
    new_root = keyring.add_root()
    assert keyring.current_root == new_root != old_root
    assert keyring.roots == {old_root, new_root}
    assert keyring.root_of(keyring.wrap(SECRET, context=HERE)) == new_root
    assert keyring.unwrap(old, context=HERE) == SECRET
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_another_process_follows_a_rotation(path: Path):
    keyring = Keyring.create(path)
    other = Keyring.load(path)
    new_root = keyring.add_root()
    assert other.current_root != new_root
    assert other.unwrap(keyring.wrap(SECRET, context=HERE), context=HERE) == SECRET
    assert other.current_root == new_root


def test_another_process_never_wraps_under_a_replaced_root(path: Path):
    keyring = Keyring.create(path)
    other = Keyring.load(path)
    new_root = keyring.add_root()
    assert other.root_of(other.wrap(SECRET, context=HERE)) == new_root


def test_roots_added_at_once_are_all_kept(path: Path):
    Keyring.create(path)
    keyrings = [Keyring.load(path) for _ in range(8)]
    threads = [threading.Thread(target=keyring.add_root) for keyring in keyrings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(Keyring.load(path).roots) == 9


def test_a_dropped_root_opens_nothing_any_more(path: Path):
    keyring = Keyring.create(path)
    old_root, old = keyring.current_root, keyring.wrap(SECRET, context=HERE)
    keyring.add_root()
    keyring.drop_root(old_root)
    assert old_root not in path.read_text()
    with pytest.raises(SealError, match=old_root):
        keyring.unwrap(old, context=HERE)


def test_the_current_root_and_an_unknown_one_are_not_dropped(path: Path):
    keyring = Keyring.create(path)
    before = path.read_bytes()
    with pytest.raises(ConflictError):
        keyring.drop_root(keyring.current_root)
    with pytest.raises(NotFoundError):
        keyring.drop_root("none")
    assert path.read_bytes() == before


def test_a_failed_write_leaves_the_old_file_whole(path: Path, monkeypatch: pytest.MonkeyPatch):
    keyring = Keyring.create(path)
    before = path.read_bytes()

    def full_disk(_self: Path, _target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full_disk)
    with pytest.raises(OSError, match="No space"):
        keyring.add_root()
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_a_new_service_key_still_opens_what_the_old_one_sealed(path: Path):
    sealed = Keyring.create(path).service.seal("hello", context=HERE)
    document = json.loads(path.read_text())
    document["service"]["2"] = document["roots"][document["current_root"]]
    path.write_text(json.dumps(document))
    service = Keyring.load(path).service
    assert service.version == 2
    assert service.open_text(sealed, context=HERE) == "hello"


def test_what_the_keyring_signs_its_verifiers_believe(path: Path):
    keyring = Keyring.create(path)
    assert open_note(keyring.signer.sign_note("hello\n"), keyring.verifiers) == "hello\n"


def test_a_keyring_shows_no_key(path: Path):
    keyring = Keyring.create(path)
    assert repr(keyring) == f"<Keyring {path} root {keyring.current_root}>"
    assert isinstance(keyring.service, DataKey)
