"""Assertions 01, 03 and 08 to 12: silence before the choice, and a choice that holds."""

import pytest
from playwright.sync_api import expect

from tests.banner.assertions.pages import everything, tag, tag_from
from tests.banner.assertions.visit import Visit, in_all_languages
from tests.banner.assertions.world import ASKED

pytestmark = pytest.mark.browser


def nothing_happened(visit: Visit) -> None:
    """Fail if anything ran, was stored, or was asked of anybody but the site and the service."""
    assert visit.ran() == []
    assert visit.context.cookies() == []
    assert visit.stored() == []
    assert visit.tracked == []
    assert visit.strangers == set()


@in_all_languages
def test_01_nothing_happens_before_the_choice(visit: Visit):
    visit.markup.body = everything(visit.tracker)
    visit.open()
    visit.page.wait_for_timeout(600)
    nothing_happened(visit)


@in_all_languages
def test_03_refusing_takes_one_click(visit: Visit):
    visit.open()
    visit.page.click("#cb [data-cb=reject]")
    assert visit.page.locator("#cb, dialog").count() == 0
    choice = visit.choice()
    assert choice
    assert choice["value"].split(".")[4:] == [f"{code}:0" for code in ASKED]


@in_all_languages
def test_08_nothing_is_ticked_before_the_person_ticks_it(visit: Visit):
    visit.open()
    visit.settle()
    toggles = visit.page.locator("dialog :is(input, [role=switch], [role=checkbox]):enabled")
    assert toggles.count() == len(ASKED)
    for code in ASKED:
        expect(visit.page.locator(f"#cb-{code}")).not_to_be_checked()
    on = "(all) => all.filter((one) => one.checked || one.ariaChecked === 'true').length"
    assert toggles.evaluate_all(on) == 0


@in_all_languages
def test_09_doing_nothing_is_no_consent(visit: Visit):
    visit.markup.body = everything(visit.tracker) + '<p style="height: 3000px">…</p>'
    visit.open()
    visit.page.keyboard.press("Escape")
    visit.page.click("h1")
    visit.page.keyboard.press("Enter")
    visit.page.mouse.wheel(0, 600)
    visit.page.wait_for_function("scrollY > 0")
    visit.page.wait_for_timeout(250)
    nothing_happened(visit)
    visit.page.reload()
    expect(visit.page.locator("#cb")).to_be_visible()
    nothing_happened(visit)


@in_all_languages
def test_10_a_refusal_works_and_lasts(visit: Visit):
    visit.markup.body = everything(visit.tracker)
    visit.open()
    visit.answer("reject")
    visit.load("other/page")
    visit.page.wait_for_timeout(250)
    assert visit.page.locator("#cb").count() == 0
    assert visit.ran() == []
    assert visit.tracked == []
    assert visit.strangers == set()
    assert visit.others() == set()


@in_all_languages
def test_11_each_purpose_is_chosen_apart(visit: Visit):
    visit.markup.body = tag("audience_consent", "audience") + tag_from(
        f"{visit.tracker}/ads.js", "ads_personalised"
    )
    visit.open()
    visit.settle()
    visit.page.check("#cb-audience_consent")
    visit.page.click("dialog [data-cb=save]")
    visit.page.wait_for_function("window.ran")
    visit.page.evaluate("document.body.append(document.createElement('p'))")
    visit.page.wait_for_timeout(150)
    assert visit.ran() == ["audience"]
    assert visit.tracked == []
    assert visit.granted() == {code: code == "audience_consent" for code in ASKED}


@in_all_languages
def test_12_a_yes_and_a_no_live_for_six_months_alike(visit: Visit):
    days = []
    for answer in ("accept", "reject"):
        visit.context.clear_cookies()
        visit.open()
        visit.page.click(f"#cb [data-cb={answer}]")
        choice = visit.choice()
        assert choice
        days.append((choice["expires"] - visit.page.evaluate("Date.now() / 1000")) / 86_400)
    assert 150 <= min(days) <= max(days) <= 190
    assert max(days) - min(days) < 0.01
