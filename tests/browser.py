"""What all browser tests share: one way to start Chromium, one way to ask axe."""

import os
from collections.abc import Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
SHELL = Path("/usr/bin/chromium-headless-shell")
"""The same engine without windows and profiles: a new visitor costs it a quarter of the work."""
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
]
AXE = Path(os.environ.get("PRIVACY_AXE", "static/consent-banner/node_modules/axe-core/axe.min.js"))
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


_OPENED = ExitStack()


def running_chromium(flags: Sequence[str] = FLAGS, *, whole: bool = False) -> Browser:
    """Return the one Chromium of this process with these flags, or skip and say what is missing.

    It is the headless shell where that is installed, unless the whole browser is asked for.
    Playwright drives browsers of one thread from one place only: what starts a driver of its own
    is marked `apart`.
    """
    program = SHELL if SHELL.exists() and not whole else CHROMIUM
    if not program.exists():
        pytest.skip(f"{program} is not installed")
    return _launched(program, tuple(flags))


def close_chromium() -> None:
    """End what tests of this process started."""
    _launched.cache_clear()
    _driver.cache_clear()
    _OPENED.close()


@cache
def _driver() -> Playwright:
    return _OPENED.enter_context(sync_playwright())


@cache
def _launched(program: Path, flags: tuple[str, ...]) -> Browser:
    browser = _driver().chromium.launch(executable_path=program, args=list(flags))
    _OPENED.callback(browser.close)
    return browser


def violations(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """Return what axe finds on a page as it stands, by WCAG 2.2 AA or by the rules that are named.

    Skips without axe.
    """
    if not AXE.exists():
        pytest.skip("axe-core is missing: run `npm ci` in static/consent-banner")
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8") + ";0")  # past the page's own policy
    only = {"type": "rule", "values": [*rules]} if rules else {"type": "tag", "values": WCAG}
    found: dict[str, Any] = page.evaluate("(only) => axe.run(document, {runOnly: only})", only)
    return [
        f"{one['id']}: {node['target']}" for one in found["violations"] for node in one["nodes"]
    ]
