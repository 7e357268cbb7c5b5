"""Recipients in the console: where they are told, what they missed, and who may change that."""

import re
from uuid import UUID, uuid4

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from privacy.consent.telling.fanout import WITHDRAWN
from privacy.operators.roles import Role
from privacy.outbox import acts, queries
from privacy.outbox.mailer import Scope
from privacy.outbox.models import MessageState, Notification
from privacy.outbox.tries import claim, failed, settle
from privacy.outbox.webhook import HttpPoster
from privacy.purposes.acts import RecipientFacts, register_recipient
from privacy.purposes.models import RecipientRole
from tests.entries import waiting_entries
from tests.make import ACTOR
from tests.web.conftest import Seat, SeatFor, runtime_of, shop

URL = "https://partner.example/hooks/s3cr3t"


def recipient(app: Flask, controller_id: UUID) -> UUID:
    runtime = runtime_of(app)
    with runtime.database.transaction() as session:
        return register_recipient(
            session,
            actor=ACTOR,
            at=runtime.clock(),
            controller_id=controller_id,
            facts=RecipientFacts("Partner SAS", RecipientRole.SEPARATE, "FR", ("mk_email",)),
        ).id


@pytest.fixture
def partner(app: Flask) -> UUID:
    """Return a recipient of the boutique; every name leads to a public address."""
    poster = HttpPoster(look_up=lambda *_: ["93.184.215.14"])
    object.__setattr__(runtime_of(app), "poster", poster)
    return recipient(app, shop(app))


@pytest.fixture
def dpo(seat_for: SeatFor) -> Seat:
    return seat_for(Role.DPO)


def set_url(held: Seat, partner: UUID, url: str = URL, kind: str = "") -> TestResponse:
    return held.browser.post(
        f"/console/recipients/{partner}/endpoint",
        data={"url": url, "identifier_kind": kind, "csrf_token": held.csrf},
    )


def give_up(app: Flask, partner: UUID) -> None:
    """Let one message to the recipient fail for good."""
    runtime = runtime_of(app)
    told = Notification(uuid4(), uuid4(), shop(app), partner, WITHDRAWN, "{}")
    with runtime.database.transaction() as session:
        acts.notify(session, at=runtime.clock(), told=[told])
    with runtime.database.reading() as session:
        (message,) = queries.waiting(session, at=runtime.clock(), channel="webhook")
    assert claim(runtime.database, message, runtime.clock())
    outcome = failed(message, "http-410", Scope.FOREVER)
    settle(runtime.database, message, outcome, runtime.clock())


def test_the_dpo_sets_an_endpoint_and_sees_its_secret_once(dpo: Seat, partner: UUID):
    page = set_url(dpo, partner, kind="email")
    assert page.status_code == 200
    (secret,) = set(re.findall(r"whsec_[A-Za-z0-9+/=]+", page.text))
    assert len(secret) > 40
    later = dpo.browser.get(f"/console/recipients/{partner}").text
    assert "whsec_" not in later
    assert "partner.example" in later
    assert "s3cr3t" not in later
    assert "partner.example" in dpo.browser.get("/console/recipients").text


def test_setting_it_again_makes_a_new_secret(dpo: Seat, partner: UUID):
    both = [re.findall(r"whsec_\S+?<", set_url(dpo, partner).text) for _ in range(2)]
    assert both[0] != both[1]


@pytest.mark.parametrize(
    "url", ["", "http://partner.example/", "https://a:b@partner.example/", "ftp://x.example/"]
)
def test_an_address_that_cannot_be_used_is_said_at_its_field(dpo: Seat, partner: UUID, url: str):
    page = set_url(dpo, partner, url)
    assert page.status_code == 422
    assert 'aria-invalid="true"' in page.text


def test_an_address_inside_our_network_is_refused(app: Flask, dpo: Seat, partner: UUID):
    object.__setattr__(runtime_of(app), "poster", HttpPoster(look_up=lambda *_: ["10.0.0.7"]))
    assert set_url(dpo, partner).status_code == 422


def test_an_endpoint_can_be_removed(app: Flask, dpo: Seat, partner: UUID):
    set_url(dpo, partner)
    gone = dpo.browser.post(
        f"/console/recipients/{partner}/endpoint/remove", data={"csrf_token": dpo.csrf}
    )
    assert "n’est plus prévenu" in dpo.browser.get(gone.location).text
    told = [
        one.action
        for one in waiting_entries(runtime_of(app).database)
        if one.action.startswith("recipient.endpoint")
    ]
    assert told == ["recipient.endpoint-set", "recipient.endpoint-removed"]


def test_what_was_given_up_is_shown_and_tried_again(app: Flask, dpo: Seat, partner: UUID):
    give_up(app, partner)
    assert 'class="bad"' in dpo.browser.get("/console/recipients").text
    page = dpo.browser.get(f"/console/recipients/{partner}").text
    assert "http-410" in page
    assert "Refusé" in page
    again = dpo.browser.post(f"/console/recipients/{partner}/retry", data={"csrf_token": dpo.csrf})
    assert "repartent" in dpo.browser.get(again.location).text
    with runtime_of(app).database.reading() as session:
        (message,) = queries.webhooks(
            session,
            controller_id=shop(app),
            recipient_id=partner,
            states=[MessageState.PENDING],
        )
    assert message.attempts == 0


@pytest.mark.parametrize("role", [Role.AGENT, Role.AUDITOR])
def test_others_look_and_change_nothing(app: Flask, seat_for: SeatFor, partner: UUID, role: Role):
    held = seat_for(role)
    page = held.browser.get(f"/console/recipients/{partner}")
    assert page.status_code == 200
    assert 'name="url"' not in page.text
    for action in ("endpoint", "endpoint/remove", "retry"):
        answer = held.browser.post(
            f"/console/recipients/{partner}/{action}", data={"csrf_token": held.csrf, "url": URL}
        )
        assert answer.status_code == 403
    assert waiting_entries(runtime_of(app).database, "recipient.endpoint-set") == []


def test_a_recipient_of_another_controller_is_not_found(app: Flask, dpo: Seat, partner: UUID):
    foreign = recipient(app, shop(app, "librairie"))
    assert foreign != partner
    for action in ("endpoint", "endpoint/remove", "retry"):
        answer = dpo.browser.post(
            f"/console/recipients/{foreign}/{action}", data={"csrf_token": dpo.csrf, "url": URL}
        )
        assert answer.status_code == 404
    assert dpo.browser.get(f"/console/recipients/{foreign}").status_code == 404
