"""Fixtures of the 25 assertions: one Chromium and one real service, a visitor for each test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from privacy.crypto import Keyring
from privacy.web.banner import script
from tests.banner.assertions.mutation import Mutation
from tests.banner.assertions.visit import Visit, visiting
from tests.banner.assertions.world import World, real_world


@pytest.fixture(scope="session")
def world(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Return a running service with its shop and its third party."""
    folder = tmp_path_factory.mktemp("assertions")
    database = folder / "privacy.sqlite3"
    shutil.copy(sqlite_template, database)
    with real_world(database, Keyring.create(folder / "privacy.key.json")) as running:
        yield running


@pytest.fixture
def language() -> str:
    """Name the language of a test that is not tried in all."""
    return "fr"


@pytest.fixture
def mutation() -> Mutation | None:
    """Return what is wrong on purpose, which only `python -m tests.banner.mutations` says."""
    return None


@pytest.fixture(autouse=True)
def spoiled_words(mutation: Mutation | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace words of the banner when a mutation asks for it."""
    if mutation and mutation.words:
        texts, words = script.texts, mutation.words
        monkeypatch.setattr(script, "texts", lambda language: {**texts(language), **words})


@pytest.fixture
def visit(
    chromium: Browser, world: World, language: str, mutation: Mutation | None
) -> Iterator[Visit]:
    """Return a visitor who was never here, before a page that the test may still change."""
    yield from visiting(chromium, world, language, mutation.markup() if mutation else "")
