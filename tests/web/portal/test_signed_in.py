"""Asking without a link to confirm, for whom a site hands over or a session knows."""

import base64
import hmac
import json
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from privacy.audit.actions import Action
from privacy.requests.models import RequestState
from privacy.subjects.acts import add_identifier, destroy_subject_key, resolve_subject
from privacy.subjects.identify import Claim
from privacy.web.portal.signed_in import veiled
from tests.fakes import FakeClock
from tests.make import ACTOR, EMAIL
from tests.requests.office import Office
from tests.web.portal.conftest import office_of
from tests.web.portal.test_entering import Shop
from tests.web.portal.test_views import FORM
from tests.web.portal.visitor import guest_of

DOCS = Path("docs/api.md")


@pytest.fixture
def shop(app: Flask) -> Shop:
    return Shop(guest_of(app))


@pytest.fixture
def office(app: Flask, clock: FakeClock, shop: Shop) -> Office:
    """Return the office of the boutique whose site hands over."""
    return office_of(app, clock, shop.guest.controller_id)


def send(shop: Shop, token: str, slug: str = "boutique", **fields: str) -> TestResponse:
    return shop.guest.browser.post(
        f"/portal/{slug}/request/enter",
        data={"site": shop.site.key, "token": token, **fields},
        headers={"Sec-Fetch-Site": "cross-site", "Origin": shop.site.origins[0]},
    )


def word(shop: Shop, **changes: str | int) -> str:
    return shop.token(**({"aud": "request", "kind": "email", "sub": EMAIL} | changes))


def ask(shop: Shop, **fields: str) -> TestResponse:
    return shop.guest.browser.post(FORM, data={"kind": "access"} | fields)


def test_who_is_handed_over_has_nothing_to_confirm(shop: Shop, office: Office):
    entered = send(shop, word(shop), kind="access")
    assert (entered.status_code, entered.location) == (303, f"{FORM}?kind=access")
    page = shop.guest.browser.get(entered.location).text
    assert "Vous êtes reconnu" in page
    assert 'name="email"' not in page
    assert EMAIL not in page
    done = ask(shop)
    assert "Votre demande est confirmée" in shop.guest.browser.get(done.location).text
    (about,) = office.all()
    assert about.state is RequestState.OPEN
    assert office.messages("confirm_request") == []
    assert [one.address for one in office.letters("request_received")] == [EMAIL]
    (entry,) = office.entries(Action.REQUEST_VERIFIED)
    assert entry.details["method"] == "session"


def test_a_word_is_good_once_for_its_own_use_and_controller(
    shop: Shop, office: Office, other: Any
):
    token = word(shop)
    assert send(shop, token, slug=other.slug).status_code == 404
    assert send(shop, word(shop, aud="preferences")).status_code == 422
    assert send(shop, word(shop, aud="account")).status_code == 422
    assert send(shop, token).status_code == 303
    assert send(shop, token).status_code == 410
    assert office.all() == []


def test_a_number_alone_leaves_the_usual_way(shop: Shop, office: Office):
    assert send(shop, shop.token(aud="request")).status_code == 303
    page = shop.guest.browser.get(FORM).text
    assert 'name="email"' in page
    assert ask(shop, email=EMAIL).location == "/portal/boutique/sent"
    assert len(office.messages("confirm_request")) == 1


def test_a_number_whose_owner_proved_an_address_is_enough(shop: Shop, office: Office):
    known: dict[str, Any] = {
        "actor": ACTOR,
        "at": office.clock(),
        "cabinet": office.desk.cabinet,
    }
    with office.database.transaction() as session:
        subject_id = resolve_subject(
            session,
            **known,
            controller_id=office.controller.id,
            claim=Claim("customer_number", "C-1042", verified=True),
        )
        claim = Claim("email", EMAIL, verified=True)
        add_identifier(session, **known, subject_id=subject_id, claim=claim)
    send(shop, shop.token(aud="request"))
    ask(shop)
    (about,) = office.all()
    assert about.subject_id == subject_id


def test_what_is_said_beside_the_kind_is_checked(shop: Shop, office: Office):
    send(shop, word(shop))
    answer = ask(shop, kind="rectification", wrong="12 rue des Lilas")
    assert answer.status_code == 422
    assert "Écrivez ce qui est juste." in answer.text
    assert office.all() == []
    assert ask(shop, kind="rectification", right="14 rue des Lilas").status_code == 303


def test_a_program_cannot_ask_without_end(shop: Shop, office: Office):
    send(shop, word(shop))
    told = [ask(shop).status_code for _ in range(6)]
    assert told == [303] * 5 + [429]
    assert len(office.all()) == 5


def test_who_leaves_or_was_erased_is_known_no_more(shop: Shop, office: Office):
    send(shop, word(shop))
    shop.guest.browser.post("/portal/boutique/preferences/leave")
    assert 'name="email"' in shop.guest.browser.get(FORM).text
    send(shop, word(shop, exp=int(office.clock().timestamp()) + 400))
    ask(shop)
    (about,) = office.all()
    assert about.subject_id is not None
    with office.database.transaction() as session:
        destroy_subject_key(
            session, actor=ACTOR, at=office.clock(), subject_id=about.subject_id, reason="erasure"
        )
    assert 'name="email"' in shop.guest.browser.get(FORM).text


@pytest.mark.parametrize(
    ("address", "shown"), [("camille@example.fr", "c***@example.fr"), ("+33612345678", "***78")]
)
def test_an_address_is_half_hidden(address: str, shown: str):
    assert veiled(address) == shown


def sample(language: str) -> str:
    """Return the function of the documentation."""
    found = re.search(
        rf"```{language}\n((?:def|function) word.*?)```", DOCS.read_text(), re.DOTALL
    )
    assert found
    return found[1]


def signed_by(language: str, secret: str, site: str) -> str:
    """Return what the documented function makes."""
    if language == "python":
        names: dict[str, Any] = {"base64": base64, "hmac": hmac, "json": json, "time": time}
        exec(sample(language), names)  # noqa: S102 -- our own documentation
        return str(names["word"](secret, site, EMAIL))
    program = {"js": "node", "php": "php"}[language]
    if shutil.which(program) is None:
        pytest.skip(f"{program} is missing")
    call = f"word({secret!r}, {site!r}, {EMAIL!r})"
    code = {
        "js": f"{sample('js')}\nprocess.stdout.write({call})",
        "php": f"{sample('php')}\necho {call};",
    }[language]
    flag = {"js": "-e", "php": "-r"}[language]
    ran = subprocess.run([program, flag, code], capture_output=True, text=True, check=True)
    return ran.stdout


@pytest.mark.parametrize("language", ["python", "js", "php"])
def test_the_documented_functions_make_words_that_are_taken(
    shop: Shop, office: Office, language: str
):
    token = signed_by(language, shop.secret, shop.site.key)
    payload = token.split(".")[1]
    told = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    now = office.clock().timestamp()
    office.clock.advance(seconds=told["exp"] - 300 - now)  # the sample reads the real time
    assert send(shop, token).status_code == 303
