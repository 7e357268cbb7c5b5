"""Headers on every answer, forms from our own pages only, and other origins by invitation."""

import pytest
from flask import Flask, Response
from werkzeug.test import TestResponse

from privacy.config import Settings
from privacy.operators.roles import Role
from privacy.web import security
from privacy.web.app import create_app
from privacy.web.security import allow_origin, csrf_token, local_target, origin_of, preflight
from tests.fakes import FakeClock
from tests.web import probe
from tests.web.conftest import browser_of, runtime_of, seat
from tests.web.test_auth import calls

ADDRESSES = [
    "/healthz",
    "/v1/openapi.json",
    "/v1/nothing",
    "/v1/probe-error/boom",
    "/v1/probe-error/too-many",
    "/banner/probe",
    "/portal/probe/token",
    "/portal/probe-error/boom",
    "/portal/probe-error/gone",
    "/console/probe",
    "/static/mark.svg",
    "/static/nothing",
    "/nothing",
]


def check_headers(response: TestResponse) -> None:
    headers = response.headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert len(headers["X-Request-Id"]) == 16
    if response.mimetype == "text/html":
        assert headers["Cache-Control"] == "no-store"
        assert "base-uri 'none'" in policy
        assert "form-action 'self'" in policy


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_has_the_headers_even_an_error(core: Flask, address: str):
    core.config["PROPAGATE_EXCEPTIONS"] = False
    for method in ("GET", "POST", "DELETE", "OPTIONS"):
        answer = browser_of(core).open(address, method=method)
        check_headers(answer)
        answer.close()


def test_no_registered_route_forgets_the_headers(core: Flask):
    core.config["PROPAGATE_EXCEPTIONS"] = False
    browser = browser_of(core)
    for method, address, _ in calls(core):
        check_headers(browser.open(address, method=method))


def test_over_tls_browsers_are_told_to_stay_there(settings: Settings, clock: FakeClock):
    secure = Settings(
        database_url=settings.database_url,
        key_file=settings.key_file,
        public_url="https://privacy.example",
    )
    app = create_app(secure, clock=clock)
    assert "max-age=" in app.test_client().get("/healthz").headers["Strict-Transport-Security"]
    runtime_of(app).database.dispose()


def test_without_tls_nothing_is_said_of_it(core: Flask):
    assert "Strict-Transport-Security" not in core.test_client().get("/healthz").headers


def test_a_nonce_is_new_for_each_page_and_named_only_where_used(core: Flask):
    browser = core.test_client()
    first, second = browser.get("/portal/probe-script"), browser.get("/portal/probe-script")
    assert first.text != second.text
    nonce = first.text.split('"')[1]
    assert f"script-src 'self' 'nonce-{nonce}'" in first.headers["Content-Security-Policy"]
    plain = browser.get("/portal/probe/token").headers["Content-Security-Policy"]
    assert "nonce" not in plain


FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    {"Origin": "https://evil.example"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "http://localhost:81"},
    {"Origin": "https://localhost"},
    {"Origin": "null"},
    {},
]


@pytest.mark.parametrize(
    "address", ["/portal/probe/token", "/console/probe", "/console/probe-sign-in"]
)
def test_a_form_from_elsewhere_is_refused(core: Flask, address: str):
    held = seat(core, Role.DPO)
    stranger = core.test_client()
    stranger.set_cookie("privacy_session", held.token)
    for headers in FOREIGN:
        answer = stranger.post(address, data={"csrf_token": held.csrf}, headers=headers)
        assert answer.status_code == 403, headers
    assert held.browser.post(address, headers=held.headers).status_code == 200


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}]
)
def test_a_form_from_our_own_page_is_taken(core: Flask, headers: dict[str, str]):
    assert core.test_client().post("/portal/probe/token", headers=headers).status_code == 200


def test_an_operators_form_needs_the_secret_of_its_session(core: Flask):
    held, other = seat(core, Role.DPO), csrf_token("another session")
    browser = held.browser
    page = browser.get("/console/probe").text
    assert f'<input type="hidden" name="csrf_token" value="{held.csrf}">' in page
    assert held.token not in page
    assert browser.post("/console/probe", data={"csrf_token": held.csrf}).status_code == 200
    assert browser.post("/console/probe", headers=held.headers).status_code == 200
    for wrong in ({}, {"csrf_token": ""}, {"csrf_token": other}, {"csrf_token": "é"}):
        assert browser.post("/console/probe", data=wrong).status_code == 403


def test_pages_without_an_operator_have_no_secret_to_carry(core: Flask):
    with core.test_request_context():
        assert security.csrf_field() == ""


def test_json_surfaces_take_no_form_at_all(core: Flask):
    answer = core.test_client().post(
        "/banner/probe", data='{"name":"a"}', content_type="text/plain"
    )
    assert answer.status_code == 415


def test_an_invited_origin_may_read_but_brings_no_cookie():
    response = allow_origin(Response(), "https://shop.example")
    assert response.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response.headers["Vary"] == "Origin"
    assert "Access-Control-Allow-Credentials" not in response.headers


def test_a_preflight_is_good_for_a_day():
    response = preflight("https://shop.example", methods="POST")
    assert response.status_code == 204
    assert response.headers["Access-Control-Max-Age"] == "86400"
    assert response.headers["Access-Control-Allow-Methods"] == "POST"
    assert response.headers["Access-Control-Allow-Headers"] == "Content-Type"


def test_a_view_that_answers_options_is_asked_and_no_other_address_answers(core: Flask):
    headers = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}
    invited = core.test_client().options("/banner/probe", headers=headers)
    assert invited.status_code == 204
    assert invited.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    for address in ("/healthz", "/console/probe", "/portal/probe/token"):
        answer = core.test_client().options(address, headers=headers)
        assert answer.status_code in {401, 405}
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_an_uninvited_origin_learns_nothing_from_a_preflight():
    response = preflight(None, methods="POST")
    assert response.headers["Vary"] == "Origin"
    assert not [name for name, _ in response.headers if name.startswith("Access-Control")]


def test_a_forged_host_is_never_redirected_to(core: Flask):
    for address in ("/problems", "/portal", "/console/probe", "//evil.example/portal"):
        answer = core.test_client().get(address, headers={"Host": "evil.example"})
        assert answer.status_code in {302, 308}
        assert answer.location.startswith("/")
        assert not answer.location.startswith("//")


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("http://localhost/a?b=c", "/a?b=c"),
        ("/a", "/a"),
        ("https://shop.example/a", "https://shop.example/a"),
        ("http://localhost.evil.example/", "http://localhost.evil.example/"),
        ("http://localhost//evil.example", "http://localhost//evil.example"),
    ],
)
def test_only_redirects_within_the_service_lose_their_host(location: str, expected: str):
    assert local_target(location, "http://localhost/") == expected


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Privacy.Example/", "https://privacy.example"),
        ("https://privacy.example:443/a", "https://privacy.example"),
        ("http://privacy.example:80", "http://privacy.example"),
        ("http://127.0.0.1:8600", "http://127.0.0.1:8600"),
        ("http://[::1]:8600", "http://[::1]:8600"),
    ],
)
def test_an_origin_is_written_as_browsers_write_it(url: str, origin: str):
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    ("hops", "forwarded", "expected"),
    [
        (0, "192.0.2.1", "127.0.0.1"),
        (1, "192.0.2.1", "192.0.2.1"),
        (1, "203.0.113.9, 192.0.2.1", "192.0.2.1"),
        (2, "203.0.113.9, 192.0.2.1", "203.0.113.9"),
    ],
)
def test_only_as_many_proxies_are_believed_as_the_settings_say(
    settings: Settings, clock: FakeClock, hops: int, forwarded: str, expected: str
):
    behind = Settings(
        database_url=settings.database_url,
        key_file=settings.key_file,
        public_url="http://localhost",
        trusted_proxies=hops,
    )
    app = create_app(behind, clock=clock)
    probe.register(app)
    with app.test_client() as sender:
        sender.get("/portal/probe-address", headers={"X-Forwarded-For": forwarded})
        answer = sender.get("/portal/probe-address", headers={"X-Forwarded-For": forwarded})
    runtime_of(app).database.dispose()
    assert answer.text == expected


def test_a_form_of_ten_thousand_fields_is_refused(core: Flask):
    form = "&".join(f"field{number}=x" for number in range(10_000))
    answer = browser_of(core).post(
        "/portal/probe/token", data=form, content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 413


def test_a_form_in_a_thousand_parts_is_refused(core: Flask):
    parts = {f"field{number}": "x" for number in range(1_000)}
    answer = browser_of(core).post(
        "/portal/probe/token", data=parts, content_type="multipart/form-data"
    )
    assert answer.status_code == 413
