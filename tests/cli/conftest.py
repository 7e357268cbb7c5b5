"""A place to run commands in: an environment of this test alone, and a controller if asked."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from privacy.cli.main import main
from privacy.cli.setup import prepare
from privacy.config import Settings
from privacy.crypto import Keyring, passwords
from privacy.runtime import Runtime

SETUP = (
    "setup", "--name", "Maison Fictive", "--slug", "fictive", "--address", "1 rue Fictive",
    "--contact", "bonjour@fictive.example", "--dpo", "dpo@fictive.example",
    "--policy-url", "https://fictive.example/privacy",
)  # fmt: skip


@dataclass(frozen=True)
class Ran:
    """What a command came to."""

    status: int
    out: str
    err: str

    @property
    def facts(self) -> dict[str, Any]:
        """Return what it printed as one JSON object."""
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found


Privacy = Callable[..., Ran]


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash with little memory, since what a hash costs is tested where it is made."""
    monkeypatch.setattr(passwords, "MEMORY_KIB", 64)
    monkeypatch.setattr(passwords, "PREFIX", "$argon2id$v=19$m=64,t=2,p=1$")


@pytest.fixture
def file(sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the migrated SQLite file that the environment names; there is no key file yet."""
    path = tmp_path / "privacy.sqlite3"
    shutil.copy(sqlite_template, path)
    settle(monkeypatch, tmp_path, f"sqlite:///{path}")
    return path


def settle(monkeypatch: pytest.MonkeyPatch, folder: Path, url: str) -> None:
    """Let the environment name a database and the key file of a folder."""
    monkeypatch.setenv("PRIVACY_DATABASE_URL", url)
    monkeypatch.setenv("PRIVACY_KEY_FILE", str(folder / "privacy.key.json"))
    monkeypatch.setenv("PRIVACY_PUBLIC_URL", "https://privacy.example")


@pytest.fixture
def privacy(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Privacy:
    """Return a function that runs `privacy …` as the shell would, in this process."""

    def run(*args: str) -> Ran:
        monkeypatch.setattr("sys.argv", ["privacy", *args])
        capsys.readouterr()
        status = 0
        try:
            main()
        except SystemExit as end:
            status = int(end.code or 0)
        out, err = capsys.readouterr()
        return Ran(status, out, err)

    return run


@pytest.fixture
def company(file: Path, privacy: Privacy) -> Path:
    """Return the file of an installation with one controller."""
    assert privacy(*SETUP).status == 0
    return file


@pytest.fixture
def runtime(company: Path):
    """Return the runtime of the installation, beside the commands, as the service would be."""
    assert company.exists()
    opened: Runtime = prepare(Settings.from_env())
    yield opened
    opened.database.dispose()


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """Return a key file without any database."""
    path = tmp_path / "privacy.key.json"
    Keyring.create(path)
    return path
