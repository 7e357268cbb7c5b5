"""What a machine of the staff reads, and whose."""

import hashlib
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from privacy.audit import log
from privacy.audit.actions import Action
from privacy.audit.checkpoint import open_checkpoint
from privacy.operators.roles import Role
from tests.web.conftest import bearer_of, runtime_of, seat, shop, told


class Machine:
    """Calls the staff's addresses with one bearer token."""

    def __init__(self, app: Flask, role: Role, slug: str = "boutique") -> None:
        held = seat(app, role, shop(app, slug))
        self.caller: FlaskClient = app.test_client()
        self.headers = bearer_of(app, held.operator_id)

    def get(self, address: str) -> TestResponse:
        return self.caller.get(f"/v1{address}", headers=self.headers)

    def entries(self, query: str = "") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = told(self.get(f"/audit/entries{query}"))["entries"]
        return found


@pytest.fixture
def auditor(app: Flask) -> Machine:
    """Return the machine of an auditor, over a log whose entries have their places."""
    machine = Machine(app, Role.AUDITOR)
    runtime_of(app).sequencer.integrate()
    return machine


def test_entries_come_newest_first_with_their_leaf_hash(app: Flask, auditor: Machine):
    found = auditor.entries()
    indexes = [one["index"] for one in found]
    assert indexes == sorted(indexes, reverse=True)
    assert found[-1]["index"] == 0
    assert {one["action"] for one in found} >= {"controller.registered", "operator.added"}
    assert all(len(one["leaf_hash"]) == 64 and one["is_whole"] for one in found)
    assert runtime_of(app).clock().isoformat().startswith(found[0]["at"][:10])


def test_entries_are_paged_by_index(auditor: Machine):
    everything = [one["index"] for one in auditor.entries("?limit=500")]
    seen: list[int] = []
    query = "?limit=2"
    while True:
        page = told(auditor.get(f"/audit/entries{query}"))
        seen += [one["index"] for one in page["entries"]]
        if page["next"] is None:
            break
        query = f"?limit=2&before={page['next']}"
    assert seen == everything


def test_a_page_of_waiting_entries_leads_to_the_log(app: Flask, auditor: Machine):
    runtime = runtime_of(app)
    for _ in range(3):
        with runtime.database.transaction() as session:
            log.append(session, Action.AUDIT_VERIFIED, at=runtime.clock(), actor="system")
    page = told(auditor.get("/audit/entries?limit=2"))
    assert [one["index"] for one in page["entries"]] == [None, None]
    after = told(auditor.get(f"/audit/entries?before={page['next']}"))["entries"]
    assert after[0]["index"] is not None


def test_a_search_finds_and_leaves_an_entry_without_what_was_typed(app: Flask, auditor: Machine):
    found = auditor.entries("?action=operator.added&since=2026-01-01T00:00:00Z")
    assert {one["action"] for one in found} == {"operator.added"}
    runtime_of(app).sequencer.integrate()
    newest = auditor.entries()[0]
    assert newest["action"] == "audit.searched"
    assert newest["details"] == {"filters": "action,since"}


@pytest.mark.parametrize(
    "query",
    [
        "?limit=0",
        "?limit=501",
        "?before=-1",
        "?before=9223372036854775808",
        "?action=nothing",
        "?since=2026-01-01T00:00:00",
        "?subject_id=x",
        "?unknown=1",
    ],
)
def test_a_wrong_question_is_refused(auditor: Machine, query: str):
    assert auditor.get(f"/audit/entries{query}").status_code == 422


def test_an_auditor_of_one_controller_sees_no_entry_of_another(app: Flask, auditor: Machine):
    other = Machine(app, Role.AUDITOR, "librairie")
    runtime_of(app).sequencer.integrate()
    mine, theirs = shop(app), shop(app, "librairie")
    assert {one["controller_id"] for one in auditor.entries()} == {str(mine)}
    assert {one["controller_id"] for one in other.entries()} == {str(theirs)}
    assert other.get("/audit/tile/entries/000.p/1").status_code == 403
    assert other.get("/audit/checkpoint").status_code == 200
    assert other.get("/audit/tile/0/000.p/1").status_code == 200


def test_the_tree_is_served_as_tools_expect_it(app: Flask, auditor: Machine):
    note = auditor.get("/audit/checkpoint")
    assert note.mimetype == "text/plain"
    checkpoint = open_checkpoint(note.text, runtime_of(app).keyring.verifiers)
    size = checkpoint.size
    assert 1 < size < 256
    bundle = auditor.get(f"/audit/tile/entries/000.p/{size}")
    hashes = auditor.get(f"/audit/tile/0/000.p/{size}")
    assert bundle.mimetype == hashes.mimetype == "application/octet-stream"
    assert "immutable" in bundle.headers["Cache-Control"]
    assert leaf_hashes(bundle.data) == hashes.data
    assert len(hashes.data) == 32 * size


def leaf_hashes(bundle: bytes) -> bytes:
    """Hash every entry of a bundle as RFC 6962 says."""
    found = b""
    while bundle:
        length = int.from_bytes(bundle[:2], "big")
        entry, bundle = bundle[2 : 2 + length], bundle[2 + length :]
        found += hashlib.sha256(b"\x00" + entry).digest()
    return found


@pytest.mark.parametrize(
    "address",
    [
        "/audit/tile/0/001",
        "/audit/tile/64/000",
        "/audit/tile/0/000.p/255",
        "/audit/tile/entries/000",
        "/audit/tile/entries/x001/000",
        "/audit/tile/x/000",
        "/audit/tile/63/x999/x999/x999/x999/999",
        "/audit/tile/entries/x999/x999/x999/x999/999",
        "/audit/tile/entries/x001/x999/x999/x999/x999/999",
    ],
)
def test_a_tile_that_is_not_there_is_not_found(auditor: Machine, address: str):
    assert auditor.get(address).status_code == 404


def test_an_empty_log_has_no_checkpoint(app: Flask):
    assert Machine(app, Role.AUDITOR).get("/audit/checkpoint").status_code == 404


def test_policy_values_are_those_of_the_day(auditor: Machine):
    today = told(auditor.get("/policy"))
    assert today["on"] == "2026-03-02"
    values = {one["key"]: one for one in today["values"]}
    assert values
    assert all(one["source"] and one["force"] in {"law", "soft", "std"} for one in values.values())
    before = told(auditor.get("/policy?on=2018-05-25"))["values"]
    assert 0 < len(before) < len(values)
    assert told(auditor.get("/policy?on=1999-01-01"))["values"] == []
    assert auditor.get("/policy?on=soon").status_code == 422
