"""The pages under docs name what the code has."""

import re
import tomllib
from dataclasses import fields

import pytest

from privacy import errors
from privacy.audit.actions import Action
from privacy.config import Settings
from tests.architecture.sources import REPOSITORY


def documented(page: str) -> set[str]:
    """Return what has a heading of its own, or a table's row, on a page: `name`."""
    text = (REPOSITORY / "docs" / page).read_text()
    return set(re.findall(r"^(?:#+ |\| )`([^`]+)`", text, re.MULTILINE))


def dependencies() -> list[str]:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    return [re.split(r"[\[<>=]", line)[0] for line in project["dependencies"]]


def test_every_dependency_has_its_reason_and_no_reason_has_lost_its_dependency():
    text = (REPOSITORY / "docs" / "architecture.md").read_text()
    table = text.split("## Why each dependency")[1]
    assert re.findall(r"^\| `([^`]+)`", table, re.MULTILINE) == sorted(dependencies())


@pytest.mark.parametrize("name", [field.name for field in fields(Settings)])
def test_every_setting_is_explained(name: str):
    assert f"PRIVACY_{name.upper()}" in documented("operations.md")


@pytest.mark.parametrize(
    "code", sorted({error.code for error in vars(errors).values() if hasattr(error, "code")})
)
def test_every_problem_is_explained(code: str):
    assert code in documented("api.md")


def test_every_action_of_the_log_is_explained_in_order():
    text = (REPOSITORY / "docs" / "operations.md").read_text()
    table = text.split("## What the audit log records")[1].split("\n## ")[0]
    assert re.findall(r"^\| `([^`]+)`", table, re.MULTILINE) == [one.value for one in Action]
