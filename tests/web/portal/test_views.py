"""The portal: the whole way through it, and what it tells nobody."""

import io
import json
import logging
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from privacy.audit.actions import Action
from privacy.purposes.models import Controller
from privacy.requests.models import RequestState
from privacy.stores.acts import StoreFacts, register_store
from privacy.subjects.acts import destroy_subject_key
from privacy.subjects.identify import Claim
from privacy.web.logs import JsonLines
from tests.make import make_subject
from tests.requests.office import EMAIL, REASON, Office
from tests.stores.fake_store import collection, identity, store
from tests.web.conftest import browser_of, runtime_of
from tests.web.portal.watching import comparable, rows, statements

FORM = "/portal/boutique/request"
USES = ("confirm", "status", "download")


def ask(browser: FlaskClient, email: str = EMAIL, **fields: str) -> TestResponse:
    return browser.post(FORM, data={"kind": "access", "email": email} | fields)


def address(use: str, token: str, slug: str = "boutique") -> str:
    return f"/portal/{slug}/{use}/{token}"


@pytest.fixture
def ready(office: Office, answer: Callable[[], int]) -> Office:
    """Return the office with one request whose package waits."""
    office.approved()
    assert answer() == 1
    return office


def tokens_of(office: Office) -> dict[str, str]:
    """Return the newest token of each use."""
    return {
        "confirm": office.token("confirm_request"),
        "status": office.token("request_received"),
        "download": office.token("request_ready"),
    }


def test_a_subject_asks_confirms_follows_and_fetches(
    browser: FlaskClient, office: Office, answer: Callable[[], int]
):
    assert "Vos données, vos droits" in browser.get("/portal/boutique/").text
    assert browser.get(FORM).status_code == 200
    asked = ask(browser)
    assert (asked.status_code, asked.location) == (303, "/portal/boutique/sent")
    assert "Consultez votre messagerie" in browser.get(asked.location).text
    link = address("confirm", office.token("confirm_request"))
    assert "Confirmer ma demande" in browser.get(link).text
    confirmed = browser.post(link)
    assert confirmed.status_code == 303
    status = browser.get(confirmed.location)
    assert "Votre demande est confirmée" in status.text
    assert '<time datetime="2026-04-02">' in status.text
    (about,) = office.all()
    office.approve(about.id)
    assert answer() == 1
    assert "Réponse prête" in browser.get(address("status", office.token("request_received"))).text
    link = address("download", office.token("request_ready"))
    assert "Télécharger mes données" in browser.get(link).text
    fetched = browser.post(link)
    archive = zipfile.ZipFile(io.BytesIO(fetched.data))
    assert "Boutique (fictional)" in archive.read("index.html").decode()
    data = json.loads(archive.read("data.json"))
    assert data["identifiers"] == [{"kind": "email", "value": EMAIL}]
    assert office.request(about.id).state is RequestState.COMPLETED
    assert "Close" in browser.get(address("status", office.token("request_received"))).text


def test_each_step_through_the_portal_leaves_its_entry(browser: FlaskClient, ready: Office):
    browser.post(address("download", ready.token("request_ready")))
    told = [one.action for one in ready.entries() if one.action.startswith("request.")]
    assert told == [
        "request.submitted",
        "request.verified",
        "request.approved",
        "request.store-searched",
        "request.packaged",
        "request.handed-over",
        "request.completed",
    ]
    actors = {one.action: one.actor for one in ready.entries()}
    assert actors["request.submitted"] == actors["request.handed-over"] == "subject"


def test_a_fetched_archive_is_for_its_reader_alone(browser: FlaskClient, ready: Office):
    answer = browser.post(
        address("download", ready.token("request_ready")), headers={"Range": "bytes=0-9"}
    )
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"] == "attachment; filename=boutique.zip"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert not {"ETag", "Last-Modified", "Set-Cookie"} & set(answer.headers.keys())


def test_a_mailbox_that_got_enough_gets_the_same_answer_and_no_mail(
    browser: FlaskClient, office: Office
):
    form = {"kind": "access", "email": "victim@courrier.example"}
    answers = [browser.post("/portal/boutique/request", data=form) for _ in range(5)]
    assert {(one.status_code, one.location) for one in answers} == {(303, "/portal/boutique/sent")}
    assert len(office.letters("confirm_request")) == 3


def test_a_known_and_an_unknown_address_get_the_same_answer(browser: FlaskClient, office: Office):
    with office.database.transaction() as session:
        make_subject(
            session,
            at=office.clock(),
            cabinet=office.desk.cabinet,
            controller_id=office.controller.id,
            claims=(Claim("email", EMAIL, verified=True),),
        )
    ask(browser, "warm.up@example.fr")
    with statements(office.database) as for_known:
        known = ask(browser, EMAIL)
    with statements(office.database) as for_unknown:
        unknown = ask(browser, "nobody.knows@example.fr")
    assert comparable(known) == comparable(unknown)
    assert for_known == for_unknown
    assert len(for_known) >= 4
    assert len(office.messages("confirm_request")) == 3


def test_reading_a_page_changes_nothing(browser: FlaskClient, ready: Office):
    ask(browser, "second@example.fr")
    tokens = tokens_of(ready)
    before = rows(ready.database)
    for method in ("GET", "HEAD"):
        for path in ("/portal/", "/portal/boutique/", FORM, "/portal/boutique/sent"):
            assert browser.open(path, method=method).status_code in {200, 302}
        for use, token in tokens.items():
            assert browser.open(address(use, token), method=method).status_code == 200
    assert rows(ready.database) == before


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_no_link_opens_anything_but_its_own_page(
    browser: FlaskClient, ready: Office, other: Controller, method: str
):
    ask(browser, "second@example.fr")
    tokens = tokens_of(ready) | {"made up": "x" * 43}
    before = rows(ready.database)
    wrong = [
        (use, token, slug)
        for use in USES
        for of, token in tokens.items()
        for slug in ("boutique", other.slug, "nobody")
        if (use, "boutique") != (of, slug)
    ]
    told = set()
    for use, token, slug in wrong:
        if method == "POST" and use == "status":
            continue
        answer = browser.open(address(use, token, slug), method=method)
        assert answer.status_code == 404, (use, slug)
        told.add(comparable(answer)[2])
    assert len(told) == 1
    assert rows(ready.database) == before


@pytest.fixture(params=["confirm", "download"])
def used(request: pytest.FixtureRequest, browser: FlaskClient, ready: Office) -> str:
    """Return the address of a link that was used."""
    use = str(request.param)
    link = address(use, tokens_of(ready)[use])
    if use == "download":
        assert browser.post(link).status_code == 200
    return link


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_used_link_says_so_and_what_to_do_now(
    browser: FlaskClient, ready: Office, used: str, method: str
):
    before = rows(ready.database)
    answer = browser.open(used, method=method)
    assert answer.status_code == 410
    assert "Ce lien n’est plus valable" in answer.text
    assert f'href="{FORM}"' in answer.text
    assert rows(ready.database) == before


def test_a_used_link_tells_another_controllers_portal_nothing(
    browser: FlaskClient, other: Controller, used: str
):
    elsewhere = used.replace("boutique", other.slug)
    assert browser.get(elsewhere).status_code == 404
    assert browser.post(elsewhere).status_code == 404


@pytest.mark.parametrize(("use", "days"), [("confirm", 3), ("download", 7), ("status", 400)])
def test_a_link_that_is_too_old_is_gone(browser: FlaskClient, ready: Office, use: str, days: int):
    ask(browser)
    link = address(use, tokens_of(ready)[use])
    ready.clock.advance(days=days, seconds=-1)
    assert browser.get(link).status_code == 200
    ready.clock.advance(seconds=1)
    assert browser.get(link).status_code == 410
    if use != "status":
        assert browser.post(link).status_code == 410


@pytest.mark.parametrize(
    ("email", "fault"),
    [
        ("", "Indiquez votre adresse e-mail."),
        ("camille@", "Cette adresse n’est pas complète."),
        ("x" * 300 + "@example.fr", "Cette adresse n’est pas complète."),
        ("a@example.fr\r\nBcc: b@example.fr", "Cette adresse n’est pas complète."),
        ("<script>@example.fr", "Cette adresse n’est pas complète."),
    ],
)
def test_what_is_no_address_comes_back_with_the_form(
    browser: FlaskClient, office: Office, email: str, fault: str
):
    before = rows(office.database)
    answer = ask(browser, email)
    assert answer.status_code == 422
    assert fault in answer.text
    assert "<script>@" not in answer.text
    assert rows(office.database) == before


@pytest.mark.usefixtures("office")
def test_what_was_typed_is_kept_in_the_form(browser: FlaskClient):
    assert 'value="camille@exa"' in ask(browser, "camille@exa").text


@pytest.mark.parametrize("fields", [{"kind": ""}, {"kind": "erasure"}])
def test_only_what_is_offered_can_be_asked(
    browser: FlaskClient, office: Office, fields: dict[str, str]
):
    answer = ask(browser, **fields)
    assert answer.status_code == 422
    assert "Choisissez l’une des demandes proposées." in answer.text
    assert office.messages() == []


def test_a_form_without_fields_is_no_request(browser: FlaskClient, office: Office):
    assert browser.post(FORM).status_code == 422
    assert browser.post(FORM, data={"email": EMAIL}).status_code == 422
    assert office.messages() == []


def test_a_form_of_another_site_is_refused(app: Flask, office: Office):
    stranger = app.test_client()
    headers = {"Sec-Fetch-Site": "cross-site"}
    answer = stranger.post(FORM, data={"kind": "access", "email": EMAIL}, headers=headers)
    assert answer.status_code == 403
    assert office.messages() == []


def test_the_language_is_the_browsers_until_it_is_switched(app: Flask, office: Office):
    browser = browser_of(app)
    english = {"Accept-Language": "en-GB,en;q=0.9"}
    assert "Your data, your rights" in browser.get("/portal/boutique/", headers=english).text
    assert "Vos données" in browser.get("/portal/boutique/").text
    switched = browser.get("/portal/boutique/?lang=en")
    assert '<html lang="en">' in switched.text
    assert "Make a request" in browser.get(FORM).text
    ask(browser)
    assert office.messages("confirm_request")[0].language == "en"
    assert office.all()[0].language == "en"


def test_the_switch_keeps_the_page(browser: FlaskClient, office: Office):
    office.submit()
    page = browser.get(address("confirm", office.token("confirm_request")) + "?lang=en").text
    assert "Confirm my request" in page
    assert 'href="?lang=fr"' in page


def test_no_token_and_no_address_reaches_the_log(
    app: Flask, ready: Office, caplog: pytest.LogCaptureFixture
):
    browser = browser_of(app)
    with caplog.at_level(logging.DEBUG):
        ask(browser, "logged@example.fr")
        for use, token in tokens_of(ready).items():
            for method in ("GET", "POST", "DELETE"):
                browser.open(address(use, token), method=method)
                browser.open(address(use, token, "nobody"), method=method)
        browser.get(address("status", "x" * 43) + f"?lang=en&email={EMAIL}")
        ask(browser, "no-address")
    told = "\n".join(JsonLines().format(one) for one in caplog.records)
    assert "/portal/<slug>/confirm/<token>" in told
    for secret in [*tokens_of(ready).values(), "logged@", EMAIL, "no-address", "x" * 43]:
        assert secret not in told


def test_several_controllers_each_have_a_portal_of_their_own(browser: FlaskClient, office: Office):
    home = browser.get("/portal/")
    assert (home.status_code, home.location) == (302, "/portal/boutique/")
    assert office.controller.slug == "boutique"


@pytest.mark.usefixtures("office")
def test_of_several_controllers_none_is_the_first(browser: FlaskClient, other: Controller):
    assert browser.get("/portal/").status_code == 404
    assert browser.get(f"/portal/{other.slug}/").status_code == 200
    assert browser.get("/portal/nobody/").status_code == 404


def test_a_refused_request_shows_its_reason_to_its_subject(browser: FlaskClient, office: Office):
    office.refuse(office.opened())
    page = browser.get(address("status", office.token("request_received"))).text
    assert REASON in page
    assert "Motif du refus" in page
    assert "cnil.fr" in page


def test_after_erasure_the_status_still_shows_without_the_reason(
    browser: FlaskClient, office: Office
):
    office.refuse(office.opened())
    token = office.token("request_received")
    (about,) = office.all()
    assert about.subject_id is not None
    with office.database.transaction() as session:
        destroy_subject_key(
            session,
            actor="system",
            at=office.clock(),
            subject_id=about.subject_id,
            reason="erasure",
        )
    answer = browser.get(address("status", token))
    assert answer.status_code == 200
    assert REASON not in answer.text


@pytest.fixture
def stray(app: Flask, office: Office, tmp_path: Path) -> str:
    """Register a data store to which nothing leads, and return its title."""
    definition = store("archive", collection("note", "id badge", identities=[identity("badge")]))
    with office.database.transaction() as session:
        register_store(
            session,
            actor="system",
            at=office.clock(),
            controller_id=office.controller.id,
            cabinet=runtime_of(app).cabinet,
            facts=StoreFacts(f"sqlite:///{tmp_path}/archive.sqlite3", definition),
        )
    return "archive"


def test_a_subject_is_told_what_the_answer_could_not_cover(
    browser: FlaskClient, stray: str, office: Office, answer: Callable[[], int]
):
    office.approved()
    assert answer() == 1
    page = browser.get(address("status", office.token("request_received"))).text
    assert f"{stray}\u00a0: On n’y cherche qu’avec un renseignement" in page
    fetched = browser.post(address("download", office.token("request_ready")))
    index = zipfile.ZipFile(io.BytesIO(fetched.data)).read("index.html").decode()
    assert "Cette réponse n’est pas complète" in index
    assert office.entries(Action.REQUEST_COMPLETED)[0].details["outcome"] == "with-exceptions"
    page = browser.get(address("status", office.token("request_received"))).text
    assert "On n’y cherche qu’avec" in page


def test_the_next_job_is_woken_after_the_commit(app: Flask, browser: FlaskClient, office: Office):
    woken: list[tuple[str, int]] = []
    runtime_of(app).wakers.append(lambda job: woken.append((job, len(office.messages()))))
    ask(browser)
    browser.post(address("confirm", office.token("confirm_request")))
    assert [letters for job, letters in woken if job == "deliver-mail"] == [1, 3]
