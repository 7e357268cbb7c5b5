"""Assertions 13 and 14: taking back is as easy as giving, and undoes what was allowed."""

import pytest
from playwright.sync_api import expect

from tests.banner.assertions.pages import everything, frame
from tests.banner.assertions.visit import Visit, in_all_languages
from tests.banner.assertions.world import ASKED, answers_of

pytestmark = pytest.mark.browser
LEAVE = """() => {
    for (const where of [";path=/", ";domain=boutique.localhost;path=/", ""])
        document.cookie = "_ga_" + where.length + "=1" + where;
    document.cookie = "basket=3;path=/";
    localStorage.mc_queue = sessionStorage.mc_tab = localStorage.mine = 1;
}"""


@in_all_languages
def test_13_withdrawing_takes_two_actions_on_every_page(visit: Visit):
    visit.open()
    visit.answer("accept")
    visit.load("any/page")
    visit.page.click("[data-privacy-open]")
    visit.page.click("dialog [data-cb=reject]")
    assert visit.granted() == dict.fromkeys(ASKED, False)
    visit.until(lambda: len(answers_of(visit.rows())) == 2)
    assert visit.rows()[-1].method == "withdrawal"


@in_all_languages
def test_14_withdrawal_deletes_what_was_left_and_stops_what_runs(visit: Visit):
    visit.markup.body = everything(visit.tracker)
    visit.open("shelf/lamps")
    visit.answer("accept")
    visit.page.wait_for_function("window.ran?.length === 2")
    visit.page.evaluate(LEAVE)
    assert {"_ga_demo", "_ga_7", "_ga_0"} < visit.others()
    before = len(visit.tracked)
    visit.page.click("#manage")
    with visit.page.expect_navigation():
        visit.page.click("dialog [data-cb=reject]")
    visit.page.wait_for_function("window.privacyBanner")
    visit.page.wait_for_timeout(150)
    assert visit.others() == {"basket"}
    assert {"mc_queue", "mc_tab"} & set(visit.stored()) == set()
    assert "mine" in visit.stored()
    assert visit.ran() == []
    assert len(visit.tracked) == before


def test_an_embed_is_shown_once_and_nothing_is_stored(visit: Visit):
    visit.markup.body = frame(f"{visit.tracker}/film")
    visit.open()
    visit.page.get_by_role("group", name="Film").locator("[data-cb=once]").press("Enter")
    visit.until(lambda: visit.tracked == ["/film"])
    expect(visit.page.locator("iframe")).to_be_focused()
    assert visit.context.cookies() == []
    assert visit.stored() == []
    visit.open()
    expect(visit.page.get_by_role("group", name="Film")).to_be_visible()
    assert visit.tracked == ["/film"]


def test_an_embed_is_allowed_for_good_and_its_room_does_not_move(visit: Visit):
    visit.markup.body = frame(f"{visit.tracker}/film") + '<p id="below">…</p>'
    visit.open()
    before = visit.page.locator("#below").bounding_box()
    visit.page.click("[data-cb=always]")
    visit.until(lambda: visit.tracked == ["/film"] and visit.rows())
    assert before
    assert [row.purpose_code for row in visit.rows() if row.granted] == ["social_sharing"]
    assert {row.method for row in visit.rows()} == {"placeholder"}
    visit.load()
    visit.until(lambda: visit.tracked == ["/film"] * 2)
    after = visit.page.locator("#below").bounding_box()
    assert after
    # A frame stands on the line, a placeholder is a block: letters may hang below the line.
    assert abs(after["y"] - before["y"]) < 8
    visit.page.evaluate("privacyBanner.withdraw()")
    expect(visit.page.get_by_role("group", name="Film")).to_be_visible()
    assert all(visit.tracker not in inner.url for inner in visit.page.frames)
