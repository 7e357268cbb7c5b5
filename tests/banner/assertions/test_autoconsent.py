"""Assertion 25: browsers that answer for people can answer this banner, and are obeyed.

The client is the published package @duckduckgo/autoconsent, as its own tests drive it.
"""

import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.banner.assertions.pages import NONCE
from tests.banner.assertions.visit import Visit, in_all_languages
from tests.banner.assertions.world import ASKED, SERVICE, answers_of
from tests.banner.fake_service import BANNER

pytestmark = pytest.mark.browser
CLIENT = BANNER / "node_modules/@duckduckgo/autoconsent/dist/autoconsent.playwright.js"
RULE = BANNER / "autoconsent.json"
KNOWN = frozenset({"de", "en", "es", "fr", "it", "nl", "pl", "pt"})
"""Languages in which version 16.23 knows a banner by its words; in others it needs the rule."""
CONFIG = {
    "enabled": True, "disabledCmps": [], "enablePrehide": True, "prehideTimeout": 2000,
    "enableCosmeticRules": True, "enableGeneratedRules": False, "detectRetries": 20,
    "isMainWorld": False, "enableHeuristicDetection": True,
    "heuristicPopupSearchTimeout": 1000, "logs": {},
}  # fmt: skip


@dataclass
class Client:
    """The client in one page: what it was told to do, and what it said."""

    page: Page
    action: str
    rules: list[Any]
    said: dict[str, Any] = field(default_factory=dict)

    def start(self, address: str, *, early: bool = False) -> None:
        """Open a page with the client in it, before the page is there or when it asks.

        A client that finds nothing at first looks again after half a second.
        """
        self.page.expose_binding("autoconsentSendMessage", self._hear)
        self.page.goto(address, wait_until="commit")
        if not early:
            expect(self.page.locator("#cb")).to_be_visible()
        self.page.evaluate(_client())

    def tell(self, **message: Any) -> None:
        """Send the client a message."""
        self.page.evaluate("(message) => { autoconsentReceiveMessage(message) }", message)

    def until(self, kind: str) -> Any:
        """Wait until the client has said something of a kind; return it."""
        for _ in range(250):
            if kind in self.said:
                return self.said[kind]
            self.page.wait_for_timeout(20)
        raise AssertionError(f"the client never said {kind}, only {list(self.said)}")

    def _hear(self, source: dict[str, Any], message: dict[str, Any]) -> None:
        del source
        self.said[message["type"]] = message
        if message["type"] == "init":
            mode = "off" if self.rules else "reject"
            config = CONFIG | {"autoAction": self.action, "heuristicMode": mode}
            self.tell(type="initResp", config=config, rules={"autoconsent": self.rules})


@cache
def _client() -> str:
    if not CLIENT.exists():
        pytest.skip("autoconsent is missing: run `npm ci` in static/consent-banner")
    return CLIENT.read_text(encoding="utf-8")


def rules() -> list[Any]:
    """Return the rule that we publish."""
    return [json.loads(RULE.read_text(encoding="utf-8"))]


def answered(visit: Visit, client: Client, result: str) -> dict[str, bool]:
    """Return what the ledger says after the client's one answer, which must have succeeded."""
    done = client.until(result)
    assert done["result"] is True
    expect(visit.page.locator("#cb")).to_have_count(0)
    client.until("autoconsentDone")
    client.tell(type="selfTest")
    assert client.until("selfTestResult")["result"] is True
    visit.until(visit.rows)
    (said,) = answers_of(visit.rows()).values()
    return said


def strict(visit: Visit) -> None:
    """Let the page forbid code from text: none of the client's own snippets is run."""
    visit.markup.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'nonce-{NONCE}'; "
        f"connect-src {visit.world.origin(SERVICE)}"
    )


@pytest.mark.parametrize("language", sorted(KNOWN))
def test_25_the_client_refuses_without_any_rule(visit: Visit):
    strict(visit)
    client = Client(visit.page, "optOut", [])
    client.start(visit.address, early=visit.language == "fr")
    assert answered(visit, client, "optOutResult") == dict.fromkeys(ASKED, False)
    assert client.said["optOutResult"]["cmp"] == "HEURISTIC-REJECT"


# The rule reads no words: that its hooks stand on the page in every language is E10.
@in_all_languages
def test_25_the_client_refuses_by_our_rule(visit: Visit):
    strict(visit)
    client = Client(visit.page, "optOut", rules())
    client.start(visit.address)
    assert answered(visit, client, "optOutResult") == dict.fromkeys(ASKED, False)
    assert client.said["optOutResult"]["cmp"] == rules()[0]["name"]


@in_all_languages
def test_25_the_client_accepts_by_our_rule(visit: Visit):
    strict(visit)
    client = Client(visit.page, "optIn", rules())
    client.start(visit.address)
    assert answered(visit, client, "optInResult") == dict.fromkeys(ASKED, True)
    assert client.said["optInResult"]["cmp"] == rules()[0]["name"]


def test_the_rule_for_consent_o_matic_uses_only_hooks_that_the_banner_has(visit: Visit):
    visit.open()
    rules = json.loads((BANNER / "consent-o-matic.json").read_text(encoding="utf-8"))
    rule = rules["privacy-consent-banner"]
    for matcher in ("presentMatcher", "showingMatcher"):
        found = rule["detectors"][0][matcher][0]["target"]["selector"]
        expect(visit.page.locator(found)).to_be_visible()
    methods = {method["name"]: method["action"] for method in rule["methods"]}
    visit.page.click(methods["OPEN_OPTIONS"]["target"]["selector"])
    boxes = [one["matcher"]["target"]["selector"] for one in methods["DO_CONSENT"]["consents"]]
    toggles = [
        one["toggleAction"]["target"]["selector"] for one in methods["DO_CONSENT"]["consents"]
    ]
    assert boxes == toggles == [f"#cb-{code}" for code in ASKED]
    visit.page.click(toggles[0])
    visit.page.click(methods["SAVE_CONSENT"]["target"]["selector"])
    visit.until(visit.rows)
    assert {row.purpose_code for row in visit.rows() if row.granted} == {ASKED[0]}
