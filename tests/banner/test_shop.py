"""The demo's fictional shop: says that it is one, asks nobody else for anything, reads well."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from privacy.cli.demo.storefront import NAMES, shop_app
from tests.banner.fake_service import configuration, served
from tests.banner.test_looks import axe

SHOP, SERVICE = "http://boutique.localhost", "http://privacy.localhost"
SITE_KEY = "pk_maison_lumen"


@pytest.fixture
def serve() -> Callable[[Route], None]:
    """Answer a browser from the shop and from a service that records nothing."""
    client = shop_app(SERVICE, SITE_KEY).test_client()
    files = served({**configuration(service=SERVICE), "site": SITE_KEY})

    def answer(route: Route) -> None:
        url = urlsplit(route.request.url)
        if route.request.url.startswith(SHOP):
            with client.get(url.path) as page:
                route.fulfill(body=page.data, content_type=page.content_type)
        elif url.path == f"/banner/{SITE_KEY}.js":
            route.fulfill(body=files["banner"], content_type="text/javascript")
        elif url.path.startswith(f"/banner/{SITE_KEY}/"):
            body = files[url.path.rpartition("/")[2].removesuffix(".js")]
            allowed = {"Access-Control-Allow-Origin": "*"}
            route.fulfill(body=body, content_type="text/javascript", headers=allowed)
        else:
            route.fulfill(status=503)

    return answer


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_page_says_that_the_shop_is_fictional_and_is_whole(name: str) -> None:
    html = _page(name)
    assert "Boutique fictive — démonstration" in html
    others = re.findall(r"""(?:src|href)=["']?((?:https?:)?//[^"']*)""", html)
    assert all(one.startswith(f"{SERVICE}/") for one in others)
    if name != "video":
        assert f"{SERVICE}/banner/{SITE_KEY}.js" in html
        assert f"{SERVICE}/portal/maison-lumen/" in html
        assert "data-privacy-open" in html


def test_every_mark_names_a_purpose_that_the_banner_asks_for() -> None:
    marked = set(re.findall(r'data-purpose="(\w+)"', "".join(map(_page, NAMES))))
    assert marked == {purpose["code"] for purpose in configuration()["purposes"]}


def _page(name: str) -> str:
    client = shop_app(SERVICE, SITE_KEY).test_client()
    return client.get(f"/{name}", follow_redirects=True).text


def test_nothing_is_served_but_the_pages_and_their_style() -> None:
    client = shop_app(SERVICE, SITE_KEY).test_client()
    with client.get("/style.css") as style:
        assert style.mimetype == "text/css"
    for path in ("/_frame", "/_frame.html", "/../storefront.py", "/nothing"):
        assert client.get(path).status_code == 404


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_breaks_an_accessibility_rule(
    page: Page, serve: Callable[[Route], None], scheme: Any
) -> None:
    page.route("**/*", serve)
    page.emulate_media(color_scheme=scheme)
    for path in ("/", "/lampe", "/compte", "/confidentialite"):
        page.goto(SHOP + path)
        expect(page.locator("#cb")).to_be_visible()
        assert axe(page, "html") == [], path


@pytest.mark.browser
def test_the_shop_tells_what_was_allowed_and_shows_its_film(
    page: Page, serve: Callable[[Route], None]
) -> None:
    page.route("**/*", serve)
    page.goto(f"{SHOP}/lampe")
    expect(page.locator("#audience")).to_have_text("Mesure d’audience inactive")
    assert page.context.cookies() == []
    page.click("#cb [data-cb=accept]")
    expect(page.locator("#audience")).to_have_text("Mesure d’audience active")
    expect(page.locator("#ads")).to_have_text("Publicité personnalisée active")
    expect(page.frame_locator("iframe.film").get_by_role("img")).to_be_visible()
    names = {cookie["name"] for cookie in page.context.cookies()}
    assert names == {"privacy_choice", "_ga_demo", "_ads_demo"}
    page.get_by_role("button", name="Gérer mes cookies").click()
    expect(page.locator("#cbd")).to_be_visible()
