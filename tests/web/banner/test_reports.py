"""Browsers report what a site's policy stopped; it is counted, and nobody is in it."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from privacy.purposes import reports
from privacy.purposes.models import CspReport
from tests.make import ORIGIN
from tests.web.banner.conftest import Shop, open_shop

OLD = {
    "csp-report": {
        "document-uri": f"{ORIGIN}/panier?client=alix",
        "violated-directive": "script-src 'self'",
        "blocked-uri": "https://pixel.example/t.js?u=alix",
    }
}
NEW = [
    {
        "type": "csp-violation",
        "body": {
            "documentURL": f"{ORIGIN}/",
            "effectiveDirective": "img-src",
            "blockedURL": "https://pixel.example/1.gif",
        },
    }
]


@pytest.fixture
def site(app: Flask) -> Shop:
    return open_shop(app)


def send(site: Shop, body: Any, kind: str = "application/csp-report") -> TestResponse:
    octets = body if isinstance(body, bytes) else json.dumps(body).encode()
    address = f"/banner/csp/{site.site.key}"
    return site.app.test_client().post(address, data=octets, content_type=kind)


def counted(site: Shop) -> Sequence[CspReport]:
    with site.runtime.database.reading() as session:
        return reports.of_site(session, site_id=site.site.id)


def test_either_form_is_counted_with_its_like_and_without_query_or_path(site: Shop):
    answers = [send(site, OLD), send(site, OLD), send(site, NEW, "application/reports+json")]
    assert [answer.status_code for answer in answers] == [204, 204, 204]
    found = {one.directive: (one.blocked, one.page, one.count) for one in counted(site)}
    assert found == {
        "script-src": ("https://pixel.example", "/panier", 2),
        "img-src": ("https://pixel.example", "/", 1),
    }


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"csp-report": {}},
        {"csp-report": {**OLD["csp-report"], "document-uri": "https://other.example/"}},
        {"csp-report": {**OLD["csp-report"], "document-uri": f"{ORIGIN}.evil.example/"}},
        {"csp-report": {**OLD["csp-report"], "violated-directive": 5}},
    ],
)
def test_what_says_nothing_or_comes_from_another_site_is_left_out(site: Shop, body: Any):
    assert (send(site, body).status_code, counted(site)) == (204, [])


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 15_000])
def test_what_is_no_report_is_refused(site: Shop, body: bytes):
    assert send(site, body).status_code == 403


def test_a_body_that_is_too_large_is_not_read(site: Shop):
    assert send(site, b" " * 20_000).status_code == 413


def test_an_unknown_site_is_told_so(app: Flask):
    assert app.test_client().post("/banner/csp/unknown", data=b"{}").status_code == 404


def test_an_attacked_page_does_not_fill_the_database(site: Shop, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reports, "MOST", 3)
    for number in range(5):
        report = {**OLD["csp-report"], "blocked-uri": f"https://host{number}.example/"}
        send(site, {"csp-report": report})
    assert len(counted(site)) == 3


def test_a_browser_may_report_from_another_origin(site: Shop):
    asked = site.app.test_client().options(
        f"/banner/csp/{site.site.key}", headers={"Origin": ORIGIN}
    )
    assert (asked.status_code, asked.headers["Access-Control-Allow-Origin"]) == (204, ORIGIN)
