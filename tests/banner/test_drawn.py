"""A first layer that the page's own server drew: the same markup, taken over by the script."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from privacy.web.banner import drawn, script
from tests.banner.fake_service import NONCE, FakeWorld, configuration
from tests.banner.test_banner import arrive, choice, wait_for
from tests.banner.test_gate import WATCH

pytestmark = pytest.mark.browser
SAME = """(html) => {
    const template = document.createElement("template");
    template.innerHTML = html;
    const drawn = template.content.querySelector("#cb");
    drawn.removeAttribute("data-notice");
    return drawn.outerHTML === document.querySelector("#cb").outerHTML;
}"""
SHIFTS = """window.shift = 0; new PerformanceObserver((list) =>
    list.getEntries().forEach((entry) => shift += entry.value))
    .observe({ type: "layout-shift", buffered: true });"""


def fragment(language: str = "fr", **changes: Any) -> str:
    """Return what the service gives for the fake site."""
    return drawn.fragment(configuration(language, **changes))


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_the_server_draws_what_the_script_makes(page: Page, world: FakeWorld, language: str):
    world.config = configuration(language)
    arrive(page, world)
    assert page.evaluate(SAME, fragment(language)) is True


def test_what_is_drawn_is_text_and_stays_text():
    titles = configuration()
    titles["purposes"][0]["title"] = "<img src=x onerror=alert(1)>"
    titles["texts"]["title"] = '" onclick="alert(1)'
    drawn_text = drawn.fragment(titles)
    assert "<img" not in drawn_text
    assert 'onclick="' not in drawn_text


def test_it_is_there_before_the_script_and_is_taken_over_where_it_stands(
    page: Page, world: FakeWorld
):
    world.start = fragment()
    waiting: list[Any] = []
    page.add_init_script(SHIFTS)
    page.route("**/banner/*.js", lambda route: waiting.append(route))  # noqa: PLW0108 -- Playwright marks its handlers, and cannot mark a method
    page.goto(world.site, wait_until="domcontentloaded")
    layer = page.locator("#cb")
    expect(layer).to_have_css("position", "fixed")
    page.focus("#cb [data-cb=accept]")
    layer.evaluate("(layer) => { layer.mine = true; }")
    before = layer.bounding_box()
    wait_for(page, lambda: waiting)
    waiting[0].continue_()
    page.wait_for_function("window.privacyBanner")
    assert layer.count() == 1
    assert layer.evaluate("(layer) => layer.mine") is True
    assert layer.bounding_box() == before
    expect(page.locator("#cb [data-cb=accept]")).to_be_focused()
    assert page.evaluate("[shift, document.getAnimations().length]") == [0, 0]
    page.keyboard.press("Enter")
    wait_for(page, lambda: world.posts)
    assert world.posts[0]["method"] == "accept_all"
    assert world.posts[0]["notice"] == configuration()["notice"]
    assert layer.count() == 0


def test_the_other_buttons_act_too(page: Page, world: FakeWorld):
    world.start = fragment()
    arrive(page, world)
    page.wait_for_function("window.privacyBanner")
    page.click("#cb [data-cb=choose]")
    expect(page.locator("#cbd")).to_be_visible()
    page.keyboard.press("Escape")
    page.click("#cb [data-cb=reject]")
    wait_for(page, lambda: world.posts)
    assert world.posts[0]["method"] == "refuse_all"


def test_one_of_another_notice_gives_way_to_what_is_recorded(page: Page, world: FakeWorld):
    world.start = fragment("en", notice="0" * 64)
    page.goto(world.site)
    page.wait_for_function("window.privacyBanner")
    assert page.locator("#cb:visible").count() == 1
    expect(page.locator("#cb:visible")).to_contain_text("Vos cookies")
    page.locator("#cb:visible [data-cb=reject]").click()
    wait_for(page, lambda: world.posts)
    assert page.locator("#cb").count() == 0


@pytest.mark.parametrize("answer", ["accept", "reject"])
def test_who_has_answered_sees_it_no_more(page: Page, world: FakeWorld, answer: str):
    world.start = fragment()
    arrive(page, world)
    page.wait_for_function("window.privacyBanner")
    page.click(f"#cb [data-cb={answer}]")
    page.goto(f"{world.site}/autre")
    page.wait_for_function("window.privacyBanner?.get()")
    expect(page.locator("#cb")).to_have_count(0)
    assert len(world.answers) == 1


def test_a_signal_refuses_and_takes_it_away(page: Page, world: FakeWorld):
    page.add_init_script(
        "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {get: () => true})"
    )
    world.start = fragment()
    page.goto(world.site)
    wait_for(page, lambda: world.posts)
    assert world.posts[0]["method"] == "gpc"
    expect(page.locator("#cb")).to_have_count(0)


def test_a_script_that_never_comes_leaves_no_dead_buttons(page: Page, world: FakeWorld):
    world.start = fragment()
    page.route("**/banner/*.js", lambda route: route.abort())
    page.goto(world.site)
    expect(page.locator("#cb")).to_be_visible()
    page.click("#cb [data-cb=accept]")
    assert choice(page.context) is None
    page.evaluate("document.getAnimations().forEach((one) => one.finish())")
    expect(page.locator("#cb")).to_be_hidden()


def test_a_browser_without_scripts_is_asked_nothing(chromium: Browser, world: FakeWorld):
    world.start = fragment()
    with chromium.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(world.site)
        expect(page.locator("h1")).to_be_visible()
        expect(page.locator("#cb")).to_be_hidden()


def test_a_strict_policy_lets_its_style_in_by_hash(page: Page, world: FakeWorld):
    world.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'nonce-{NONCE}'; style-src {script.style_source()}; "
        f"connect-src {world.service}; require-trusted-types-for 'script'"
    )
    page.add_init_script(WATCH)
    world.start = fragment()
    arrive(page, world)
    expect(page.locator("#cb")).to_have_css("position", "fixed")
    page.click("#cb [data-cb=accept]")
    wait_for(page, lambda: world.posts)
    assert page.evaluate("violations") == []
