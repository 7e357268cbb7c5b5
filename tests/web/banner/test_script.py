"""The script that pages embed: configured, cacheable, and in the visitor's language."""

import json
from typing import Any

import pytest
from werkzeug.test import TestResponse

from privacy.web.banner import script
from tests.fakes import FakeClock
from tests.make import make_purpose
from tests.web.banner.conftest import ASKED, Shop, publish


def fetched(shop: Shop, query: str = "", **headers: str) -> TestResponse:
    return shop.app.test_client().get(f"/banner/{shop.site.key}.js{query}", headers=headers)


def configuration(answer: TestResponse) -> dict[str, Any]:
    """Return the JSON object that stands where the code wants it."""
    head, _, _ = script.code().partition(script.PLACE)
    text = answer.get_data(as_text=True)
    assert text.startswith(head)
    value, _end = json.JSONDecoder().raw_decode(text, len(head))
    assert isinstance(value, dict)
    return value


def test_the_script_carries_the_notice_of_its_site_as_json(shop: Shop):
    answer = fetched(shop)
    config = configuration(answer)
    assert (answer.status_code, answer.mimetype) == (200, "text/javascript")
    assert script.PLACE not in answer.get_data(as_text=True)
    assert (config["site"], config["notice"]) == (shop.site.key, shop.site.notices["fr"])
    assert [purpose["code"] for purpose in config["purposes"]] == list(ASKED)
    assert config["codes"] == list(ASKED)
    assert config["exempt"] == ".essential:1"
    assert config["service"] == "http://localhost"
    # From 2 March to the end of 2 September: a day less, since the first has begun.
    assert config["days"] == 184


@pytest.mark.parametrize(
    ("query", "accepted", "language"),
    [
        ("", None, "fr"),
        ("", "en-GB,en;q=0.9,fr;q=0.5", "en"),
        ("", "fr-CH, en;q=0.3", "fr"),
        ("", "ja, uk;q=0.9", "fr"),
        ("", "ja, en;q=0.4", "en"),
        ("?lang=en", "fr", "en"),
        ("?lang=fr", "en", "fr"),
        ("?lang=ja", "en", "en"),
        ("?lang=ja", None, "fr"),
        ("?lang=../../etc", None, "fr"),
    ],
)
def test_the_tag_s_language_comes_first_then_the_browser_s(
    shop: Shop, query: str, accepted: str | None, language: str
):
    headers = {"Accept-Language": accepted} if accepted else {}
    config = configuration(fetched(shop, query, **headers))
    assert config["language"] == language
    assert config["notice"] == shop.site.notices[language]


def test_the_script_may_be_kept_for_five_minutes_by_everybody_and_used_anywhere(shop: Shop):
    headers = fetched(shop).headers
    assert headers["Cache-Control"] == "public, max-age=300"
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Accept-Language" in headers["Vary"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in headers


def test_an_unchanged_script_is_not_sent_again_and_a_changed_one_is(shop: Shop, clock: FakeClock):
    tag, before = fetched(shop).headers["ETag"], configuration(fetched(shop))["material"]
    again = fetched(shop, **{"If-None-Match": tag})
    assert (again.status_code, again.get_data()) == (304, b"")
    assert again.headers["ETag"] == tag
    assert again.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    runtime = shop.runtime
    with runtime.database.transaction() as session:
        at = runtime.clock()
        make_purpose(session, at=at, controller_id=shop.site.controller_id, code="social_sharing")
        publish(session, session.get_one(type(shop.site), shop.site.id), at)
    clock.advance(seconds=11)
    changed = fetched(shop, **{"If-None-Match": tag})
    assert changed.status_code == 200
    with runtime.database.reading() as session:
        shown = session.get_one(type(shop.site), shop.site.id).notices["fr"]
    assert configuration(changed)["notice"] == shown != shop.site.notices["fr"]
    assert configuration(changed)["material"] != before, "a new version must be asked again"


def test_another_language_has_another_tag(shop: Shop):
    assert fetched(shop).headers["ETag"] != fetched(shop, "?lang=en").headers["ETag"]


@pytest.mark.parametrize("key", ["pk_000000000000", "x", "pk_%27", "pk_é"])
def test_an_unknown_site_has_no_script(shop: Shop, key: str):
    answer = shop.app.test_client().get(f"/banner/{key}.js")
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"


def test_a_head_request_tells_the_same_without_the_script(shop: Shop):
    answer = shop.app.test_client().head(f"/banner/{shop.site.key}.js")
    assert (answer.status_code, answer.get_data()) == (200, b"")
    assert answer.headers["ETag"] == fetched(shop).headers["ETag"]
