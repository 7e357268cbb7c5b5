"""Statements over HTTP: recorded once, in the server's time, under the caller's name."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from privacy.consent.models import Consent, Scope
from privacy.consent.receipts.receipt import Receipt
from privacy.operators.roles import Role
from tests.consent.talking import told_rows
from tests.entries import waiting_entries
from tests.fakes import FakeClock
from tests.make import EMAIL
from tests.web.admin.test_gate import Sender, reasons
from tests.web.banner.conftest import VISITOR
from tests.web.conftest import told

ADDRESS = "/v1/consents"


class Form(Sender):
    """A program that keeps a form, and tells what was said on it."""

    def body(self, **changes: Any) -> dict[str, Any]:
        given = {
            "controller": str(self.controller),
            "id": str(uuid4()),
            "identifier": {"kind": "email", "value": EMAIL},
            "answers": {"mk_email": True},
            "method": "form",
            "language": "fr",
            "evidence": "form-7",
        }
        merged = {**given, **changes}
        return {name: value for name, value in merged.items() if value is not None}

    def tell(self, body: dict[str, Any]) -> TestResponse:
        return self.app.test_client().post(ADDRESS, json=body, headers=self.headers)

    def rows(self) -> list[Consent]:
        return list(told_rows(self.runtime.database))


@pytest.fixture
def form(app: Flask) -> Form:
    """Return a form's program, with the role of a machine."""
    return Form(app)


def receipt_of(answer: TestResponse) -> Receipt:
    """Return the receipt of a statement that was recorded."""
    assert answer.status_code in {200, 201}, answer.get_data(as_text=True)
    return Receipt.read(told(answer)["receipt"])


def test_a_statement_is_recorded_in_the_caller_s_name_and_opens_the_gate(
    form: Form, clock: FakeClock
):
    answer = form.tell(form.body())
    assert answer.status_code == 201
    receipt = receipt_of(answer)
    assert (receipt.at, receipt.method) == (clock(), "form")
    (entry,) = waiting_entries(form.runtime.database, "consent.recorded")
    assert entry.actor.startswith("operator:")
    assert EMAIL.encode() not in b"".join(
        one.body for one in waiting_entries(form.runtime.database)
    )
    assert reasons(form.get("mk_email", subject=receipt.subject)) == ["given"]
    assert reasons(form.post("mk_email", identifiers=[form.body()["identifier"]])) == ["given"]


def test_one_address_is_one_subject(form: Form):
    spellings = (EMAIL, EMAIL.upper(), EMAIL)
    said = [
        receipt_of(form.tell(form.body(identifier={"kind": "email", "value": one})))
        for one in spellings
    ]
    assert len({one.subject for one in said}) == 1


def test_a_replay_gets_the_first_receipt_and_another_content_is_a_conflict(
    form: Form, clock: FakeClock
):
    body = form.body()
    first = form.tell(body)
    clock.advance(hours=3)
    again = form.tell(body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.get_data() == first.get_data()
    for change in (
        {"answers": {"mk_email": False}},
        {"answers": {"audience_consent": True}},
        {"answers": {"mk_email": True, "audience_consent": True}},
        {"evidence": "form-8"},
        {"method": "paper"},
        {"language": "en"},
    ):
        answer = form.tell({**body, **change})
        assert answer.status_code == 409, change
        assert "signature" not in told(answer)
    assert len(form.rows()) == 1


def test_a_visitor_and_a_subject_may_say_it_too(form: Form):
    visitor = receipt_of(form.tell(form.body(identifier=None, visitor=VISITOR, scope="terminal")))
    subject = receipt_of(form.tell(form.body(identifier=None, subject=str(visitor.subject))))
    assert visitor.subject == subject.subject
    assert {row.scope for row in form.rows()} == {Scope.TERMINAL, Scope.SUBJECT}
    assert reasons(form.get("mk_email", visitor=VISITOR)) == ["given"]


def test_the_time_is_the_server_s_and_a_skewed_clock_is_told(form: Form, clock: FakeClock):
    for said_at, ignored in (
        ("2026-03-02T08:00:00Z", None),
        ("2001-09-09T01:46:40Z", "said_at"),
        ("2030-01-01T00:00:00Z", "said_at"),
    ):
        answer = form.tell(form.body(said_at=said_at))
        assert receipt_of(answer).at == clock()
        assert answer.headers.get("Privacy-Ignored") == ignored
    assert sorted(str(row.said_at) for row in form.rows()) == [
        "2026-03-02 08:00:00+00:00", "None", "None",
    ]  # fmt: skip


def test_paper_counts_from_the_day_it_was_signed(form: Form, clock: FakeClock):
    today = receipt_of(form.tell(form.body(method="paper", said_at="2026-03-02T08:00:00Z")))
    older = receipt_of(form.tell(form.body(method="paper", said_at="2026-01-02T08:00:00Z")))
    assert older.valid_until < today.valid_until
    future = form.tell(form.body(method="paper", said_at="2026-04-02T08:00:00Z"))
    assert future.status_code == 422
    assert set(told(future)["errors"]) == {"said_at"}
    assert clock() == older.at


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"answers": {"mk_fax": True}}, "answers"),
    ({"answers": {"order_management": False}}, "answers"),
    ({"answers": {"mk_phone": True}}, "beneficiary"),
    ({"answers": {"mk_email": 1}}, "answers.mk_email.value"),
    ({"method": "accept_all"}, "method"),
    ({"method": "import"}, "method"),
    ({"method": "one_click"}, "method"),
    ({"visitor": VISITOR}, "subject"),
    ({"identifier": None}, "subject"),
    ({"identifier": {"kind": "email", "value": "nobody"}}, "email"),
    ({"evidence": EMAIL}, "evidence"),
    ({"evidence": "x" * 201}, "evidence"),
    ({"age": -1}, "age"),
    ({"joint": str(uuid4())}, "joint"),
    ({"at": "2001-09-09T01:46:40Z"}, "at"),
    ({"notice": "x"}, "notice"),
]


def test_what_cannot_be_recorded_names_its_field_and_leaves_nothing(form: Form):
    for changes, field in WRONG:
        answer = form.tell(form.body(**changes))
        assert answer.status_code == 422, changes
        assert field in told(answer)["errors"], (changes, told(answer))
        assert EMAIL not in answer.get_data(as_text=True)
    assert form.rows() == []


def test_a_subject_of_another_controller_is_not_found(form: Form):
    other = form.tell(form.body(controller=str(UUID(int=7))))
    assert other.status_code == 404


@pytest.mark.parametrize(("role", "status"), [(Role.AGENT, 201), (Role.AUDITOR, 403)])
def test_an_auditor_records_nothing(app: Flask, role: Role, status: int):
    form = Form(app, role)
    assert form.tell(form.body()).status_code == status
