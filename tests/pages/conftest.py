"""The app of all pages, which exist only in the browser."""

import pytest
from flask import Flask

from tests.pages.preview import preview_app


@pytest.fixture(scope="session")
def app() -> Flask:
    """Return the app that knows all pages."""
    return preview_app()
