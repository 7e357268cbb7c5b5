"""Unsubscribe links over HTTP: the very headers of RFC 8058, and what they lead to."""

from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from privacy.operators.roles import Role
from tests.make import EMAIL
from tests.web.admin.test_gate import Sender, reasons
from tests.web.conftest import told


class Mailing(Sender):
    """A program that sends mails."""

    def links(self, *wanted: dict[str, Any]) -> TestResponse:
        body = {"controller": str(self.controller), "links": list(wanted)}
        return self.app.test_client().post(
            "/v1/unsubscribe-links", json=body, headers=self.headers
        )


@pytest.fixture
def mailing(app: Flask) -> Mailing:
    return Mailing(app)


def to(purpose: str = "mk_email", email: str = EMAIL) -> dict[str, Any]:
    return {"identifier": {"kind": "email", "value": email}, "purpose": purpose}


def test_a_link_comes_with_both_headers_and_one_click_closes_the_gate(mailing: Mailing):
    subject_id = mailing.person()
    mailing.say(subject_id, mk_email=True)
    answer = mailing.links(to())
    (made,) = told(answer)["links"]
    assert made["headers"] == {
        "List-Unsubscribe": f"<{made['url']}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    assert made["url"].startswith("http://localhost/u/")
    assert EMAIL not in made["url"]
    assert len(made["url"]) < 200
    path = made["url"].removeprefix("http://localhost")
    mailing.runtime.clock.advance(seconds=1)  # type: ignore[attr-defined] # a fake clock
    clicked = mailing.app.test_client().post(path, data={"List-Unsubscribe": "One-Click"})
    assert clicked.status_code == 200
    assert reasons(mailing.get("mk_email", subject=subject_id)) == ["withdrawn"]


def test_a_thousand_come_in_the_order_asked(mailing: Mailing):
    subject_id = mailing.person()
    wanted = [{"subject": str(subject_id), "purpose": "mk_email"}] * 999
    answer = mailing.links(*wanted, to("mk_phone"))
    links = told(answer)["links"]
    assert len({one["url"] for one in links}) == 1_000
    last = links[-1]["url"].removeprefix("http://localhost")
    assert "<h2>T</h2>" in mailing.app.test_client().get(last).text


@pytest.mark.parametrize("count", [0, 1_001])
def test_none_and_too_many_are_refused(mailing: Mailing, count: int):
    wanted = [{"subject": str(uuid4()), "purpose": "mk_email"}] * count
    assert mailing.links(*wanted).status_code == 422


def test_unknown_identifiers_are_named_by_their_places(mailing: Mailing):
    mailing.person()
    answer = mailing.links(to(), to(email="nobody@courrier.example"))
    assert answer.status_code == 422
    assert list(told(answer)["errors"]) == ["links.1.identifier"]
    assert "nobody" not in answer.text


@pytest.mark.parametrize("purpose", ["order_management", "nothing"])
def test_what_is_not_the_subjects_to_stop_gets_no_link(mailing: Mailing, purpose: str):
    mailing.person()
    answer = mailing.links(to(purpose))
    assert (answer.status_code, list(told(answer)["errors"])) == (422, ["answers"])


def test_a_link_names_the_subject_in_one_way(mailing: Mailing):
    subject_id = str(mailing.person())
    assert mailing.links(to() | {"subject": subject_id}).status_code == 422
    assert mailing.links({"purpose": "mk_email"}).status_code == 422


def test_who_may_not_record_gets_no_links(app: Flask):
    auditor = Mailing(app, Role.AUDITOR)
    auditor.person()
    assert auditor.links(to()).status_code == 403
    assert app.test_client().post("/v1/unsubscribe-links", json={}).status_code == 401
