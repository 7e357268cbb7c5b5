"""Withdrawal undoes: what was stored anywhere, on any subdomain, and what partners were told."""

import json

import pytest
from playwright.sync_api import Page, expect

from tests.banner.fake_service import FakeWorld, configuration, script
from tests.banner.test_banner import CODES, arrive, choice, wait_for

pytestmark = pytest.mark.browser


def accept(page: Page, world: FakeWorld) -> None:
    """Accept all on the first layer."""
    arrive(page, world)
    page.click("#cb [data-cb=accept]")
    wait_for(page, lambda: world.posts)


def test_databases_and_caches_go_too(page: Page, world: FakeWorld):
    world.config = config = configuration()
    config["purposes"][0]["cookies"] += [
        {"name": "mc_*", "kind": "indexeddb", "lifetime": "1 an"},
        {"name": "mc-cache", "kind": "cache", "lifetime": "1 an"},
    ]
    accept(page, world)
    page.evaluate("""async () => {
        for (const name of ["mc_events", "mine"]) {
            const open = indexedDB.open(name);
            await new Promise((done) => { open.onsuccess = done; });
            open.result.close();
        }
        await caches.open("mc-cache");
        await caches.open("mine");
    }""")
    page.evaluate("privacyBanner.withdraw()")
    left = "(await indexedDB.databases()).map(({ name }) => name).concat(await caches.keys())"
    wait_for(page, lambda: page.evaluate(f"(async () => {left})()") == ["mine", "mine"])


def test_partners_and_the_site_s_own_server_are_told(page: Page, world: FakeWorld):
    world.config = config = configuration()
    config["purposes"][0]["vendors"][0]["opt_out_url"] = f"{world.tracker}/stop"
    config["purposes"][0]["cookies"].append({"name": "srv_id", "kind": "http", "lifetime": "1 an"})
    world.tag += ' data-expire="/cookies/expire"'
    accept(page, world)
    page.evaluate("""() => {
        window.heard = [];
        privacyBanner.on("withdraw", ({ withdrawn, answers }) => heard.push([withdrawn, answers]));
    }""")
    page.click("#manage")
    page.uncheck("#cb-audience_consent")
    page.click("[data-cb=save]")
    wait_for(page, lambda: world.told and "/stop" in world.tracked)
    told = json.loads(world.told[0])
    assert told == {"purposes": ["audience_consent"], "names": ["srv_id"]}
    answers = {code: code != "audience_consent" for code in CODES}
    assert page.evaluate("heard") == [[["audience_consent"], answers]]


def test_nobody_is_told_of_what_was_never_allowed(page: Page, world: FakeWorld):
    world.config = config = configuration()
    config["purposes"][0]["vendors"][0]["opt_out_url"] = f"{world.tracker}/stop"
    world.tag += ' data-expire="/cookies/expire"'
    arrive(page, world)
    page.evaluate("document.cookie = '_ga=1;path=/'")
    page.click("#cb [data-cb=reject]")
    wait_for(page, lambda: {one["name"] for one in page.context.cookies()} == {"privacy_choice"})
    assert (world.told, world.tracked) == ([], [])


def test_what_a_running_script_leaves_in_its_last_moment_is_deleted_by_the_next_page(
    page: Page, world: FakeWorld
):
    world.body = script("audience_consent")
    world.head = """<script>addEventListener("pagehide", () => {
        if (window.ran) document.cookie = "_ga_last=1;path=/"; });</script>"""
    accept(page, world)
    page.wait_for_function("window.ran")
    page.click("#manage")
    with page.expect_navigation():
        page.click("#cbd [data-cb=reject]")
    names = {"privacy_choice"}
    wait_for(page, lambda: {one["name"] for one in page.context.cookies()} == names)


def test_subdomains_share_one_choice_and_no_older_one_is_left(page: Page, world: FakeWorld):
    accept(page, world)
    world.tag += ' data-domain="boutique.localhost"'
    page.goto(world.site)
    page.wait_for_function("window.privacyBanner?.get()")
    page.evaluate("privacyBanner.withdraw()")
    wait_for(page, lambda: len(world.answers) == 2)
    shared = choice(page.context)
    assert shared
    assert shared["domain"] == ".boutique.localhost"
    page.goto(world.site.replace("www.", "aide."))
    page.wait_for_function("window.privacyBanner?.get()")
    assert page.evaluate("Object.values(privacyBanner.get().answers)") == [False] * 4
    world.tag = 'src="{service}/banner/pk_maison_lumen.js"'
    page.goto(world.site)
    page.evaluate("privacyBanner.accept()")
    wait_for(page, lambda: len(world.answers) == 3)
    alone = choice(page.context)
    assert alone
    assert alone["domain"] == "www.boutique.localhost"
    expect(page.locator("#cb")).to_have_count(0)
