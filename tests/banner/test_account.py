"""One person, several devices: yes and no follow whoever is signed in to the site."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from privacy.clock import system_clock
from tests.banner.fake_service import FakeWorld, script
from tests.banner.test_banner import CODES, arrive, choice, wait_for

pytestmark = pytest.mark.browser
TOKEN = "signed.by.the.site"


def stored(*, granted: bool, age: timedelta = timedelta(days=3), **changes: Any) -> dict[str, Any]:
    """Return what the service knows of an account."""
    at = (system_clock() - age).isoformat()
    answers = dict.fromkeys(CODES, granted)
    return {"answers": answers, "at": at, "material": "4e5d8c0a", **changes}


def identify(page: Page, world: FakeWorld) -> None:
    """Say who is signed in; returns when the service has answered."""
    before = len(world.accounts)
    page.evaluate(f"privacyBanner.identify('{TOKEN}')")
    wait_for(page, lambda: len(world.accounts) > before)


@pytest.mark.parametrize("granted", [True, False])
def test_the_choice_of_the_account_is_taken_over_and_the_person_told(
    page: Page, world: FakeWorld, *, granted: bool
):
    world.account = stored(granted=granted)
    world.body = script("audience_consent")
    arrive(page, world)
    identify(page, world)
    expect(page.locator("#cb")).to_have_count(0)
    expect(page.get_by_role("status")).to_have_text("Choix repris de votre compte.")
    assert world.accounts[0] == {
        "site": "pk_maison_lumen", "token": TOKEN, "visitor": None, "cookie_header": None,
    }  # fmt: skip
    assert page.evaluate("privacyBanner.get().answers") == dict.fromkeys(CODES, granted)
    assert page.evaluate("window.ran || []") == (["audience"] if granted else [])
    assert world.posts == [], "what was recorded once is no new answer"
    cookie = choice(page.context)
    assert cookie
    days = (cookie["expires"] - page.evaluate("Date.now() / 1000")) / 86400
    assert 176.9 < days < 177.1, "the choice grows no younger by moving"


@pytest.mark.parametrize(
    "account",
    [
        stored(granted=True, age=timedelta(days=3)),
        stored(granted=True, age=timedelta(0), material="00000000"),
        stored(granted=True, age=timedelta(0), answers={"audience_consent": True}),
        stored(granted=True, age=timedelta(0), answers=dict.fromkeys(CODES, "yes")),
        {},
    ],
)
def test_an_older_broken_or_other_choice_changes_nothing(
    page: Page, world: FakeWorld, account: dict[str, Any]
):
    world.account = account
    arrive(page, world)
    page.click("#cb [data-cb=reject]")
    wait_for(page, lambda: world.posts)
    page.wait_for_function("localStorage.privacy_receipt")
    page.evaluate("""localStorage.privacy_receipt =
        JSON.stringify({receipt: {at: new Date(Date.now() - 86400000).toISOString()}})""")
    identify(page, world)
    page.wait_for_timeout(100)
    assert page.evaluate("privacyBanner.get().answers") == dict.fromkeys(CODES, False)
    assert world.accounts[0]["visitor"] == world.posts[0]["visitor"]


def test_an_answer_of_somebody_who_is_signed_in_reaches_the_account(page: Page, world: FakeWorld):
    arrive(page, world)
    identify(page, world)
    page.click("#cb [data-cb=accept]")
    wait_for(page, lambda: len(world.accounts) == 2)
    assert world.accounts[1]["visitor"] == world.posts[0]["visitor"]
    assert world.accounts[1]["token"] == TOKEN
