"""What travels when: one file to newcomers, a stub to who answered, the rest when it is wanted."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Dialog, Page, expect

from privacy.purposes.models import Site
from privacy.web.banner import script as files
from tests.banner.fake_service import SERVICE, FakeWorld, script
from tests.banner.test_banner import CODES, arrive, choice, wait_for

pytestmark = pytest.mark.browser
ENTRY = "/banner/pk_maison_lumen.js"


def asked(world: FakeWorld) -> list[str]:
    """Return what the service was asked for, by path; answers apart."""
    return [one.removeprefix(SERVICE) for one in world.asked if one.startswith(SERVICE)]


def answer(page: Page, world: FakeWorld, hook: str = "reject") -> None:
    """Answer on the first layer; returns when the browser has swapped its copy of the entry."""
    arrive(page, world)
    page.click(f"#cb [data-cb={hook}]")
    wait_for(page, lambda: asked(world).count(ENTRY) == 2)
    page.wait_for_timeout(100)


def bare(page: Page) -> bool:
    """Tell whether the page carries neither style nor an element of ours."""
    return bool(
        page.evaluate("!document.adoptedStyleSheets.length && !document.querySelector('.cb')")
    )


def test_a_first_visit_costs_one_request(page: Page, world: FakeWorld):
    arrive(page, world)
    page.hover("#cb")
    page.wait_for_timeout(100)
    assert asked(world) == [ENTRY]


@pytest.mark.parametrize("hook", ["accept", "reject"])
def test_who_has_answered_carries_only_the_stub_and_asks_nobody(
    page: Page, world: FakeWorld, hook: str
):
    world.body = script("audience_consent")
    answer(page, world, hook)
    before = asked(world)
    page.goto(f"{world.site}/autre")
    page.wait_for_function("window.privacyBanner?.get()")
    page.wait_for_timeout(100)
    assert asked(world) == before
    assert bare(page)
    assert page.evaluate("window.ran || []") == (["audience"] if hook == "accept" else [])


def test_the_interface_comes_back_when_it_is_wanted(page: Page, world: FakeWorld):
    answer(page, world)
    page.goto(world.site)
    page.click("#manage")
    expect(page.locator("#cbd")).to_be_visible()
    page.click("#cbd [data-cb=accept]")
    wait_for(page, lambda: len(world.answers) == 2)
    assert page.evaluate("privacyBanner.has('social_sharing')") is True
    page.evaluate("privacyBanner.withdraw()")
    wait_for(page, lambda: len(world.answers) == 3)
    assert world.answers[2]["method"] == "withdrawal"


def test_who_deleted_the_cookie_is_asked_again_though_the_stub_is_in_the_cache(
    page: Page, world: FakeWorld
):
    answer(page, world)
    page.context.clear_cookies()
    arrive(page, world)
    page.click("#cb [data-cb=accept]")
    assert choice(page.context)


def test_a_service_that_is_away_is_said_and_asked_again_by_the_next_click(
    page: Page, world: FakeWorld
):
    said: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        said.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    answer(page, world)
    page.goto(world.site)
    page.wait_for_function("window.privacyBanner?.get()")
    page.route(f"**{ENTRY.removesuffix('.js')}/*", lambda route: route.abort())
    page.click("#manage")
    wait_for(page, lambda: said == ["Service injoignable."])
    page.unroute_all()
    page.click("#manage")
    expect(page.locator("#cbd")).to_be_visible()


def test_a_pinned_file_does_all_with_its_configuration_as_data(page: Page, world: FakeWorld):
    site = Site(key="pk_maison_lumen")
    tags = dict(files.embed_tags(site=site, service_url=world.service, language="fr"))
    world.tag = tags["pinned"].removeprefix("<script ").removesuffix(" async></script>")
    assert "integrity=" in world.tag
    world.body = script("audience_consent")
    arrive(page, world)
    page.click("#cb [data-cb=choose]")
    page.check("#cb-audience_consent")
    page.click("[data-cb=save]")
    page.wait_for_function("window.ran")
    wait_for(page, lambda: world.posts)
    assert world.posts[0]["answers"] == {code: code == CODES[0] for code in CODES}
    name = urlsplit(files.embed_tags(site=site, service_url="")[1][1].split('"')[1]).path
    assert asked(world) == [name, "/banner/pk_maison_lumen.json?lang=fr", "/banner/consents"] or (
        asked(world) == [name, "/banner/pk_maison_lumen.json?lang=fr"]
    )


def test_a_pinned_file_that_was_changed_does_not_run(page: Page, world: FakeWorld):
    site = Site(key="pk_maison_lumen")
    tag = dict(files.embed_tags(site=site, service_url=world.service))["pinned"]
    world.tag = (
        tag.removeprefix("<script ")
        .removesuffix(" async></script>")
        .replace("sha384-", "sha384-AAAA")
    )
    world.body = script("audience_consent")
    page.goto(world.site)
    page.wait_for_timeout(200)
    assert page.evaluate("window.privacyBanner") is None
    assert page.evaluate("window.ran") is None


def test_a_page_that_changes_its_body_keeps_asking(page: Page, world: FakeWorld):
    arrive(page, world)
    page.evaluate("""() => {
        history.pushState({}, "", "/autre");
        const body = document.createElement("body");
        body.innerHTML = "<main><h1>Autre</h1></main>";
        document.body = body;
    }""")
    expect(page.locator("#cb")).to_be_visible()
    page.click("#cb [data-cb=reject]")
    wait_for(page, lambda: world.posts)
    assert world.posts[0]["page"] == "/autre"
    expect(page.get_by_role("button", name="Gérer mes cookies")).to_be_visible()
