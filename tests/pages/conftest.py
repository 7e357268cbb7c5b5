"""Fixtures of the pages' browser tests: one Chromium, and a site that exists only in it."""

import pytest
from flask import Flask
from playwright.sync_api import Browser

from tests.browser import running_chromium
from tests.pages.preview import preview_app


@pytest.fixture(scope="session")
def app() -> Flask:
    """Return the app that knows all pages."""
    return preview_app()


@pytest.fixture(scope="session")
def chromium() -> Browser:
    """Return a running Chromium, or skip and say what is missing."""
    return running_chromium()
