"""Every page in Chromium: accessibility rules, narrow screens, and a strict content policy."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Route

from tests.pages.every_case import CASES
from tests.pages.preview import HOST, POLICY, STATIC, Case, show

pytestmark = pytest.mark.browser
AXE = Path("static/consent-banner/node_modules/axe-core/axe.min.js")
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERY = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def axe() -> str:
    """Return axe-core's source, or skip and say where it is looked for."""
    path = Path(os.environ.get("PRIVACY_AXE", AXE))
    if not path.exists():
        pytest.skip(f"axe-core is missing: set PRIVACY_AXE, or install {AXE}")
    return path.read_text("utf-8")


class Reader:
    """A browser for which nothing exists but one page, and what it complained of."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._html = ""
        self._complaints: list[str] = []
        page.on("console", lambda message: self._complaints.append(message.text))
        page.on("pageerror", lambda error: self._complaints.append(str(error)))
        page.route("**/*", self._serve)

    def open(self, html: str, *, width: int = 1280) -> None:
        """Show a page; what was complained of before is forgotten."""
        self._html = html
        self._complaints.clear()
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.goto(f"{HOST}/page")

    def broken_rules(self, options: dict[str, Any]) -> list[str]:
        """Return the accessibility rules that the page breaks, and where."""
        wanted = {"runOnly": options, "resultTypes": ["violations"]}
        found: dict[str, Any] = self.page.evaluate("(o) => axe.run(document, o)", wanted)
        return [
            f"{rule['id']}: {node['html']} {node['failureSummary']}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]

    def complaints(self) -> list[str]:
        """Return what the console said of the page, such as a broken content policy."""
        return self._complaints

    def _serve(self, route: Route) -> None:
        path = route.request.url.removeprefix(HOST).partition("?")[0]
        if path.startswith("/static/"):
            file = STATIC / path.removeprefix("/static/")
            route.fulfill(path=file, content_type=TYPES[file.suffix])
        elif path == "/page":
            headers = {"Content-Type": "text/html; charset=utf-8"}
            if "<style>" not in self._html:  # a package is opened from a disk, under its own
                headers["Content-Security-Policy"] = POLICY
            route.fulfill(body=self._html, headers=headers)
        else:
            route.abort()


@pytest.fixture(scope="module")
def reader(chromium: Browser) -> Iterator[Reader]:
    """Return a French reader."""
    context = chromium.new_context(locale="fr-FR", reduced_motion="reduce")
    context.set_default_timeout(10_000)
    yield Reader(context.new_page())
    context.close()


@EVERY
def test_no_accessibility_rule_is_broken_in_light_or_dark(
    app: Flask, reader: Reader, case: Case
) -> None:
    source = axe()
    reader.page.emulate_media(color_scheme="light")
    reader.open(show(app, case))
    reader.page.eval_on_selector_all("details", "(all) => all.forEach((one) => one.open = true)")
    reader.page.evaluate(source)
    broken = reader.broken_rules({"type": "tag", "values": RULES})
    reader.page.emulate_media(color_scheme="dark")  # which changes colours and nothing else
    broken += reader.broken_rules({"type": "rule", "values": ["color-contrast"]})
    assert broken == []
    assert reader.complaints() == []


@EVERY
def test_nothing_is_wider_than_a_narrow_screen(app: Flask, reader: Reader, case: Case) -> None:
    """320 pixels are what remains of 1280 at 400 % (WCAG 2.2, 1.4.10)."""
    reader.open(show(app, case), width=320)
    assert reader.page.evaluate("document.documentElement.scrollWidth") == 320


def test_the_first_stop_of_the_keyboard_leads_to_the_content(app: Flask, reader: Reader) -> None:
    reader.open(show(app, CASES[0]))
    reader.page.keyboard.press("Tab")
    assert reader.page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    reader.page.keyboard.press("Enter")
    assert reader.page.evaluate("document.activeElement.id") == "main"


def test_what_has_the_focus_is_outlined(app: Flask, reader: Reader) -> None:
    case = next(case for case in CASES if case.name == "portal-form")
    reader.open(show(app, case))
    reader.page.locator("#email").focus()
    outline = reader.page.eval_on_selector("#email", "(e) => getComputedStyle(e).outlineStyle")
    assert outline == "solid"


def test_paper_is_white_and_tables_stay_tables_whatever_the_screen(
    app: Flask, reader: Reader
) -> None:
    case = next(case for case in CASES if case.name == "package")
    reader.page.emulate_media(media="print", color_scheme="dark")
    reader.open(show(app, case), width=640)
    style = "(e) => [getComputedStyle(e).backgroundColor, getComputedStyle(e).display]"
    paper = reader.page.eval_on_selector("body", style)
    table = reader.page.eval_on_selector("table", style)
    reader.page.emulate_media(media="screen", color_scheme="light")
    assert paper[0] == "rgb(255, 255, 255)"
    assert table[1] == "table"
