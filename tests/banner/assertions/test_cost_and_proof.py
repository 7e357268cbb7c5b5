"""Assertions 21 to 24: what it weighs, which policies it bears, what it proves, whom it hears."""

import json

import pytest

from tests.banner.assertions.pages import NONCE, everything, tag
from tests.banner.assertions.visit import Visit, in_all_languages
from tests.banner.assertions.world import ASKED, SERVICE, SITE, TRACKER, answers_of

pytestmark = pytest.mark.browser
GPC = "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {get: () => true})"
SHIFTS = """window.shift = 0; new PerformanceObserver((list) =>
    list.getEntries().forEach((entry) => shift += entry.hadRecentInput ? 0 : entry.value))
    .observe({ type: "layout-shift", buffered: true });"""
VIOLATIONS = """window.violations = []; document.addEventListener("securitypolicyviolation",
    (event) => violations.push(event.violatedDirective + " " + event.blockedURI));"""
TRUSTED = "; require-trusted-types-for 'script'; trusted-types consent-banner"


@in_all_languages
def test_21_it_stays_within_its_budget(visit: Visit):
    visit.page.add_init_script(SHIFTS)
    visit.context.clear_cookies()
    before = len(visit.world.log)
    visit.open()
    visit.page.wait_for_timeout(100)
    asked = [one for one in visit.world.log[before:] if one.host == SERVICE]
    assert sum(one.sent for one in asked) <= 6_144
    assert 1 <= len(asked) <= 2
    assert visit.page.evaluate("shift") == 0
    visit.page.click("#cb [data-cb=reject]")
    visit.page.wait_for_timeout(100)
    assert visit.page.evaluate("shift") == 0


@pytest.mark.parametrize("more", ["", TRUSTED], ids=["csp", "trusted types"])
@in_all_languages
def test_22_a_strict_policy_is_never_violated(visit: Visit, more: str):
    origin = visit.world.origin
    visit.markup.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'nonce-{NONCE}' 'strict-dynamic'; base-uri 'none'; "
        f"connect-src {origin(SERVICE)}; img-src {origin(SITE)} {origin(TRACKER)}; "
        f"frame-src {origin(TRACKER)}{more}"
    )
    visit.page.add_init_script(VIOLATIONS)
    visit.markup.body = everything(visit.tracker)
    visit.open()
    assert visit.page.locator("#cb").evaluate("(e) => getComputedStyle(e).position") == "fixed"
    visit.settle()
    visit.page.click("dialog [data-cb=accept]")
    visit.until(lambda: len(visit.ran()) == 2 and visit.rows())
    assert sorted(visit.ran()) == ["ads.js", "audience"]
    assert visit.page.evaluate("violations") == []


@in_all_languages
def test_23_each_choice_leaves_exactly_one_record_that_proves_it(visit: Visit):
    started = visit.world.runtime.clock()
    visit.open("shelf/lamps")
    visit.answer("reject")
    visit.load()
    visit.page.wait_for_timeout(150)
    rows = visit.rows()
    assert answers_of(rows) == {rows[0].answer_id: dict.fromkeys(ASKED, False)}
    assert {row.purpose_version for row in rows} == {1}
    assert {(row.method.value, row.language) for row in rows} == {("refuse_all", visit.language)}
    assert {row.page for row in rows} == {f"/{visit.number}/shelf/lamps"}
    assert {row.notice for row in rows} == {visit.world.site.notices[visit.language]}
    assert all(started <= row.at <= visit.world.runtime.clock() for row in rows)
    proof = json.loads(visit.page.evaluate("localStorage.privacy_receipt"))
    assert proof["receipt"]["id"] == str(rows[0].answer_id)
    visit.page.evaluate("privacyBanner.accept()")
    visit.until(lambda: len(answers_of(visit.rows())) == 2)
    visit.load()
    visit.page.wait_for_timeout(150)
    assert [dict(said) for said in answers_of(visit.rows()).values()] == [
        dict.fromkeys(ASKED, False),
        dict.fromkeys(ASKED, True),
    ]


@in_all_languages
def test_24_a_signal_of_the_browser_refuses_without_a_click(visit: Visit):
    visit.page.add_init_script(GPC)
    visit.markup.body = tag("audience_consent", "audience")
    visit.load()
    visit.until_sent()
    assert visit.page.locator("#cb").count() == 0
    assert visit.granted() == dict.fromkeys(ASKED, False)
    assert visit.ran() == []
    assert answers_of(visit.rows()) == {visit.rows()[0].answer_id: dict.fromkeys(ASKED, False)}
    assert {row.method.value for row in visit.rows()} == {"gpc"}
    visit.page.click("#manage")
    assert "Global Privacy Control" in visit.page.locator("dialog").inner_text()
