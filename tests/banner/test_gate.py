"""What is held back, and how it is released: scripts, frames, templates, under strict policies."""

import pytest
from playwright.sync_api import Page, expect

from tests.banner.fake_service import NONCE, FakeWorld, script
from tests.banner.test_banner import arrive, stored, wait_for

pytestmark = pytest.mark.browser
WATCH = """window.violations = []; document.addEventListener("securitypolicyviolation",
    (event) => violations.push(event.violatedDirective + " " + event.blockedURI));"""


def held(world: FakeWorld, purpose: str, path: str, more: str = "") -> str:
    """Return a tagged script of the third party."""
    return (
        f'<script type="text/plain" data-purpose="{purpose}" nonce="{NONCE}" {more}'
        f' src="{world.tracker}{path}"></script>'
    )


def frame(world: FakeWorld) -> str:
    """Return a tagged frame of the third party."""
    return (
        f'<iframe data-purpose="social_sharing" data-src="{world.tracker}/film" '
        'title="Visite de l’atelier" data-provider="Vidéothèque" width="560" height="315">'
        "</iframe>"
    )


def test_scripts_run_once_each_and_in_the_order_of_the_page(page: Page, world: FakeWorld) -> None:
    world.body = (
        held(world, "audience_consent", "/1.js")
        + script("audience_consent", "2")
        + held(world, "audience_consent", "/3.js")
        + script("audience_consent", "4")
        + held(world, "audience_consent", "/missing")
        + script("audience_consent", "5")
    )
    arrive(page, world)
    page.click("#cb [data-cb=accept]")
    page.wait_for_function("window.ran?.includes('5')")
    page.evaluate("document.body.append(document.createElement('p'))")
    page.wait_for_timeout(100)
    assert page.evaluate("ran") == ["/1.js", "2", "/3.js", "4", "5"]


def test_a_script_of_two_purposes_needs_both(page: Page, world: FakeWorld) -> None:
    world.body = script("audience_consent ads_personalised", "both") + script("", "none")
    arrive(page, world)
    page.click("#cb [data-cb=choose]")
    page.check("#cb-audience_consent")
    page.click("[data-cb=save]")
    page.wait_for_timeout(100)
    assert page.evaluate("window.ran") is None
    page.evaluate("privacyBanner.accept()")
    page.wait_for_function("window.ran")
    assert page.evaluate("ran") == ["both"]


def test_what_is_exempt_runs_at_once_and_what_is_unknown_never(
    page: Page, world: FakeWorld
) -> None:
    world.body = script("essential", "basket") + script("toString", "unknown")
    arrive(page, world)
    page.wait_for_function("window.ran")
    page.click("#cb [data-cb=accept]")
    page.wait_for_timeout(100)
    assert page.evaluate("ran") == ["basket"]


def test_attributes_survive_and_modules_stay_modules(page: Page, world: FakeWorld) -> None:
    world.body = (
        '<script type="text/plain" data-type="module" data-purpose="social_sharing" id="kept" '
        f'data-key="k1" nonce="{NONCE}">window.ran = [import.meta.url.length > 0]</script>'
    )
    arrive(page, world)
    page.click("#cb [data-cb=accept]")
    page.wait_for_function("window.ran")
    found = "[kept.type, kept.dataset.key, kept.dataset.purpose]"
    assert page.evaluate(found) == ["module", "k1", None]


def test_late_content_is_held_and_released_like_the_rest(page: Page, world: FakeWorld) -> None:
    add = "(html) => document.querySelector('main').insertAdjacentHTML('beforeend', html)"
    arrive(page, world)
    page.evaluate(add, frame(world))
    expect(page.get_by_role("group", name="Visite de l’atelier")).to_be_visible()
    assert world.tracked == []
    page.click("#cb [data-cb=accept]")
    wait_for(page, lambda: world.tracked == ["/film"])
    page.evaluate(
        """(src) => {
        const script = document.createElement("script");
        script.type = "text/plain";
        script.dataset.purpose = "audience_consent";
        script.src = src;
        document.head.append(script);
    }""",
        f"{world.tracker}/late.js",
    )
    page.wait_for_function("window.ran")
    page.evaluate(add, '<img alt="" data-purpose="social_sharing" data-src="/picture.svg">')
    page.wait_for_function("document.querySelector('img').getAttribute('src') === '/picture.svg'")


def test_a_template_is_unpacked_and_its_script_runs(page: Page, world: FakeWorld) -> None:
    world.body = (
        '<template data-purpose="social_sharing"><p id="inside">là</p>'
        f'<script nonce="{NONCE}">window.ran = ["template"]</script></template>'
    )
    arrive(page, world)
    assert page.locator("#inside").count() == 0
    page.click("#cb [data-cb=accept]")
    expect(page.locator("#inside")).to_be_visible()
    assert page.evaluate("ran") == ["template"]


def test_a_frame_can_be_shown_once_without_storing_anything(page: Page, world: FakeWorld) -> None:
    world.body = frame(world)
    arrive(page, world)
    box = page.get_by_role("group", name="Visite de l’atelier")
    expect(box).to_contain_text("Vidéothèque")
    expect(box).to_contain_text("Partage sur les réseaux sociaux")
    size = box.bounding_box()
    assert size
    assert size["height"] >= 315
    box.get_by_role("button", name="Afficher cette fois").press("Enter")
    wait_for(page, lambda: world.tracked == ["/film"])
    expect(page.locator("iframe")).to_be_focused()
    assert stored(page) == []
    page.reload()
    expect(page.get_by_role("group", name="Visite de l’atelier")).to_be_visible()
    assert world.tracked == ["/film"]


FILLING = (
    "#ratio { position: relative; padding-top: 40% } "
    "iframe { position: absolute; inset: 0; width: 100%; height: 100%; border: 0 }"
)
ROOM = """() => ["p#after", "main"].map((one) => {
    const { y, height } = document.querySelector(one).getBoundingClientRect();
    return [y, height];
})"""


@pytest.mark.parametrize(
    "style",
    [
        "",
        "iframe { display: block; margin: 1em 0 }",
        "iframe { vertical-align: top; border: 0 }",
        "iframe { float: right }",
        FILLING,
    ],
)
def test_nothing_moves_when_a_frame_takes_its_place(
    page: Page, world: FakeWorld, style: str
) -> None:
    world.head = f"<style>{style}</style>"
    world.body = f'<div id="ratio">{frame(world)}</div><p id="after">après</p>'
    arrive(page, world)
    expect(page.get_by_role("group", name="Visite de l’atelier")).to_be_visible()
    before = page.evaluate(ROOM)
    page.click("[data-cb=once]")
    expect(page.locator("iframe")).to_be_visible()
    assert page.evaluate(ROOM) == before


def test_a_frame_can_be_allowed_for_good_and_taken_back(page: Page, world: FakeWorld) -> None:
    world.body = frame(world) + script("audience_consent")
    arrive(page, world)
    page.click("[data-cb=always]")
    wait_for(page, lambda: world.tracked == ["/film"] and world.posts)
    assert world.posts[0]["method"] == "placeholder"
    granted = [code for code, yes in world.posts[0]["answers"].items() if yes]
    assert granted == ["social_sharing"]
    assert page.evaluate("window.ran") is None
    assert page.locator("#cb").count() == 0
    page.evaluate("window.same = true")
    page.click("#manage")
    expect(page.locator("#cb-social_sharing")).to_be_checked()
    page.uncheck("#cb-social_sharing")
    page.click("[data-cb=save]")
    expect(page.get_by_role("group", name="Visite de l’atelier")).to_be_visible()
    assert all(world.tracker not in inner.url for inner in page.frames)
    assert page.evaluate("same") is True


def test_a_broken_mark_holds_nothing_else_up(page: Page, world: FakeWorld) -> None:
    world.body = '<iframe data-purpose="social_sharing" data-src="http://"></iframe>' + script(
        "audience_consent"
    )
    arrive(page, world)
    page.click("#cb [data-cb=accept]")
    page.wait_for_function("window.ran")


@pytest.mark.parametrize("trusted", ["", "require-trusted-types-for 'script'; "])
def test_a_strict_policy_is_never_violated(page: Page, world: FakeWorld, trusted: str) -> None:
    world.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'nonce-{NONCE}'; style-src 'self'; img-src 'self'; "
        f"connect-src {world.service}; frame-src {world.tracker}; base-uri 'none'; {trusted}"
        "trusted-types consent-banner"
    )
    page.add_init_script(WATCH)
    world.body = (
        script("audience_consent")
        + held(world, "ads_personalised", "/ads.js")
        + frame(world)
        + '<template data-purpose="social_sharing">'
        + f'<script nonce="{NONCE}">(window.ran ||= []).push("template")</script></template>'
    )
    arrive(page, world)
    expect(page.locator("#cb")).to_have_css("position", "fixed")
    page.click("#cb [data-cb=choose]")
    page.click("#cbd [data-cb=accept]")
    wait_for(page, lambda: page.evaluate("window.ran?.length === 3"))
    wait_for(page, lambda: page.evaluate("localStorage.privacy_receipt"))
    page.click("#manage")
    with page.expect_download():
        page.get_by_role("link", name="Télécharger").click()
    assert sorted(page.evaluate("ran")) == ["/ads.js", "audience", "template"]
    assert page.evaluate("violations") == []
