"""A visitor comes from another tool's banner: what is proven is taken over, all else is asked."""

from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from privacy.purposes.models import Site
from privacy.web.banner import script as files
from tests.banner.fake_service import NONCE, FakeWorld, script
from tests.banner.test_banner import CODES, choice, wait_for
from tests.banner.test_gate import WATCH

pytestmark = pytest.mark.browser
VISITOR = "0123456789abcdef0123456789abcdef"
COOKIE = quote('{"categories":["analytics"],"consentId":"01234567-89ab-cdef-0123-456789abcdef"}')


def moving(world: FakeWorld, tool: str = "cookieconsent", more: str = "") -> None:
    """Let the page embed the tag that hands in the old choice."""
    site = Site(key="pk_maison_lumen", moves={"tool": tool})
    tags = dict(files.embed_tags(site=site, service_url=world.service, language="fr"))
    world.tag = tags["move"].removeprefix("<script ").removesuffix(" async></script>") + more


PATIENT = "AbortSignal.timeout = () => new AbortController().signal"
"""Lets a page wait for the service as long as a busy machine needs."""


def taken(page: Page, answer: str = "1") -> dict[str, Any]:
    """Return what the service gives for a choice that it could prove."""
    now = page.evaluate("Math.floor(Date.now() / 1000)")
    said = "".join(f".{code}:{answer}" for code in CODES)
    return {"choice": f"1.{VISITOR}.4e5d8c0a.{now - 60}{said}", "seconds": 1000}


def test_a_proven_choice_is_taken_over_and_nobody_is_asked(page: Page, world: FakeWorld):
    moving(world)
    world.body = script("audience_consent")
    world.moved = taken(page)
    page.add_init_script(PATIENT)
    page.context.add_cookies([{"name": "cc_cookie", "value": COOKIE, "url": world.site}])
    page.goto(world.site)
    page.wait_for_function("window.ran")
    assert page.locator("#cb").count() == 0
    assert page.evaluate("privacyBanner.get().visitor") == VISITOR
    (body,) = world.handed
    assert (body["site"], body["cookie"], body["visitor"]) == (
        "pk_maison_lumen", COOKIE, VISITOR,
    )  # fmt: skip
    page.reload()
    page.wait_for_function("window.ran")
    assert len(world.handed) == 1
    assert world.posts == []


@pytest.mark.parametrize("tool", ["klaro", "tarteaucitron"])
def test_what_the_service_cannot_prove_is_asked(page: Page, world: FakeWorld, tool: str):
    moving(world, tool)
    page.context.add_cookies([{"name": tool, "value": "!x=true", "url": world.site}])
    page.goto(world.site)
    expect(page.locator("#cb")).to_be_visible()
    assert len(world.handed[0]["visitor"]) == 32
    page.click("#cb [data-cb=reject]")
    wait_for(page, lambda: world.posts)
    kept = choice(page.context)
    assert kept
    assert kept["value"].endswith(":0")


def test_who_brings_nothing_is_asked_at_once(page: Page, world: FakeWorld):
    moving(world)
    page.goto(world.site)
    expect(page.locator("#cb")).to_be_visible()
    assert world.handed == []


def test_a_service_that_does_not_answer_asks_as_always(page: Page, world: FakeWorld):
    moving(world)
    page.context.add_cookies([{"name": "cc_cookie", "value": "%E0%A4%A", "url": world.site}])
    page.route("**/banner/moved", lambda route: route.abort())
    page.goto(world.site)
    expect(page.locator("#cb")).to_be_visible()


def test_what_our_tag_says_goes_on_to_the_banner_and_no_policy_is_violated(
    page: Page, world: FakeWorld
):
    moving(world, "klaro", ' data-domain="boutique.localhost"')
    world.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'nonce-{NONCE}'; connect-src {world.service}; "
        "require-trusted-types-for 'script'; trusted-types consent-banner consent-banner-move"
    )
    page.add_init_script(PATIENT)
    page.add_init_script(WATCH)
    page.add_init_script("localStorage.klaro = '%7B%22analytics%22%3Atrue%7D'")
    world.moved = taken(page, "0")
    page.goto(world.site)
    wait_for(page, lambda: page.evaluate("!!window.privacyBanner?.get()"))
    kept = choice(page.context)
    assert kept
    assert kept["domain"] == ".boutique.localhost"
    page.evaluate("privacyBanner.accept()")
    wait_for(page, lambda: world.posts)
    shared = choice(page.context)
    assert shared
    assert shared["domain"] == ".boutique.localhost"
    assert page.evaluate("violations") == []
