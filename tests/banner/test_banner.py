"""The visitor's choice, in a real browser: what is asked, stored, sent, and taken back."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.banner.fake_service import SITE, FakeWorld, configuration, script

pytestmark = pytest.mark.browser
GPC = "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {get: () => true})"
CODES = ["audience_consent", "content_personalisation", "ads_personalised", "social_sharing"]
COOKIE = re.compile(r"1\.[0-9a-f]{32}\.4e5d8c0a\.\d{10}((\.[a-z_]+:[01]){4})")


def choice(context: BrowserContext) -> dict[str, Any] | None:
    """Return the cookie of the choice, if there is one."""
    kept = [dict(cookie) for cookie in context.cookies() if cookie["name"] == "privacy_choice"]
    assert len(kept) <= 1
    return kept[0] if kept else None


def arrive(page: Page, world: FakeWorld) -> None:
    """Open the site and wait until the first layer asks."""
    page.goto(world.site)
    expect(page.locator("#cb")).to_be_visible()


def wait_for(page: Page, done: Callable[[], Any]) -> None:
    """Wait until something is true on the service's side."""
    for _ in range(250):
        if done():
            return
        page.wait_for_timeout(20)
    raise AssertionError("it never came")


def stored(page: Page) -> Any:
    """Return the names of all that the page keeps on the device."""
    return page.evaluate("[document.cookie, ...Object.keys(localStorage)].filter(Boolean)")


def test_nothing_is_stored_or_requested_before_a_choice(page: Page, world: FakeWorld) -> None:
    world.body = (
        script("audience_consent")
        + f'<script type="text/plain" data-purpose="ads_personalised" src="{world.tracker}/a.js">'
        + f'</script><iframe data-purpose="social_sharing" data-src="{world.tracker}/v"></iframe>'
        + f'<img alt="" data-purpose="ads_personalised" data-src="{world.tracker}/p.gif">'
    )
    arrive(page, world)
    page.keyboard.press("Escape")
    page.mouse.wheel(0, 400)
    page.mouse.click(600, 20)
    page.wait_for_timeout(300)
    assert page.evaluate("window.ran") is None
    assert world.tracked == []
    assert world.posts == []
    assert stored(page) == []
    assert page.context.cookies() == []
    expect(page.locator("#cb")).to_be_visible()


def test_one_click_accepts_all_and_keeps_one_record(page: Page, world: FakeWorld) -> None:
    arrive(page, world)
    page.click("#cb [data-cb=accept]")
    assert page.locator("#cb").count() == 0
    cookie = choice(page.context)
    assert cookie
    shape = COOKIE.fullmatch(cookie["value"])
    assert shape
    assert shape[1] == "".join(f".{code}:1" for code in CODES)
    assert cookie["sameSite"] == "Lax"
    assert cookie["domain"] == SITE
    wait_for(page, lambda: world.posts)
    post = world.posts[0]
    assert re.fullmatch(r"[0-9a-f]{32}", post["id"])
    assert {**post, "id": "", "said_at": ""} == {
        "site": "pk_maison_lumen",
        "id": "",
        "visitor": cookie["value"].split(".")[1],
        "notice": configuration()["notice"],
        "language": "fr",
        "method": "accept_all",
        "answers": dict.fromkeys(CODES, True),
        "page": "/",
        "said_at": "",
        "cookie_header": None,
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", post["said_at"])


def test_one_click_refuses_all_and_is_not_asked_again(page: Page, world: FakeWorld) -> None:
    world.body = script("audience_consent")
    arrive(page, world)
    page.click("#cb [data-cb=reject]")
    wait_for(page, lambda: world.posts)
    assert world.posts[0]["method"] == "refuse_all"
    assert world.posts[0]["answers"] == dict.fromkeys(CODES, False)
    page.goto(f"{world.site}/autre?nom=durand")
    page.wait_for_function("window.privacyBanner")
    page.wait_for_timeout(200)
    assert page.locator("#cb").count() == 0
    assert page.evaluate("window.ran") is None
    assert len(world.answers) == 1


@pytest.mark.parametrize("answer", ["accept", "reject"])
def test_yes_and_no_live_equally_long_and_visits_do_not_prolong(
    page: Page, world: FakeWorld, answer: str
) -> None:
    arrive(page, world)
    page.click(f"#cb [data-cb={answer}]")
    before = choice(page.context)
    page.reload()
    page.wait_for_function("window.privacyBanner")
    assert before
    assert before == choice(page.context)
    days = (before["expires"] - page.evaluate("Date.now() / 1000")) / 86400
    assert 179.9 < days <= 180


def test_the_person_chooses_purpose_by_purpose_and_nothing_is_ticked_before(
    page: Page, world: FakeWorld
) -> None:
    world.body = script("audience_consent") + script("ads_personalised", "ads", "_rb_id")
    arrive(page, world)
    page.click("#cb [data-cb=choose]")
    for code in CODES:
        expect(page.locator(f"#cb-{code}")).not_to_be_checked()
    page.check("#cb-audience_consent")
    page.click("[data-cb=save]")
    page.wait_for_function("window.ran")
    assert page.evaluate("window.ran") == ["audience"]
    wait_for(page, lambda: world.posts)
    assert world.posts[0]["method"] == "choices"
    assert world.posts[0]["answers"] == {code: code == CODES[0] for code in CODES}
    assert page.locator("#cb, #cbd").count() == 0


def test_the_visitor_keeps_one_id_over_later_answers(page: Page, world: FakeWorld) -> None:
    arrive(page, world)
    page.click("#cb [data-cb=reject]")
    page.click("#manage")
    page.click("#cbd [data-cb=accept]")
    wait_for(page, lambda: len(world.posts) == 2)
    assert world.posts[0]["visitor"] == world.posts[1]["visitor"]
    assert world.posts[0]["id"] != world.posts[1]["id"]


def test_escape_stores_nothing_and_gives_the_focus_back(page: Page, world: FakeWorld) -> None:
    arrive(page, world)
    page.focus("#cb [data-cb=choose]")
    page.keyboard.press("Enter")
    page.check("#cb-audience_consent")
    page.keyboard.press("Escape")
    expect(page.locator("#cbd")).to_have_count(0)
    expect(page.locator("#cb [data-cb=choose]")).to_be_focused()
    page.click("#manage")
    page.click("#cbd [data-cb=close]")
    expect(page.locator("#manage")).to_be_focused()
    assert stored(page) == []
    assert world.posts == []


def test_withdrawal_takes_two_actions_deletes_what_was_declared_and_stops_the_script(
    page: Page, world: FakeWorld
) -> None:
    world.config = config = configuration()
    config["purposes"][0]["cookies"] += [
        {"name": "mc_queue", "kind": "local", "lifetime": "30 jours"},
        {"name": "mc_tab", "kind": "session", "lifetime": "la visite"},
    ]
    world.body = script("audience_consent")
    page.goto(f"{world.site}/rayon/lampes")
    page.click("#cb [data-cb=accept]")
    page.wait_for_function("window.ran")
    page.evaluate("""() => {
        for (const where of ["", ";path=/rayon", ";domain=boutique.localhost",
            ";path=/;domain=www.boutique.localhost", ";path=/rayon;domain=.boutique.localhost"])
            document.cookie = "_ga_" + where.length + "=1" + where;
        document.cookie = "basket=3;path=/";
        localStorage.mc_queue = sessionStorage.mc_tab = localStorage.mine = 1;
    }""")
    assert len(page.context.cookies()) == 8
    page.click("#manage")
    with page.expect_navigation():
        page.click("#cbd [data-cb=reject]")
    page.wait_for_function("window.privacyBanner")
    names = {cookie["name"] for cookie in page.context.cookies()}
    assert names == {"privacy_choice", "basket"}
    assert page.evaluate("Object.keys(sessionStorage)") == []
    assert "mc_queue" not in stored(page)
    assert "mine" in stored(page)
    assert page.evaluate("window.ran") is None
    wait_for(page, lambda: len(world.answers) == 2)
    assert world.posts[-1]["method"] == "withdrawal"
    assert world.posts[-1]["page"] == "/rayon/lampes"


def test_refusing_without_a_script_that_ran_does_not_reload(page: Page, world: FakeWorld) -> None:
    arrive(page, world)
    page.evaluate("window.same = true")
    page.click("#cb [data-cb=accept]")
    page.click("#manage")
    page.click("#cbd [data-cb=reject]")
    page.wait_for_timeout(200)
    assert page.evaluate("window.same") is True


def test_a_signal_of_the_browser_counts_as_refusal_until_the_person_says_otherwise(
    page: Page, world: FakeWorld
) -> None:
    page.add_init_script(GPC)
    world.body = script("audience_consent")
    page.goto(world.site)
    wait_for(page, lambda: world.posts)
    assert page.locator("#cb").count() == 0
    assert world.posts[0]["method"] == "gpc"
    assert not any(world.posts[0]["answers"].values())
    page.click("#manage")
    expect(page.locator("#cbd")).to_contain_text("Global Privacy Control")
    page.check("#cb-audience_consent")
    page.click("[data-cb=save]")
    page.reload()
    page.wait_for_function("window.ran")
    assert page.locator("#cb").count() == 0
    assert [post["method"] for post in world.answers] == ["gpc", "choices"]


def test_a_signal_means_nothing_where_no_purpose_is_declared_to_obey_it(
    page: Page, world: FakeWorld
) -> None:
    config = configuration()
    for purpose in config["purposes"]:
        purpose["gpc"] = False
    world.config = config
    page.add_init_script(GPC)
    arrive(page, world)
    assert world.posts == []


@pytest.mark.parametrize(
    "value",
    [
        "1",
        "1.0.4e5d8c0a.1795000000.audience_consent:1",
        "2.{visitor}.4e5d8c0a.{now}.{yes}",
        "1.{visitor}.4e5d8c0a.{now}.{yes}.x:2",
        "1.{visitor}.00000000.{now}.{yes}",
        "1.{visitor}.4e5d8c0a.1500000000.{yes}",
        "1.{visitor}.4e5d8c0a.{now}.audience_consent:1",
    ],
)
def test_a_cookie_that_is_not_a_valid_choice_grants_nothing(
    page: Page, world: FakeWorld, value: str
) -> None:
    world.body = script("audience_consent")
    now = page.evaluate("Math.floor(Date.now() / 1000)")
    yes = ".".join(f"{code}:1" for code in CODES)
    text = value.format(visitor="0" * 32, now=now, yes=yes)
    page.context.add_cookies([{"name": "privacy_choice", "value": text, "url": world.site}])
    arrive(page, world)
    page.wait_for_timeout(100)
    assert page.evaluate("window.ran") is None
    assert page.evaluate("privacyBanner.get()") is None


def test_pages_have_an_interface_and_events(page: Page, world: FakeWorld) -> None:
    arrive(page, world)
    page.evaluate("""() => {
        window.heard = [];
        privacyBanner.on("change", (now) => heard.push(now.answers.social_sharing));
        document.addEventListener("privacy:change", (e) => heard.push(e.detail.visitor.length));
    }""")
    assert page.evaluate("privacyBanner.get()") is None
    assert page.evaluate("[privacyBanner.has('essential'), privacyBanner.has('x')]") == [
        True,
        False,
    ]
    page.evaluate("privacyBanner.accept()")
    page.evaluate("privacyBanner.accept()")
    assert page.evaluate("privacyBanner.has('social_sharing')") is True
    page.evaluate("privacyBanner.reject()")
    page.evaluate("privacyBanner.withdraw()")
    page.evaluate("privacyBanner.accept()")
    page.evaluate("privacyBanner.withdraw()")
    assert page.evaluate("heard") == [True, 32, False, 32, True, 32, False, 32]
    wait_for(page, lambda: len(world.posts) == 4)
    assert [post["method"] for post in world.posts] == ["api", "api", "api", "withdrawal"]
    assert page.evaluate("privacyBanner.get()") == {
        "visitor": world.posts[0]["visitor"],
        "at": page.evaluate("+document.cookie.split('.')[3]"),
        "answers": dict.fromkeys(CODES, False),
    }
    page.evaluate("privacyBanner.open()")
    expect(page.locator("#cbd")).to_be_visible()


def test_google_consent_mode_is_denied_first_and_updated_by_each_answer(
    page: Page, world: FakeWorld
) -> None:
    arrive(page, world)
    page.click("#cb [data-cb=choose]")
    page.check("#cb-ads_personalised")
    page.click("[data-cb=save]")
    default, update, event = page.evaluate(
        "dataLayer.map((said) => said.event ? said : Array.from(said))"
    )
    assert default[:2] == ["consent", "default"]
    assert {kind for kind, state in default[2].items() if state == "granted"} == {
        "security_storage"
    }
    assert len(default[2]) == 7
    assert update[:2] == ["consent", "update"]
    assert {kind for kind, state in update[2].items() if state == "granted"} == {
        "security_storage", "ad_storage", "ad_user_data", "ad_personalization",
    }  # fmt: skip
    assert event == {
        "event": "privacy_change",
        "privacy": {code: code == "ads_personalised" for code in CODES},
    }


def test_pages_without_their_own_link_get_a_small_button(page: Page, world: FakeWorld) -> None:
    world.footer = ""
    arrive(page, world)
    assert page.locator("[data-privacy-open]").count() == 0
    page.click("#cb [data-cb=reject]")
    page.reload()
    page.get_by_role("button", name="Gérer mes cookies").click()
    expect(page.locator("#cbd")).to_be_visible()


def test_a_missing_configuration_asks_nothing_and_releases_nothing(
    page: Page, world: FakeWorld
) -> None:
    world.config = None
    world.body = script("audience_consent")
    page.goto(world.site, wait_until="load")
    assert any("/banner/" in asked for asked in world.asked)
    assert page.locator("#cb").count() == 0
    assert page.evaluate("window.ran") is None


def test_the_banner_is_made_once_even_if_embedded_twice(page: Page, world: FakeWorld) -> None:
    world.head = f'<script src="{world.service}/banner/pk_maison_lumen.js?2"></script>'
    arrive(page, world)
    page.wait_for_load_state()
    assert page.locator("#cb").count() == 1


def test_purposes_may_declare_nothing_but_their_words(page: Page, world: FakeWorld) -> None:
    words = ("code", "title", "summary")
    bare = [{word: purpose[word] for word in words} for purpose in configuration()["purposes"]]
    world.config = configuration(purposes=bare, exempt=[])
    arrive(page, world)
    page.click("#cb [data-cb=choose]")
    page.check("#cb-social_sharing")
    page.click("[data-cb=save]")
    assert page.evaluate("privacyBanner.has('social_sharing')") is True
