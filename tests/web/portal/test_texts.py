"""Asking by phone in the portal, from the form to the answer, through a real HTTPS gateway."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from privacy.outbox.gateway import Gateway, Wording
from privacy.requests import texting
from privacy.runtime import Runtime
from privacy.scheduler.jobs import Makers, table
from privacy.web.banner.kept import notice_files
from privacy.web.mails import render_mail
from privacy.web.pages import package_page
from privacy.web.texts import render_text
from tests.outbox import partner as partners
from tests.outbox.partner import Partner
from tests.outbox.test_webhook import poster_of
from tests.requests.office import Office
from tests.web.conftest import runtime_of
from tests.web.portal.test_views import FORM

TYPED = "06 12 34 56 78"
BODY = {"to": "{to}", "text": "{text}", "from": "{sender}"}


@dataclass(frozen=True)
class Phone:
    """The phone of one person, to which a real gateway hands texts."""

    partner: Partner
    runtime: Runtime

    def read(self) -> dict[str, Any]:
        """Let the job hand over what is owed, and return the newest text."""
        makers = Makers(render_mail, package_page, notice_files, render_text)
        jobs = {one.name: one for one in table(self.runtime, makers)}
        jobs["deliver-texts"].run()
        told: dict[str, Any] = json.loads(self.partner.received[-1].body)
        return told

    def link(self) -> str:
        """Return the path in the newest text."""
        return str(self.read()["text"]).rsplit(" ", 1)[1].removeprefix("http://localhost")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Partner]:
    with partners.opened(tmp_path_factory.mktemp("gateway")) as partner:
        yield partner


@pytest.fixture
def phone(office: Office, app: Flask, shared: Partner) -> Phone:
    shared.received.clear()
    wording = Wording.read({"url": shared.url, "body": BODY})
    put(office, Gateway(wording, "Boutique"))
    return Phone(shared, replace(runtime_of(app), poster=poster_of(shared)))


def put(office: Office, gateway: Gateway) -> None:
    with office.database.transaction() as session:
        texting.set_gateway(
            session,
            actor="system",
            at=office.clock(),
            cabinet=office.desk.cabinet,
            controller_id=office.controller.id,
            gateway=gateway,
        )


def ask(browser: FlaskClient, phone: str = TYPED, **fields: str) -> TestResponse:
    return browser.post(FORM, data={"kind": "access", "email": "", "phone": phone} | fields)


def test_the_whole_way_by_phone(browser: FlaskClient, office: Office, phone: Phone, answer: Any):
    assert "Je n’ai pas d’adresse e-mail" in browser.get(FORM).text
    asked = ask(browser)
    assert asked.location == "/portal/boutique/sent?by=phone"
    assert "Regardez votre téléphone" in browser.get(asked.location).text
    got = phone.read()
    assert (got["to"], got["from"]) == ("+33612345678", "Boutique")
    assert len(got["text"]) <= 160
    link = phone.link()
    assert "Confirmer ma demande" in browser.get(link).text
    status = browser.post(link).location
    assert "Votre demande est confirmée" in browser.get(status).text
    assert "Votre demande est confirmée" not in browser.get(phone.link()).text
    (about,) = office.all()
    office.approve(about.id)
    assert answer() == 1
    fetched = browser.post(phone.link())
    assert (fetched.status_code, fetched.mimetype) == (200, "application/zip")


@pytest.mark.usefixtures("office")
def test_without_a_gateway_a_phone_is_not_asked_for_and_not_enough(browser: FlaskClient):
    assert "Je n’ai pas d’adresse e-mail" not in browser.get(FORM).text
    answer = ask(browser)
    assert answer.status_code == 422
    assert "Indiquez votre adresse e-mail." in answer.text
    assert "téléphone" not in browser.get("/portal/boutique/sent?by=phone").text


@pytest.mark.usefixtures("phone")
@pytest.mark.parametrize("number", ["06", "+234 801 234 5678", "x"])
def test_a_number_that_gets_no_text_comes_back_with_the_form(
    browser: FlaskClient, office: Office, number: str
):
    answer = ask(browser, number)
    assert answer.status_code == 422
    assert "Ce numéro ne convient pas." in answer.text or "adresse n’est pas" in answer.text
    assert office.messages() == []


@pytest.mark.usefixtures("phone")
def test_an_address_goes_before_a_number(browser: FlaskClient, office: Office):
    assert ask(browser, email="camille.durand@example.fr").location == "/portal/boutique/sent"
    assert office.messages()[0].channel == "mail"


@pytest.mark.usefixtures("phone")
def test_a_number_that_got_enough_gets_the_same_answer_and_no_text(
    browser: FlaskClient, office: Office
):
    told = {(one.status_code, one.location) for one in [ask(browser) for _ in range(5)]}
    assert told == {(303, "/portal/boutique/sent?by=phone")}
    assert len(office.messages()) == 3


def test_a_day_without_money_is_told_to_who_asks(
    browser: FlaskClient, office: Office, phone: Phone
):
    wording = Wording.read({"url": phone.partner.url, "body": BODY})
    put(office, Gateway(wording, "Boutique", price=80, budget=80))
    ask(browser)
    phone.read()
    answer = ask(browser, "06 12 34 56 79")
    assert answer.status_code == 422
    assert "Aucun SMS ne peut plus partir aujourd’hui." in answer.text


@pytest.mark.usefixtures("phone")
def test_one_place_cannot_make_texts_without_end(browser: FlaskClient, office: Office):
    for last in range(12):
        ask(browser, f"06 12 34 56 {last:02}")
    assert len(office.messages()) == 10
