"""Ten more promises (E1 to E10): what else a careful reader of a banner would ask."""

import pytest
from playwright.sync_api import expect

from privacy.policy.months import Period
from privacy.web.banner import script
from tests.banner.assertions.looks import is_hit, style
from tests.banner.assertions.pages import tag
from tests.banner.assertions.visit import Visit, in_all_languages
from tests.banner.assertions.world import COOKIES, SERVICE

pytestmark = pytest.mark.browser
MOST_DAYS = 395
"""Thirteen months: how long a tracker may live (CNIL, audience measurement)."""
SPOKEN = sorted(script.LANGUAGES)
ONE_FRAME = """() => new Promise((done) => {
    document.querySelector("#cb [data-cb=reject]").click();
    requestAnimationFrame(() => done(document.querySelectorAll("#cb, #cb *, dialog").length));
})"""
GRANTED = "(said) => Object.keys(said).filter((kind) => said[kind] === 'granted').sort()"


def test_e1_no_visit_prolongs_a_choice_and_no_tracker_outlives_thirteen_months(visit: Visit):
    visit.open()
    visit.answer("accept")
    first = visit.choice()
    visit.page.wait_for_timeout(1100)
    visit.load()
    visit.page.click("#manage")
    visit.page.keyboard.press("Escape")
    assert first
    assert visit.choice() == first
    assert first["expires"] < visit.page.evaluate("Date.now() / 1000") + MOST_DAYS * 86_400
    for lifetime in filter(None, (cookie["lifetime"] for cookie in COOKIES)):
        period = Period.parse(lifetime)
        assert period.months <= 13
        assert period.days <= MOST_DAYS


def test_e2_a_new_version_of_a_purpose_asks_again_and_other_words_do_not(visit: Visit):
    site = visit.world.another_site()
    visit.markup.script = (
        f"{visit.world.origin(SERVICE)}/banner/{site.key}.js?lang={visit.language}"
    )
    devtools = visit.context.new_cdp_session(visit.page)
    devtools.send("Network.enable")
    devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    visit.open()
    visit.answer("reject")
    visit.world.reword(site)
    visit.world.wait()
    visit.load()
    visit.page.wait_for_timeout(150)
    assert visit.page.locator("#cb").count() == 0
    visit.page.click("#manage")
    visit.page.keyboard.press("Escape")
    visit.world.ask_anew(site, "ads_personalised")
    visit.world.wait()
    visit.open()
    assert visit.granted() == {}


def test_e3_consent_mode_is_denied_before_any_tag_and_told_each_answer(visit: Visit):
    visit.markup.head = tag("audience_consent", "audience").replace(
        "(window.ran", "window.before = dataLayer.length; (window.ran"
    )
    visit.open()
    said = "dataLayer.map((said) => Array.from(said)).filter(([kind]) => kind === 'consent')"
    ((command, state, signals),) = visit.page.evaluate(said)
    assert (command, state) == ("consent", "default")
    assert visit.page.evaluate(GRANTED, signals) == ["security_storage"]
    assert len(signals) == 7
    visit.answer("accept")
    visit.page.wait_for_function("window.ran")
    assert visit.page.evaluate("before") >= 2
    (last,) = visit.page.evaluate(said)[1:]
    assert last[:2] == ["consent", "update"]
    assert len(visit.page.evaluate(GRANTED, last[2])) == 7


@in_all_languages
def test_e4_after_a_choice_reading_goes_on_in_the_page(visit: Visit):
    visit.open()
    visit.page.locator("#cb [data-cb=reject]").press("Enter")
    expect(visit.page.locator("main")).to_be_focused()
    expect(visit.page.get_by_role("status")).to_have_text(visit.words["saved"])


def test_e5_nothing_of_the_banner_is_left_one_frame_after_the_choice(visit: Visit):
    visit.open()
    assert visit.page.locator("#cb, #cb *").count() <= 25
    assert visit.page.evaluate(ONE_FRAME) == 0


def test_e6_it_is_not_printed(visit: Visit):
    visit.open()
    visit.page.emulate_media(media="print")
    expect(visit.page.locator("#cb")).to_be_hidden()


def test_e7_forced_colours_keep_every_edge(visit: Visit):
    visit.page.emulate_media(forced_colors="active")
    visit.open()
    for part in ("", " [data-cb=accept]", " [data-cb=reject]", " [data-cb=choose]"):
        assert not style(visit.page, f"#cb{part}")["border"].startswith("0px")


@in_all_languages
def test_e8_reading_from_right_to_left_mirrors_it(visit: Visit):
    visit.open()
    boxes = [
        visit.page.locator(f"#cb [data-cb={hook}]").bounding_box() for hook in ("reject", "choose")
    ]
    assert boxes[0]
    assert boxes[1]
    assert (boxes[0]["x"] > boxes[1]["x"]) is (visit.language == "ar")
    way = visit.page.locator("#cb").evaluate("(layer) => getComputedStyle(layer).direction")
    text = visit.page.locator("#cb h2").evaluate("(line) => getComputedStyle(line).direction")
    assert "rtl" in {way, text} if visit.language == "ar" else {way, text} == {"ltr"}


@pytest.mark.parametrize(
    "broken",
    ["null", "{}", '{"purposes":[]}', '{"purposes":null,"texts":{}}', "undefined"],
)
def test_e9_without_a_good_configuration_nothing_is_released(visit: Visit, broken: str):
    visit.markup.body = tag("audience_consent", "audience")
    code = script.code().replace(script.PLACE, broken)
    visit.context.route("**/banner/*.js*", lambda route: route.fulfill(body=code))
    errors: list[str] = []
    visit.page.on("pageerror", lambda error: errors.append(str(error)))
    visit.page.goto(visit.address)
    visit.page.wait_for_timeout(100)
    assert errors == []
    assert visit.ran() == []
    assert visit.context.cookies() == []
    assert visit.page.locator("h1").is_visible()


@pytest.mark.parametrize("key", ["pk_unknownunknown", "%00", ""])
def test_e9_an_unknown_site_gets_no_banner_and_no_page_breaks(visit: Visit, key: str):
    visit.markup.body = tag("audience_consent", "audience")
    visit.markup.script = f"{visit.world.origin(SERVICE)}/banner/{key}.js"
    visit.page.goto(visit.address)
    visit.page.wait_for_timeout(100)
    assert visit.ran() == []
    assert visit.page.locator("h1").is_visible()


@pytest.mark.parametrize("language", SPOKEN)
def test_e10_the_word_for_refusing_is_no_longer_than_the_one_for_accepting(language: str):
    words = script.texts(language)
    assert len(words["reject"]) <= 1.5 * len(words["accept"])
    assert len(words["accept"]) <= 1.5 * len(words["reject"])


def test_every_language_fits_its_buttons_on_the_smallest_screen(visit: Visit):
    visit.page.set_viewport_size({"width": 320, "height": 256})
    for language in SPOKEN:
        visit.speak(language)
        visit.open()
        assert_fits(visit)


def assert_fits(visit: Visit) -> None:
    """Fail unless nothing of the first layer is cut off, and the hooks of rules can be hit."""
    assert visit.page.locator("#cb").get_attribute("lang") == visit.language
    wide = "(all) => all.filter((e) => e.scrollWidth > e.clientWidth).map((e) => e.innerText)"
    assert visit.page.eval_on_selector_all("html, #cb, #cb div, #cb button", wide) == [], (
        visit.language
    )
    assert visit.page.locator("#cb[role=dialog]").count() == 1
    for hook in ("accept", "reject", "choose"):
        assert is_hit(visit.page, f"#cb [data-cb={hook}]")
