"""Details that subjects correct themselves, from the mailed link to the data store."""

import re
import sqlite3
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from privacy.outbox.models import OutboxMessage
from privacy.rectification.jobs import Workshop, rectify
from privacy.rectification.models import CorrectionWish, DetailLook
from privacy.requests.letters import open_letter
from privacy.requests.models import RequestState, SubjectRequest
from privacy.stores.acts import StoreFacts, register_store
from privacy.stores.definition import Collection, Field, StoreDefinition
from privacy.stores.terms import DataCategory, Rectifiable
from privacy.subjects.models import Subject
from privacy.subjects.queries import find_by_identifier
from tests.fakes import FakeClock
from tests.make import EMAIL
from tests.stores.fake_store import identity, same
from tests.web.conftest import runtime_of
from tests.web.portal.visitor import HOME, Guest, guest_of

PAGE = f"{HOME}/details"
NEW = "c.durand@example.org"
FIELDS = (
    Field("id", same("id"), DataCategory.TECHNICAL),
    Field("email", same("E-mail"), DataCategory.CONTACT, "email",
          rectifiable=Rectifiable.AT_ONCE),
    Field("street", same("Rue"), DataCategory.CONTACT, rectifiable=Rectifiable.BY_SUBJECT),
    Field("phone", same("Portable"), DataCategory.CONTACT, "phone",
          rectifiable=Rectifiable.AT_ONCE),
    Field("note", same("Note"), DataCategory.IDENTITY),
)  # fmt: skip
ACCOUNT = Collection("account", same("Comptes"), ("id",), FIELDS, identities=(identity("email"),))


@pytest.fixture
def shop_file(tmp_path: Path) -> Path:
    path = tmp_path / "shop.sqlite3"
    with sqlite3.connect(path) as shop:
        shop.execute("CREATE TABLE account (id INTEGER PRIMARY KEY, email, street, phone, note)")
        row = (EMAIL, "12 rue des Lilas", "+33612345678", "fidèle")
        shop.execute("INSERT INTO account VALUES (1, ?, ?, ?, ?)", row)
        shop.execute("INSERT INTO account VALUES (2, 'other@example.fr', '3 quai', '+331', '')")
    shop.close()
    return path


@pytest.fixture
def guest(app: Flask, shop_file: Path) -> Guest:
    found = guest_of(app)
    runtime = runtime_of(app)
    with runtime.database.transaction() as session:
        register_store(
            session,
            actor="system",
            at=runtime.clock(),
            controller_id=found.controller_id,
            cabinet=runtime.cabinet,
            facts=StoreFacts(
                f"sqlite:///{shop_file}",
                StoreDefinition("shop", same("La boutique"), (), (ACCOUNT,)),
            ),
        )
    return found


def run(app: Flask) -> None:
    runtime = runtime_of(app)
    rectify(Workshop(runtime.database, runtime.clock, runtime.desk, runtime.open_stores))


def looked(app: Flask, guest: Guest) -> str:
    """Sign in, ask for the details, let the job search, and return the page."""
    guest.enter()
    assert "Voir mes données" in guest.browser.get(PAGE).text
    assert guest.browser.post(f"{PAGE}/look").status_code == 303
    assert "Recherche en cours" in guest.browser.get(PAGE).text
    run(app)
    return guest.browser.get(PAGE).text


def field(page: str, value: str) -> str:
    """Return the name of the field by which a value is corrected."""
    sheet = next(one for one in page.split('<div class="sheet"') if f">{value}<" in one)
    (name,) = set(re.findall(r'name="(value-\d+)"', sheet))
    return str(name)


def row(path: Path, number: int = 1) -> tuple[str, ...]:
    with sqlite3.connect(path) as shop:
        found = shop.execute(
            "SELECT email, street, phone FROM account WHERE id = ?", (number,)
        ).fetchone()
    shop.close()
    return tuple(found)


def requests(app: Flask) -> list[SubjectRequest]:
    with runtime_of(app).database.reading() as session:
        return list(session.scalars(select(SubjectRequest)))


def restricted(app: Flask) -> list[bool]:
    with runtime_of(app).database.reading() as session:
        return [one.restricted_at is not None for one in session.scalars(select(Subject))]


def letters(app: Flask, template: str) -> list[dict[str, str]]:
    runtime = runtime_of(app)
    with runtime.database.reading() as session:
        rows = session.scalars(
            select(OutboxMessage).where(OutboxMessage.template == template)
        ).all()
        opened = [open_letter(session, cabinet=runtime.cabinet, message=one) for one in rows]
    return [{"to": one.address, **one.variables} for one in opened]


def test_only_what_may_be_corrected_is_shown_and_kept_sealed(app: Flask, guest: Guest):
    page = looked(app, guest)
    assert all(one in page for one in (EMAIL, "12 rue des Lilas", "+33612345678"))
    assert "fidèle" not in page
    assert "3 quai" not in page
    with guest.database.reading() as session:
        (look,) = session.scalars(select(DetailLook))
    assert look.contents_sealed is not None
    assert EMAIL.encode() not in look.contents_sealed


def test_a_field_of_low_risk_is_written_at_once(app: Flask, guest: Guest, shop_file: Path):
    page = looked(app, guest)
    sent = guest.browser.post(PAGE, data={field(page, "+33612345678"): "06 98 76 54 32"})
    assert sent.location == f"{PAGE}?done=at_once"
    assert "nous corrigeons partout" in guest.browser.get(sent.location).text
    assert restricted(app) == [True]
    run(app)
    assert row(shop_file)[2] == "+33698765432"
    assert row(shop_file, 2)[2] == "+331"
    (about,) = requests(app)
    assert (about.state, about.exceptions) == (RequestState.COMPLETED, False)
    assert letters(app, "dpo_new_request") == []
    assert len(letters(app, "rectification_done")) == 1
    run(app)
    assert restricted(app) == [False]


def test_what_needs_a_decision_waits_for_it(app: Flask, guest: Guest, shop_file: Path):
    page = looked(app, guest)
    form = {field(page, "12 rue des Lilas"): "21 rue des Lilas", "reason": "Une faute."}
    assert guest.browser.post(PAGE, data=form).location == f"{PAGE}?done=asked"
    run(app)
    (about,) = requests(app)
    assert about.state is RequestState.OPEN
    assert row(shop_file)[1] == "12 rue des Lilas"
    assert len(letters(app, "dpo_new_request")) == 1
    with guest.database.reading() as session:
        (wish,) = session.scalars(select(CorrectionWish))
    assert b"21 rue des Lilas" not in wish.wish_sealed


def test_a_new_address_counts_once_it_was_confirmed(app: Flask, guest: Guest, shop_file: Path):
    page = looked(app, guest)
    sent = guest.browser.post(PAGE, data={field(page, EMAIL): NEW})
    assert sent.location == f"{PAGE}?done=confirm"
    run(app)
    assert row(shop_file)[0] == EMAIL
    (letter,) = letters(app, "confirm_new_address")
    assert letter["to"] == NEW
    path = letter["link"].removeprefix("http://localhost")
    assert "C’est mon adresse" in guest.browser.get(path).text
    assert row(shop_file)[0] == EMAIL
    assert "Adresse confirmée" in guest.browser.post(path).text
    assert guest.browser.post(path).status_code == guest.browser.get(path).status_code == 410
    run(app)
    assert row(shop_file)[0] == NEW
    runtime = runtime_of(app)
    with runtime.database.reading() as session:
        owners = {
            find_by_identifier(
                session,
                cabinet=runtime.cabinet,
                controller_id=guest.controller_id,
                kind="email",
                value=address,
            )
            for address in (EMAIL, NEW)
        }
    assert len(owners) == 1


def test_an_address_that_nobody_confirms_is_left_to_a_person(
    app: Flask, guest: Guest, shop_file: Path, clock: FakeClock
):
    page = looked(app, guest)
    guest.browser.post(PAGE, data={field(page, EMAIL): NEW})
    run(app)
    (letter,) = letters(app, "confirm_new_address")
    clock.advance(days=4)
    assert guest.browser.get(letter["link"].removeprefix("http://localhost")).status_code == 410
    run(app)
    assert row(shop_file)[0] == EMAIL
    assert len(letters(app, "dpo_new_request")) == 1
    assert requests(app)[0].state is RequestState.OPEN


def test_a_value_that_somebody_changed_meanwhile_is_left_to_a_person(
    app: Flask, guest: Guest, shop_file: Path
):
    page = looked(app, guest)
    with sqlite3.connect(shop_file) as shop:
        shop.execute("UPDATE account SET phone = '+33700000000' WHERE id = 1")
    shop.close()
    guest.browser.post(PAGE, data={field(page, "+33612345678"): "06 98 76 54 32"})
    run(app)
    assert row(shop_file)[2] == "+33700000000"
    assert len(letters(app, "dpo_new_request")) == 1


def test_what_cannot_be_taken_stays_as_typed(app: Flask, guest: Guest):
    page = looked(app, guest)
    phone = field(page, "+33612345678")
    wrong = guest.browser.post(PAGE, data={phone: "douze", "reason": "Voilà."})
    assert wrong.status_code == 422
    assert all(one in wrong.text for one in ("douze", "Voilà.", "Écrivez un numéro comme"))
    assert guest.browser.post(PAGE, data={phone: "+33612345678"}).status_code == 422
    assert requests(app) == []


def test_nobody_sees_details_without_a_session_or_after_half_an_hour(
    app: Flask, guest: Guest, clock: FakeClock
):
    assert guest.browser.get(PAGE).location == HOME
    for path in (PAGE, f"{PAGE}/look"):
        assert guest.browser.post(path).status_code == 401
    looked(app, guest)
    clock.advance(minutes=31)
    assert guest.browser.get(PAGE).location == HOME
    run(app)
    with guest.database.reading() as session:
        assert list(session.scalars(select(DetailLook))) == []


def test_a_link_of_nobodys_confirms_nothing(guest: Guest):
    assert guest.browser.get("/portal/boutique/details/AAAA").status_code == 404
    assert guest.browser.post("/portal/boutique/details/AAAA").status_code == 404


def test_what_is_left_to_do_by_hand_is_told_to_the_dpo_once(
    app: Flask, guest: Guest, shop_file: Path
):
    page = looked(app, guest)
    guest.browser.post(PAGE, data={field(page, "+33612345678"): "06 98 76 54 32"})
    with sqlite3.connect(shop_file) as shop:
        shop.execute(
            "CREATE TRIGGER held BEFORE UPDATE ON account BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    shop.close()
    for _again in range(3):
        run(app)
    assert row(shop_file)[2] == "+33612345678"
    assert requests(app)[0].state is RequestState.APPROVED
    assert len(letters(app, "dpo_new_request")) == 1


def test_a_data_store_that_does_not_answer_is_named(app: Flask, guest: Guest, shop_file: Path):
    shop_file.unlink()
    page = looked(app, guest)
    assert "Ces sources n’ont pas répondu" in page
    assert "La boutique" in page
