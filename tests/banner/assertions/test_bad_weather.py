"""Without a service, a store, a script or a fast line: the page works and nothing is granted."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.banner.assertions.pages import everything, tag
from tests.banner.assertions.visit import Visit, visiting
from tests.banner.assertions.world import ASKED, SERVICE, World, answers_of
from tests.browser import running_chromium

pytestmark = pytest.mark.browser


def test_an_answer_given_while_the_service_is_away_is_kept_and_sent_later(visit: Visit):
    visit.markup.body = tag("audience_consent", "audience")
    visit.open()
    visit.context.route("**/banner/consents", lambda route: route.abort())
    visit.page.click("#cb [data-cb=accept]")
    visit.page.wait_for_function("window.ran")
    visit.page.wait_for_timeout(150)
    assert visit.rows() == []
    assert visit.choice()
    visit.context.unroute_all()
    visit.load()
    visit.until_sent()
    assert list(answers_of(visit.rows()).values()) == [dict.fromkeys(ASKED, True)]


@pytest.fixture
def traveller(world: World) -> Iterator[Visit]:
    """Return a visitor in the whole browser: the shell tells that a line is back too early."""
    yield from visiting(running_chromium(whole=True), world, "fr", "")


def test_answers_given_without_a_line_leave_when_it_is_back_each_once(traveller: Visit):
    visit = traveller
    visit.open()
    visit.context.set_offline(offline=True)
    visit.page.click("#cb [data-cb=accept]")
    visit.page.evaluate("privacyBanner.withdraw()")
    visit.context.set_offline(offline=False)
    visit.until(lambda: len(answers_of(visit.rows())) == 2)
    visit.load()
    visit.page.wait_for_timeout(150)
    assert [row.granted for row in visit.rows()] == [True] * 4 + [False] * 4


def test_blocked_cookies_and_storage_break_nothing(visit: Visit):
    devtools = visit.context.new_cdp_session(visit.page)
    devtools.send("Emulation.setDocumentCookieDisabled", {"disabled": True})
    visit.page.add_init_script(
        "for (const kind of ['localStorage', 'sessionStorage']) "
        "Object.defineProperty(window, kind, {get() { throw new DOMException('blocked') }})"
    )
    visit.markup.body = tag("audience_consent", "audience")
    visit.open()
    before = len(visit.world.log)
    visit.page.click("#cb [data-cb=accept]")
    visit.page.wait_for_function("window.ran")
    visit.until(lambda: [one for one in visit.world.log[before:] if one.method == "POST"])
    assert visit.granted() == dict.fromkeys(ASKED, True)
    assert visit.context.cookies() == []
    visit.open()
    assert visit.ran() == []


def test_a_page_without_scripts_shows_all_of_itself_and_asks_nobody(
    visit: Visit, chromium: Browser
):
    visit.markup.body = everything(visit.tracker)
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(visit.address)
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("#manage")).to_be_visible()
    assert context.cookies() == []
    assert visit.tracked == []
    context.close()


def test_a_blocked_script_breaks_no_page_and_releases_nothing(visit: Visit):
    visit.markup.body = everything(visit.tracker)
    visit.context.route(f"**://{SERVICE}:*/**", lambda route: route.abort())
    visit.page.goto(visit.address)
    visit.page.wait_for_timeout(100)
    expect(visit.page.locator("h1")).to_be_visible()
    visit.page.click("#first")
    assert visit.ran() == []
    assert visit.tracked == []
    assert visit.context.cookies() == []


def test_a_slow_line_never_holds_the_page_up(visit: Visit):
    def late(route: Route) -> None:
        visit.page.wait_for_timeout(400)
        route.continue_()

    visit.markup.body = tag("audience_consent", "audience")
    visit.context.route("**/banner/*.js*", late)
    visit.page.goto(visit.address, wait_until="commit")
    expect(visit.page.locator("footer")).to_be_visible()
    assert visit.ran() == []
    expect(visit.page.locator("#cb")).to_be_visible()
