"""What the layers look like to eyes, keyboards and screen readers."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.banner.fake_service import BANNER, FakeWorld, configuration
from tests.banner.test_banner import arrive, wait_for

pytestmark = pytest.mark.browser
AXE = BANNER / "node_modules" / "axe-core" / "axe.min.js"
LAYERS = ("#cb", "#cbd")
SIZES = ((1280, 800), (375, 667), (320, 256))
BOXES = """(selector) => [...document.querySelectorAll(selector)].map((button) => {
    const { width, height } = button.getBoundingClientRect();
    return [width, height];
})"""
STYLES = """(selector) => [...document.querySelectorAll(selector)].map((button) => {
    const style = getComputedStyle(button);
    return ["backgroundColor", "color", "fontSize", "fontWeight", "border", "textDecoration",
        "boxShadow", "opacity"].map((name) => style[name]).join("|");
})"""
HIT = """(selector) => [...document.querySelectorAll(selector)].map((button) => {
    const { x, y, width, height } = button.getBoundingClientRect();
    return button.contains(document.elementFromPoint(x + width / 2, y + height / 2))
        && x >= 0 && y >= 0 && x + width <= innerWidth && y + height <= innerHeight;
})"""


def show(page: Page, world: FakeWorld, layer: str) -> None:
    """Open the site and, if asked, its second layer."""
    arrive(page, world)
    if layer == "#cbd":
        page.click("#cb [data-cb=choose]")
        expect(page.locator("#cbd")).to_be_visible()


def axe(page: Page, selector: str, *rules: str) -> Any:
    """Return the accessibility rules that a part of the page breaks, of these or of all."""
    if not AXE.exists():
        pytest.skip("axe-core is missing: run `npm ci` in static/consent-banner")
    if not page.evaluate("!!window.axe"):
        page.evaluate(AXE.read_text())
    only = {"runOnly": {"type": "rule", "values": list(rules)}} if rules else {}
    found: dict[str, Any] = page.evaluate(
        "([part, only]) => axe.run(part, only)", [selector, only]
    )
    return [(rule["id"], rule["nodes"][0]["failureSummary"]) for rule in found["violations"]]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_accessibility_rule_is_broken(page: Page, world: FakeWorld, language: str) -> None:
    world.config = configuration(language)
    arrive(page, world)
    for layer in LAYERS:
        if layer == "#cbd":
            page.click("#cb [data-cb=choose]")
            page.eval_on_selector_all("details", "(all) => all.forEach((d) => d.open = true)")
        page.emulate_media(color_scheme="light")
        assert axe(page, layer) == []
        page.emulate_media(color_scheme="dark")  # which changes colours and nothing else
        assert axe(page, layer, "color-contrast") == []


def test_the_placeholder_the_small_button_and_the_line_break_no_rule(
    page: Page, world: FakeWorld
) -> None:
    world.footer = ""
    world.body = '<iframe data-purpose="social_sharing" data-src="/film" title="Film"></iframe>'
    arrive(page, world)
    page.click("#cb [data-cb=reject]")
    expect(page.get_by_role("status")).to_have_text("Choix enregistré.")
    assert axe(page, ".cb") == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_refusing_looks_like_accepting_and_is_always_in_reach(
    page: Page, world: FakeWorld, language: str
) -> None:
    world.config = configuration(language)
    arrive(page, world)
    for layer in LAYERS:
        if layer == "#cbd":
            page.click("#cb [data-cb=choose]")
            expect(page.locator("#cbd")).to_be_visible()
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            page.mouse.move(0, 0)
            assert_equal(page, layer)


def assert_equal(page: Page, layer: str) -> None:
    """Fail unless the three buttons of a layer look alike, fit, and can be hit."""
    buttons = f"{layer} > .cb-acts button"
    assert page.locator(buttons).count() == 3
    assert len(set(page.evaluate(STYLES, buttons))) == 1
    assert page.evaluate(HIT, buttons) == [True, True, True]
    sizes = page.evaluate(BOXES, buttons)
    assert max(width for width, _ in sizes) - min(width for width, _ in sizes) < 1
    assert len({height for _, height in sizes}) == 1
    assert sizes[0][1] >= 44
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.eval_on_selector_all(
        buttons, "(all) => all.every((one) => one.scrollWidth <= one.clientWidth)"
    )


def test_the_first_layer_is_no_wall(page: Page, world: FakeWorld) -> None:
    page.set_viewport_size({"width": 375, "height": 667})
    world.body = '<p style="height: 3000px">long</p>'
    arrive(page, world)
    box = page.locator("#cb").bounding_box()
    assert box
    assert box["width"] * box["height"] <= 375 * 667 / 2
    page.mouse.wheel(0, 500)
    page.wait_for_function("scrollY > 0")
    assert page.evaluate("document.activeElement === document.body")


def test_the_first_layer_informs(page: Page, world: FakeWorld) -> None:
    arrive(page, world)
    text = page.locator("#cb").inner_text()
    for purpose in configuration()["purposes"]:
        assert purpose["title"] in text
        assert purpose["summary"] in text
    for words in ("Nous utilisons des cookies", "Maison Lumen SAS", "180 jours", "à tout moment"):
        assert words in text
    assert page.get_attribute("#cb a", "href") == "/cookies"


def test_the_second_layer_names_partners_cookies_and_lifetimes(
    page: Page, world: FakeWorld
) -> None:
    show(page, world, "#cbd")
    page.locator("#cbd summary").first.click()
    details = page.locator("#cbd details").first
    for words in ("Mesure Claire", "_ga*", "13 mois"):
        expect(details).to_contain_text(words)
    expect(page.locator("#cbd")).to_contain_text("Fonctionnement du site")


def test_the_keyboard_meets_policy_refuse_accept_choose_and_then_the_page(
    page: Page, world: FakeWorld
) -> None:
    arrive(page, world)
    met = []
    for _ in range(5):
        page.keyboard.press("Tab")
        met.append(page.evaluate("document.activeElement.dataset.cb || document.activeElement.id"))
    assert met == ["", "reject", "accept", "choose", "first"]


def test_the_dialog_keeps_the_focus_and_the_first_layer_does_not(
    page: Page, world: FakeWorld
) -> None:
    show(page, world, "#cbd")
    for _ in range(30):
        page.keyboard.press("Tab")
        inside = "cbd.contains(document.activeElement) || document.activeElement === document.body"
        assert page.evaluate(inside)


@pytest.mark.parametrize("answer", ["accept", "reject"])
def test_after_a_choice_reading_goes_on_in_the_page(
    page: Page, world: FakeWorld, answer: str
) -> None:
    page.clock.install()
    arrive(page, world)
    page.locator(f"#cb [data-cb={answer}]").press("Enter")
    expect(page.locator("main")).to_be_focused()
    expect(page.get_by_role("status")).to_have_text("Choix enregistré.")
    page.clock.fast_forward(5_000)
    expect(page.get_by_role("status")).to_have_count(0)
    assert page.locator(".cb").count() == 0


def test_the_page_cannot_change_what_the_banner_looks_like(page: Page, world: FakeWorld) -> None:
    arrive(page, world)
    plain = page.evaluate(STYLES, "#cb button")
    world.head = """<style>body { text-transform: uppercase; letter-spacing: 3px; color: red }
        body button, button.x, section button { background: red; border: 0; font-size: 40px }
        body section ul li { display: none } h2 { color: red }</style>"""
    page.reload()
    expect(page.locator("#cb li").first).to_be_visible()
    assert page.evaluate(STYLES, "#cb button") == plain
    assert page.locator("#cb h2").evaluate("(h) => getComputedStyle(h).textTransform") == "none"


def test_printing_hides_it_and_right_to_left_mirrors_it(page: Page, world: FakeWorld) -> None:
    world.config = configuration("ar")
    arrive(page, world)
    boxes = [page.locator(f"#cb [data-cb={name}]").bounding_box() for name in ("reject", "choose")]
    assert boxes[0]
    assert boxes[1]
    assert boxes[0]["x"] > boxes[1]["x"]
    page.emulate_media(media="print")
    expect(page.locator("#cb")).to_be_hidden()


def test_forced_colours_keep_the_borders(page: Page, world: FakeWorld) -> None:
    page.emulate_media(forced_colors="active")
    arrive(page, world)
    width = "(button) => getComputedStyle(button).borderTopWidth"
    assert page.locator("#cb [data-cb=reject]").evaluate(width) != "0px"


def test_it_does_not_move_nor_move_the_page_and_is_small(page: Page, world: FakeWorld) -> None:
    page.add_init_script("""window.shift = 0; new PerformanceObserver((list) =>
        list.getEntries().forEach((entry) => shift += entry.value))
        .observe({ type: "layout-shift", buffered: true });""")
    arrive(page, world)
    assert page.evaluate("document.getAnimations().length") == 0
    assert page.evaluate("document.querySelectorAll('#cb, #cb *').length") <= 25
    assert page.evaluate("shift") == 0
    page.click("#cb [data-cb=reject]")
    wait_for(page, lambda: world.posts)
    assert page.evaluate("document.querySelectorAll('#cb, #cb *').length") == 0


def test_markup_in_the_configuration_stays_text(page: Page, world: FakeWorld) -> None:
    config = configuration()
    config["purposes"][0]["title"] = "<img src=x onerror='window.ran=[1]'>"
    world.config = config
    show(page, world, "#cbd")
    expect(page.locator("#cbd")).to_contain_text("<img src=x")
    assert page.locator("#cb img, #cbd img").count() == 0
