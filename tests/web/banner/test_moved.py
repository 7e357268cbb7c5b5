"""A choice from the banner of before is taken over where it is proven and whole."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from werkzeug.test import TestResponse

from privacy.consent.models import Method
from privacy.purposes import acts
from privacy.purposes.models import Site
from privacy.purposes.queries import current_notice
from tests.fakes import FakeClock
from tests.make import ACTOR, ORIGIN
from tests.web.banner.conftest import ASKED, VISITOR, Shop
from tests.web.conftest import told

MAPPING = {
    "language": "fr",
    "purposes": {"audience_consent": ["analytics"], "social_sharing": ["social"]},
    "notices": [{"revision": "1", "text": "Nous utilisons des cookies."}],
}


def moving(shop: Shop, tool: str = "cookieconsent", **changes: Any) -> None:
    """Let the site take over choices from another tool."""
    with shop.runtime.database.transaction() as session:
        site = session.get_one(Site, shop.site.id)
        moves = {"tool": tool, "mapping": {**MAPPING, **changes}}
        acts.take_over(session, actor=ACTOR, at=shop.runtime.clock(), site=site, moves=moves)


def cookie(shop: Shop, *categories: str, **changes: Any) -> str:
    """Return a cookie of cookieconsent 3 as browsers keep it, two days old."""
    at = shop.runtime.clock().timestamp() - 2 * 86_400
    stamp = shop.runtime.clock().fromtimestamp(at, shop.runtime.clock().tzinfo)
    value = {
        "categories": list(categories),
        "revision": 1,
        "consentTimestamp": stamp.isoformat(),
        "services": {},
        **changes,
    }
    return quote(json.dumps(value))


def hand_in(shop: Shop, text: str, origin: str = ORIGIN, visitor: str = VISITOR) -> TestResponse:
    body = {"site": shop.site.key, "cookie": text, "visitor": visitor}
    client = shop.app.test_client()
    return client.post("/banner/moved", json=body, headers={"Origin": origin})


def test_a_proven_choice_is_kept_from_when_it_was_given_and_recorded_as_imported(shop: Shop):
    moving(shop)
    answer = hand_in(shop, cookie(shop, "analytics"))
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    taken = told(answer)
    now = int(shop.runtime.clock().timestamp())
    material = json.loads(_notice(shop))["material"]
    at = now - 2 * 86_400
    assert taken["choice"] == (f"1.{VISITOR}.{material}.{at}.audience_consent:1.social_sharing:0")
    assert 170 * 86_400 < taken["seconds"] < 185 * 86_400
    rows = shop.rows()
    assert {(row.purpose_code, row.granted) for row in rows} == {
        ("audience_consent", True), ("social_sharing", False),
    }  # fmt: skip
    assert {row.method for row in rows} == {Method.IMPORT}


def _notice(shop: Shop) -> str:
    with shop.runtime.database.reading() as session:
        return current_notice(session, site=shop.site, language="fr").document


def test_handing_in_twice_records_once(shop: Shop):
    moving(shop)
    text = cookie(shop, "analytics", "social")
    first, second = (told(hand_in(shop, text)) for _ in range(2))
    assert first == second
    assert len(shop.rows()) == len(ASKED)


@pytest.mark.parametrize(
    "changes",
    [
        {"revision": 2},
        {"consentTimestamp": None},
        {"consentTimestamp": "2020-01-01T00:00:00Z"},
        {"expirationTime": 1_000},
        {"categories": "analytics"},
    ],
)
def test_what_is_not_proven_or_too_old_is_asked_and_nothing_is_recorded(
    shop: Shop, changes: dict[str, Any]
):
    moving(shop)
    answer = hand_in(shop, cookie(shop, "analytics", "social", **changes))
    assert answer.status_code == 204
    assert shop.rows() == []


@pytest.mark.parametrize("text", ["x", "%7B", "{}", "null", "[]", quote("{" * 900)])
def test_what_is_no_such_cookie_is_asked(shop: Shop, text: str):
    moving(shop)
    assert hand_in(shop, text).status_code == 204


def test_an_answer_that_leaves_something_open_is_asked(shop: Shop):
    notices = [{"text": "…", "since": "2026-01-15"}]
    moving(shop, "klaro", notices=notices)
    assert hand_in(shop, json.dumps({"analytics": True})).status_code == 204
    assert shop.rows() == []


def test_the_term_runs_from_the_notice_where_the_cookie_has_no_date(shop: Shop, clock: FakeClock):
    day = (clock.now.date()).isoformat()
    moving(shop, "tarteaucitron", notices=[{"text": "…", "since": day}])
    text = "!analytics=true!social=false"
    taken = told(hand_in(shop, text))
    assert taken["choice"].endswith(".audience_consent:1.social_sharing:0")
    clock.advance(days=200)
    assert hand_in(shop, text, visitor="e" * 32).status_code == 204


def test_a_site_that_takes_nothing_over_asks(shop: Shop):
    assert hand_in(shop, cookie(shop, "analytics", "social")).status_code == 204
    moving(shop)
    with shop.runtime.database.transaction() as session:
        site = session.get_one(Site, shop.site.id)
        acts.take_over(session, actor=ACTOR, at=shop.runtime.clock(), site=site, moves=None)
    assert hand_in(shop, cookie(shop, "analytics", "social")).status_code == 204
    assert shop.rows() == []


def test_pages_of_others_and_unknown_sites_are_refused(shop: Shop):
    moving(shop)
    assert hand_in(shop, "x", origin="https://other.example").status_code == 403
    body = {"site": "pk_unknownunknown", "cookie": "x", "visitor": VISITOR}
    answer = shop.app.test_client().post("/banner/moved", json=body, headers={"Origin": ORIGIN})
    assert answer.status_code == 404


def test_browsers_are_told_that_they_may_send(shop: Shop):
    answer = shop.app.test_client().options("/banner/moved", headers={"Origin": ORIGIN})
    assert answer.status_code == 204
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
