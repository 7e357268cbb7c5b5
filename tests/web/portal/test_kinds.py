"""The other rights in the portal: what is said with them, and what their subject is told."""

import io
import json
import zipfile
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from privacy.rectification.jobs import Workshop, rectify
from privacy.requests.models import RequestKind, RequestState
from privacy.requests.statements import Statement, statement_of
from tests.make import make_purpose
from tests.rectification.workplace import RIGHT, WRONG, Workplace
from tests.requests.office import EMAIL, Office
from tests.web.conftest import runtime_of
from tests.web.console.requests.test_rectifying import shop_file, work  # noqa: F401 -- fixtures by name

FORM = "/portal/boutique/request"
SAID = {"kind": "rectification", "email": EMAIL, "wrong": f"Pas {WRONG}", "right": RIGHT}


def status_of(browser: FlaskClient, office: Office, template: str = "request_received") -> str:
    return browser.get(f"/portal/boutique/status/{office.token(template)}").text


def confirm(browser: FlaskClient, office: Office) -> None:
    link = f"/portal/boutique/confirm/{office.token('confirm_request')}"
    assert browser.post(link).status_code == 303


def run(app: Flask) -> None:
    runtime = runtime_of(app)
    rectify(Workshop(runtime.database, runtime.clock, runtime.desk, runtime.open_stores))


@pytest.mark.usefixtures("office")
def test_every_right_that_is_offered_is_explained(browser: FlaskClient):
    page = browser.get(FORM).text
    for words in ("Obtenir une copie", "Emporter mes données", "Faire corriger mes données"):
        assert words in page
    assert 'name="right"' in page
    assert 'name="send_to"' in page


def test_a_subject_says_what_is_wrong_and_what_is_right(browser: FlaskClient, office: Office):
    assert browser.post(FORM, data=SAID).status_code == 303
    confirm(browser, office)
    (about,) = office.all()
    assert about.kind is RequestKind.RECTIFICATION
    with office.database.reading() as session:
        said = statement_of(session, cabinet=office.desk.cabinet, about=about)
    assert said == Statement(f"Pas {WRONG}", RIGHT)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"kind": "rectification", "wrong": "Tout"}, "Écrivez ce qui est juste."),
        ({"kind": "rectification", "right": "x" * 2001}, "C’est trop long"),
        ({"kind": "portability", "send_to": "http://x"}, "Cette adresse ne convient pas."),
        ({"kind": "portability", "send_to": "https://u:p@x"}, "Cette adresse ne convient pas."),
    ],
)
def test_what_is_missing_is_named(
    browser: FlaskClient, office: Office, form: dict[str, str], words: str
):
    answer = browser.post(FORM, data=form | {"email": EMAIL})
    assert answer.status_code == 422
    assert words in answer.text
    assert office.all() == []


def test_what_belongs_to_another_kind_is_not_kept(browser: FlaskClient, office: Office):
    browser.post(FORM, data=SAID | {"kind": "access"})
    (about,) = office.all()
    assert about.statement_sealed is None


def test_what_was_said_goes_with_a_request_that_nobody_confirmed(
    browser: FlaskClient, office: Office
):
    browser.post(FORM, data=SAID)
    (about,) = office.all()
    assert about.statement_sealed is not None
    assert RIGHT.encode() not in about.statement_sealed


def test_the_subject_follows_a_rectification_field_by_field(
    app: Flask,
    browser: FlaskClient,
    work: Workplace,  # noqa: F811 -- the fixture
):
    office = work.office
    browser.post(FORM, data=SAID)
    confirm(browser, office)
    (about,) = office.all()
    assert "Ce qui a été corrigé" not in status_of(browser, office)
    run(app)
    work.decide(about.id, answer="La zone suivra.")
    run(app)
    page = status_of(browser, office)
    assert "Vos données sont en cours de correction" in page
    assert "Corrigé et vérifié" in page
    assert "La zone suivra." in page
    assert RIGHT not in page
    work.settle_by_hand(about.id, "shop.account.zone")
    run(app)
    assert office.request(about.id).state is RequestState.COMPLETED
    assert "Correction terminée" in status_of(browser, office)
    assert "La correction est terminée" in status_of(browser, office, "rectification_done")


def test_a_portable_package_leaves_out_what_is_not_on_consent_or_contract(
    browser: FlaskClient,
    office: Office,
    answer: Callable[[], int],
):
    with office.database.transaction() as session:
        make_purpose(
            session, at=office.clock(), controller_id=office.controller.id, code="requests"
        )
    browser.post(FORM, data={"kind": "portability", "email": EMAIL})
    confirm(browser, office)
    (about,) = office.all()
    office.approve(about.id)
    assert answer() == 1
    link = f"/portal/boutique/download/{office.token('request_ready')}"
    archive = zipfile.ZipFile(io.BytesIO(browser.post(link).data))
    document = json.loads(archive.read("data.json"))
    assert document["data"] == []
    assert {one["ground"] for one in document["withheld"]} == {"no_basis"}
    assert document["schema"]["type"] == "array"
    assert office.request(about.id).state is RequestState.COMPLETED
