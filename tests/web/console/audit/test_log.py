"""The audit log in the console: read, filtered, paged, verified, and scoped to one controller."""

import re
import sqlite3
from itertools import pairwise, product
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.engine import make_url

from privacy.audit.actions import Action
from privacy.operators.roles import Role
from privacy.requests.moves import record
from privacy.web.console.audit import log
from tests.requests.office import EMAIL, Office
from tests.web.conftest import Seat, runtime_of, seat

INDEX = re.compile(r'data-label="N°"[^>]*><span>(?:<span[^>]*>)?([^<]+)')


def integrate(app: Flask) -> int:
    """Give every entry its place in the log, and return how many did get one."""
    return runtime_of(app).sequencer.integrate()


def indexes(page: str) -> list[int]:
    """Return the indexes that a page shows, in its order; entries that wait have none."""
    return [int(one) for one in INDEX.findall(page) if one.isdecimal()]


def look_at(office: Office, times: int) -> None:
    """Leave so many entries."""
    request_id = office.opened()
    with office.taken(request_id) as (session, about):
        for _ in range(times):
            record(session, Action.REQUEST_VIEWED, office.clock(), "operator:x", about=about)


def test_the_log_shows_who_did_what_the_newest_first(app: Flask, dpo: Seat, office: Office):
    office.approve(office.opened(), actor=f"operator:{dpo.operator_id}")
    integrate(app)
    page = dpo.browser.get("/console/audit").text
    for told in (
        "request.approved",
        "Demande approuvée",
        "Claire Dubois",
        "La personne concernée",
    ):
        assert told in page
    assert indexes(page) == sorted(indexes(page), reverse=True)
    assert EMAIL not in page


def test_what_waits_for_its_place_is_shown_as_such(dpo: Seat, office: Office):
    office.opened()
    page = dpo.browser.get("/console/audit").text
    assert "en attente" in page
    assert "Aucun point de contrôle n’est encore signé." in page


def test_filters_narrow_the_log_and_leave_an_entry(app: Flask, dpo: Seat, office: Office):
    about = office.request(office.opened())
    office.opened("second@example.fr")
    integrate(app)
    query = {"action": "request.verified", "subject": str(about.subject_id)}
    page = dpo.browser.get("/console/audit", query_string=query).text
    assert len(indexes(page)) == 1
    assert f'value="{about.subject_id}"' in page
    (entry,) = office.entries(Action.AUDIT_SEARCHED)
    assert entry.actor == f"operator:{dpo.operator_id}"
    assert (entry.subject_id, entry.details) == (about.subject_id, {"filters": "action,subject"})


def test_days_are_those_of_the_controllers_calendar(app: Flask, office: Office):
    office.clock.now = office.clock.now.replace(hour=23)  # already the 3rd in Paris
    office.submit()
    integrate(app)
    query = {"action": "request.submitted", "since": "2026-03-03", "until": "2026-03-03"}
    again = seat(app, Role.AUDITOR)  # the DPO's session has ended by then
    assert len(indexes(again.browser.get("/console/audit", query_string=query).text)) == 1
    query |= {"since": "2026-03-02", "until": "2026-03-02"}
    assert indexes(again.browser.get("/console/audit", query_string=query).text) == []


HOSTILE = ("", "x", "\x00", "é", "-1", "9" * 40, "' OR 1=1 --", "0001-01-01", "9999-12-31", "٣")


FIELDS = ("action", "actor", "since", "until", "subject", "before", "after", "controller")


def test_no_query_can_break_the_page(dpo: Seat, office: Office):
    office.opened()
    for name, text in product(FIELDS, HOSTILE):
        status = dpo.browser.get("/console/audit", query_string={name: text}).status_code
        expected = 400 if text == "\x00" else 403 if name == "controller" else 200
        assert status == expected, (name, text)
    assert office.entries(Action.AUDIT_SEARCHED) == []


def test_a_filter_that_makes_no_sense_is_told_so_and_left_out(
    app: Flask, dpo: Seat, office: Office
):
    office.opened()
    integrate(app)
    query = {"since": "2026-02-30", "action": "request.verified"}
    page = dpo.browser.get("/console/audit", query_string=query).text
    assert "Ce filtre n’est pas lisible. Il a été ignoré." in page
    assert len(indexes(page)) > 1
    assert 'value="2026-02-30"' in page


@pytest.mark.parametrize("query", [{}, {"action": "request.viewed"}])
def test_every_entry_is_on_one_page_back_and_forth(
    app: Flask, dpo: Seat, office: Office, query: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(log, "PAGE", 7)
    for _ in range(3):
        look_at(office, 9)
    integrate(app)
    expected = [
        one.index
        for one in office.entries()[::-1]
        if one.index is not None and (not query or one.action == query["action"])
    ]
    older, page = [], dpo.browser.get("/console/audit", query_string=query).text
    older.append(indexes(page))
    while found := re.search(r'rel="next" href="([^"]+)"', page):
        page = dpo.browser.get(found[1].replace("&amp;", "&")).text
        older.append(indexes(page))
    assert [one for shown in older for one in shown] == expected
    newer = [indexes(page)]
    while found := re.search(r'rel="prev" href="([^"]+)"', page):
        page = dpo.browser.get(found[1].replace("&amp;", "&")).text
        newer.append(indexes(page))
    assert len(newer) >= 3
    assert newer[-1] == expected[:7]
    for came_from, shown in pairwise(newer[:-1]):
        end = expected.index(came_from[0])
        assert shown == expected[end - 7 : end]


def test_a_whole_log_is_told_to_be_whole(app: Flask, auditor: Seat, office: Office):
    office.opened()
    count = integrate(app)
    answer = auditor.browser.post("/console/audit/verify", headers=auditor.headers)
    assert answer.status_code == 200
    assert "Le journal est intact" in answer.text
    assert f"{count} entrées relues" in answer.text
    (entry,) = office.entries(Action.AUDIT_VERIFIED)
    assert entry.actor == f"operator:{auditor.operator_id}"
    assert entry.details == {"entries": count, "outcome": "whole", "first_bad": None}


def test_verifying_needs_the_sessions_secret(auditor: Seat, office: Office):
    assert auditor.browser.post("/console/audit/verify").status_code == 403
    assert office.entries(Action.AUDIT_VERIFIED) == []


@pytest.fixture
def file(app: Flask) -> Path:
    """Return the database file; what changes it needs none of our code."""
    url = make_url(runtime_of(app).settings.database_url)
    if url.get_backend_name() != "sqlite":
        pytest.skip("only the embedded database is one file")
    return Path(url.database or "")


def change(file: Path, *statements: str) -> None:
    """Run statements as somebody would who has the file."""
    connection = sqlite3.connect(file)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_one_changed_byte_in_the_file_is_found_and_its_entry_is_named(
    app: Flask, dpo: Seat, office: Office, file: Path, language: str
):
    office.opened()
    integrate(app)
    bad = next(one for one in office.entries() if one.action == Action.REQUEST_VERIFIED)
    change(file)  # bring everything into the file itself
    runtime_of(app).database.dispose()
    content = bytearray(file.read_bytes())
    at = content.index(f'"id":"{bad.id}"'.encode())
    content[at - 3] ^= 1
    assert content.count(f'"id":"{bad.id}"'.encode()) == 1
    file.write_bytes(content)
    answer = dpo.browser.post(
        "/console/audit/verify", headers=dpo.headers, query_string={"lang": language}
    )
    assert answer.status_code == 200
    named = {"fr": f"Entrée n° {bad.index}", "en": f"Entry no. {bad.index}"}[language]
    assert named.replace("n° ", "n°\u00a0") in answer.text
    said = {
        "fr": f"Les octets de l’entrée {bad.index} ont été modifiés.",
        "en": f"The bytes of entry {bad.index} were altered.",
    }
    assert said[language] in answer.text
    assert re.search(rf'class="bad">(?:(?!</tr>).)*>{bad.index}<', answer.text, re.DOTALL)
    entry = office.entries(Action.AUDIT_VERIFIED)[-1]
    assert (entry.details["outcome"], entry.details["first_bad"]) == ("altered", bad.index)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET body = replace(body, 'subject', 'operator:1') WHERE idx = {}",
        "UPDATE audit_entry SET body = x'00' WHERE idx = {}",
        "UPDATE audit_entry SET actor = 'system' WHERE idx = {}",
        "DELETE FROM audit_entry WHERE idx = {}",
    ],
)
def test_who_drops_the_trigger_is_found_too_and_the_page_still_opens(
    app: Flask, dpo: Seat, office: Office, file: Path, statement: str
):
    office.opened()
    integrate(app)
    bad = next(one for one in office.entries() if one.action == Action.REQUEST_VERIFIED)
    connection = sqlite3.connect(file)
    triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    names = [name for (name,) in triggers]
    connection.close()
    assert names
    change(file, *(f"DROP TRIGGER {name}" for name in names), statement.format(bad.index))
    assert dpo.browser.get("/console/audit").status_code == 200
    answer = dpo.browser.post("/console/audit/verify", headers=dpo.headers)
    assert "Le journal a été altéré" in answer.text
    assert f"Entrée n°\u00a0{bad.index}" in answer.text


def test_a_checkpoint_that_is_not_ours_is_a_verdict_at_once(
    app: Flask, dpo: Seat, office: Office, file: Path
):
    office.opened()
    integrate(app)
    change(file, "UPDATE audit_checkpoint SET note = 'x' || note")
    answer = dpo.browser.get("/console/audit")
    assert answer.status_code == 200
    assert "Le journal a été altéré" in answer.text
    assert "Le journal dans son ensemble" in answer.text
    verified = dpo.browser.post("/console/audit/verify", headers=dpo.headers)
    assert "Le journal a été altéré" in verified.text


def test_beside_another_controller_only_ones_own_entries_are_shown(
    app: Flask, dpo: Seat, office: Office, bookshop: Office
):
    stranger = seat(app, Role.DPO, bookshop.controller.id)
    bookshop.approve(bookshop.opened(), actor=f"operator:{stranger.operator_id}")
    mine = office.opened()
    integrate(app)
    page = dpo.browser.get("/console/audit").text
    assert str(mine) in page
    assert str(bookshop.controller.id) not in page
    assert str(stranger.operator_id) not in page
    shown = set(indexes(page))
    own = {one.index for one in office.entries() if one.controller_id == office.controller.id}
    assert shown == {index for index in own if index is not None}


def test_alone_a_controller_sees_the_whole_log(app: Flask, dpo: Seat, office: Office):
    office.submit()
    integrate(app)
    page = dpo.browser.get("/console/audit").text
    assert "operator.signed-in" in page or "operator.added" in page
    assert "controller.registered" in page
