"""Signing in and out, and one's own account."""

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from privacy.audit.actions import Action
from privacy.operators.roles import Role
from tests.make import PASSWORD
from tests.requests.office import Office
from tests.web.conftest import Seat, browser_of, seat

NEW = "Un-autre-mot-de-passe-7!"


def email_of(office: Office, role: str = "dpo") -> str:
    return f"{role}@{office.controller.id.hex[-6:]}.example"


def sign_in(app: Flask, email: str, password: str, **fields: str) -> TestResponse:
    form = {"email": email, "password": password} | fields
    return browser_of(app).post("/console/sign-in", data=form)


@pytest.mark.usefixtures("dpo")
def test_an_operator_signs_in_and_out(app: Flask, office: Office):
    browser = browser_of(app)
    assert 'name="password"' in browser.get("/console/sign-in").text
    form = {"email": email_of(office), "password": PASSWORD}
    answer = browser.post("/console/sign-in", data=form)
    assert (answer.status_code, answer.location) == (303, "/console/")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    page = browser.get("/console/requests")
    assert page.status_code == 200
    csrf = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    out = browser.post("/console/sign-out", data={"csrf_token": csrf})
    assert out.location == "/console/sign-in?done=signed_out"
    assert "Vous avez quitté la console." in browser.get(out.location).text
    assert browser.get("/console/requests").status_code == 302
    told = [one.action for one in office.entries(Action.OPERATOR_SIGNED_IN)]
    assert told
    assert len(office.entries(Action.OPERATOR_SIGNED_OUT)) == 1


@pytest.mark.usefixtures("dpo")
def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(app: Flask, office: Office):
    wrong = sign_in(app, email_of(office), "not-the-password")
    unknown = sign_in(app, "nobody@boutique.example", "not-the-password")
    assert wrong.status_code == unknown.status_code == 422
    assert "L’adresse et le mot de passe ne correspondent pas." in wrong.text
    assert wrong.text.replace(email_of(office), "") == unknown.text.replace(
        "nobody@boutique.example", ""
    )
    assert "not-the-password" not in wrong.text
    assert "Set-Cookie" not in wrong.headers


@pytest.mark.parametrize("email", ["", "no-address", "a b", "x" * 400])
@pytest.mark.usefixtures("office")
def test_what_is_no_address_gets_the_same_answer_too(app: Flask, email: str):
    assert sign_in(app, email, "x").status_code == 422


@pytest.mark.usefixtures("dpo")
@pytest.mark.parametrize(
    ("wanted", "target"),
    [
        ("/console/audit", "/console/audit"),
        ("https://evil.example/console/", "/console/"),
        ("//evil.example", "/console/"),
        ("", "/console/"),
    ],
)
def test_after_signing_in_one_stays_here(app: Flask, office: Office, wanted: str, target: str):
    answer = sign_in(app, email_of(office), PASSWORD, next=wanted)
    assert answer.location == target
    assert f'value="{wanted}"' in sign_in(app, email_of(office), "wrong", next=wanted).text or (
        wanted == ""
    )


def test_the_account_shows_its_operator_and_roles(auditor: Seat, office: Office):
    page = auditor.browser.get("/console/account").text
    assert email_of(office, "auditor") in page
    assert "Auditeur" in page
    assert 'href="/console/requests"' not in page.split("<nav class")[2]


def test_a_changed_password_ends_the_other_sessions(app: Flask, dpo: Seat, office: Office):
    other = browser_of(app)
    form = {"email": email_of(office), "password": PASSWORD}
    other.post("/console/sign-in", data=form)
    assert other.get("/console/account").status_code == 200
    form = {"csrf_token": dpo.csrf, "current": PASSWORD, "new": NEW, "again": NEW}
    answer = dpo.browser.post("/console/account", data=form)
    assert answer.location == "/console/account?done=password_changed"
    assert "Votre mot de passe est changé." in dpo.browser.get(answer.location).text
    assert other.get("/console/account").status_code == 302
    assert sign_in(app, email_of(office), PASSWORD).status_code == 422
    assert sign_in(app, email_of(office), NEW).status_code == 303
    assert len(office.entries(Action.OPERATOR_PASSWORD_CHANGED)) == 1


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"again": "something else"}, "Les deux saisies ne sont pas identiques."),
        ({"current": "wrong"}, "Ce n’est pas le mot de passe actuel."),
        ({"new": "short", "again": "short"}, "Trop facile à deviner"),
        ({"new": "", "again": ""}, "Trop facile à deviner"),
    ],
)
def test_a_password_that_is_not_changed_says_why(
    dpo: Seat, office: Office, fields: dict[str, str], fault: str
):
    form = {"csrf_token": dpo.csrf, "current": PASSWORD, "new": NEW, "again": NEW} | fields
    answer = dpo.browser.post("/console/account", data=form)
    assert answer.status_code == 422
    assert fault in answer.text
    assert NEW not in answer.text
    assert office.entries(Action.OPERATOR_PASSWORD_CHANGED) == []


def test_an_operator_of_no_controller_is_told_so(app: Flask, office: Office):
    held = seat(app, Role.AUDITOR)
    assert held.browser.get("/console/?controller=nobody").status_code == 403
    assert office.controller.slug == "boutique"
