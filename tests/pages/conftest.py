"""Fixtures of the pages' browser tests: one Chromium, and a site that exists only in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, sync_playwright

from tests.pages.preview import preview_app

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="session")
def app() -> Flask:
    """Return the app that knows all pages."""
    return preview_app()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Return a running Chromium, or skip and say what is missing."""
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()
