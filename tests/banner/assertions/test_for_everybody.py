"""Assertions 15 to 20: read, reached and left by everybody, and in nobody's way."""

import pytest
from playwright.sync_api import expect

from tests.banner.assertions.looks import ACCEPT, REJECT, covered, is_hit
from tests.banner.assertions.visit import PHONE, Visit, in_all_languages

pytestmark = pytest.mark.browser
AT_ANY_TIME = {
    "fr": ("à tout moment",),
    "en": ("at any time",),
    "de": ("jederzeit",),
    "ar": ("في أي وقت",),
}
WITHIN = "(selector) => !!document.activeElement.closest(selector)"


@in_all_languages
def test_15_the_first_layer_informs(visit: Visit):
    visit.open()
    text = visit.page.locator("#cb").inner_text()
    config = visit.shown()
    for purpose in config["purposes"]:
        assert purpose["title"] in text
        assert purpose["summary"] in text
    assert len(config["purposes"]) == 4
    assert any(words in text for words in AT_ANY_TIME[visit.language])
    assert config["controllers"][0] in text
    assert visit.page.locator(f'#cb a[href="{config["policy_url"]}"]').is_visible()


@in_all_languages
def test_16_no_accessibility_rule_is_broken_on_either_layer(visit: Visit):
    visit.open()
    assert visit.violations() == []
    visit.settle()
    visit.page.eval_on_selector_all("details", "(all) => all.forEach((d) => d.open = 1)")
    assert visit.violations() == []


@in_all_languages
def test_17_the_keyboard_reaches_the_banner_soon_and_leaves_it(visit: Visit):
    visit.markup.body = '<a href="#more">2</a>' * 6
    visit.open()
    stops = []
    for _ in range(9):
        visit.page.keyboard.press("Tab")
        stops.append(visit.page.evaluate(WITHIN, "#cb"))
    assert True in stops[:5]
    assert False in stops[stops.index(True) :]


@in_all_languages
def test_18_the_dialog_takes_the_focus_keeps_it_and_gives_it_back(visit: Visit):
    visit.open()
    visit.page.locator("#cb [data-cb=choose]").press("Enter")
    expect(visit.page.locator("dialog[open]")).to_be_visible()
    assert visit.page.evaluate(WITHIN, "dialog")
    for _ in range(25):
        visit.page.keyboard.press("Tab")
        # Between the last and the first of a modal dialog stands the browser itself.
        assert visit.page.evaluate(WITHIN, "dialog, body:not(:has(:focus))")
    visit.page.check("#cb-audience_consent")
    visit.page.keyboard.press("Escape")
    expect(visit.page.locator("dialog")).to_have_count(0)
    expect(visit.page.locator("#cb [data-cb=choose]")).to_be_focused()
    assert visit.context.cookies() == []
    assert visit.granted() == {}


@in_all_languages
def test_19_it_reflows_at_four_hundred_per_cent(visit: Visit):
    visit.page.set_viewport_size({"width": 320, "height": 256})
    visit.open()
    for button in (ACCEPT, REJECT, "#cb [data-cb=choose]"):
        assert is_hit(visit.page, button)
    assert is_hit(visit.page, "#cb")
    fits = "(all) => all.every((one) => one.scrollWidth <= one.clientWidth)"
    assert visit.page.eval_on_selector_all("html, #cb, #cb div, #cb button", fits)
    visit.settle()
    for hook in ("reject", "accept", "save", "close"):
        assert is_hit(visit.page, f"dialog [data-cb={hook}]")
    assert is_hit(visit.page, "dialog")
    assert visit.page.eval_on_selector_all("html, dialog, dialog div, dialog button", fits)


@in_all_languages
def test_20_it_is_no_wall(visit: Visit):
    visit.page.set_viewport_size(PHONE)
    visit.markup.body = '<p style="height: 3000px">…</p>'
    visit.open()
    assert covered(visit.page) <= 0.5
    top = "!document.elementFromPoint(innerWidth / 2, 20).closest('#cb, dialog')"
    assert visit.page.evaluate(top)
    assert visit.page.evaluate("document.activeElement === document.body")
    visit.page.mouse.move(180, 100)
    visit.page.mouse.wheel(0, 500)
    visit.page.wait_for_function("scrollY > 0")
