"""The page of statistics: right for its controller, and never with less than ten answers."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from privacy.operators.roles import Role
from tests.fakes import FakeClock
from tests.web.banner.conftest import Shop, open_shop
from tests.web.conftest import Seat, bearer_of, seat, shop, told

ADDRESS = "/console/consents/statistics"


@pytest.fixture
def site(app: Flask, clock: FakeClock) -> Shop:
    """Return a site on which twelve browsers accepted and eight refused, on two days."""
    opened = open_shop(app)
    for number in range(20):
        if number == 12:
            clock.advance(days=1)
        visitor = f"{number:032x}"
        assert opened.post(opened.body(visitor=visitor, granted=number < 12)).status_code == 201
    return opened


@pytest.fixture
def viewer(app: Flask, site: Shop) -> Seat:
    """Return an agent of the boutique at a browser, an hour after the last answer."""
    assert site.app is app
    return seat(app, Role.AGENT)


def page(viewer: Seat, **query: Any) -> str:
    answer = viewer.browser.get(ADDRESS, query_string=query, headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.text)


def _machine(app: Flask) -> Callable[[str], TestResponse]:
    headers = bearer_of(app, seat(app, Role.DPO).operator_id)
    caller = app.test_client()
    return lambda query: caller.get(f"/v1/consents/statistics{query}", headers=headers)


def test_each_purpose_is_drawn_and_what_is_too_small_is_hidden(viewer: Seat):
    text = page(viewer)
    assert text.count('<svg viewBox="0 0 30 100"') == 0  # 8 refusals hide the 12 grants as well
    assert "Fewer than 10 answers in each step" in text
    assert "&lt; 10" in text
    month = page(viewer, unit="month")
    assert month.count("<svg viewBox") - text.count("<svg viewBox") == 2
    assert "Share of agreement over the period: 60 %." in month
    assert 'y="40" width=".8" height="60"' in month


def test_groups_and_filters_are_kept_in_the_form(viewer: Seat, site: Shop):
    text = page(viewer, by="notice", unit="week", site=site.site.key)
    assert '<option value="notice" selected>' in text
    assert '<option value="week" selected>' in text
    assert f'<option value="{site.site.key}" selected>' in text
    assert site.site.notices["fr"][:8] in text
    assert "French" in page(viewer, by="language", unit="month")


SENSELESS: tuple[dict[str, str], ...] = (
    {"since": "2026-03-10", "until": "2026-03-01"}, {"since": "soon"}, {"unit": "year"},
    {"since": "2000-01-01", "unit": "day"}, {"since": "9999-12-31"}, {"until": "0001-01-01"},
)  # fmt: skip


def test_a_period_that_makes_no_sense_is_said_so(viewer: Seat):
    for query in SENSELESS:
        text = page(viewer, **query)
        assert "This period does not fit" in text, query
        assert "Detailed analytics" in text, query


def test_another_controller_sees_none_of_it_and_an_auditor_no_page(app: Flask, viewer: Seat):
    assert viewer.token
    other = seat(app, Role.DPO, shop(app, "librairie"))
    assert "Detailed analytics" not in page(other, unit="month")
    auditor = seat(app, Role.AUDITOR)
    assert auditor.browser.get(ADDRESS).status_code == 403


def test_machines_get_the_same_counts(app: Flask, site: Shop):
    from_machine = _machine(app)
    query = "controller=boutique&since=2026-03-01&until=2026-03-31"
    found = told(from_machine(f"?{query}&unit=month&by=language"))
    assert (found["least"], found["unit"]) == (10, "month")
    (group,) = found["groups"]["audience_consent"]
    assert group == {
        "group": "fr", "granted": 12, "refused": 8, "withdrawn": 0, "rate": 0.6,
    }  # fmt: skip
    (step,) = found["series"]["social_sharing"]
    assert (step["group"], step["granted"]) == ("2026-03-01", 12)
    by_day = told(from_machine(f"?{query}"))
    assert by_day["unit"] == "day"
    assert {one["granted"] for one in by_day["series"]["social_sharing"]} == {None, 0}
    assert told(from_machine(f"?{query}&site={site.site.key}"))["groups"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("controller=boutique&since=2026-03-01", 422),
        ("controller=boutique&since=2026-03-02&until=2026-03-01", 422),
        ("controller=boutique&since=2020-01-01&until=2026-03-01&unit=day", 422),
        ("controller=boutique&since=0001-01-01&until=2026-03-01", 422),
        ("controller=nobody&since=2026-03-01&until=2026-03-01", 404),
        ("controller=boutique&since=2026-03-01&until=2026-03-01&site=pk_none", 404),
    ],
)
def test_machines_are_told_what_makes_no_sense(app: Flask, site: Shop, query: str, status: int):
    assert site.app is app
    assert _machine(app)(f"?{query}").status_code == status
