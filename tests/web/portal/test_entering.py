"""Coming to one's preferences by the word of a site where one is signed in."""

from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from privacy.consent.vouching import issue_secret
from privacy.purposes.models import Controller, Site
from tests.entries import waiting_entries
from tests.fakes import FakeClock
from tests.make import ACTOR, make_site
from tests.vouched import signed_token
from tests.web.conftest import runtime_of
from tests.web.portal.visitor import HOME, Guest, guest_of


class Shop:
    """A site with a secret, whose page sends people to their preferences."""

    def __init__(self, guest: Guest) -> None:
        self.guest, self.runtime = guest, runtime_of(guest.app)
        at = self.runtime.clock()
        with self.runtime.database.transaction() as session:
            self.site: Site = make_site(session, at=at, controller_id=guest.controller_id)
            self.secret = issue_secret(
                session, actor=ACTOR, at=at, cabinet=self.runtime.cabinet, site=self.site
            )

    def token(self, **changes: str | int) -> str:
        exp = int((self.runtime.clock() + timedelta(minutes=5)).timestamp())
        told: dict[str, str | int] = {
            "site": self.site.key, "aud": "preferences", "sub": "C-1042", "exp": exp,
        }  # fmt: skip
        return signed_token(self.secret, **(told | changes))

    def send(self, token: str, slug: str = "boutique") -> TestResponse:
        """Post the form as a browser does that comes from the site's page."""
        return self.guest.browser.post(
            f"/portal/{slug}/preferences/enter",
            data={"site": self.site.key, "token": token},
            headers={"Sec-Fetch-Site": "cross-site", "Origin": self.site.origins[0]},
        )


@pytest.fixture
def shop(app: Flask) -> Shop:
    return Shop(guest_of(app))


def test_the_word_of_a_site_opens_the_preferences_of_whom_it_names(shop: Shop):
    entered = shop.send(shop.token())
    assert (entered.status_code, entered.location) == (303, HOME)
    assert "Offres par e-mail" in shop.guest.browser.get(HOME).text
    shop.guest.press("mk_email")
    (opened,) = waiting_entries(shop.runtime.database, "preferences.opened")
    (said,) = waiting_entries(shop.runtime.database, "consent.recorded")
    assert opened.details == {"method": "site"}
    assert said.subject_id == opened.subject_id


def test_the_same_person_is_the_same_subject_each_time(shop: Shop):
    shop.send(shop.token())
    shop.send(shop.token(exp=int(shop.runtime.clock().timestamp()) + 60))
    first, second = waiting_entries(shop.runtime.database, "preferences.opened")
    assert first.subject_id == second.subject_id


def test_a_word_works_once(shop: Shop):
    token = shop.token()
    assert shop.send(token).status_code == 303
    assert shop.send(token).status_code == 410


def test_a_word_that_is_forged_stale_or_for_something_else_opens_nothing(
    shop: Shop, clock: FakeClock
):
    token = shop.token()
    wrong = [
        "",
        "v1.x.y",
        token[:-1] + ("1" if token.endswith("0") else "0"),
        signed_token("another secret", site=shop.site.key, aud="preferences", sub="C", exp=1),
        shop.token(aud="account"),
        shop.token(exp=int(clock().timestamp())),
        shop.token(exp=int(clock().timestamp()) + 3600),
    ]
    for one in wrong:
        assert shop.send(one).status_code == 422
    assert 'name="email"' in shop.guest.browser.get(HOME).text


def test_a_site_opens_nothing_of_another_controller(shop: Shop, other: Controller):
    assert shop.send(shop.token(), other.slug).status_code == 404
