"""Fixtures of the banner's browser tests: one Chromium, a fake world and a page for each test."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.banner.fake_service import FakeWorld, fake_world


@pytest.fixture
def world() -> Iterator[FakeWorld]:
    """Return a site, a service and a third party that belong to this test."""
    with fake_world() as running:
        yield running


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """Return a visitor who was never here; scripts that throw fail the test."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, locale="fr-FR")
    errors: list[str] = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    yield context
    context.close()
    assert errors == []


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """Return an empty page of that visitor; waits at most five seconds for anything."""
    context.set_default_timeout(5000)
    return context.new_page()
