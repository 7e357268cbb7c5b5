"""The import contracts hold, and each of them refuses what it is for."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import REPOSITORY, rooms

PLANTED = {
    "layers": ("audit/log.py", "from privacy.consent import gate"),
    "surfaces": ("web/portal/__init__.py", "from privacy.web import console"),
    "acts": ("outbox/acts.py", "from privacy.outbox import jobs"),
    "queries": ("consent/queries.py", "from privacy.consent import acts"),
    "models": ("purposes/models.py", "from privacy.purposes import queries"),
    "cycles": ("crypto/secret.py", "from privacy.crypto import keyring"),
    "pure": ("consent/gate.py", "import sqlalchemy"),
    "flask": ("requests/acts.py", "import marshmallow"),
    "cryptography": ("consent/acts.py", "import cryptography"),
    "apscheduler": ("requests/jobs.py", "import apscheduler"),
}


def contracts() -> dict[str, str]:
    """Return the name of each contract by its id."""
    text = (REPOSITORY / "pyproject.toml").read_text()
    found = re.findall(r'\[\[tool.importlinter.contracts\]\]\nid = "(.+)"\nname = "(.+)"', text)
    return dict(found)


def lint(folder: Path) -> tuple[int, str]:
    """Check the package in a folder that looks like the repository."""
    program = Path(sys.executable).with_name("lint-imports")
    ended = subprocess.run(
        [program, "--no-logo", "--no-cache", "--config", folder / "pyproject.toml"],
        env=os.environ | {"PYTHONPATH": str(folder / "src")},
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
    )
    return ended.returncode, ended.stdout


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of what the contracts are about."""
    folder = tmp_path_factory.mktemp("contracts")
    shutil.copy(REPOSITORY / "pyproject.toml", folder)
    ignored = shutil.ignore_patterns("__pycache__", "static", "templates", "locales")
    shutil.copytree(REPOSITORY / "src", folder / "src", ignore=ignored)
    return folder


def test_the_arrows_of_the_code_are_those_of_the_drawing():
    status, output = lint(REPOSITORY)
    assert status == 0, output


def test_every_contract_has_an_example_of_what_it_refuses():
    assert set(contracts()) == set(PLANTED)


def test_every_contract_refuses_its_example(copy: Path):
    for path, line in PLANTED.values():
        with (copy / "src/privacy" / path).open("a") as file:
            file.write(f"\n{line}\n")
    status, output = lint(copy)
    assert status == 1, output
    for name in contracts().values():
        assert f"{name} BROKEN" in output


def test_a_room_outside_the_drawing_is_refused(copy: Path):
    room = copy / "src/privacy/marketing"
    room.mkdir()
    (room / "__init__.py").touch()
    status, output = lint(copy)
    assert status == 1
    assert "marketing" in output


def test_the_drawing_names_every_room():
    table = (REPOSITORY / "docs/architecture.md").read_text().split("## The rooms")[1]
    named = re.findall(r"^\| `(\w+)`", table.split("\n## ")[0], re.MULTILINE)
    assert set(rooms()) <= set(named)
