"""The whole way of an access request: portal, real mail, console, three data stores, one download.

The shop is a file where our own database is one, and a real PostgreSQL where ours is.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from privacy.audit import queries as audit
from privacy.audit.verify import verify_log
from privacy.cli.demo import register
from privacy.cli.demo.stores import loyalty, shop
from privacy.cli.demo.stores.fiction import CAMILLE, HOUSEHOLD_PHONE, LOUIS, NAMESAKE
from privacy.config import Settings
from privacy.crypto import Keyring
from privacy.operators.roles import Role
from privacy.requests.models import RequestState, SubjectRequest
from privacy.runtime import Runtime
from privacy.scheduler.jobs import Makers, table
from privacy.stores.acts import StoreFacts, register_store
from privacy.stores.definition_file import from_yaml
from privacy.subjects.rotation import create_controller_keys
from privacy.tables import METADATA
from privacy.web.app import create_app
from privacy.web.banner.kept import notice_files
from privacy.web.mails import render_mail
from privacy.web.pages import package_page
from privacy.web.texts import render_text
from tests.connectors.places import PostgresDatabase, SqlPlace
from tests.fakes import FakeClock
from tests.outbox.post import PostOffice, free_port, opened
from tests.postgres import PostgresServer
from tests.requests.dying import KilledError
from tests.web.conftest import Seat, browser_of, runtime_of, seat

EMAIL = "camille.durand@example.fr"
SLUG = register.CONTROLLER.slug
FOLDER = Path(shop.__file__).parent


@dataclass(frozen=True)
class House:
    """A running service with its mail, its jobs and its DPO."""

    app: Flask
    clock: FakeClock
    post: PostOffice
    dpo: Seat

    @property
    def runtime(self) -> Runtime:
        """What the app was assembled from."""
        return runtime_of(self.app)

    def run(self, name: str, *, page: Any = package_page) -> object:
        """Run a job of the table once."""
        jobs = {
            one.name: one
            for one in table(self.runtime, Makers(render_mail, page, notice_files, render_text))
        }
        return jobs[name].run()

    def link(self, use: str) -> str:
        """Deliver what is owed by SMTP, and return the path of the newest link of this use."""
        self.run("deliver-mail")
        for mail in reversed(self.post.received):
            body = mail.get_body(("plain",))
            found = re.search(
                rf"https?://[^/\s]+(/\S*/{use}/\S+)", str(body and body.get_content())
            )
            if found:
                return found[1]
        raise AssertionError(f"no mail has a link to {use}")

    def request(self) -> SubjectRequest:
        """Return the one request as it is now."""
        with self.runtime.database.reading() as session:
            return session.scalars(select(SubjectRequest)).one()

    def told(self) -> list[str]:
        """Return what the log has of requests, oldest first."""
        with self.runtime.database.reading() as session:
            found = audit.entries(session, controller_ids=None, limit=1000)
        return [one.action for one in found[::-1] if one.action.startswith("request.")]


@pytest.fixture
def shop_address(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the address of the fictional shop's database."""
    if backend == "sqlite":
        shop.build(tmp_path / "shop.sqlite3")
        yield f"sqlite:///{tmp_path}/shop.sqlite3"
        return
    server: PostgresServer = request.getfixturevalue("postgresql")
    place = PostgresDatabase(server.create("access_shop").replace("+psycopg", ""))
    load(place)
    yield place.url
    server.drop("access_shop")


def load(place: SqlPlace) -> None:
    """Fill a database with the shop's tables."""
    for statement in shop.SCHEMA:
        place.run(statement)
    for name, lines in shop.rows().items():
        marks = ", ".join([place.mark] * len(lines[0]))
        place.run(f"INSERT INTO {name} VALUES ({marks})", lines)  # noqa: S608 -- our own names


@pytest.fixture
def house(
    database_url: str, shop_address: str, keyring: Keyring, clock: FakeClock, tmp_path: Path
) -> Iterator[House]:
    """Return a service with a controller, its register, its DPO and its data stores."""
    port, post = free_port(), PostOffice()
    settings = Settings(
        database_url=database_url,
        key_file=keyring.path,
        public_url="http://localhost",
        smtp_url=f"smtp://127.0.0.1:{port}",
        mail_from="Maison Lumen (fictive) <bonjour@maison-lumen.example>",
    )
    app = create_app(settings, clock=clock)
    app.testing = True
    loyalty.build(tmp_path / "loyalty.sqlite3")
    addresses = {"shop": shop_address, "loyalty": f"sqlite:///{tmp_path}/loyalty.sqlite3"}
    with opened(post, port=port):
        yield House(app, clock, post, furnished(runtime_of(app), addresses, app))
    runtime_of(app).database.dispose()


def furnished(runtime: Runtime, addresses: dict[str, str], app: Flask) -> Seat:
    """Register the controller with two data stores beside our own, and seat its DPO."""
    at = runtime.clock()
    with runtime.database.transaction() as session:
        policy_url = "https://maison-lumen.example/privacy"
        controller = register.register_controller(session, at=at, policy_url=policy_url)
        create_controller_keys(
            session,
            actor="system",
            at=at,
            cabinet=runtime.cabinet,
            controller_id=controller.id,
        )
        for name, address in addresses.items():
            register_store(
                session,
                actor="system",
                at=at,
                controller_id=controller.id,
                cabinet=runtime.cabinet,
                facts=StoreFacts(address, from_yaml((FOLDER / f"{name}.yaml").read_text("utf-8"))),
            )
    return seat(app, Role.DPO, controller.id)


def asked_and_approved(house: House) -> None:
    """Go the way from the portal to the DPO's decision."""
    to_decide = asked(house)
    answer = house.dpo.browser.post(f"{to_decide}/approve", headers=house.dpo.headers)
    assert answer.status_code == 303


def asked(house: House) -> str:
    """Go the way from the portal to the page on which the DPO decides, and return its path."""
    subject = browser_of(house.app)
    form = {"kind": "access", "email": "Camille.Durand@Example.FR"}
    assert subject.post(f"/portal/{SLUG}/request", data=form).status_code == 303
    assert house.post.recipients == []
    confirm = house.link("confirm")
    assert house.post.recipients == [EMAIL]
    assert subject.get(confirm).status_code == 200
    assert house.request().state is RequestState.SUBMITTED
    assert subject.post(confirm).status_code == 303
    to_decide = house.link("requests")
    assert set(house.post.recipients) == {EMAIL, register.CONTROLLER.dpo_contact}
    assert EMAIL in house.dpo.browser.get(to_decide).text
    return to_decide


def test_from_the_portal_to_one_download_with_a_crash_in_the_middle(house: House):
    asked_and_approved(house)

    def killed(*_: object, **__: object) -> str:
        raise KilledError

    with pytest.raises(KilledError):
        house.run("fulfil-access", page=killed)
    subject = browser_of(house.app)
    assert "En préparation" in subject.get(house.link("status")).text
    assert house.run("fulfil-access") == 0, "the dead worker's claim still stands"
    house.clock.advance(minutes=10)
    assert house.run("fulfil-access") == 1

    download = house.link("download")
    assert "Télécharger mes données" in subject.get(download).text
    fetched = subject.post(download)
    archive = zipfile.ZipFile(io.BytesIO(fetched.data))
    check_archive(archive)
    assert states(archive) == {"found", "not_searched"}, "nobody said whose the telephone is"
    assert subject.post(download).status_code == subject.get(download).status_code == 410
    assert house.request().state is RequestState.COMPLETED
    assert "Close" in subject.get(house.link("status")).text

    told = house.told()
    assert told.count("request.packaged") == told.count("request.completed") == 1
    assert told.count("request.store-searched") == 3, "a search that died told nothing"
    subjects = [mail["Subject"] for mail in house.post.received]
    assert subjects.count("Vos données sont prêtes, en partie") == 1
    check_log(house)
    check_rows(house)


def check_archive(archive: zipfile.ZipFile) -> None:
    """See that the archive has Camille's rows of three stores, and nobody else's."""
    data = json.loads(archive.read("data.json"))
    found = {(one["store"], one["collection"]): one["rows"] for one in data["data"]}
    assert {store for store, _ in found} == {"privacy", "shop", "loyalty"}
    (account,) = found["shop", "customer"]
    assert account["email"] == CAMILLE.email
    (card,) = found["loyalty", "card"]
    assert str(CAMILLE.number) in str(card.values())
    assert len(found["shop", "orders"]) == 3
    assert found["privacy", "identifier"][0]["value"] == EMAIL
    paper = PdfReader(io.BytesIO(archive.read("index.pdf")))
    texts = [name for name in archive.namelist() if not name.endswith(".pdf")]
    everything = b"".join(archive.read(name) for name in texts).decode()
    everything += "".join(page.extract_text() for page in paper.pages)
    for other in (LOUIS, NAMESAKE):
        assert other.email not in everything
        assert other.phone not in everything
    page = archive.read("index.html").decode()
    for told in ("Gestion des commandes", "Transport Imaginaire SARL", "CNIL", "Durand"):
        assert told in page
    assert data["purposes"]
    assert all(one["retention"] for one in data["purposes"])


def states(archive: zipfile.ZipFile) -> set[str]:
    """Return what became of the search, in all data stores together."""
    return {line["state"] for line in json.loads(archive.read("data.json"))["data_stores"]}


def check_log(house: House) -> None:
    """See that the log is whole and tells nothing personal."""
    runtime = house.runtime
    while runtime.sequencer.integrate():
        pass
    verdict = verify_log(runtime.database, runtime.keyring.verifiers, at=house.clock())
    assert verdict.is_whole
    assert verdict.size > len(house.told())


def check_rows(house: House) -> None:
    """See that nobody's name, address or number is readable anywhere in the database."""
    secrets = [EMAIL, "Durand", "Camille", CAMILLE.phone, HOUSEHOLD_PHONE, "+33639981042"]
    with house.runtime.database.reading() as session:
        for one in METADATA.sorted_tables:
            kept = repr(session.execute(select(one)).all()).casefold()
            for secret in secrets:
                assert secret.casefold() not in kept, (one.name, secret)


def test_a_store_that_is_down_delays_the_answer_and_is_told_to_the_dpo(
    house: House, tmp_path: Path
):
    file = tmp_path / "loyalty.sqlite3"
    asked_and_approved(house)
    file.rename(tmp_path / "away")
    assert house.run("fulfil-access") == 0
    about = house.request()
    assert about.state is RequestState.APPROVED
    page = house.dpo.browser.get(f"/console/requests/{about.id}").text
    assert "La source ne répond pas." in page
    assert page.count("Données trouvées") == 2
    (tmp_path / "away").rename(file)
    house.clock.advance(minutes=5)
    assert house.run("fulfil-access") == 1
    archive = browser_of(house.app).post(house.link("download")).data
    check_archive(zipfile.ZipFile(io.BytesIO(archive)))


def test_a_dpo_looks_before_they_approve_and_what_they_decide_is_done(house: House):
    to_decide, dpo = asked(house), house.dpo
    assert dpo.browser.post(f"{to_decide}/preview", headers=dpo.headers).status_code == 303
    assert house.run("preview-requests") == 1
    page = dpo.browser.get(f"{to_decide}/preview").text
    assert "Figure aussi sur 1 autre ligne." in page, "the household's telephone"
    assert CAMILLE.phone not in page
    no = {"answer": "no"}
    answer = dpo.browser.post(f"{to_decide}/preview/leads/0", data=no, headers=dpo.headers)
    assert answer.status_code == 303
    form = {"field": "body", "treatment": "withhold", "ground": "professional"}
    answer = dpo.browser.post(
        f"{to_decide}/preview/shop/support_message", data=form, headers=dpo.headers
    )
    assert answer.status_code == 303
    shown = dpo.browser.get(f"{to_decide}/preview/shop/customer").text
    assert "Durand" not in shown
    assert "c••••@e••••.fr" in shown.lower()
    check_rows(house)
    assert dpo.browser.post(f"{to_decide}/approve", headers=dpo.headers).status_code == 303
    assert house.run("fulfil-access") == 1
    archive = browser_of(house.app).post(house.link("download")).data
    whole = zipfile.ZipFile(io.BytesIO(archive))
    check_archive(whole)
    assert states(whole) == {"found"}
    data = json.loads(whole.read("data.json"))
    (letters,) = [one for one in data["data"] if one["collection"] == "support_message"]
    assert all("body" not in row for row in letters["rows"])
    told = house.told()
    assert {"request.previewed", "request.field-decided", "request.approved"} <= set(told)
    assert "request.drifted" not in told
