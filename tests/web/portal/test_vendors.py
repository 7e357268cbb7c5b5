"""Vendors that answer later: asked by a POST, believed by their signature, once."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from typing_extensions import override

from privacy.audit.actions import Action
from privacy.outbox.webhook import headers, new_secret
from privacy.requests.answering.tending import Tending, tend_assignments
from privacy.stores.acts import StoreFacts, register_store
from privacy.stores.definition import StoreDefinition
from privacy.stores.terms import DataCategory
from tests.rectification.workplace import RIGHT, WRONG, Workplace, writable
from tests.requests.answering.test_awaiting import asked, told
from tests.requests.office import EMAIL, Office
from tests.stores.fake_store import collection, identity, store
from tests.web.conftest import runtime_of
from tests.web.portal.conftest import answer_all

SECRET = new_secret()
KEPT = collection("ticket", "id email text", identities=[identity("email")])
TICKET = replace(
    KEPT, fields=tuple(replace(one, data_category=DataCategory.CONTACT) for one in KEPT.fields)
)
OPTIONS = {"answers": "later", "auth": "bearer", "allow_hosts": ["127.0.0.1"], "days": 8}
VENDOR: StoreDefinition = replace(store("helpdesk", TICKET), options=OPTIONS)
MESSAGE = UUID(int=77)


class Helpdesk(ThreadingHTTPServer):
    """A vendor on this machine, which notes what it is asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.status = 202
        self.asked: list[tuple[dict[str, str], dict[str, Any]]] = []


class _Answers(BaseHTTPRequestHandler):
    server: Helpdesk

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        document = json.loads(self.rfile.read(length))
        self.server.asked.append((dict(self.headers.items()), document))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def helpdesk() -> Iterator[Helpdesk]:
    """Return a running vendor."""
    with Helpdesk() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def waiting(app: Flask, office: Office, helpdesk: Helpdesk) -> str:
    """Register the vendor, search once, and return the path of its callback."""
    runtime = runtime_of(app)
    address = f"http://:token@127.0.0.1:{helpdesk.server_port}/ask#{SECRET}"
    with runtime.database.transaction() as session:
        register_store(
            session,
            actor="system",
            at=office.clock(),
            controller_id=office.controller.id,
            cabinet=runtime.cabinet,
            facts=StoreFacts(address, VENDOR),
        )
    office.approved()
    assert answer_all(app) == 0
    return f"/answers/{asked(office)[0].id}"


def tend(app: Flask) -> int:
    runtime = runtime_of(app)
    return tend_assignments(
        Tending(runtime.database, runtime.clock, runtime.desk, runtime.open_stores)
    )


def answer(path: str, **changes: Any) -> dict[str, Any]:
    rows = {"ticket": [{"id": 5, "email": EMAIL, "text": "Bonjour"}]}
    return {"id": path.rsplit("/", 1)[1], "result": "found", "rows": rows} | changes


def post(
    browser: FlaskClient, office: Office, path: str, document: dict[str, Any], **signed: Any
) -> int:
    body = json.dumps(document).encode()
    at = signed.get("at", office.clock())
    sent = headers(signed.get("secret", SECRET), message_id=MESSAGE, at=at, body=body)
    sent |= signed.get("changed", {})
    return browser.post(
        path, data=signed.get("body", body), headers=sent, content_type="application/json"
    ).status_code


def test_the_vendor_is_asked_once_under_one_key_and_its_answer_is_in_the_package(
    app: Flask, office: Office, helpdesk: Helpdesk, waiting: str, browser: FlaskClient
):
    assert [tend(app), tend(app)] == [1, 0]
    ((sent, question),) = helpdesk.asked
    assert sent["Idempotency-Key"] == question["id"] == waiting.rsplit("/", 1)[1]
    assert sent["Authorization"] == "Bearer token"
    assert question["callback"] == f"http://localhost{waiting}"
    assert question["search"] == [
        {"collection": "ticket", "columns": ["email"], "values": [[EMAIL]]}
    ]
    assert office.messages("assignment_opened") == []
    assert post(browser, office, waiting, answer(waiting)) == 204
    assert answer_all(app) == 1
    assert told(office)["helpdesk.ticket"] == [{"id": 5, "email": EMAIL, "text": "Bonjour"}]


def test_a_vendor_that_does_not_take_the_question_is_asked_again_later(
    app: Flask, office: Office, helpdesk: Helpdesk, waiting: str
):
    helpdesk.status = 500
    assert tend(app) == 0
    assert tend(app) == 0
    assert len(helpdesk.asked) == 1
    (entry,) = office.entries(Action.ASSIGNMENT_SENT)
    assert entry.details["outcome"] == "unavailable"
    helpdesk.status = 200
    office.clock.advance(minutes=5)
    assert tend(app) == 1
    assert len({sent["Idempotency-Key"] for sent, _ in helpdesk.asked}) == 1
    assert waiting


def test_a_replay_changes_nothing_and_is_refused(
    office: Office, waiting: str, browser: FlaskClient
):
    assert post(browser, office, waiting, answer(waiting)) == 204
    assert post(browser, office, waiting, answer(waiting)) == 409
    other = answer(waiting, result="empty", rows={})
    assert post(browser, office, waiting, other) == 409
    assert asked(office)[0].records == 1
    assert len(office.entries(Action.ASSIGNMENT_ANSWERED)) == 1


@pytest.mark.parametrize(
    ("signed", "status"),
    [
        ({"secret": new_secret()}, 403),
        ({"body": b"{}"}, 403),
        ({"changed": {"webhook-signature": ""}}, 403),
        ({"changed": {"webhook-id": "other"}}, 403),
        ({"changed": {"webhook-timestamp": "soon"}}, 403),
        ({"changed": {"webhook-timestamp": "9" * 400}}, 403),
        ({"shift": timedelta(minutes=-6)}, 403),
        ({"shift": timedelta(minutes=6)}, 403),
        ({"shift": timedelta(minutes=-4)}, 204),
    ],
)
def test_an_answer_that_is_not_signed_for_this_moment_is_refused(
    office: Office, waiting: str, browser: FlaskClient, signed: dict[str, Any], status: int
):
    at = office.clock() + signed.get("shift", timedelta(0))
    assert post(browser, office, waiting, answer(waiting), **{**signed, "at": at}) == status
    assert asked(office)[0].state == ("answered" if status == 204 else "open")


@pytest.mark.parametrize(
    "changes",
    [
        {"id": str(UUID(int=5))},
        {"result": "perhaps"},
        {"rows": {"ticket": [{"id": 6, "email": "other@example.fr", "text": "x"}]}},
        {"rows": {"ticket": [{"id": 6, "email": EMAIL, "iban": "x"}]}},
        {"rows": {"secret": [{"id": 6}]}},
        {"rows": []},
        {"rows": {}},
        {"more": 1},
        {"result": "impossible", "rows": {}},
        {"reason": 7},
    ],
)
def test_an_answer_that_does_not_fit_the_question_is_refused(
    office: Office, waiting: str, browser: FlaskClient, changes: dict[str, Any]
):
    assert post(browser, office, waiting, answer(waiting, **changes)) == 422
    assert asked(office)[0].state == "open"


def test_an_answer_to_nothing_and_one_that_is_too_large_are_refused(
    office: Office, waiting: str, browser: FlaskClient
):
    nowhere = f"/answers/{UUID(int=9)}"
    assert post(browser, office, nowhere, answer(nowhere)) == 404
    large = answer(waiting, reason="x" * 1_100_000)
    assert post(browser, office, waiting, large) == 413


def test_a_signed_answer_to_another_question_is_refused(
    app: Flask, office: Office, waiting: str, browser: FlaskClient
):
    office.approved("second@example.fr")
    answer_all(app)
    second = f"/answers/{asked(office)[1].id}"
    assert post(browser, office, second, answer(waiting)) == 422


def test_a_vendor_gets_what_is_right_and_answers_value_by_value(
    app: Flask, office: Office, helpdesk: Helpdesk, waiting: str
):
    runtime = runtime_of(app)
    helpdesk.asked.clear()
    work = Workplace(office, writable(), *runtime.open_stores(office.controller.id).values())
    request_id = work.searched()
    work.decide(request_id)
    work.run()
    tending = Tending(runtime.database, runtime.clock, runtime.desk, runtime.open_stores)
    assert tend_assignments(tending) == 2
    (document,) = [one for _headers, one in helpdesk.asked if "correct" in one]
    (line,) = document["correct"]
    assert (line["field"], line["before"], line["after"]) == ("*", WRONG, RIGHT)
    assert document["search"] == [
        {"collection": "ticket", "columns": ["email"], "values": [[EMAIL]]}
    ]
    told = {"id": document["id"], "results": [{"id": line["id"], "result": "done"}]}
    body = json.dumps(told).encode()
    path = f"/answers/{document['id']}"
    assert path != waiting
    browser = app.test_client()
    unsigned = browser.post(path, data=body, content_type="application/json")
    assert unsigned.status_code == 403
    signed = headers(SECRET, message_id=MESSAGE, at=office.clock(), body=body)
    taken = browser.post(path, data=body, headers=signed, content_type="application/json")
    assert taken.status_code == 204
    assert work.states(request_id)["helpdesk.ticket.*"] == ("said", "")
    again = browser.post(path, data=body, headers=signed, content_type="application/json")
    assert again.status_code == 409
