"""The gate over HTTP: what is open for whom, when and why; nothing personal in an address."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from privacy.consent.models import Method
from privacy.consent.statements import Statement, record_statement
from privacy.operators.roles import Role
from privacy.subjects.identify import Claim
from privacy.subjects.visitors import visitor_subject
from tests.consent.talking import open_register, publish
from tests.fakes import FakeClock
from tests.make import EMAIL, make_subject
from tests.web.banner.conftest import VISITOR, open_shop
from tests.web.conftest import bearer_of, runtime_of, seat, told

CHECK = "/v1/consents/check"


class Sender:
    """A program that asks before it sends; and what subjects told its controller."""

    def __init__(self, app: Flask, role: Role = Role.MACHINE) -> None:
        self.app = app
        self.runtime = runtime_of(app)
        with self.runtime.database.transaction() as session:
            self.controller = open_register(
                session, at=self.runtime.clock(), cabinet=self.runtime.cabinet
            )
        self.headers = bearer_of(app, seat(app, role, self.controller).operator_id)

    def person(self, email: str = EMAIL) -> UUID:
        with self.runtime.database.transaction() as session:
            return make_subject(
                session,
                at=self.runtime.clock(),
                cabinet=self.runtime.cabinet,
                controller_id=self.controller,
                claims=(Claim("email", email, verified=True),),
            )

    def say(self, subject_id: UUID, **answers: bool) -> None:
        with self.runtime.database.transaction() as session:
            record_statement(
                session,
                actor="subject",
                at=self.runtime.clock(),
                statement=Statement(subject_id, self.controller, answers, Method.FORM, "fr"),
                origin="log.example",
            )

    def get(self, *purposes: str, **asked: Any) -> TestResponse:
        query = {"controller": self.controller, "purpose": purposes, **asked}
        return self.app.test_client().get(CHECK, query_string=query, headers=self.headers)

    def post(self, *purposes: str, **asked: Any) -> TestResponse:
        body = {"controller": str(self.controller), "purposes": purposes, **asked}
        return self.app.test_client().post(CHECK, json=body, headers=self.headers)


def found(answer: TestResponse) -> list[dict[str, Any]]:
    """Return the checks of an answer."""
    assert answer.status_code == 200, answer.get_data(as_text=True)
    checks: list[dict[str, Any]] = told(answer)["checks"]
    return checks


def reasons(answer: TestResponse) -> list[str]:
    """Return why each purpose is open or closed, and see that only two reasons open."""
    for one in found(answer):
        assert one["permitted"] == (one["reason"] in {"given", "other_basis"})
    return [one["reason"] for one in found(answer)]


@pytest.fixture
def sender(app: Flask) -> Sender:
    """Return a program with the role of a machine."""
    return Sender(app)


def test_what_was_said_is_told_with_the_words_that_were_read(sender: Sender, clock: FakeClock):
    person = sender.person()
    sender.say(person, mk_email=True)
    (one,) = found(sender.get("mk_email", subject=person, explain="true"))
    assert one["read"]["title"] == "Offres par e-mail"
    assert one["read"]["description"].startswith("De notre enseigne")
    assert (one["subject"], one["purpose"], one["permitted"]) == (str(person), "mk_email", True)
    assert (one["reason"], one["version"], one["notice"]) == ("given", 1, None)
    assert datetime.fromisoformat(one["answered_at"]) == clock()
    assert datetime.fromisoformat(one["valid_until"]) > clock()


def test_a_withdrawal_closes_the_gate_for_the_very_next_call(sender: Sender):
    person = sender.person()
    sender.say(person, mk_email=True, audience_consent=True)
    assert reasons(sender.get("mk_email", subject=person)) == ["given"]
    sender.say(person, mk_email=False)
    asked = sender.get("mk_email", "audience_consent", subject=person)
    assert reasons(asked) == ["withdrawn", "given"]


def test_what_was_permitted_on_a_day_is_told_later(sender: Sender, clock: FakeClock):
    person = sender.person()
    before = clock()
    clock.advance(hours=6)
    sender.say(person, mk_email=True)
    then = clock()
    clock.advance(hours=6)
    sender.say(person, mk_email=False)
    with sender.runtime.database.transaction() as session:
        publish(session, at=clock(), controller_id=sender.controller, code="mk_email")
    asked = [sender.get("mk_email", subject=person, at=at.isoformat()) for at in (before, then)]
    assert [reasons(one) for one in asked] == [["never_asked"], ["given"]]
    assert reasons(sender.get("mk_email", subject=person)) == ["withdrawn"]


def test_a_purpose_that_changed_must_be_asked_again(sender: Sender, clock: FakeClock):
    person = sender.person()
    sender.say(person, mk_email=True)
    clock.advance(hours=1)
    with sender.runtime.database.transaction() as session:
        publish(session, at=clock(), controller_id=sender.controller, code="mk_email")
    asked = sender.get("mk_email", subject=person, explain="true")
    assert reasons(asked) == ["superseded"]
    assert found(asked)[0]["read"]["title"] == "Offres par e-mail", "what had been read"


def test_a_visitor_is_asked_for_by_number(sender: Sender):
    runtime = sender.runtime
    with runtime.database.reading() as session:
        visitor = visitor_subject(
            session, cabinet=runtime.cabinet, controller_id=sender.controller, visitor=VISITOR
        )
    sender.say(visitor, audience_consent=True)
    assert reasons(sender.get("audience_consent", visitor=VISITOR)) == ["given"]
    other = sender.post("audience_consent", visitors=["f" * 32, VISITOR])
    assert reasons(other) == ["never_asked", "given"]


def test_a_batch_answers_in_the_order_asked_and_like_one_by_one(sender: Sender):
    people = [sender.person(f"a{n}@courrier.example") for n in range(4)]
    for n, person in enumerate(people[:3]):
        sender.say(person, mk_email=n % 2 == 0, audience_consent=n > 0)
    codes = ("audience_consent", "mk_email", "order_management")
    batch = found(sender.post(*codes, subjects=[str(one) for one in people], explain=True))
    one_by_one = [
        one for person in people for one in found(sender.get(*codes, subject=person, explain=1))
    ]
    assert batch == one_by_one
    assert [one["subject"] for one in batch] == [str(one) for one in people for _ in codes]


def test_identifiers_are_asked_for_by_post_and_never_told_back(sender: Sender):
    person = sender.person()
    sender.say(person, mk_email=True)
    known = {"kind": "email", "value": EMAIL.upper()}
    nobody = {"kind": "email", "value": "personne@courrier.example"}
    answer = sender.post("mk_email", identifiers=[nobody, known])
    assert reasons(answer) == ["never_asked", "given"]
    assert [one["subject"] for one in found(answer)] == [None, str(person)]
    assert "courrier" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"email": EMAIL}, "email"),
        ({"subject": str(uuid4()), "identifier": EMAIL}, "identifier"),
        ({}, "subject"),
        ({"subject": str(uuid4()), "visitor": VISITOR}, "subject"),
        ({"subject": "x"}, "subject"),
        ({"visitor": "F" * 32}, "visitor"),
        ({"subject": str(uuid4()), "at": "2026-03-01"}, "at"),
    ],
)
def test_an_address_holds_ids_only(sender: Sender, asked: Mapping[str, str], field: str):
    answer = sender.get("mk_email", **asked)
    assert answer.status_code == 422
    assert field in told(answer)["errors"]
    assert EMAIL not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "subjects",
    [[], ["x"], [7], ["00000000-0000-4000-8000-00000000000G"], [str(UUID(int=1))] * 1001, "x"],
)
def test_a_batch_has_up_to_a_thousand_ids(sender: Sender, subjects: Sequence[object]):
    answer = sender.post("mk_email", subjects=subjects)
    assert answer.status_code == 422
    assert "subjects" in told(answer)["errors"]


def test_a_thousand_long_identifiers_fit_and_a_larger_body_does_not(sender: Sender):
    long = [{"kind": "email", "value": f"{n:060}@{'d' * 50}.example"} for n in range(1000)]
    assert set(reasons(sender.post("mk_email", identifiers=long))) == {"never_asked"}
    assert sender.post("mk_email", identifiers=long, more="x" * 600_000).status_code == 413


def test_an_unknown_purpose_is_named(sender: Sender):
    answer = sender.get("mk_email", "mk_fax", subject=uuid4())
    assert answer.status_code == 404
    assert "mk_fax" in told(answer)["detail"]
    assert "mk_email" not in told(answer)["detail"]


def test_a_contract_needs_no_consent_and_an_interest_yields_to_an_objection(sender: Sender):
    person = sender.person()
    codes = ("order_management", "mk_post")
    assert reasons(sender.get(*codes, subject=person)) == ["other_basis", "other_basis"]
    sender.say(person, mk_post=False)
    assert reasons(sender.get(*codes, subject=person)) == ["other_basis", "refused"]


def test_the_controller_may_be_named_by_its_slug(sender: Sender):
    assert reasons(sender.get("mk_email", controller="boutique", subject=uuid4())) == [
        "never_asked"
    ]


def test_another_controller_s_subjects_are_nobody_s_business(app: Flask, sender: Sender):
    other = open_shop(app, "autre").site.controller_id
    for named in (other, "autre", "nulle-part", uuid4()):
        answer = sender.get("audience_consent", controller=named, subject=uuid4())
        assert answer.status_code == 404
        assert "controller" in told(answer)["detail"]


@pytest.mark.parametrize(("role", "status"), [(Role.AGENT, 200), (Role.AUDITOR, 403)])
def test_who_sees_no_people_asks_no_gate(app: Flask, role: Role, status: int):
    sender = Sender(app, role)
    assert sender.get("mk_email", subject=uuid4()).status_code == status
    assert sender.post("mk_email", subjects=[str(uuid4())]).status_code == status


def test_nobody_asks_without_a_token(sender: Sender):
    sender.headers = {}
    assert sender.get("mk_email", subject=uuid4()).status_code == 401
