"""Whoever steals the database without the key file, or the logs, learns nobody's name."""

import base64
import io
import logging
import re
import socket
import sqlite3
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import pytest
from aiosmtpd.controller import Controller as SmtpServer
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from privacy.cli.demo.filling import SUBJECT, Filled, fill
from privacy.cli.demo.mailbox import Mailbox, smtp_server
from privacy.cli.demo.places import Places
from privacy.config import Settings
from privacy.consent.models import Consent
from privacy.crypto import passwords
from privacy.db import Database
from privacy.operators.roles import Role
from privacy.purposes import queries as purposes
from privacy.requests.models import Package, SubjectRequest
from privacy.runtime import Runtime
from privacy.scheduler.jobs import Makers, table
from privacy.scheduler.runner import Runner
from privacy.tables import METADATA
from privacy.web.app import create_app
from privacy.web.banner.kept import notice_files
from privacy.web.logs import JsonLines
from privacy.web.mails import render_mail
from privacy.web.pages import package_page
from privacy.web.security import csrf_token
from privacy.web.texts import render_text
from tests.web.conftest import browser_of, runtime_of

EMAIL = "zephyrine.quatrelys@courrier.example"
VISITOR = "5eca0de0" * 4
SECRETS = ("Zéphyrine", "Quatrelys", "77 impasse Dumpfictive", "0699001122", EMAIL)
"""What the company's own database holds of the subject, and ours never in clear."""
_LINK = re.compile(r"http://127\.0\.0\.1:\d+(/portal/\S+)")


@dataclass(frozen=True)
class World:
    """The demo's installation on one database, with its mail caught and its log kept."""

    app: Flask
    filled: Filled
    places: Places
    mailbox: Mailbox
    log: io.StringIO

    @property
    def runtime(self) -> Runtime:
        """What the app was assembled from."""
        return runtime_of(self.app)

    def run(self, *names: str) -> None:
        """Run jobs as the scheduler would."""
        makers = Makers(render_mail, package_page, notice_files, render_text)
        runner = Runner(self.runtime.database, table(self.runtime, makers), self.runtime.clock)
        for name in names:
            runner.run_now(name)
        self.runtime.sequencer.integrate()

    def mailed(self, use: str) -> str:
        """Return the path of the newest link of a use that was mailed to the subject."""
        for mail in self.mailbox.messages:
            for path in _LINK.findall(mail.text):
                if mail.recipient == EMAIL and f"/{use}/" in path:
                    return str(path)
        raise AssertionError(f"no link to {use} was mailed")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Collect every line that a process would write, down to the smallest of ours."""
    stream = io.StringIO()
    lines = logging.StreamHandler(stream)
    lines.setFormatter(JsonLines())
    root, ours = logging.getLogger(), logging.getLogger("privacy")
    before = ours.level
    root.addHandler(lines)
    ours.setLevel(logging.DEBUG)
    yield stream
    ours.setLevel(before)
    root.removeHandler(lines)


@pytest.fixture
def world(
    database_url: str, tmp_path: Path, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    monkeypatch.setattr(passwords, "MEMORY_KIB", 64)
    monkeypatch.setattr(passwords, "PREFIX", "$argon2id$v=19$m=64,t=2,p=1$")
    places = Places(tmp_path, 8600)
    mailbox = Mailbox()
    port = free_port()
    server: SmtpServer = smtp_server(mailbox, "127.0.0.1", port)
    server.start()
    settings = replace(
        Settings.from_env(places.environment()),
        database_url=database_url,
        smtp_url=f"smtp://127.0.0.1:{port}",
    )
    filled = fill(places, settings)
    make_distinctive(places)
    app = create_app(settings)
    app.testing = True
    yield World(app, filled, places, mailbox, log)
    server.stop()
    runtime_of(app).database.dispose()


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def make_distinctive(places: Places) -> None:
    """Give the demo's subject, in the company's own database, what no other text holds."""
    connection = sqlite3.connect(places.store_file("shop"))
    with connection:
        ((number,),) = connection.execute(
            "SELECT customer_no FROM customer WHERE lower(trim(email)) = ?", (SUBJECT,)
        ).fetchall()
        connection.execute(
            "UPDATE customer SET first_name = ?, last_name = ?, phone = ?, email = ?"
            " WHERE customer_no = ?",
            ("Zéphyrine", "Quatrelys", "0699001122", EMAIL, number),
        )
        connection.execute(
            "UPDATE address SET line = '77 impasse Dumpfictive' WHERE customer_no = ?", (number,)
        )
    connection.close()


def dump(database: Database, url: str) -> bytes:
    """Return every value of every row, and on SQLite the files with what was deleted in them."""
    parts: list[bytes] = []
    with database.reading() as session:
        for each in METADATA.sorted_tables:
            for row in session.execute(select(each)):
                parts += [one if isinstance(one, bytes) else str(one).encode() for one in row]
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        parts += [part.read_bytes() for part in path.parent.glob(f"{path.name}*")]
    return b"\n".join(parts)


def forms(text: str) -> list[bytes]:
    """Return how a text may stand in bytes: as it is, folded, escaped, in Base64, in UTF-16."""
    plain = [text, text.lower(), text.encode("unicode_escape").decode()]
    found = [one.encode() for one in plain] + [text.encode("utf-16-le")]
    # Base64 has three alignments; the middle of each is certain.
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + text.encode())
        found.append(encoded[4:-4])
    return [one for one in found if len(one) > 5]


def ask(world: World, browser: FlaskClient) -> None:
    """Let a visitor consent, and the subject ask for access and confirm."""
    runtime = world.runtime
    with runtime.database.reading() as session:
        site = purposes.site_by_key(session, world.filled.site_key)
        asked = purposes.asked(session, site=site, digest=site.notices["fr"])
    answer = browser.post(
        "/banner/consents",
        json={
            "site": site.key, "id": str(uuid4()), "visitor": VISITOR, "language": "fr",
            "notice": asked.digest, "method": "accept_all", "page": "/panier",
            "answers": dict.fromkeys(asked.versions, True),
        },
        headers={"Origin": world.places.shop_url},
    )  # fmt: skip
    assert answer.status_code == 201
    form = {"kind": "access", "email": EMAIL}
    assert browser.post(f"/portal/{world.filled.slug}/request", data=form).status_code == 303
    world.run("deliver-mail")
    path = world.mailed("confirm")
    assert browser.get(path).status_code == 200
    confirmed = browser.post(path)
    assert confirmed.status_code == 303
    assert browser.get(confirmed.headers["Location"]).status_code == 200


def approve(world: World, browser: FlaskClient) -> None:
    """Let the DPO sign in and approve, and the jobs answer."""
    dpo = next(one for one in world.filled.sign_ins if one.role is Role.DPO)
    wrong = {"email": dpo.email, "password": "wrong-zephyr"}
    assert browser.post("/console/sign-in", data=wrong).status_code == 422
    right = {"email": dpo.email, "password": dpo.password}
    assert browser.post("/console/sign-in", data=right).status_code == 303
    cookie = browser.get_cookie("privacy_session")
    assert cookie is not None
    with world.runtime.database.reading() as session:
        about = session.scalars(select(SubjectRequest)).one()
    headers = {"X-CSRF-Token": csrf_token(cookie.value)}
    answer = browser.post(f"/console/requests/{about.id}/approve", headers=headers)
    assert answer.status_code == 303
    assert browser.get(f"/console/requests/{about.id}").status_code == 200
    world.run("fulfil-access", "deliver-mail")


def test_neither_the_database_nor_the_log_tells_who_anybody_is(world: World, database_url: str):
    browser = browser_of(world.app)
    ask(world, browser)
    stolen = [dump(world.runtime.database, database_url)]
    approve(world, browser)
    with world.runtime.database.reading() as session:
        assert session.scalars(select(Package)).one().size > 0
        subjects = session.scalars(select(Consent.subject_id)).all()
    stolen.append(dump(world.runtime.database, database_url))
    fetched = browser.post(world.mailed("download"))
    assert fetched.status_code == 200
    stolen.append(dump(world.runtime.database, database_url))

    # What is looked for exists, and what is searched is what there is.
    with zipfile.ZipFile(io.BytesIO(fetched.data)) as package:
        answered = b"".join(package.read(name) for name in package.namelist())
    for secret in SECRETS:
        assert secret.encode() in answered, secret
    lines = world.log.getvalue()
    assert '"route": "/portal/<slug>/confirm/<token>"' in lines

    operators = [one.email for one in world.filled.sign_ins if one.role is not Role.DPO]
    names = [f"Fictif ({one.role.value})" for one in world.filled.sign_ins]
    words = [one.password for one in world.filled.sign_ins]
    tokens = [world.mailed(use).rsplit("/", 1)[1] for use in ("confirm", "status", "download")]
    hidden = [*SECRETS, *operators, *names, *words, *tokens, VISITOR, "shop.sqlite3"]
    for contents in stolen:
        assert b"Maison Lumen" in contents
        assert subjects[0].bytes in contents or str(subjects[0]).encode() in contents
        found = [text for text in hidden if any(form in contents for form in forms(text))]
        assert found == []
    cookie = browser.get_cookie("privacy_session")
    assert cookie is not None
    secrets_of_log = [
        *hidden,
        cookie.value,
        "wrong-zephyr",
        *(s.email for s in world.filled.sign_ins),
    ]
    assert [text for text in secrets_of_log if any(f in lines.encode() for f in forms(text))] == []
