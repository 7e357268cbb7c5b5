"""The page judges a receipt in the browser itself, exactly as the command does."""

import copy
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Route, expect

from privacy.consent.receipts.bundle import judge, read
from privacy.errors import InvalidError
from tests.browser import running_chromium, violations
from tests.consent.receipts.test_bundle import OTHER, SIGNER, TRUE, changed, made
from tests.web.banner.conftest import Shop, open_shop
from tests.web.banner.test_receipts import answered, ask, leaf_of

HOST = "https://portal.test"
ADDRESS = f"{HOST}/portal/boutique/verify"


def test_the_page_knows_the_keys_and_is_for_everybody(app: Flask):
    shop = open_shop(app)
    answer = app.test_client().get("/portal/boutique/verify")
    assert answer.status_code == 200
    assert shop.runtime.keyring.signer.vkey in answer.text.replace("&#43;", "+")
    assert "nonce" not in answer.headers["Content-Security-Policy"]
    assert app.test_client().get("/portal/nobody/verify").status_code == 404


@pytest.fixture(scope="session")
def chromium() -> Browser:
    """Return a running Chromium, or skip and say what is missing."""
    return running_chromium()


class Reader:
    """Somebody on the page, whose whole world is the app."""

    def __init__(self, shop: Shop, page: Page) -> None:
        self.shop = shop
        self.page = page
        self.asked: list[str] = []
        self.said: list[str] = []
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.route("**/*", self._serve)
        page.goto(ADDRESS)

    def _serve(self, route: Route) -> None:
        parts = urlsplit(route.request.url)
        if not parts.path.startswith("/static/"):
            self.asked.append(parts.path)
        answer = self.shop.app.test_client().get(
            parts.path, query_string=parts.query, headers={"Accept-Language": "en"}
        )
        route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.data)
        answer.close()

    def paste(self, told: dict[str, Any] | str) -> str:
        """Paste a file and return what the page says of it."""
        text = told if isinstance(told, str) else json.dumps(told)
        self.page.get_by_label("Or paste what is in it").fill(text)
        self.page.get_by_role("button", name="Verify", exact=True).click()
        status = self.page.locator("#verifier [role=status]")
        expect(status.locator("h2").first).to_be_visible()
        return status.inner_text()

    def steps(self, text: str, keys: list[str]) -> dict[str, Any]:
        """Return what the script finds, for a comparison."""
        found: dict[str, Any] = self.page.evaluate(
            """([text, keys]) => judge(text, keys).then(
                (found) => ({steps: found.steps, details: found.details,
                             proven: found.isProven, false: found.isFalse}),
                (error) => ({error: error.constructor.name}))""",
            [text, keys],
        )
        return found


@pytest.fixture
def reader(core: Flask, chromium: Browser) -> Iterator[Reader]:
    """Return a reader on the page of the boutique."""
    context = chromium.new_context(locale="en-GB", reduced_motion="reduce")
    context.set_default_timeout(10_000)
    one = Reader(open_shop(core), context.new_page())
    yield one
    assert one.said == []
    context.close()


def proven(reader: Reader) -> dict[str, Any]:
    """Return a receipt with its proof, of an answer to the boutique."""
    given = answered(reader.shop, granted=False)
    reader.shop.runtime.sequencer.integrate()
    told: dict[str, Any] = json.loads(
        ask(reader.shop, given["receipt"]["id"], leaf_of(given)).data
    )
    return told


@pytest.mark.browser
def test_a_true_receipt_is_proven_and_nothing_is_uploaded(reader: Reader):
    told = proven(reader)
    reader.asked.clear()
    said = reader.paste(told)
    assert said.startswith("Proven")
    for words in (
        "Statistiques détaillées", "Refused", "Root of the log", "The entry is in the log.",
    ):  # fmt: skip
        assert words in said
    assert "False" not in said
    assert reader.asked == []
    with reader.page.expect_download() as download:
        reader.page.get_by_role("link", name="Save the receipt with its proof").click()
    assert download.value.suggested_filename == f"{told['receipt']['id']}.json"


@pytest.mark.browser
def test_one_changed_answer_is_called_false_and_named(reader: Reader):
    told = proven(reader)
    told["receipt"]["answers"]["social_sharing"] = True
    said = reader.paste(told)
    assert said.startswith("False")
    assert "granted,refused" in said
    assert "The receipt has changed since it was signed" in said


@pytest.mark.browser
def test_a_receipt_of_another_service_is_false_here(reader: Reader):
    said = reader.paste(TRUE)
    assert said.startswith("False")
    assert f"not that of this service: {SIGNER.vkey}" in said


@pytest.mark.browser
def test_a_bare_receipt_is_completed_only_when_asked_for(reader: Reader):
    given = answered(reader.shop)
    reader.asked.clear()
    said = reader.paste(given)
    assert said.startswith("Signed, but not yet proven")
    assert reader.asked == []
    reader.page.get_by_role("button", name="Ask for the proof").click()
    expect(reader.page.get_by_text("The entry waits for its place")).to_be_visible()
    reader.shop.runtime.sequencer.integrate()
    reader.paste(given)
    reader.page.get_by_role("button", name="Ask for the proof").click()
    expect(reader.page.get_by_role("heading", name="Proven")).to_be_visible()
    assert set(reader.asked) == {f"/banner/receipts/{given['receipt']['id']}"}


@pytest.mark.browser
def test_a_dropped_file_is_judged_and_what_is_no_receipt_is_said_so(reader: Reader, tmp_path):
    file = tmp_path / "receipt.json"
    file.write_text(json.dumps(proven(reader)))
    reader.page.get_by_label("File of the receipt").set_input_files(file)
    expect(reader.page.get_by_role("heading", name="Proven")).to_be_visible()
    assert reader.paste("{}").startswith("This is no receipt")


@pytest.mark.browser
def test_a_browser_that_knows_no_ed25519_is_told_so(reader: Reader):
    reader.page.evaluate(
        """() => { SubtleCrypto.prototype.importKey = () =>
            Promise.reject(new DOMException("no", "NotSupportedError")) }"""
    )
    assert reader.paste(TRUE).startswith("Your browser cannot verify")


FILES: list[dict[str, Any]] = [
    TRUE,
    made(OTHER),
    {name: value for name, value in TRUE.items() if name != "proof"},
    changed("receipt", "answers", "social_sharing", to=True),
    changed("receipt", "at", to="2026-03-02T09:00:00.124Z"),
    changed("receipt", "language", to="en"),
    changed("receipt", "language", to='\u00e9\u2028\U0001f600\x7f\\"\n'),
    changed("receipt", "log", "leaf", to="A" * 43 + "="),
    changed("receipt", "log", "leaf", to="AAAA"),
    changed("receipt", "schema", to="privacy-receipt/2"),
    changed("signature", to="AAAA"),
    changed("key", to=OTHER.vkey),
    changed("key", to="x"),
    changed("proof", "entry", to=lambda old: old.replace("choices", "choicez")),
    changed("proof", "entry", to="{"),
    changed("proof", "notice", to=lambda old: old.replace("fr", "en")),
    changed("proof", "notice", to=""),
    changed("proof", "index", to=6),
    changed("proof", "index", to=-1),
    changed("proof", "index", to=10**15),
    changed("proof", "hashes", to=lambda old: old[1:]),
    changed("proof", "hashes", to=lambda old: [*old, old[0]]),
    changed("proof", "hashes", 3, to="!"),
    changed("proof", "checkpoint", to=lambda old: old.replace("\n300\n", "\n301\n")),
    changed("proof", "checkpoint", to=""),
    changed("proof", "key", to=OTHER.vkey),
]


def by_command(text: str, keys: list[str]) -> dict[str, Any]:
    """Return what the command finds, as the script names it."""
    try:
        found = judge(read(text), trusted=keys)
    except InvalidError:
        return {"error": "Unreadable"}
    return {
        "steps": {one.step.value: one.good for one in found.found},
        "details": {one.step.value: one.detail for one in found.found if one.detail},
        "proven": found.is_proven,
        "false": found.is_false,
    }


@pytest.mark.browser
def test_script_and_command_find_the_same_in_every_file(reader: Reader):
    for told in FILES:
        for keys in ([], [SIGNER.vkey]):
            for text in (json.dumps(told), json.dumps(told, indent=1, ensure_ascii=False)):
                here = reader.steps(text, keys)
                if "details" in here:
                    here["details"] = {name: one for name, one in here["details"].items() if one}
                assert here == by_command(text, keys), (told, keys)


@pytest.mark.browser
def test_one_changed_byte_anywhere_is_never_proven(reader: Reader):
    whole = json.dumps(TRUE, ensure_ascii=False)
    for at in range(3, len(whole), 61):
        text = whole[:at] + chr(ord(whole[at]) ^ 1) + whole[at + 1 :]
        here, there = reader.steps(text, [SIGNER.vkey]), by_command(text, [SIGNER.vkey])
        assert here.get("proven", False) == there.get("proven", False), text[at - 20 : at + 20]


@pytest.mark.browser
def test_what_the_page_finds_breaks_no_accessibility_rule(reader: Reader):
    true = proven(reader)
    false = copy.deepcopy(true)
    false["proof"]["index"] += 1
    for told in (true, false, {name: true[name] for name in ("receipt", "signature", "key")}):
        reader.paste(told)
        for scheme in ("light", "dark"):
            reader.page.emulate_media(color_scheme=scheme)
            assert violations(reader.page) == []
    reader.page.set_viewport_size({"width": 320, "height": 900})
    assert reader.page.evaluate("document.documentElement.scrollWidth") == 320
