"""A visitor's browser before the shop's page, and what the world knows of that visit."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, ViewportSize, expect

from privacy.consent.models import Consent
from privacy.purposes import queries
from privacy.web.banner import script
from tests.banner.assertions.pages import Markup
from tests.banner.assertions.world import SERVICE, SITE, TRACKER, World
from tests.banner.fake_service import BANNER
from tests.browser import violations

DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 375, "height": 667}
SCREENS = (DESKTOP, PHONE)
LANGUAGES = ("fr", "en", "de", "ar")
in_all_languages = pytest.mark.parametrize("language", LANGUAGES)
"""Runs a test in French, English, German and, from right to left, Arabic."""


@dataclass
class Visit:
    """One visitor, one page, one number by which the world knows both."""

    world: World
    number: str
    language: str
    context: BrowserContext
    page: Page
    markup: Markup
    strangers: set[str] = field(default_factory=set)
    """Hosts that the browser wanted to ask, other than the site and the service."""

    def note(self, request: Request) -> None:
        """Remember whom the browser asks."""
        host = urlsplit(request.url).hostname or ""
        if host not in {SITE, SERVICE} and not request.url.startswith(("data:", "blob:")):
            self.strangers.add(host)

    @property
    def address(self) -> str:
        """Return the page's address."""
        return f"{self.world.origin(SITE)}/{self.number}/"

    @property
    def tracker(self) -> str:
        """Return an address of the third party that belongs to this visit."""
        return f"{self.world.origin(TRACKER)}/{self.number}"

    @property
    def tracked(self) -> list[str]:
        """Return what the third party was asked for."""
        return self.world.asked(TRACKER, self.number)

    @property
    def words(self) -> dict[str, str]:
        """Return the banner's own words in the language of this visit."""
        return script.texts(self.language)

    def shown(self) -> dict[str, Any]:
        """Return the notice that the site shows in the language of this visit."""
        site = self.world.site
        with self.world.runtime.database.reading() as session:
            notice = queries.current_notice(session, site=site, language=self.language)
            document: dict[str, Any] = json.loads(notice.document)
        return document

    def speak(self, language: str) -> None:
        """Let the page be in another language from its next load on."""
        self.language = self.markup.language = language
        self.markup.script = f"{self.markup.script.partition('?')[0]}?lang={language}"

    def load(self, path: str = "") -> None:
        """Open the page; the banner's script has run when this returns."""
        self.page.goto(self.address + path)
        self.page.wait_for_function("window.privacyBanner")

    def open(self, path: str = "") -> None:
        """Open the page and wait until it asks."""
        self.page.goto(self.address + path)
        expect(self.page.locator("#cb")).to_be_visible()

    def settle(self) -> None:
        """Open the second layer from the first."""
        self.page.click("#cb [data-cb=choose]")
        expect(self.page.locator("dialog[open]")).to_be_visible()

    def answer(self, hook: str) -> None:
        """Answer on the first layer; returns when the service has it."""
        self.page.click(f"#cb [data-cb={hook}]")
        self.until_sent()

    def until_sent(self) -> None:
        """Wait until nothing waits to be sent."""
        self.page.wait_for_function("localStorage.privacy_receipt")

    def until(self, done: Callable[[], Any]) -> None:
        """Wait until something is true outside the page."""
        for _ in range(150):
            if done():
                return
            self.page.wait_for_timeout(20)
        raise AssertionError("it never came")

    def ran(self) -> list[str]:
        """Return which scripts of others ran in the page."""
        names: list[str] = self.page.evaluate("window.ran || []")
        return names

    def choice(self) -> dict[str, Any] | None:
        """Return the cookie of the choice, if there is one."""
        found = [one for one in self.context.cookies() if one["name"] == "privacy_choice"]
        return dict(found[0]) if found else None

    def granted(self) -> dict[str, bool]:
        """Return what the page believes to be granted; nothing when nothing was answered."""
        said = self.page.evaluate("privacyBanner.get()")
        return dict(said["answers"]) if said else {}

    def others(self) -> set[str]:
        """Return the names of cookies that are not the choice."""
        return {one["name"] for one in self.context.cookies()} - {"privacy_choice"}

    def stored(self) -> list[str]:
        """Return the keys of everything that the page keeps in its storage."""
        keys: list[str] = self.page.evaluate(
            "[...Object.keys(localStorage), ...Object.keys(sessionStorage)]"
        )
        return keys

    def rows(self) -> list[Consent]:
        """Return what the ledger holds of this visitor."""
        choice = self.choice()
        return self.world.rows(choice["value"].split(".")[1]) if choice else []

    def violations(self) -> list[str]:
        """Return what axe finds on the page as it stands, in light and then in the dark.

        The dark changes colours and nothing else, so only contrast is looked at again.
        """
        self.page.emulate_media(color_scheme="light")
        found = violations(self.page)
        self.page.emulate_media(color_scheme="dark")
        only = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
        dark = self.page.evaluate("(only) => axe.run(document, only)", only)
        return found + [
            f"{one['id']} in the dark: {node['target']}"
            for one in dark["violations"]
            for node in one["nodes"]
        ]


def visiting(chromium: Browser, world: World, language: str, first: str = "") -> Iterator[Visit]:
    """Yield a new visitor; a script that throws fails the test, a missing language skips it."""
    if language not in script.LANGUAGES or not _is_written(language):
        pytest.skip(f"the banner does not speak {language} yet")
    context = chromium.new_context(viewport=SCREENS[0], locale=language)
    context.set_default_timeout(5000)
    errors: list[str] = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    number = f"v{next(world.numbers)}"
    address = f"{world.origin(SERVICE)}/banner/{world.site.key}.js?lang={language}"
    markup = world.pages[number] = Markup(language, address, first)
    visit = Visit(world, number, language, context, context.new_page(), markup)
    context.on("request", visit.note)
    yield visit
    context.close()
    assert errors == []


def _is_written(language: str) -> bool:
    path = BANNER / "locales" / f"{language}.json"
    return path.exists() and bool(json.loads(path.read_text(encoding="utf-8")))
