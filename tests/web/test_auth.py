"""Nobody passes a guard who should not, whichever route and whichever role."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import flask
import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from privacy.config import Settings
from privacy.crypto import digest
from privacy.operators import acts, queries
from privacy.operators.models import OperatorSession
from privacy.operators.roles import MATRIX, Permission, Role
from privacy.web import auth
from privacy.web.auth import OperatorsOnly, Public, next_target
from tests.fakes import FakeClock
from tests.web.conftest import Seat, SeatFor, bearer_of, browser_of, runtime_of, seat, shop, told

READING = ("GET", "POST", "PUT", "PATCH", "DELETE")
EXAMPLES = {"UUIDConverter": str(uuid4()), "IntegerConverter": "1"}


def calls(app: Flask) -> Iterator[tuple[str, str, auth.Guard]]:
    """Yield every method and address that the app answers, with the guard that was declared."""
    declared = auth.guards(app)
    for rule in app.url_map.iter_rules():
        guard = declared[rule.endpoint]
        assert guard is not None, rule.endpoint
        for method in sorted((rule.methods or set()) & set(READING)):
            yield method, _address(app, rule), guard


def _address(app: Flask, rule: Rule) -> str:
    values: dict[str, Any] = {
        name: str(shop(app)) if name == "controller_id" else EXAMPLES.get(type(kind).__name__, "x")
        for name, kind in rule._converters.items()  # noqa: SLF001 -- werkzeug has no other way
    }
    with app.test_request_context():
        return flask.url_for(rule.endpoint, **values)


@pytest.mark.parametrize("role", Role)
def test_every_route_lets_in_exactly_the_roles_of_the_matrix(core: Flask, role: Role):
    core.config["PROPAGATE_EXCEPTIONS"] = False  # a view may stumble over made-up addresses
    held = seat(core, role)
    headers = held.headers | bearer_of(core, held.operator_id)
    walked = 0
    for method, address, guard in calls(core):
        if not isinstance(guard, OperatorsOnly):
            continue
        walked += 1
        status = held.browser.open(address, method=method, headers=headers).status_code
        allowed = guard.permission in MATRIX[role]
        assert (status not in {401, 403}) == allowed, f"{role}: {method} {address}: {status}"
    assert walked >= 4


def test_no_route_lets_in_nobody_unless_it_says_why(core: Flask):
    core.config["PROPAGATE_EXCEPTIONS"] = False
    browser = browser_of(core)
    for method, address, guard in calls(core):
        if isinstance(guard, Public):
            assert guard.why
            continue
        answer = browser.open(address, method=method)
        sent_away = answer.status_code == 302 and answer.location.startswith(auth.SIGN_IN)
        assert answer.status_code == 401 or (method == "GET" and sent_away), address


def test_a_view_without_a_guard_stops_the_start(core: Flask):
    core.add_url_rule("/forgotten", "forgotten", lambda: "")
    with pytest.raises(RuntimeError, match="forgotten"):
        auth.check(core)


def test_a_view_without_a_guard_is_shut_even_so(core: Flask):
    core.add_url_rule("/forgotten", "forgotten", lambda: "open")
    core.config["PROPAGATE_EXCEPTIONS"] = False
    assert core.test_client().get("/forgotten").status_code == 500


def test_a_role_for_one_controller_opens_no_address_of_another(core: Flask):
    held = seat(core, Role.DPO)
    assert held.browser.get(f"/console/probe-controllers/{shop(core)}").status_code == 200
    assert held.browser.get(f"/console/probe-controllers/{uuid4()}").status_code == 404


def test_a_role_without_the_permission_is_told_so_for_its_own_controller(core: Flask):
    held = seat(core, Role.AUDITOR)
    assert held.browser.get(f"/console/probe-controllers/{shop(core)}").status_code == 403
    assert held.browser.get(f"/console/probe-controllers/{uuid4()}").status_code == 404
    assert held.browser.get("/console/probe-anyone").status_code == 200


def test_a_cookie_opens_no_machine_surface_and_a_bearer_no_console(core: Flask):
    held = seat(core, Role.DPO)
    headers = bearer_of(core, held.operator_id)
    assert held.browser.get("/v1/probe").status_code == 401
    machine = core.test_client()
    assert machine.get("/v1/probe", headers=headers).status_code == 200
    assert machine.get("/console/probe", headers=headers).status_code == 302
    session = {"Authorization": f"Bearer {held.token}"}
    assert machine.get("/v1/probe", headers=session).status_code == 401


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic x", "Bearer x y", "Bearer \u00e9", "x" * 5000]
)
def test_a_malformed_authorization_is_nobody(core: Flask, header: str):
    answer = core.test_client().get("/v1/probe", headers={"Authorization": header})
    assert answer.status_code == 401
    assert told(answer)["type"] == "/problems/sign-in-required"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_who_has_to_sign_in_comes_back_to_the_same_place(core: Flask):
    answer = browser_of(core).get("/console/probe?state=open")
    assert answer.location == "/console/sign-in?next=/console/probe%3Fstate%3Dopen"


@pytest.mark.parametrize(
    "target",
    [
        "/console",
        "/console/",
        "/console/requests",
        "/console/requests/0190-ab?state=open&page=2",
        "/console/audit?q=a%20b",
    ],
)
def test_a_plain_address_of_the_console_is_a_place_to_go(target: str):
    assert next_target(target) == target


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "//evil.example",
        "///evil.example",
        "\\\\evil.example",
        "/\\evil.example",
        "https:evil.example",
        "https://evil.example",
        "/console//evil.example",
        "/console/../portal",
        "/console/./x",
        "/console\\evil",
        "/consoleevil",
        "/console@evil.example",
        "/console/\r\nLocation: https://evil.example",
        "/console/\n",
        "/console/x\x00",
        "/console/%2e%2e/x",
        "/console?next=//evil.example",
        "/portal/shop",
        " /console",
        "javascript:alert(1)",
        "/console/\u2028",
    ],
)
def test_anything_else_leads_to_the_start(target: str | None):
    assert next_target(target) == auth.HOME


def test_a_session_works_until_it_is_ended(app: Flask, seat_for: SeatFor):
    held = seat_for(Role.DPO)
    assert _is_in(app, held)
    runtime = runtime_of(app)
    with runtime.database.transaction() as session:
        acts.sign_out(
            session,
            actor=f"operator:{held.operator_id}",
            at=runtime.clock(),
            digest=digest(held.token),
        )
    assert not _is_in(app, held)


def _is_in(app: Flask, held: Seat) -> bool:
    with app.test_request_context(headers={"Cookie": f"privacy_session={held.token}"}):
        return auth._found() is not None  # noqa: SLF001 -- the surfaces have tests of their own


def test_using_a_session_keeps_it_alive(app: Flask, seat_for: SeatFor, clock: FakeClock):
    held = seat_for(Role.DPO)
    for _ in range(3):
        clock.now += queries.IDLE - timedelta(seconds=1)
        assert _is_in(app, held)
    clock.now += queries.IDLE
    assert not _is_in(app, held)
    with runtime_of(app).database.reading() as session:
        kept = session.scalars(select(OperatorSession)).one()
    assert kept.seen_at == clock.now - queries.IDLE


@pytest.mark.parametrize(
    ("public_url", "name"),
    [("http://localhost", "privacy_session"), ("https://privacy.example", "__Host-privacy")],
)
def test_the_cookie_is_bound_as_tightly_as_the_connection_allows(
    core: Flask, public_url: str, name: str
):
    runtime = runtime_of(core)
    secure = Settings(
        database_url=runtime.settings.database_url,
        key_file=runtime.settings.key_file,
        public_url=public_url,
    )
    object.__setattr__(runtime, "settings", secure)
    response = flask.Response()
    with core.test_request_context():
        auth.remember(response, "token")
        (kept,) = response.headers.getlist("Set-Cookie")
        auth.forget(response)
        forgotten = response.headers.getlist("Set-Cookie")[1]
    assert kept.startswith(f"{name}=token;")
    wanted = {"HttpOnly", "Path=/", "SameSite=Lax"} | ({"Secure"} if secure.is_secure else set())
    assert wanted <= set(kept.split("; "))
    assert "Domain" not in kept
    assert "Max-Age=0" in forgotten


def test_permissions_are_those_of_the_matrix_only():
    assert {p for line in MATRIX.values() for p in line} == set(Permission)
