"""What reaches the service and what comes back: retries, one id an answer, the receipt."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.banner.fake_service import LEAF, FakeWorld
from tests.banner.test_banner import arrive, choice, stored, wait_for

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("status", [500, 503, 408, 429])
def test_an_answer_that_the_service_cannot_take_is_sent_again_with_the_same_id(
    page: Page, world: FakeWorld, status: int
) -> None:
    world.refusing = status
    arrive(page, world)
    page.click("#cb [data-cb=accept]")
    wait_for(page, lambda: world.posts)
    page.wait_for_timeout(100)
    assert "privacy_pending" in stored(page)
    assert "privacy_receipt" not in stored(page)
    page.click("#manage")
    expect(page.locator("#cbd")).not_to_contain_text("Preuve")
    world.refusing = 0
    before = len(world.posts)
    page.reload()
    page.wait_for_function("localStorage.privacy_pending == '[]'")
    assert len(world.posts) > before
    assert len(world.answers) == 1


def test_answers_given_without_a_connection_leave_in_order_when_it_is_back(
    page: Page, world: FakeWorld
) -> None:
    said: list[str] = []

    def agree(dialog: Dialog) -> None:
        said.append(dialog.message)
        dialog.accept()

    page.on("dialog", agree)
    arrive(page, world)
    page.context.set_offline(offline=True)
    page.click("#cb [data-cb=accept]")
    # The second layer cannot come; what there is instead says so, and withdraws.
    page.click("#manage")
    page.wait_for_function("!privacyBanner.has('ads_personalised')")
    assert said == ["Service injoignable.\nTout refuser ?"]
    assert world.posts == []
    assert choice(page.context)
    page.context.set_offline(offline=False)
    wait_for(page, lambda: len(world.posts) == 2)
    assert [post["method"] for post in world.posts] == ["accept_all", "withdrawal"]


def test_an_answer_that_the_service_refuses_is_dropped_with_a_warning(
    page: Page, world: FakeWorld
) -> None:
    warned: list[str] = []
    page.on("console", lambda said: warned.append(said.text) if said.type == "warning" else None)
    world.refusing = 422
    arrive(page, world)
    page.click("#cb [data-cb=reject]")
    page.wait_for_function("localStorage.privacy_pending == '[]'")
    assert len(warned) == 1
    assert "422" in warned[0]
    page.reload()
    page.wait_for_function("window.privacyBanner")
    assert len(world.posts) == 1
    assert choice(page.context)


def downloaded(page: Page, folder: Path) -> tuple[str, dict[str, Any]]:
    """Return the name and the content of what the link in the dialog gives."""
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger la preuve").click()
    download.value.save_as(folder / "proof.json")
    found: dict[str, Any] = json.loads((folder / "proof.json").read_text())
    return download.value.suggested_filename, found


def test_the_person_sees_and_downloads_the_receipt(
    page: Page, world: FakeWorld, tmp_path: Path
) -> None:
    arrive(page, world)
    page.click("#cb [data-cb=reject]")
    page.wait_for_function("localStorage.privacy_receipt")
    page.click("#manage")
    dialog = page.locator("#cbd")
    expect(dialog).to_contain_text(world.posts[0]["id"])
    expect(dialog).to_contain_text("21/11/2026")
    # While the log has no place for the entry yet, the receipt is given alone.
    name, proof = downloaded(page, tmp_path)
    assert name == f"{world.posts[0]['id']}.json"
    assert proof["signature"] == "c2lnbmVk"
    assert proof["receipt"]["id"] == world.posts[0]["id"]
    assert "proof" not in proof


def test_the_person_and_the_page_get_the_receipt_with_its_proof(
    page: Page, world: FakeWorld, tmp_path: Path
) -> None:
    world.proof = {"receipt": {"id": "r"}, "signature": "s", "key": "k", "proof": {"index": 7}}
    arrive(page, world)
    assert page.evaluate("privacyBanner.proof()") is None
    page.click("#cb [data-cb=reject]")
    page.wait_for_function("localStorage.privacy_receipt")
    assert page.evaluate("privacyBanner.proof()") == world.proof
    page.click("#manage")
    assert downloaded(page, tmp_path)[1] == world.proof
    leaf = base64.b64decode(LEAF).hex()
    asked = [one for one in world.asked if "/receipts/" in one]
    assert asked[-1].endswith(f"/banner/receipts/{world.posts[0]['id']}?leaf={leaf}")


def test_blocked_storage_breaks_nothing_and_grants_what_was_answered(
    page: Page, world: FakeWorld
) -> None:
    page.add_init_script("""
        Object.defineProperty(window, "localStorage", {get() { throw new Error("blocked") }});
        Object.defineProperty(Document.prototype, "cookie", {get: () => "", set() {}});""")
    arrive(page, world)
    page.click("#cb [data-cb=accept]")
    wait_for(page, lambda: world.posts)
    assert page.evaluate("privacyBanner.has('audience_consent')") is True
    page.evaluate("privacyBanner.withdraw()")
    wait_for(page, lambda: len(world.posts) == 2)


def test_a_broken_answer_of_the_service_is_asked_again_and_breaks_nothing(
    page: Page, world: FakeWorld
) -> None:
    page.route("**/banner/consents", lambda route: route.fulfill(status=200, body="<html>"))
    arrive(page, world)
    page.click("#cb [data-cb=accept]")
    page.unroute_all(behavior="wait")
    page.wait_for_timeout(100)
    page.reload()
    wait_for(page, lambda: world.posts)
