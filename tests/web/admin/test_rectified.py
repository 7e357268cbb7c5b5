"""Programs decide rectifications value by value, and read what became of them."""

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask

from privacy.operators.roles import Role
from privacy.requests.models import RequestState
from tests.rectification.workplace import RIGHT, WRONG, Workplace
from tests.requests.office import EMAIL
from tests.web.admin.test_requests import Caller
from tests.web.conftest import told
from tests.web.console.requests.test_rectifying import run, streets

WHY = "Cette adresse figure ainsi sur la facture."


@pytest.fixture
def dpo(app: Flask) -> Caller:
    return Caller(app, Role.DPO)


def path(request_id: UUID) -> str:
    return f"/requests/{request_id}/rectification"


def decision(shown: dict[str, Any], before: str, **what: str) -> dict[str, Any]:
    """Return a decision on every place of one value."""
    (mine,) = [one for one in shown["values"] if one["value"] == before]
    places = [one["number"] for one in mine["places"]]
    return {
        "search": shown["search"],
        "decisions": [{"places": places, "from": before, **what}],
    }


def test_it_is_decided_carried_out_and_read(
    app: Flask,
    dpo: Caller,
    work: Workplace,
    shop_file: Path,
):
    request_id = work.opened()
    assert told(dpo.get(path(request_id)))["search"] == ""
    run(app)
    masked = dpo.get(path(request_id))
    assert EMAIL not in masked.text
    assert WRONG not in masked.text
    shown = told(dpo.get(f"{path(request_id)}?clear=true"))
    assert [one["value"] for one in shown["values"] if one["matches"]] == [WRONG]
    body = decision(shown, WRONG, to=RIGHT)
    after = told(dpo.post(path(request_id), body))
    assert after["state"] == "approved"
    assert {(one["field"], one["state"]) for one in after["corrections"]} == {
        ("street", "owed"),
        ("zone", "by_hand"),
    }
    run(app)
    assert streets(shop_file) == [RIGHT, WRONG]
    (zone,) = [one for one in after["corrections"] if one["field"] == "zone"]
    for _again in range(2):
        settled = dpo.post(f"{path(request_id)}/corrections/{zone['id']}", {"outcome": "done"})
        assert settled.status_code == 200
    run(app)
    ended = told(dpo.get(f"{path(request_id)}?clear=true"))
    assert (ended["state"], ended["exceptions"], ended["values"]) == ("completed", False, [])
    assert {(one["before"], one["after"]) for one in ended["corrections"]} == {
        (WRONG, RIGHT),
        ("A", None),
    }


def test_the_same_decision_again_changes_nothing_and_another_is_refused(
    app: Flask,
    dpo: Caller,
    work: Workplace,
):
    request_id = work.opened()
    run(app)
    shown = told(dpo.get(f"{path(request_id)}?clear=true"))
    body = decision(shown, WRONG, to=RIGHT)
    first, again = (told(dpo.post(path(request_id), body)) for _ in range(2))
    assert first == again
    run(app)
    assert dpo.post(path(request_id), body).status_code == 200
    other = dpo.post(path(request_id), decision(shown, WRONG, to="3 rue Neuve"))
    assert (other.status_code, other.mimetype) == (409, "application/problem+json")


def test_a_value_is_refused_with_its_reason(
    app: Flask,
    dpo: Caller,
    work: Workplace,
):
    request_id = work.opened()
    run(app)
    shown = told(dpo.get(f"{path(request_id)}?clear=true"))
    only = decision(shown, WRONG, refuse=WHY)
    assert dpo.post(path(request_id), only).status_code == 422
    both = decision(shown, "A", to="B")
    both["decisions"] += only["decisions"]
    after = told(dpo.post(path(request_id), both))
    states = {one["field"]: one["state"] for one in after["corrections"]}
    assert states == {"zone": "owed", "street": "refused"}
    run(app)
    assert work.office.request(request_id).state is RequestState.COMPLETED
    ended = told(dpo.get(f"{path(request_id)}?clear=true"))
    assert ended["exceptions"]
    assert [one["reason"] for one in ended["corrections"] if one["reason"]] == [WHY]
    (letter,) = work.office.letters("rectification_done")
    assert "refusé, avec son motif (1)" in letter.variables["results"]


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"from": "ailleurs"}, 409),
        ({"places": [999]}, 422),
        ({"places": []}, 422),
        ({"to": ""}, 422),
        ({"refuse": "Deux choses à la fois."}, 422),
        ({"note": "x"}, 422),
    ],
)
def test_what_cannot_be_decided_is_told(
    app: Flask,
    dpo: Caller,
    work: Workplace,
    changed: dict[str, Any],
    status: int,
):
    request_id = work.opened()
    run(app)
    body = decision(told(dpo.get(f"{path(request_id)}?clear=true")), WRONG, to=RIGHT)
    body["decisions"][0] |= changed
    answer = dpo.post(path(request_id), body)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert work.office.request(request_id).state is RequestState.OPEN


def test_an_older_list_is_refused(
    app: Flask,
    dpo: Caller,
    work: Workplace,
):
    request_id = work.opened()
    run(app)
    body = decision(told(dpo.get(f"{path(request_id)}?clear=true")), WRONG, to=RIGHT)
    assert dpo.post(f"{path(request_id)}/search").status_code == 200
    work.office.clock.advance(seconds=1)
    run(app)
    assert dpo.post(path(request_id), body).status_code == 409


def test_who_may_not_decide_sees_masked_values_only(
    app: Flask,
    work: Workplace,
):
    request_id = work.opened()
    run(app)
    agent = Caller(app, Role.AGENT)
    assert agent.get(path(request_id)).status_code == 200
    assert agent.get(f"{path(request_id)}?clear=true").status_code == 403
    assert agent.post(f"{path(request_id)}/search").status_code == 403
    assert Caller(app, Role.AUDITOR).get(path(request_id)).status_code == 403


def test_only_a_rectification_has_one(dpo: Caller, work: Workplace):
    request_id = work.office.opened()
    assert dpo.get(path(request_id)).status_code == 404
    assert dpo.get(path(uuid4())).status_code == 404
    assert (
        dpo.post(f"{path(work.opened())}/leads/0", {"search": "x", "own": True}).status_code == 409
    )
