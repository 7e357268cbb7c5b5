"""The console tells how a site embeds the banner and under which policy."""

from flask import Flask

from privacy.operators.roles import Role
from privacy.purposes import reports
from privacy.purposes.reports import refused
from tests.make import ORIGIN
from tests.web.banner.conftest import Shop, open_shop
from tests.web.conftest import Seat, SeatFor, shop


def opened(app: Flask, seat_for: SeatFor) -> tuple[Shop, Seat]:
    site = open_shop(app)
    return site, seat_for(Role.DPO, site.site.controller_id)


def test_a_site_is_shown_with_its_tags_and_its_policy(app: Flask, seat_for: SeatFor):
    site, dpo = opened(app, seat_for)
    assert site.site.name in dpo.browser.get("/console/sites").text
    page = dpo.browser.get(f"/console/sites/{site.site.key}").text
    assert f"/banner/{site.site.key}.js" in page
    assert "integrity=" in page
    assert "default-src &#39;self&#39;" in page
    assert f"/banner/csp/{site.site.key}" in page


def test_what_browsers_stopped_is_shown(app: Flask, seat_for: SeatFor):
    site, dpo = opened(app, seat_for)
    seen = refused("img-src", "https://pixel.example/1.gif", f"{ORIGIN}/panier")
    with site.runtime.database.transaction() as session:
        reports.note(session, at=site.runtime.clock(), site_id=site.site.id, seen=seen)
    page = dpo.browser.get(f"/console/sites/{site.site.key}").text
    assert "https://pixel.example" in page
    assert "1.gif" not in page


def test_the_site_of_another_controller_does_not_exist(app: Flask, seat_for: SeatFor):
    site = open_shop(app)
    other = seat_for(Role.DPO, shop(app, "librairie"))
    assert other.browser.get(f"/console/sites/{site.site.key}").status_code == 404
