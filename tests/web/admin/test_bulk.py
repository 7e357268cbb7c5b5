"""Many requests over HTTP: all of them, or none; again without harm."""

from typing import Any

import pytest
from flask import Flask

from privacy.operators.roles import Role
from privacy.requests.models import SubjectRequest
from tests.web.admin.test_requests import Caller, count
from tests.web.conftest import told


def body(*requests: dict[str, Any]) -> dict[str, Any]:
    return {"controller": "boutique", "verification": "signed-in", "requests": list(requests)}


def line(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "email": f"s{number}@example.fr",
        "kind": "access",
        "received_on": "2026-02-27",
        "reference": f"A-{number}",
    } | changes


def test_many_are_taken_in_and_a_repeat_adds_nothing(app: Flask):
    caller = Caller(app, Role.AGENT)
    first = told(caller.post("/requests/bulk", body(line(1), line(2))))
    again = told(caller.post("/requests/bulk", body(line(1), line(2), line(3))))
    assert (first["taken"], first["known"], again["taken"], again["known"]) == (2, 0, 1, 2)
    assert again["requests"]["A-1"] == first["requests"]["A-1"]
    assert count(app, SubjectRequest) == 3


def test_one_wrong_line_is_named_and_nothing_is_taken_in(app: Flask):
    caller = Caller(app, Role.AGENT)
    answer = caller.post("/requests/bulk", body(line(1), line(2, kind="secret")))
    assert answer.status_code == 422
    assert "line 2" in answer.text
    assert "secret" not in answer.text
    assert count(app, SubjectRequest) == 0


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.MACHINE])
def test_who_may_not_take_in_one_may_not_take_in_many(app: Flask, role: Role):
    assert Caller(app, role).post("/requests/bulk", body(line(1))).status_code == 403


def test_five_hundred_fit_in_one_call(app: Flask):
    lines = [line(number, email="not-an-address") for number in range(500)]
    answer = Caller(app, Role.AGENT).post("/requests/bulk", body(*lines))
    assert answer.status_code == 422
