"""A package says who made it, and whether one byte of it is not as it was made."""

import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from privacy.cli.main import commands
from privacy.crypto import Signer
from privacy.errors import SealError
from privacy.packages.package import Contents, Table, pack
from privacy.packages.verifying import verify_package
from privacy.packages.zipping import zipped
from tests.packages.test_package import SIGNER

NAMES = ["index.html", "README.txt", "data.json", "csv/01-shop-orders.csv"]


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Return a small package."""
    table = Table("shop", "orders", ["id"], [{"id": 1}])
    contents = Contents("<p>é</p>", "read me", {"purposes": []}, [table])
    path = tmp_path / "answer.zip"
    path.write_bytes(b"".join(pack(contents, signer=SIGNER)))
    return path


def verify(path: Path) -> list[str]:
    return verify_package(path, verifiers=[SIGNER.verifier])


def test_a_package_as_it_was_made_is_whole(package: Path):
    assert verify(package) == NAMES


def test_any_changed_byte_is_found(package: Path):
    data = package.read_bytes()
    for at in range(len(data)):
        changed = bytearray(data)
        changed[at] ^= 1 << at % 8
        package.write_bytes(changed)
        with pytest.raises(SealError):
            verify(package)


@pytest.mark.parametrize("cut", [1, 22, 200])
def test_a_package_that_was_cut_or_lengthened_is_found(package: Path, cut: int):
    data = package.read_bytes()
    for changed in (data[:-cut], data + b"\x00" * cut, b"\x00" * cut + data):
        package.write_bytes(changed)
        with pytest.raises(SealError):
            verify(package)


def test_a_package_of_another_key_is_not_believed(package: Path):
    other = Signer("privacy.example/log", b"\x07" * 32)
    with pytest.raises(SealError):
        verify_package(package, verifiers=[other.verifier])


def test_a_file_put_in_with_a_manifest_of_its_own_is_found(package: Path):
    with zipfile.ZipFile(package) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    note = files.pop("manifest.note")
    files = {"more.txt": b"added", **files, "manifest.note": note}
    packed = zipped([(name, [data]) for name, data in files.items()], stored="manifest.note")
    package.write_bytes(b"".join(packed))
    with pytest.raises(SealError, match=r"more\.txt"):
        verify(package)


def test_what_is_no_archive_is_no_package(tmp_path: Path):
    path = tmp_path / "x.zip"
    path.write_bytes(b"hello")
    with pytest.raises(SealError):
        verify(path)


def test_the_command_says_whether_a_package_is_whole(package: Path):
    arguments = ["package", "verify", str(package), "--key", SIGNER.vkey]
    told = CliRunner().invoke(commands, arguments)
    assert (told.exit_code, told.output.split(":")[0]) == (0, "Signed, and whole")
    package.write_bytes(package.read_bytes().replace(b"index", b"INDEX"))
    told = CliRunner().invoke(commands, arguments)
    assert (told.exit_code, told.output.split(":")[0]) == (1, "Not as it was made")
