"""The demo as a newcomer meets it: one command, a real browser, every chair in turn."""

import io
import json
import re
import sqlite3
import time
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import violations
from tests.paths.newcomer import Demo

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
FETCHED = "camille.durand@example.fr"
PAGES = (
    *("requests", "requests/new", "audit", "stores", "stores/shop", "consents"),
    *("consents/statistics", "sites", "scans", "recipients", "roles", "account"),
)


def test_a_visitor_is_asked_first_and_each_choice_has_its_proof(
    demo: Demo, visitor: Page, tmp_path
):
    asked: list[str] = []
    visitor.on("request", lambda request: asked.append(request.url))
    visitor.goto(f"{demo.shop}/")
    expect(visitor.locator("#cb")).to_be_visible()
    assert visitor.context.cookies() == []
    assert visitor.evaluate("Object.keys(localStorage)") == []
    assert all(one.startswith((demo.shop, f"{demo.service}/banner/")) for one in asked)
    assert violations(visitor) == []

    visitor.click("[data-cb=reject]")
    expect(visitor.locator("#cb")).to_have_count(0)
    visitor.wait_for_function("localStorage.privacy_receipt")
    assert not [one for one in visitor.context.cookies() if one["name"].startswith("_ga")]

    visitor.reload()
    expect(visitor.locator("#cb")).to_have_count(0)
    visitor.click("[data-privacy-open] >> nth=0")
    visitor.click("dialog [data-cb=accept]")
    visitor.wait_for_function(
        "JSON.parse(localStorage.privacy_receipt).receipt.method != 'refuse_all'"
    )
    names = {one["name"] for one in visitor.context.cookies()}
    assert "_ga_demo" in names, "the tagged script runs once its purpose is granted"

    receipt = visitor.evaluate("localStorage.privacy_receipt")
    assert all(json.loads(receipt)["receipt"]["answers"].values())
    kept = tmp_path / "receipt.json"
    kept.write_text(receipt)
    time.sleep(1.5)  # the receipt promises a minute at most; the sequencer needs a moment
    proven = demo.privacy("audit", "prove", str(kept))
    assert proven.returncode == 0, proven.stderr
    rows = sqlite3.connect(demo.folder / "privacy.sqlite3").execute("SELECT granted FROM consent")
    assert sorted(granted for (granted,) in rows) == [0, 0, 0, 0, 1, 1, 1, 1]


def test_a_subject_asks_the_dpo_approves_and_the_answer_is_fetched_once(
    demo: Demo, chromium: Browser, visitor: Page
):
    status = _asked_for_access(demo, visitor)
    dpo = demo.signed_in(chromium, "dpo")
    dpo.click("main tbody a[href*='/console/requests/']")
    assert FETCHED in dpo.locator("main").inner_text()
    assert violations(dpo) == []
    dpo.click("form[action$='/approve'] button")
    expect(dpo.locator(".flash")).to_be_visible()

    visitor.goto(demo.link_in_mail(visitor, "/download/"))
    with visitor.expect_download() as started:
        visitor.click("main button")
    archive = zipfile.ZipFile(io.BytesIO(Path(started.value.path()).read_bytes()))
    data = json.loads(archive.read("data.json"))
    assert {"privacy", "shop", "loyalty"} == {one["store"] for one in data["data"]}
    assert "Durand" in archive.read("index.html").decode()
    assert "louis.durand" not in archive.read("data.json").decode().lower()

    visitor.reload()
    visitor.goto(status)
    expect(visitor.locator("main")).to_contain_text("Vous avez téléchargé vos données")
    dpo.context.close()


def _asked_for_access(demo: Demo, visitor: Page) -> str:
    """Ask and confirm in the portal; return the address of the status page."""
    visitor.goto(f"{demo.service}/portal/maison-lumen/")
    assert violations(visitor) == []
    visitor.click("a[href*='/request']")
    visitor.fill("[name=email]", FETCHED)
    visitor.click("main button")
    expect(visitor.locator("h1")).to_be_visible()
    visitor.goto(demo.link_in_mail(visitor, "/confirm/"))
    assert violations(visitor) == []
    visitor.click("main button")
    visitor.wait_for_url("**/status/**")
    assert re.search(r"\d{4}", visitor.locator("main dl").first.inner_text())
    assert violations(visitor) == []
    return visitor.url


def test_every_page_of_the_console_is_readable_by_all(demo, chromium, subtests):
    dpo = demo.signed_in(chromium, "dpo")
    dpo.emulate_media(reduced_motion="reduce")  # so that no colour is on its way to another
    for page in PAGES:
        with subtests.test(page):
            dpo.emulate_media(color_scheme="light")
            dpo.goto(f"{demo.service}/console/{page}")
            assert violations(dpo) == []
            dpo.emulate_media(color_scheme="dark")  # which changes colours and nothing else
            assert violations(dpo, rules=["color-contrast"]) == []
    dpo.context.close()


def test_one_changed_byte_is_named_by_console_and_shell(demo: Demo, chromium: Browser):
    file = sqlite3.connect(demo.folder / "privacy.sqlite3")
    index, body = file.execute("SELECT idx, body FROM audit_entry WHERE idx = 5").fetchone()
    triggers = file.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_entry'"
    ).fetchall()
    for name, _ in triggers:
        file.execute(f"DROP TRIGGER {name}")
    change = "UPDATE audit_entry SET body = ? WHERE idx = ?"
    try:
        with file:
            file.execute(change, (body.replace(b"system", b"sys7em"), index))
        told = demo.privacy("audit", "verify", "--json")
        assert told.returncode == 1
        assert json.loads(told.stdout)["first_bad"] == index
        dpo = demo.signed_in(chromium, "dpo")
        dpo.goto(f"{demo.service}/console/audit")
        dpo.click("form[action$='/verify'] button")
        expect(dpo.locator("[role=alert]")).to_contain_text(str(index))
        assert violations(dpo) == []
        dpo.context.close()
    finally:
        with file:
            file.execute(change, (body, index))
            for _, sql in triggers:
                file.execute(sql)
    assert demo.privacy("audit", "verify").returncode == 0
