"""The preference centre: the way in, one button for each purpose, and what nobody learns."""

import json
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from privacy.consent.models import Consent
from privacy.preferences import links
from privacy.purposes.models import Controller
from privacy.subjects.identify import Claim
from privacy.web.app import create_app
from tests.entries import waiting_entries
from tests.fakes import FakeClock
from tests.make import EMAIL, make_purpose, make_subject
from tests.web.conftest import browser_of, runtime_of
from tests.web.portal.visitor import HOME, Guest, guest_of
from tests.web.portal.watching import comparable, rows, statements


@pytest.fixture
def guest(app: Flask) -> Guest:
    return guest_of(app)


def test_a_subject_comes_by_mail_gives_and_withdraws_with_one_press_each(
    guest: Guest, clock: FakeClock
):
    page = guest.enter()
    assert "Offres par e-mail" in page
    assert "Jamais demandé" in page
    given = guest.press("mk_email")
    assert given.status_code == 303
    page = guest.browser.get(given.location).text
    assert "votre accord est donné" in page
    assert "Accepté" in page
    clock.advance(seconds=1)
    withdrawn = guest.press("mk_email")
    page = guest.browser.get(withdrawn.location).text
    assert "cela s’arrête maintenant" in page
    assert "Retiré" in page
    assert guest.rows() == [("mk_email", True), ("mk_email", False)]


def test_each_change_is_a_statement_with_a_receipt_to_keep(guest: Guest):
    guest.enter()
    page = guest.browser.get(guest.press("mk_email").location).text
    (address,) = {part.split('"')[0] for part in page.split('href="') if "/receipts/" in part}
    receipt = guest.browser.get(address)
    assert receipt.headers["Content-Disposition"].startswith("attachment; filename=boutique-")
    told = json.loads(receipt.data)["receipt"]
    assert (told["answers"], told["method"]) == ({"mk_email": True}, "preference_centre")
    (entry,) = waiting_entries(guest.database, "consent.recorded")
    assert entry.actor == "subject"


def test_what_one_answered_is_listed_with_its_date(guest: Guest):
    guest.enter()
    guest.press("mk_email")
    page = guest.browser.get(f"{HOME}/history").text
    assert "Offres par e-mail" in page
    assert "Centre de préférences" in page
    assert "2 mars 2026" in page
    assert page.count("/receipts/") == 1


def test_everything_is_withdrawn_in_one_action(guest: Guest, clock: FakeClock):
    guest.enter()
    for code in ("mk_email", "mk_phone", "audience_consent"):
        guest.press(code)
    clock.advance(seconds=1)
    done = guest.browser.post(f"{HOME}/withdraw-all")
    assert "tout est retiré" in guest.browser.get(done.location).text
    assert guest.rows()[-4:] == [
        ("audience_consent", False),
        ("mk_email", False),
        ("mk_phone", False),
        ("mk_post", False),
    ]
    assert "Tout retirer" not in guest.browser.get(HOME).text
    clock.advance(seconds=1)
    again = guest.browser.post(f"{HOME}/withdraw-all")
    assert again.status_code == 303
    assert len(guest.rows()) == 7


def test_withdrawing_takes_no_more_actions_than_giving(guest: Guest):
    guest.enter()
    buttons = {}
    for state in ("never", "given"):
        page = guest.browser.get(HOME).text
        sheet = page.split('id="purpose-mk_email"')[1].split("</div>")[0]
        buttons[state] = (sheet.count("<button"), sheet.count('class="button quiet"'))
        guest.press("mk_email")
    assert buttons["never"] == buttons["given"] == (1, 1)


def test_a_consent_to_calls_says_who_about_what_and_until_when(guest: Guest, clock: FakeClock):
    page = guest.enter()
    sheet = page.split('id="purpose-mk_phone"')[1].split("</form>")[0]
    assert "Boutique (fictional)" in sheet
    assert "Nouveautés" in sheet
    assert '<time datetime="2027-03-01">' in sheet
    guest.press("mk_phone")
    clock.advance(seconds=1)
    with guest.database.reading() as session:
        row = session.scalars(select(Consent)).one()
    assert (row.beneficiary, row.about) == ("Boutique (fictional)", "Nouveautés")


def test_what_rests_on_another_basis_may_be_objected_to_or_is_not_shown(
    guest: Guest, clock: FakeClock
):
    page = guest.enter()
    assert "Sans votre accord, sauf opposition" in page
    assert "order_management" not in page
    guest.press("mk_post")
    assert guest.rows() == [("mk_post", False)]
    assert "Opposition enregistrée" in guest.browser.get(HOME).text
    clock.advance(seconds=1)
    guest.press("mk_post")
    assert guest.rows()[-1] == ("mk_post", True)


def test_a_double_press_is_one_answer(guest: Guest):
    guest.enter()
    fields = {"purpose": "mk_email", "version": "1", "granted": "yes", "answer": str(uuid4())}
    first = guest.browser.post(f"{HOME}/answers", data=fields)
    second = guest.browser.post(f"{HOME}/answers", data=fields)
    assert first.location == second.location
    assert guest.rows() == [("mk_email", True)]


def test_a_text_that_changed_meanwhile_is_not_agreed_to(guest: Guest, clock: FakeClock):
    guest.enter()
    with guest.database.transaction() as session:
        make_purpose(session, at=clock(), controller_id=guest.controller_id, code="mk_email")
    fields = {"purpose": "mk_email", "version": "1", "granted": "yes"}
    answer = guest.browser.post(f"{HOME}/answers", data=fields)
    assert "Relisez-le" in guest.browser.get(answer.location).text
    assert guest.rows() == []
    guest.browser.post(f"{HOME}/answers", data=fields | {"granted": "no"})
    assert guest.rows() == [("mk_email", False)]


@pytest.mark.parametrize("code", ["order_management", "nothing", ""])
def test_what_is_not_the_subjects_to_answer_is_not_found(guest: Guest, code: str):
    guest.enter()
    fields = {"purpose": code, "version": "1", "granted": "yes"}
    assert guest.browser.post(f"{HOME}/answers", data=fields).status_code == 404
    assert guest.rows() == []


def test_a_known_and_an_unknown_address_get_the_same_answer(guest: Guest):
    with guest.database.transaction() as session:
        runtime = runtime_of(guest.app)
        make_subject(
            session,
            at=runtime.clock(),
            cabinet=runtime.cabinet,
            controller_id=guest.controller_id,
            claims=(Claim("email", EMAIL, verified=True),),
        )
    guest.ask("warm.up@example.fr")
    with statements(guest.database) as for_known:
        known = guest.ask(EMAIL)
    with statements(guest.database) as for_unknown:
        unknown = guest.ask("nobody.knows@example.fr")
    assert comparable(known) == comparable(unknown)
    assert for_known == for_unknown
    assert "messagerie" in guest.browser.get(known.location).text


def test_nobody_can_flood_a_mailbox(guest: Guest, clock: FakeClock):
    told = {guest.ask(EMAIL.upper() if n % 2 else EMAIL).location for n in range(6)}
    assert told == {f"{HOME}/sent"}
    assert len(guest.links()) == links.MOST_MAILS
    guest.ask("somebody.else@example.fr")
    assert len(guest.links()) == links.MOST_MAILS + 1
    clock.advance(hours=1)
    guest.ask()
    assert len(guest.links()) == links.MOST_MAILS + 2


@pytest.mark.parametrize(("email", "fault"), [("", "Indiquez"), ("camille@", "nom@exemple.fr")])
def test_what_is_no_address_is_said_at_its_field(guest: Guest, email: str, fault: str):
    answer = guest.ask(email)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert fault in answer.text
    assert guest.links() == []


def test_a_link_opens_once_and_reading_it_changes_nothing(guest: Guest):
    guest.ask()
    (link,) = guest.links()
    before = rows(guest.database)
    for method in ("GET", "HEAD", "GET"):
        assert guest.browser.open(link, method=method).status_code == 200
    assert rows(guest.database) == before
    assert guest.browser.post(link).status_code == 303
    for method in ("GET", "POST"):
        gone = browser_of(guest.app).open(link, method=method)
        assert gone.status_code == 410
        assert "Demander un nouveau lien" in gone.text


def test_a_link_opens_for_half_an_hour(guest: Guest, clock: FakeClock):
    guest.ask()
    clock.advance(minutes=30)
    assert guest.browser.get(guest.links()[0]).status_code == 410
    assert guest.browser.post(guest.links()[0]).status_code == 410


def test_a_link_of_another_controller_or_of_nobody_is_not_found(guest: Guest, other: Controller):
    guest.ask()
    (link,) = guest.links()
    for method in ("GET", "POST"):
        for wrong in (link.replace("boutique", other.slug), f"{HOME}/open/{'x' * 43}"):
            assert guest.browser.open(wrong, method=method).status_code == 404


def test_a_session_ends_after_half_an_hour_and_on_leaving(guest: Guest, clock: FakeClock):
    assert "Offres par e-mail" in guest.enter()
    clock.advance(minutes=30)
    assert 'name="email"' in guest.browser.get(HOME).text
    guest.enter()
    left = guest.browser.post(f"{HOME}/leave")
    assert left.location == "/portal/boutique/"
    assert 'name="email"' in guest.browser.get(HOME).text
    token = guest.browser.get_cookie("privacy_preferences")
    assert token is None


def test_a_token_that_was_left_opens_nothing_any_more(guest: Guest):
    guest.enter()
    kept = guest.browser.get_cookie("privacy_preferences")
    assert kept is not None
    guest.browser.post(f"{HOME}/leave")
    guest.browser.set_cookie("privacy_preferences", kept.value)
    assert 'name="email"' in guest.browser.get(HOME).text


def test_without_a_session_nothing_is_answered_or_shown(guest: Guest):
    fields = {"purpose": "mk_email", "version": "1", "granted": "yes"}
    assert guest.browser.post(f"{HOME}/answers", data=fields).status_code == 401
    assert guest.browser.post(f"{HOME}/withdraw-all").status_code == 401
    assert guest.browser.get(f"{HOME}/receipts/{uuid4()}").status_code == 401
    assert guest.browser.get(f"{HOME}/history").location == HOME


def test_the_session_of_one_controller_opens_no_other(guest: Guest, other: Controller):
    guest.enter()
    page = guest.browser.get(HOME.replace("boutique", other.slug)).text
    assert 'name="email"' in page


def test_a_session_of_a_subject_gives_no_right_of_an_operator(guest: Guest):
    guest.enter()
    assert guest.browser.get("/console/requests").status_code == 302
    assert guest.browser.get("/console/requests").location.startswith("/console/sign-in")


def test_nobody_gets_the_receipt_of_another(guest: Guest):
    guest.enter()
    page = guest.browser.get(guest.press("mk_email").location).text
    address = next(part.split('"')[0] for part in page.split('href="') if "/receipts/" in part)
    stranger = Guest(guest.app, browser_of(guest.app), guest.controller_id)
    stranger.enter("somebody.else@example.fr")
    assert stranger.browser.get(address).status_code == 404


def test_a_form_that_another_site_sends_changes_nothing(guest: Guest):
    guest.enter()
    fields = {"purpose": "mk_email", "version": "1", "granted": "yes"}
    for site in ("cross-site", "same-site"):
        answer = guest.browser.post(
            f"{HOME}/answers", data=fields, headers={"Sec-Fetch-Site": site}
        )
        assert answer.status_code == 403
    assert guest.rows() == []


def test_over_tls_the_cookie_is_bound_to_the_host_and_hidden_from_scripts(
    app: Flask, clock: FakeClock
):
    settings = runtime_of(app).settings
    secure = create_app(
        type(settings)(**{**vars(settings), "public_url": "https://privacy.example"}), clock=clock
    )
    guest = guest_of(secure)
    guest.ask()
    link = guest.links()[0].removeprefix("https://privacy.example")
    cookie = guest.browser.post(link).headers["Set-Cookie"]
    runtime_of(secure).database.dispose()
    assert cookie.startswith("__Host-privacy_preferences=")
    for part in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax", "Max-Age=1800"):
        assert part in cookie


def test_old_links_and_sessions_are_forgotten(guest: Guest, clock: FakeClock):
    guest.enter()
    clock.advance(minutes=100)
    with guest.database.transaction() as session:
        links.forget(session, at=clock())
    left = rows(guest.database)
    assert left["preference_link"] == left["preference_session"] == []


def test_the_page_is_spoken_in_english_too(guest: Guest):
    guest.enter()
    page = guest.browser.get(f"{HOME}?lang=en").text
    assert "Never asked" in page
    assert "Withdraw everything" in page
