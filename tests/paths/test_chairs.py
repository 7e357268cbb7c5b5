"""Subject and DPO, each in a chair of their own: a data store that nobody described yet, what it
holds of the subject, what is kept from them and why, and what was wrong in it.

All of it by clicks and keys, in the demo beside a real PostgreSQL of somebody else's making.
"""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import violations
from tests.connectors.places import PostgresDatabase
from tests.paths.newcomer import Demo
from tests.postgres import PostgresServer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
SUBJECT = "camille.durand@example.fr"
OTHER = "jeanne@example.org"
RECORDS = (
    """CREATE TABLE customer (customerid int PRIMARY KEY, firstname text NOT NULL,
       lastname text NOT NULL, city text, email text NOT NULL UNIQUE)""",
    """CREATE TABLE invoice (invoiceid int PRIMARY KEY,
       customerid int NOT NULL REFERENCES customer, invoicedate date NOT NULL,
       total numeric(10, 2) NOT NULL)""",
    """CREATE TABLE note (noteid int PRIMARY KEY,
       customerid int NOT NULL REFERENCES customer, body text)""",
    "INSERT INTO customer VALUES (1, 'Camille', 'Durant', 'Lyon', 'camille.durand@example.fr')",
    "INSERT INTO customer VALUES (2, 'Jeanne', 'Imaginaire', 'Paris', 'jeanne@example.org')",
    "INSERT INTO invoice VALUES (10, 1, '2024-02-01', 3.98), (20, 2, '2024-03-01', 1.99)",
    "INSERT INTO note VALUES (1, 1, 'A demandé la facture de jeanne@example.org'), (2, 2, 'Rien')",
)


@pytest.fixture
def records(postgresql: PostgresServer) -> Iterator[PostgresDatabase]:
    """Return the database of a record shop, in which the subject's name is misspelt."""
    place = PostgresDatabase(postgresql.create("records").replace("+psycopg", ""))
    for statement in RECORDS:
        place.run(statement)
    yield place
    postgresql.drop("records")


def names(place: PostgresDatabase) -> dict[int, str]:
    """Return the family name of each customer as it stands in the database."""
    with psycopg.connect(place.url) as connection:
        return dict(connection.execute("SELECT customerid, lastname FROM customer").fetchall())


@pytest.fixture
def dpo(demo: Demo, chromium: Browser) -> Iterator[Page]:
    page = demo.signed_in(chromium, "dpo")
    yield page
    page.context.close()


def test_from_a_database_that_nobody_described_to_what_was_wrong_in_it(
    demo: Demo, dpo: Page, visitor: Page, records: PostgresDatabase
):
    add_by_looking_at_it(demo, dpo, records)
    strike_out_what_is_of_others(demo, dpo, visitor)
    put_right_what_was_wrong(demo, dpo, visitor, records)


def add_by_looking_at_it(demo: Demo, dpo: Page, records: PostgresDatabase) -> None:
    """Add the database, after reading what is proposed of it."""
    dpo.goto(f"{demo.service}/console/stores/new")
    dpo.fill("[name=name]", "disques")
    dpo.fill("[name=address]", records.url)
    dpo.click("main form[action$='/new'] button")
    dpo.wait_for_url("**/drafts/**")
    proposed = dpo.locator("main table").first.inner_text()
    assert "Factures" in proposed
    assert "Adresse e-mail" in proposed
    assert SUBJECT not in dpo.content(), "no value of the database is on the page"
    assert violations(dpo) == []
    dpo.click("form[action$='/register'] button")
    expect(dpo.locator(".flash")).to_be_visible()
    assert violations(dpo) == []
    assert records.url not in dpo.content()


def strike_out_what_is_of_others(demo: Demo, dpo: Page, visitor: Page) -> None:
    """Ask for a copy, look at it beforehand, and hand over what is the subject's alone."""
    _ask(demo, visitor, "access")
    request = _newest_request(demo, dpo)
    dpo.goto(f"{request}/preview")
    dpo.click("form[action$='/preview'] button")
    _reloaded_until(dpo, "a[href*='/preview/disques/note']")
    assert violations(dpo) == []
    dpo.click("button[name=answer][value=no]")  # the phone of the household
    dpo.click("a[href*='/preview/disques/note']")
    assert OTHER not in dpo.content()
    decision = dpo.locator("form:has([name=treatment])")
    decision.locator("[name=field]").select_option("body")
    decision.locator("[name=treatment][value=redact]").check()
    decision.locator("[name=ground]").select_option(index=1)
    decision.locator("button").click()
    expect(dpo.locator(".flash")).to_be_visible()
    assert violations(dpo) == []
    dpo.goto(request)
    dpo.click("form[action$='/approve'] button")
    data = _downloaded(demo, visitor)
    rows = {(one["store"], one["collection"]): one["rows"] for one in data["data"]}
    assert [row["total"] for row in rows["disques", "invoice"]] == ["3.98"]
    (note,) = rows["disques", "note"]
    assert "demandé la facture" in note["body"]
    assert OTHER not in json.dumps(data)


def put_right_what_was_wrong(
    demo: Demo, dpo: Page, visitor: Page, records: PostgresDatabase
) -> None:
    """Ask for a name to be corrected, decide so, and find it written."""
    status = _ask(demo, visitor, "rectification", wrong="Durant", right="Durand")
    request = _newest_request(demo, dpo)
    dpo.goto(f"{request}/rectification")
    _reloaded_until(dpo, "form#decision [role=group]")
    assert violations(dpo) == []
    spoken = dpo.locator("form#decision [role=group]", has_text="Durant").first
    spoken.locator("input[name^=after-]").fill("Durand")
    dpo.click("form#decision > p button")
    _reloaded_until(dpo, "main table")
    assert violations(dpo) == []
    visitor.goto(status)
    _reloaded_until(visitor, "text=/corrig/i")
    assert violations(visitor) == []
    assert names(records) == {1: "Durand", 2: "Imaginaire"}


def _ask(demo: Demo, visitor: Page, kind: str, **said: str) -> str:
    """Ask and confirm in the portal; return the address of the status page."""
    before = demo.links(visitor, "/confirm/")
    visitor.goto(f"{demo.service}/portal/maison-lumen/request")
    visitor.check(f"[name=kind][value={kind}]")
    for name, words in said.items():
        visitor.fill(f"[name={name}]", words)
    visitor.fill("[name=email]", SUBJECT)
    visitor.click("main form > button, main form > p button")
    visitor.goto(demo.link_in_mail(visitor, "/confirm/", but=before))
    visitor.click("main button")
    visitor.wait_for_url("**/status/**")
    return visitor.url


def _newest_request(demo: Demo, dpo: Page) -> str:
    dpo.goto(f"{demo.service}/console/requests")
    first = dpo.locator("main tbody a[href*='/console/requests/']").first
    return f"{demo.service}{first.get_attribute('href')}"


def _reloaded_until(page: Page, selector: str) -> None:
    """Look again, as people do, until what a job makes is there."""
    for _look in range(40):
        if page.locator(selector).count():
            return
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError(f"{selector} never came: {page.locator('main').inner_text()}")


def _downloaded(demo: Demo, visitor: Page) -> dict[str, Any]:
    visitor.goto(demo.link_in_mail(visitor, "/download/"))
    with visitor.expect_download() as started:
        visitor.click("main button")
    archive = zipfile.ZipFile(io.BytesIO(Path(started.value.path()).read_bytes()))
    told: dict[str, Any] = json.loads(archive.read("data.json"))
    return told
