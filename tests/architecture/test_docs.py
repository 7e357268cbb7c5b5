"""The pages under docs name what the code has."""

import re
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click
import pytest

from privacy import errors
from privacy.audit.actions import Action
from privacy.cli.main import commands
from privacy.config import Settings
from privacy.crypto import Keyring
from privacy.web.app import create_app
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


def named_commands(command: click.Command, name: str) -> Iterator[str]:
    """Yield the whole name of every command that does something."""
    if not isinstance(command, click.Group):
        yield name
        return
    context = click.Context(command)
    for verb in command.list_commands(context):
        below = command.get_command(context, verb)
        assert below is not None
        yield from named_commands(below, f"{name} {verb}")


def test_every_command_is_explained_and_no_other():
    explained = {name for name in documented("operations.md") if name.startswith("privacy ")}
    assert explained == set(named_commands(commands, "privacy"))


def test_every_route_is_explained_and_no_other(sqlite_template: Path, tmp_path: Path):
    Keyring.create(tmp_path / "key.json")
    shutil.copy(sqlite_template, tmp_path / "copy.sqlite3")
    url = f"sqlite:///{tmp_path}/copy.sqlite3"
    app = create_app(Settings(database_url=url, key_file=tmp_path / "key.json"))
    served = set()
    for rule in app.url_map.iter_rules():
        address = re.sub(r"<[^<>]*:(\w+)>", r"<\1>", rule.rule)
        offered = rule.methods or set()
        shown = offered - {"HEAD", "OPTIONS"} or offered
        served |= {f"{method} {address}" for method in shown}
    assert {name for name in documented("api.md") if "/" in name} == served
