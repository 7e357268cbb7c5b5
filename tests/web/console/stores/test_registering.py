"""Registering a data store in the console, reviewing what was proposed, changing it later."""

import re
import sqlite3
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from privacy.config import Settings
from privacy.crypto import Keyring
from privacy.stores import definition_file, queries
from privacy.stores.definition import Identity, Link, StoreDefinition
from privacy.stores.erasing import Erasure, ErasureRule, KeepGround
from privacy.stores.review import review
from privacy.stores.review.review import Review
from privacy.stores.terms import About, DataCategory, Direction, SubjectKind
from tests.entries import waiting_entries
from tests.web.conftest import Seat, runtime_of, shop

TABLES = """
CREATE TABLE client (id INTEGER PRIMARY KEY, email TEXT, zzz TEXT, sponsor_email TEXT);
CREATE TABLE orders (id INTEGER PRIMARY KEY, client_id INTEGER REFERENCES client (id), total REAL);
INSERT INTO client VALUES (1, 'ada@mail.example', 'x', 'bob@mail.example');
INSERT INTO orders VALUES (7, 1, 12.5);
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a shop's database in it."""
    made = tmp_path / "stores"
    made.mkdir()
    write(made / "shop.sqlite3", TABLES)
    return made


@pytest.fixture
def settings(database_url: str, keyring: Keyring, folder: Path) -> Settings:
    return Settings(
        database_url=database_url,
        key_file=keyring.path,
        public_url="http://localhost",
        store_folders=(folder,),
    )


def write(path: Path, statements: str) -> None:
    connection = sqlite3.connect(path)
    connection.executescript(statements)
    connection.close()


def post(held: Seat, page: str, /, **form: str | list[str]) -> TestResponse:
    return held.browser.post(page, data={**form, "csrf_token": held.csrf})


def drafted(held: Seat, folder: Path) -> str:
    """Let the service look at the shop's database, and return the address of the draft."""
    where = f"sqlite:///{folder}/shop.sqlite3"
    answer = post(held, "/console/stores/new", name="shop", address=where)
    assert answer.status_code == 303, answer.text
    return answer.location


def as_shown(held: Seat, address: str) -> dict[str, str]:
    """Return what the form on a page would send, untouched."""
    page = held.browser.get(address).text
    form: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        kind, name = attribute(tag, "type"), attribute(tag, "name")
        if name and name != "csrf_token" and (kind != "checkbox" or " checked" in tag):
            form[name] = attribute(tag, "value")
    for name, options in re.findall(
        r'<select[^>]* name="([^"]+)">(.*?)</select>', page, re.DOTALL
    ):
        (form[name],) = re.findall(r'value="([^"]*)" selected', options)
    return form


def attribute(tag: str, name: str) -> str:
    found = re.search(rf' {name}="([^"]*)"', tag)
    return found[1] if found else ""


def kept_review(app: Flask, address: str) -> Review:
    draft_id = UUID(address.split("?", maxsplit=1)[0].rsplit("/", 1)[1])
    with runtime_of(app).database.reading() as session:
        row = queries.draft(session, controller_id=shop(app), draft_id=draft_id)
        return review.from_json(row.document)


def in_force(app: Flask) -> StoreDefinition:
    with runtime_of(app).database.reading() as session:
        row = queries.data_store(session, controller_id=shop(app), name="shop")
        return definition_file.from_json(row.definition)


def number_of(found: Review | StoreDefinition, collection: str, column: str) -> str:
    definition = found.definition if isinstance(found, Review) else found
    return f"f{definition.collection(collection).columns.index(column)}"


def registered(held: Seat, folder: Path) -> None:
    address = drafted(held, folder)
    assert post(held, f"{address}/register").status_code == 303


def test_an_address_becomes_a_definition_that_a_person_corrects_and_registers(
    app: Flask, dpo: Seat, folder: Path
):
    address = drafted(dpo, folder)
    overview = dpo.browser.get(address).text
    assert "client" in overview
    assert str(folder) not in overview

    page = f"{address}/collections/client"
    form = as_shown(dpo, page)
    at = number_of(kept_review(app, address), "client", "zzz")
    form |= {f"{at}.category": "loyalty", f"{at}.kind": "loyalty_card", "title.fr": "Clients"}
    form |= {"retention.fr": "Cinq ans", "retention.en": "Five years", "purpose": "orders"}
    form |= {"subjects": "customer", "erasure": "keep:legal-claims"}
    assert post(dpo, page, **form).status_code == 303
    whole = as_shown(dpo, address) | {"title.fr": "Boutique", "title.en": "Shop"}
    assert post(dpo, address, **whole).status_code == 303

    answer = post(dpo, f"{address}/register")
    assert answer.location == "/console/stores/shop?done=store_registered"
    store = in_force(app)
    client = store.collection("client")
    assert client.fields[2].data_category is DataCategory.LOYALTY
    assert ("loyalty_card", ("zzz",)) in {(one.kind, one.columns) for one in client.identities}
    assert client.retention == {"fr": "Cinq ans", "en": "Five years"}
    assert client.purposes == ("orders",)
    assert client.subjects is SubjectKind.BUYER
    assert client.erasure == ErasureRule(Erasure.KEEP, KeepGround.LEGAL_CLAIMS)
    assert store.title == {"fr": "Boutique", "en": "Shop"}
    shown = dpo.browser.get(answer.location).text
    assert "Boutique" in shown
    assert "bad" not in shown
    told = [one.action for one in waiting_entries(runtime_of(app).database)][-5:]
    assert told == [
        "store.drafted", "store.draft-changed", "store.draft-changed", "store.registered",
        "store.checked",
    ]  # fmt: skip
    assert dpo.browser.get(address).status_code == 404


def test_a_form_sent_back_untouched_changes_nothing_but_that_somebody_looked(
    app: Flask, dpo: Seat, folder: Path
):
    address = drafted(dpo, folder)
    before = kept_review(app, address)
    for name in ("client", "orders"):
        page = f"{address}/collections/{name}"
        post(dpo, page, **as_shown(dpo, page))
    after = kept_review(app, address)
    assert after.definition == before.definition
    assert after.seen == {"client", "orders"}


def test_what_deserves_a_look_is_open_and_the_rest_is_not(dpo: Seat, folder: Path):
    page = dpo.browser.get(f"{drafted(dpo, folder)}/collections/client").text
    opened = {column for mark, column in re.findall(
        r"<details[^>]*?( open)?>\s*<summary><code>(\w+)</code>", page) if mark}  # fmt: skip
    assert opened == {"zzz", "sponsor_email"}


def test_a_link_can_be_turned_around_or_taken_out(app: Flask, dpo: Seat, folder: Path):
    address = drafted(dpo, folder)
    page = f"{address}/collections/client"
    form = as_shown(dpo, page)
    assert form["l0.direction"] == "owns"
    post(dpo, page, **form | {"l0.direction": "refers", "l0.exported": "yes"})
    (link,) = kept_review(app, address).definition.collection("client").links
    assert (link.direction, link.exported) == (Direction.REFERS, True)
    post(dpo, page, **as_shown(dpo, page) | {"l0.direction": "none"})
    assert kept_review(app, address).definition.collection("client").links == ()


def test_a_link_that_no_foreign_key_tells_of_is_typed(app: Flask, dpo: Seat, folder: Path):
    write(folder / "shop.sqlite3", "CREATE TABLE visit (id INTEGER PRIMARY KEY, who INTEGER);")
    address = drafted(dpo, folder)
    assert "No way in" in dpo.browser.get(f"{address}?lang=en").text
    page = f"{address}/collections/client"
    form = as_shown(dpo, page) | {"new.columns": "id", "new.to": "visit"}
    assert post(dpo, page, **form).status_code == 422
    at = number_of(kept_review(app, address), "client", "sponsor_email")
    form |= {"new.to_columns": "who", "new.direction": "owns", f"{at}.about": "others"}
    assert post(dpo, page, **form).status_code == 303
    client = kept_review(app, address).definition.collection("client")
    assert Link(("id",), "visit", ("who",)) in client.links
    assert client.fields[3].about is About.OTHERS
    assert "No way in" not in dpo.browser.get(f"{address}?lang=en").text


def test_faults_are_told_and_what_was_typed_stays(app: Flask, dpo: Seat, folder: Path):
    address = drafted(dpo, folder)
    page = f"{address}/collections/client"
    wrong = {"f1.kind": "E mail", "title.fr": "", "title.en": "Our clients"}
    answer = post(dpo, page, **as_shown(dpo, page) | wrong)
    assert answer.status_code == 422
    assert 'href="#f1.kind"' in answer.text
    assert 'href="#title.fr"' in answer.text
    assert "Our clients" in answer.text
    assert not kept_review(app, address).seen


def test_a_draft_that_somebody_else_has_saved_is_not_written_over(
    app: Flask, dpo: Seat, folder: Path
):
    address = drafted(dpo, folder)
    page = f"{address}/collections/client"
    old = as_shown(dpo, page)
    runtime_of(app).clock.advance(seconds=1)  # type: ignore[attr-defined]  # it is the fake one
    assert post(dpo, page, **old).status_code == 303
    assert post(dpo, page, **old).status_code == 409


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("shop", "postgresql://reader:s3cr3t@127.0.0.1:1/none"),
        ("shop", "sqlite:////etc/s3cr3t"),
        ("shop", "sqlite:///s3cr3t.sqlite3"),
        ("shop", "file:///etc/s3cr3t"),
        ("shop", "gopher://s3cr3t"),
        ("shop", ""),
        ("Our shop", "postgresql://reader:s3cr3t@127.0.0.1:1/none"),
    ],
)
def test_what_cannot_be_looked_at_is_told_without_its_address(
    app: Flask, dpo: Seat, name: str, address: str
):
    answer = post(dpo, "/console/stores/new", name=name, address=address)
    assert answer.status_code == 422
    assert "s3cr3t" not in answer.text
    with runtime_of(app).database.reading() as session:
        assert queries.drafts(session, controller_id=shop(app)) == []


def test_a_new_column_is_shown_beside_the_definition_in_force(app: Flask, dpo: Seat, folder: Path):
    registered(dpo, folder)
    write(folder / "shop.sqlite3", "ALTER TABLE client ADD COLUMN phone TEXT;")
    post(dpo, "/console/stores/shop/check")
    assert "client.phone" in dpo.browser.get("/console/stores/shop").text
    address = post(dpo, "/console/stores/shop/change").location
    assert kept_review(app, address).new == {"client.phone"}
    assert "phone" not in in_force(app).collection("client").columns
    post(dpo, f"{address}/register")
    assert "phone" in in_force(app).collection("client").columns
    assert "client.phone" not in dpo.browser.get("/console/stores/shop").text


def test_a_waiver_lets_a_new_table_pass_until_its_day(app: Flask, dpo: Seat, folder: Path):
    registered(dpo, folder)
    write(folder / "shop.sqlite3", "CREATE TABLE old_things (id INTEGER, note TEXT);")
    until = runtime_of(app).clock().date().replace(year=2099).isoformat()
    form = {"place": "old_things", "reason": "Emptied soon", "until": until}
    assert post(dpo, "/console/stores/shop/waivers", **form).status_code == 303
    assert in_force(app).waivers[0].reason == "Emptied soon"
    post(dpo, "/console/stores/shop/check")
    assert "the table is new" not in dpo.browser.get("/console/stores/shop").text
    past = {**form, "until": "2001-01-01"}
    assert post(dpo, "/console/stores/shop/waivers", **past).status_code == 422


def test_what_needed_an_editor_before_is_said_in_the_form(app: Flask, dpo: Seat, folder: Path):
    write(
        folder / "shop.sqlite3",
        "CREATE TABLE booking"
        " (id INTEGER PRIMARY KEY, shop TEXT, card TEXT, guests TEXT, up INT);",
    )
    address = drafted(dpo, folder)
    page = f"{address}/collections/booking"
    form = as_shown(dpo, page)
    wrong = {**form, "who.columns": "shop", "who.kind": "card", "new.depth": "21",
             "new.columns": "id", "new.to": "booking", "new.to_columns": "up"}  # fmt: skip
    refused = post(dpo, page, **wrong)
    assert refused.status_code == 422
    assert 'id="who.columns" name="who.columns" value="shop"' in refused.text
    both = {**form, "who.columns": "shop, card", "who.kind": "loyalty_card",
            "f1.normalise": "code", "f2.derived_from": "id, shop", "new.columns": "id",
            "new.to": "booking", "new.to_columns": "up", "new.depth": "3"}  # fmt: skip
    assert post(dpo, page, **both).status_code == 303
    form = as_shown(dpo, page)
    inside = {**form, "who.columns": "guests", "who.path": "[*].mail", "who.kind": "email"}
    assert post(dpo, page, **inside).status_code == 303
    booking = kept_review(app, address).definition.collection("booking")
    assert booking.identities[-2:] == (
        Identity("loyalty_card", ("shop", "card")),
        Identity("email", ("guests",), path="[*].mail"),
    )
    assert booking.normalisers["shop"] == "code"
    assert booking.fields[2].derived_from == ("id", "shop")
    assert booking.links[-1].depth == 3
    form = as_shown(dpo, page) | {"g0.drop": "yes", "g1.kind": "guest", "l0.depth": ""}
    assert post(dpo, page, **form).status_code == 303
    booking = kept_review(app, address).definition.collection("booking")
    assert booking.identities[-1] == Identity("guest", ("guests",), path="[*].mail")
    assert not [one for one in booking.identities if len(one.columns) > 1]
    assert booking.links[0].depth is None


def test_a_waiver_is_ended_with_a_reason_and_the_check_tells_of_its_place_again(
    app: Flask, dpo: Seat, folder: Path
):
    registered(dpo, folder)
    write(folder / "shop.sqlite3", "CREATE TABLE old_things (id INTEGER, note TEXT);")
    until = runtime_of(app).clock().date().replace(year=2099).isoformat()
    form = {"place": "old_things", "reason": "Emptied soon", "until": until}
    post(dpo, "/console/stores/shop/waivers", **form)
    end = "/console/stores/shop/waivers/end"
    assert post(dpo, end, place="old_things", reason="because").status_code == 422
    assert post(dpo, end, place="elsewhere", reason="gone").status_code == 404
    assert post(dpo, end, place="old_things", reason="changed").status_code == 303
    assert not in_force(app).waivers
    assert "the table is new" in dpo.browser.get("/console/stores/shop").text
    assert post(dpo, end, place="old_things", reason="changed").status_code == 404


def test_one_button_says_that_a_collection_says_nothing_of_anyone(
    app: Flask, dpo: Seat, folder: Path
):
    write(folder / "shop.sqlite3", "CREATE TABLE genre (id INTEGER PRIMARY KEY, label TEXT);")
    address = drafted(dpo, folder)
    version = as_shown(dpo, address)["version"]
    page = f"{address}/collections/genre"
    assert post(dpo, page, version=version, do="nobody").status_code == 303
    found = kept_review(app, address)
    assert not found.definition.collection("genre").is_personal
    assert not found.is_open("genre.label")
    version = as_shown(dpo, address)["version"]
    refused = post(dpo, f"{address}/collections/client", version=version, do="nobody")
    assert refused.status_code == 422
    assert kept_review(app, address).definition.collection("client").is_personal


def test_a_collection_can_be_left_out_and_a_draft_dropped(app: Flask, dpo: Seat, folder: Path):
    address = drafted(dpo, folder)
    page = f"{address}/collections/orders"
    post(dpo, page, version=as_shown(dpo, page)["version"], do="leave_out")
    kept = kept_review(app, address).definition
    assert [one.name for one in kept.collections] == ["client"]
    assert kept.collection("client").links == ()
    assert post(dpo, f"{address}/drop").status_code == 303
    assert dpo.browser.get(address).status_code == 404


def test_another_controller_s_draft_is_not_there(
    app: Flask, dpo: Seat, folder: Path, bookshop: object
):
    assert bookshop
    address = drafted(dpo, folder)
    held = runtime_of(app)
    with held.database.reading() as session:
        draft = queries.draft(
            session, controller_id=shop(app), draft_id=UUID(address.rsplit("/", 1)[1])
        )
        assert draft.address_sealed is not None
        assert b"shop.sqlite3" not in draft.address_sealed
        assert queries.drafts(session, controller_id=shop(app, "librairie")) == []


def test_an_agent_may_look_but_not_register(agent: Seat):
    assert agent.browser.get("/console/stores/new").status_code == 403
    assert "/console/stores/new" not in agent.browser.get("/console/stores").text
