"""A notice is published from the console by whoever has read what it changes."""

import re
from http import HTTPStatus

from flask import Flask

from privacy.operators.roles import Role
from privacy.purposes import acts, queries
from privacy.purposes.models import LegalBasis, Site
from tests.entries import waiting_entries
from tests.web.banner.conftest import Shop, open_shop
from tests.web.conftest import Seat, SeatFor, shop


def opened(app: Flask, seat_for: SeatFor) -> tuple[Shop, Seat]:
    site = open_shop(app)
    return site, seat_for(Role.DPO, site.site.controller_id)


def address(site: Shop) -> str:
    return f"/console/sites/{site.site.key}/publish"


def read(seat: Seat, site: Shop) -> tuple[str, str]:
    """Return the page, and the mark of what it shows."""
    page = seat.browser.get(address(site)).text
    found = re.search(r'name="read" value="([0-9a-f]{64})"', page)
    return page, found[1] if found else ""


def publish(seat: Seat, site: Shop, mark: str) -> int:
    form = {"read": mark}
    answer = seat.browser.post(f"{address(site)}/confirm", data=form, headers=seat.headers)
    return answer.status_code


def notices(site: Shop) -> dict[str, str]:
    with site.runtime.database.reading() as session:
        return dict(session.get_one(Site, site.site.id).notices)


def reword(site: Shop, title: str) -> None:
    """Publish a new version of a purpose under another title."""
    runtime, controller_id = site.runtime, site.site.controller_id
    with runtime.database.transaction() as session:
        known = queries.current_purposes(session, controller_id=controller_id)
        old = known["audience_consent"]
        texts = {language: {**words, "title": title} for language, words in old.texts.items()}
        made = acts.PurposeFacts("audience_consent", LegalBasis.CONSENT, texts, dict(old.details))
        acts.publish_purpose(
            session, actor="system", at=runtime.clock(), controller_id=controller_id, facts=made
        )


def test_what_changes_is_read_then_published_and_told_in_the_log(app: Flask, seat_for: SeatFor):
    site, dpo = opened(app, seat_for)
    first = notices(site)
    reword(site, "Mesure neuve")
    page, mark = read(dpo, site)
    assert "Mesure neuve" in page
    assert (
        "every visitor who has answered is asked again" in page or "de nouveau interrogé" in page
    )
    assert notices(site) == first
    entries = len(waiting_entries(site.runtime.database, "notice.published"))
    assert publish(dpo, site, mark) == HTTPStatus.SEE_OTHER
    assert notices(site) != first
    told = waiting_entries(site.runtime.database, "notice.published")[entries:]
    assert {entry.details["notice"] for entry in told} == set(notices(site).values())
    assert {entry.actor for entry in told} == {f"operator:{dpo.operator_id}"}
    page, mark = read(dpo, site)
    assert mark == ""


def test_what_changed_since_it_was_read_is_not_published(app: Flask, seat_for: SeatFor):
    site, dpo = opened(app, seat_for)
    reword(site, "Une")
    _, mark = read(dpo, site)
    reword(site, "Deux")
    before = notices(site)
    assert publish(dpo, site, mark) == HTTPStatus.CONFLICT
    assert publish(dpo, site, "") == HTTPStatus.CONFLICT
    assert notices(site) == before


def test_a_language_can_be_read_alone(app: Flask, seat_for: SeatFor):
    site, dpo = opened(app, seat_for)
    page = dpo.browser.get(f"{address(site)}?lang=en").text
    assert "Reject all" in page
    assert dpo.browser.get(f"{address(site)}?lang=zz").status_code == HTTPStatus.OK


def test_only_who_manages_purposes_of_that_controller_may(app: Flask, seat_for: SeatFor):
    site, _ = opened(app, seat_for)
    agent = seat_for(Role.AGENT, site.site.controller_id)
    assert agent.browser.get(address(site)).status_code in {403, 404}
    assert publish(agent, site, "x") in {403, 404}
    other = seat_for(Role.DPO, shop(app, "librairie"))
    assert other.browser.get(address(site)).status_code == HTTPStatus.NOT_FOUND
