"""Programs take in requests of subjects whom they identified, approve and follow them."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from privacy.audit import queries as audit
from privacy.audit.actions import Action
from privacy.operators.roles import Role
from privacy.outbox.models import OutboxMessage
from privacy.requests.jobs import Bench, fulfil_access
from privacy.requests.models import SubjectRequest
from privacy.web.pages import package_page
from tests.make import EMAIL
from tests.web.admin.test_views import Machine
from tests.web.conftest import bearer_of, runtime_of, seat, shop, told


def taken(**changed: Any) -> dict[str, Any]:
    return {
        "controller": "boutique",
        "kind": "access",
        "identifiers": [{"kind": "email", "value": EMAIL}],
        "verification": "signed-in",
    } | changed


class Caller:
    """A program with an operator's token."""

    def __init__(self, app: Flask, role: Role, slug: str = "boutique") -> None:
        self._browser = app.test_client()
        self._headers = bearer_of(app, seat(app, role, shop(app, slug)).operator_id)

    def post(self, path: str, body: dict[str, Any] | None = None) -> TestResponse:
        return self._browser.post(f"/v1{path}", json=body, headers=self._headers)

    def get(self, path: str) -> TestResponse:
        return self._browser.get(f"/v1{path}", headers=self._headers)


@pytest.fixture
def dpo(app: Flask) -> Caller:
    return Caller(app, Role.DPO)


def count(app: Flask, model: type[SubjectRequest | OutboxMessage]) -> int:
    with runtime_of(app).database.reading() as session:
        return session.query(model).count()


def fulfil(app: Flask) -> int:
    runtime = runtime_of(app)
    bench = Bench(runtime.database, runtime.clock, runtime.desk, runtime.open_stores, package_page)
    return fulfil_access(bench)


def test_a_request_taken_in_is_open_and_its_subject_and_the_dpo_are_told(app: Flask, dpo: Caller):
    answer = dpo.post("/requests", taken(channel="paper", received_on="2026-03-01"))
    shown = told(answer)
    assert (answer.status_code, shown["state"], shown["stores"]) == (201, "open", [])
    assert (shown["received_on"], shown["target_on"]) == ("2026-03-01", "2026-04-01")
    assert count(app, OutboxMessage) == 2
    assert told(dpo.get(f"/requests/{shown['id']}")) == shown
    assert told(dpo.get("/requests?controller=boutique"))["requests"] == [shown]
    with runtime_of(app).database.reading() as session:
        entries = audit.entries(
            session, controller_ids=None, action=Action.REQUEST_SUBMITTED, limit=5
        )
    assert [entry.details["channel"] for entry in entries] == ["paper"]


def test_a_request_approved_at_once_is_answered_without_a_further_call(app: Flask, dpo: Caller):
    shown = told(dpo.post("/requests", taken(approve=True)))
    assert shown["state"] == "approved"
    assert fulfil(app) == 1
    after = told(dpo.get(f"/requests/{shown['id']}"))
    assert after["state"] == "ready"
    assert [(one["store"], one["state"]) for one in after["stores"]] == [("privacy", "found")]


def test_what_an_agent_takes_in_somebody_else_approves(app: Flask, dpo: Caller):
    agent = Caller(app, Role.AGENT)
    refused = agent.post("/requests", taken(approve=True))
    assert (refused.status_code, count(app, SubjectRequest)) == (403, 0)
    number = told(agent.post("/requests", taken()))["id"]
    assert agent.post(f"/requests/{number}/approve").status_code == 403
    assert told(dpo.post(f"/requests/{number}/approve"))["state"] == "approved"
    assert dpo.post(f"/requests/{number}/approve").status_code == 409


def test_a_call_that_is_repeated_makes_no_second_request(app: Flask, dpo: Caller):
    body = taken(id=str(uuid4()))
    first, second = dpo.post("/requests", body), dpo.post("/requests", body)
    assert (first.status_code, second.status_code) == (201, 200)
    assert told(first) == told(second)
    assert (count(app, SubjectRequest), count(app, OutboxMessage)) == (1, 2)


def test_all_identifiers_belong_to_one_subject(app: Flask, dpo: Caller):
    both = [
        {"kind": "email", "value": EMAIL},
        {"kind": "customer_number", "value": "C-1042"},
    ]
    assert dpo.post("/requests", taken(identifiers=both)).status_code == 201
    other = [{"kind": "email", "value": "someone@courrier.example"}, both[1]]
    answer = dpo.post("/requests", taken(identifiers=other))
    assert (answer.status_code, count(app, SubjectRequest)) == (409, 1)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"identifiers": [{"kind": "phone", "value": "+33 6 12 34 56 78"}]}, "identifiers"),
        ({"identifiers": [{"kind": "email", "value": "nobody"}]}, "identifiers.0"),
        ({"identifiers": []}, "identifiers"),
        ({"kind": "everything"}, "kind"),
        ({"verification": "trust-me"}, "verification"),
        ({"language": "xx"}, "language"),
    ],
)
def test_what_cannot_be_taken_in_is_refused_by_its_field(
    app: Flask, dpo: Caller, changed: dict[str, Any], field: str
):
    answer = dpo.post("/requests", taken(**changed))
    assert (answer.status_code, count(app, SubjectRequest)) == (422, 0)
    assert field in told(answer)["errors"]
    assert "nobody" not in answer.text


def test_a_request_does_not_arrive_on_a_day_to_come(app: Flask, dpo: Caller):
    tomorrow: date = (runtime_of(app).clock() + timedelta(days=2)).date()
    answer = dpo.post("/requests", taken(received_on=tomorrow.isoformat()))
    assert (answer.status_code, list(told(answer)["errors"])) == (422, ["received_on"])


def test_the_requests_of_another_controller_do_not_exist(app: Flask, dpo: Caller):
    number = told(dpo.post("/requests", taken(id=str(uuid4()))))["id"]
    other = Caller(app, Role.DPO, slug="librairie")
    assert other.get(f"/requests/{number}").status_code == 404
    assert other.post(f"/requests/{number}/approve").status_code == 404
    assert other.get("/requests?controller=boutique").status_code == 404
    stolen = other.post("/requests", taken(controller="librairie", id=number))
    assert stolen.status_code == 409


def test_an_auditor_sees_no_request(app: Flask, dpo: Caller):
    number = told(dpo.post("/requests", taken()))["id"]
    assert Machine(app, Role.AUDITOR).get(f"/requests/{number}").status_code == 403


def test_a_rectification_says_what_is_right_and_is_not_approved_as_a_whole(
    app: Flask, dpo: Caller
):
    body = taken(kind="rectification", statement={"wrong": "12", "right": "21"})
    shown = told(dpo.post("/requests", body))
    assert (shown["kind"], shown["state"]) == ("rectification", "open")
    assert (shown["corrections"], shown["transfer"]) == ([], None)
    assert dpo.post(f"/requests/{shown['id']}/approve").status_code == 403
    assert dpo.post("/requests", taken(kind="rectification")).status_code == 422
    assert dpo.post("/requests", body | {"approve": True}).status_code == 403
    assert count(app, SubjectRequest) == 1


def test_a_portable_copy_is_answered_like_an_access(app: Flask, dpo: Caller):
    said = {"send_to": "https://autre.example/recevoir"}
    body = taken(kind="portability", approve=True, statement=said)
    shown = told(dpo.post("/requests", body))
    assert shown["state"] == "approved"
    assert fulfil(app) == 1
    transfer = told(dpo.get(f"/requests/{shown['id']}"))["transfer"]
    assert (transfer["state"], len(transfer["digest"])) == ("owed", 64)
