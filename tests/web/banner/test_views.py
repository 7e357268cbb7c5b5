"""Answers of visitors over HTTP: recorded once, receipted, taken from the site's pages only."""

import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from werkzeug.test import TestResponse

from privacy.consent.receipts.receipt import Receipt, to_sign
from privacy.crypto import Verifier
from privacy.purposes.models import Site
from privacy.web import limits
from privacy.web.app import create_app
from tests.fakes import FakeClock
from tests.make import ORIGIN, make_purpose, make_site
from tests.web.banner.conftest import ADDRESS, ASKED, VISITOR, Shop, open_shop, publish
from tests.web.conftest import told

CORS = "Access-Control-Allow-Origin"


def refused(answer: TestResponse, status: int) -> dict[str, Any]:
    """Return the problem document of a refusal."""
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.mimetype == "application/problem+json"
    return told(answer)


def test_an_answer_is_recorded_and_its_signed_receipt_given(shop: Shop):
    body = shop.body()
    answer = shop.post(body)
    assert answer.status_code == 201
    signed = told(answer)
    assert sorted(signed) == ["key", "receipt", "signature"]
    Verifier(signed["key"]).verify(
        to_sign(signed["receipt"]), base64.b64decode(signed["signature"])
    )
    assert signed["key"] == shop.runtime.keyring.signer.vkey
    receipt = Receipt.read(signed["receipt"])
    assert str(receipt.id) == body["id"]
    assert (receipt.site, receipt.notice) == (shop.site.key, body["notice"])
    assert receipt.answers == dict.fromkeys(ASKED, True)
    rows = shop.rows()
    assert {row.purpose_code for row in rows} == set(ASKED)
    assert {(row.subject_id, row.leaf, row.page) for row in rows} == {
        (receipt.subject, receipt.leaf, "/panier")
    }
    assert shop.entries() == 1


def test_no_visitor_s_number_is_kept_or_told(shop: Shop):
    answer = shop.post(shop.body())
    assert VISITOR not in answer.get_data(as_text=True).replace("-", "")
    assert {row.subject_id.hex for row in shop.rows()} != {VISITOR}


def test_the_page_may_read_the_answer_and_nobody_s_cookie_travels(shop: Shop):
    headers = shop.post(shop.body()).headers
    assert headers[CORS] == ORIGIN
    assert headers.getlist(CORS) == [ORIGIN]
    assert "Access-Control-Allow-Credentials" not in headers
    assert headers["Vary"] == "Origin"
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in headers


def test_a_refusal_is_recorded_like_an_acceptance(shop: Shop):
    assert shop.post(shop.body(granted=False)).status_code == 201
    assert [row.granted for row in shop.rows()] == [False, False]


def test_a_replay_gets_the_first_receipt_whenever_it_comes(shop: Shop, clock):
    body = shop.body()
    first = shop.post(body)
    clock.advance(days=40)
    again = shop.post(body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.get_data() == first.get_data()
    assert again.headers[CORS] == ORIGIN
    assert (len(shop.rows()), shop.entries()) == (2, 1)


def test_a_replay_under_another_manner_gets_the_first_receipt(shop: Shop):
    body = shop.body()
    first = shop.post(body)
    assert told(shop.post({**body, "method": "choices"})) == told(first)


def test_an_id_that_was_used_for_other_answers_is_a_conflict(shop: Shop):
    body = shop.body()
    shop.post(body)
    other = {**body, "answers": dict.fromkeys(ASKED, False)}
    answer = shop.post(other)
    refused(answer, 409)
    assert [row.granted for row in shop.rows()] == [True, True]
    assert shop.entries() == 1


def test_an_id_that_was_used_under_another_notice_is_a_conflict_and_nothing_is_signed(shop: Shop):
    body = shop.body()
    shop.post(body)
    answer = shop.post({**body, "notice": shop.site.notices["en"]})
    assert "signature" not in refused(answer, 409)


def test_an_id_belongs_to_its_visitor(shop: Shop):
    body = shop.body()
    shop.post(body)
    other = shop.post({**body, "visitor": "f" * 32, "answers": dict.fromkeys(ASKED, False)})
    assert other.status_code == 201
    assert len({row.subject_id for row in shop.rows()}) == 2


def test_answers_of_a_new_visitor_that_come_at_once_are_all_recorded(shop: Shop):
    bodies = [shop.body(granted=n % 2 == 0) for n in range(4)] * 2
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(shop.post, bodies))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200] * 4 + [201] * 4
    by_id: dict[str, set[bytes]] = {}
    for body, answer in zip(bodies, answers, strict=True):
        by_id.setdefault(body["id"], set()).add(answer.get_data())
    assert [len(receipts) for receipts in by_id.values()] == [1] * 4
    assert len({row.subject_id for row in shop.rows()}) == 1
    assert (len(shop.rows()), shop.entries()) == (8, 4)


def test_a_notice_that_was_shown_before_can_still_be_answered(shop: Shop):
    runtime = shop.runtime
    body = shop.body()
    with runtime.database.transaction() as session:
        at = runtime.clock()
        make_purpose(session, at=at, controller_id=shop.site.controller_id, code="social_sharing")
        publish(session, session.get_one(Site, shop.site.id), at)
    assert shop.post(body).status_code == 201
    assert {row.purpose_version for row in shop.rows()} == {1}


def test_two_sites_of_one_controller_are_both_answered(shop: Shop):
    runtime = shop.runtime
    with runtime.database.transaction() as session:
        at = runtime.clock()
        site = make_site(
            session,
            at=at,
            controller_id=shop.site.controller_id,
            purposes=tuple(shop.site.purposes),
        )
        publish(session, site, at)
    second = Shop(shop.app, site)
    assert [one.post(one.body()).status_code for one in (shop, second)] == [201, 201]
    assert {row.site_id for row in shop.rows()} == {shop.site.id, site.id}


def test_an_unknown_site_is_not_found(shop: Shop):
    refused(shop.post(shop.body(site="pk_000000000000")), 404)
    assert shop.rows() == []


def test_a_notice_of_another_site_or_of_nobody_is_not_found(shop: Shop):
    other = open_shop(shop.app, "autre")
    for digest in (other.site.notices["fr"], "0" * 64):
        refused(shop.post(shop.body(notice=digest)), 404)
    assert shop.rows() == []


ELSEWHERE = (
    None, "null", "", "https://evil.example", f"{ORIGIN}.evil.example", f"https://x.{ORIGIN[8:]}",
    "http://boutique.example", f"{ORIGIN}:8443", f"{ORIGIN}/", ORIGIN.upper(),
    f"{ORIGIN}, https://evil.example", "https://evil.example/?https://boutique.example",
)  # fmt: skip


def test_a_page_of_another_origin_is_refused_and_learns_nothing(shop: Shop):
    for origin in ELSEWHERE:
        answer = shop.post(shop.body(), origin=origin)
        refused(answer, 403)
        assert CORS not in answer.headers, origin
        assert (shop.rows(), shop.entries()) == ([], 0), origin


@pytest.mark.parametrize("status", [404, 409, 422, 415, 400])
def test_a_page_may_read_why_its_answer_was_refused(shop: Shop, status: int):
    body = shop.body()
    shop.post(body)
    answer = {
        404: lambda: shop.post({**body, "notice": "0" * 64}),
        409: lambda: shop.post({**body, "answers": dict.fromkeys(ASKED, False)}),
        422: lambda: shop.post({**body, "method": "silence"}),
        415: lambda: shop.post_raw(b"{}", "text/plain"),
        400: lambda: shop.post_raw(b"{"),
    }[status]()
    refused(answer, status)
    assert answer.headers[CORS] == ORIGIN
    assert "Access-Control-Allow-Credentials" not in answer.headers


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"answers": {ASKED[0]: "yes", ASKED[1]: True}}, f"answers.{ASKED[0]}.value"),
    ({"answers": {ASKED[0]: 1, ASKED[1]: True}}, f"answers.{ASKED[0]}.value"),
    ({"answers": {ASKED[0]: None, ASKED[1]: True}}, f"answers.{ASKED[0]}.value"),
    ({"answers": [True]}, "answers"),
    ({"answers": {}}, "answers"),
    ({"answers": {ASKED[0]: True}}, "answers"),
    ({"answers": {**dict.fromkeys(ASKED, True), "loyalty": True}}, "answers"),
    ({"id": "1"}, "id"),
    ({"visitor": "F" * 32}, "visitor"),
    ({"visitor": "f" * 31}, "visitor"),
    ({"visitor": "f" * 32 + "\n"}, "visitor"),
    ({"notice": 7}, "notice"),
    ({"method": "silence"}, "method"),
    ({"page": "/panier?mail=a@b.example"}, "page"),
    ({"page": "/panier#x"}, "page"),
    ({"page": "/" + "x" * 1000}, "page"),
    ({"said_at": "yesterday"}, "said_at"),
    ({"said_at": "2026-03-02T09:00:00"}, "said_at"),
    ({"said_at": "0001-01-01T00:00:00+14:00"}, "said_at"),
    ({"said_at": "9999-12-31T23:59:59-14:00"}, "said_at"),
    ({"granted_at": "2026-03-02"}, "granted_at"),
]


def test_a_body_of_wrong_types_names_each_field_and_leaves_nothing(shop: Shop):
    for changes, field in WRONG:
        document = refused(shop.post(shop.body(**changes)), 422)
        assert field in document["errors"], (changes, document)
    assert (shop.rows(), shop.entries()) == ([], 0)


def test_every_fault_of_a_body_is_told_at_once(shop: Shop):
    document = refused(shop.post({"site": shop.site.key}), 422)
    assert set(document["errors"]) == {
        "answers", "id", "language", "method", "notice", "visitor",
    }  # fmt: skip


def _with(shop: Shop, page: bytes) -> bytes:
    return to_sign(shop.body(page="@")).replace(b'"@"', page)


def test_hostile_bodies_get_the_same_answer_on_every_database(shop: Shop):
    good = to_sign(shop.body())
    deep = b'{"page":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    hostile = [
        (deep[: 60 * 1024], 400),
        (b'{"page":' + b"[" * 20_000 + b"]" * 20_000 + b"}", 400),
        (_with(shop, b"9" * 5_000), 400),
        (_with(shop, b"1e400"), 400),
        (_with(shop, b"NaN"), 400),
        (_with(shop, b'"a\\u0000b"'), 400),
        (_with(shop, b'{"a":"\\u0000"}'), 400),
        (_with(shop, b'"\\ud800"'), 400),
        (good[:-1] + b',"page":"/other"}', 400),
        (b"[" + good + b"]", 400),
        (b'"text"', 400),
        (good + b" " * 10_000_000, 413),
        (good.replace(b"/panier", b"/\xff"), 400),
    ]
    for data, status in hostile:
        refused(shop.post_raw(data), status)
    refused(shop.post_raw(good, "text/plain"), 415)
    assert (shop.rows(), shop.entries()) == ([], 0)
    assert shop.post_raw(good).status_code == 201


def test_the_server_s_clock_says_when_and_the_browser_s_is_a_hint(shop: Shop, clock: FakeClock):
    answer = shop.post(shop.body(said_at="2026-03-02T07:30:00Z"))
    assert datetime.fromisoformat(told(answer)["receipt"]["at"]) == clock()
    assert "Privacy-Ignored" not in answer.headers
    assert {(row.at, row.said_at) for row in shop.rows()} == {
        (clock(), datetime(2026, 3, 2, 7, 30, tzinfo=UTC))
    }


@pytest.mark.parametrize("said_at", ["2001-09-09T01:46:40Z", "2026-03-03T09:00:01Z"])
def test_a_clock_a_day_off_is_ignored_and_the_page_is_told(
    shop: Shop, clock: FakeClock, said_at: str
):
    answer = shop.post(shop.body(said_at=said_at))
    assert answer.status_code == 201
    assert answer.headers["Privacy-Ignored"] == "said_at"
    assert datetime.fromisoformat(told(answer)["receipt"]["at"]) == clock()
    assert {(row.at, row.said_at) for row in shop.rows()} == {(clock(), None)}


def test_a_banner_is_answered_by_the_acts_of_a_banner_only(shop: Shop):
    for method in ("import", "paper", "form", "one_click", "device"):
        document = refused(shop.post(shop.body(method=method)), 422)
        assert "accept_all" in document["errors"]["method"][0]
    assert shop.rows() == []


def test_a_body_of_100_kilobytes_is_refused_unread(shop: Shop):
    many = {f"purpose_{n:05}": True for n in range(5_000)}
    document = refused(shop.post(shop.body(answers=many)), 413)
    assert document["type"] == "/problems/too-large"
    assert shop.rows() == []


def test_a_site_s_new_origins_count_within_seconds(shop: Shop, clock):
    assert shop.post(shop.body()).status_code == 201
    runtime = shop.runtime
    with runtime.database.transaction() as session:
        session.get_one(Site, shop.site.id).origins = ["https://neuf.example"]
        make_purpose(session, at=clock(), controller_id=shop.site.controller_id)
    clock.advance(seconds=11)
    refused(shop.post(shop.body()), 403)
    assert shop.post(shop.body(), origin="https://neuf.example").status_code == 201


def test_a_browser_that_asks_first_may_send_json_without_cookies(shop: Shop):
    answer = shop.app.test_client().options(
        ADDRESS,
        headers={
            "Origin": ORIGIN,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        },
    )
    assert (answer.status_code, answer.get_data()) == (204, b"")
    headers = {name: value for name, value in answer.headers if name.startswith("Access-")}
    assert headers == {
        CORS: ORIGIN,
        "Access-Control-Allow-Methods": "POST",
        "Access-Control-Allow-Headers": "Content-Type",
        "Access-Control-Max-Age": "86400",
    }
    assert "Origin" in answer.headers["Vary"]


@pytest.mark.parametrize("bucket", ["banner", "site"])
def test_too_many_answers_are_told_when_to_come_back(settings, clock, bucket: str):
    rates = dict(limits.LIMITS) | {bucket: limits.Limit(2, 60)}
    app = create_app(settings, clock=clock, rates=rates)
    app.testing = True
    shop = open_shop(app)
    statuses = [shop.post(shop.body(id=str(uuid4()))) for _ in range(3)]
    assert [answer.status_code for answer in statuses] == [201, 201, 429]
    refused(statuses[2], 429)
    assert 1 <= int(statuses[2].headers["Retry-After"]) <= 60
    assert statuses[2].headers[CORS] == ORIGIN
    assert len(shop.rows()) == 4
    shop.runtime.database.dispose()
