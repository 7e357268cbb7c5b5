"""What all browser tests share: one way to start Chromium, one way to ask axe."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
]
AXE = Path(os.environ.get("PRIVACY_AXE", "static/consent-banner/node_modules/axe-core/axe.min.js"))
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """Yield a running Chromium, or skip the test and say what is missing."""
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


def violations(page: Page) -> list[str]:
    """Return what axe finds against WCAG 2.2 AA on a page as it stands, or skip without axe."""
    if not AXE.exists():
        pytest.skip("axe-core is missing: run `npm ci` in static/consent-banner")
    page.evaluate(AXE.read_text(encoding="utf-8") + ";0")  # past the page's own policy
    found: dict[str, Any] = page.evaluate(
        "(tags) => axe.run(document, {runOnly: {type: 'tag', values: tags}})", WCAG
    )
    return [
        f"{one['id']}: {node['target']}" for one in found["violations"] for node in one["nodes"]
    ]
