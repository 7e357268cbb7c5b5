"""Canaries: personal data are planted everywhere, and must be found nowhere in the logs."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from privacy.operators.roles import Role
from privacy.web import logs
from tests.web.conftest import browser_of, seat
from tests.web.probe import PERSONAL

CANARIES = (PERSONAL, "claire", "dubois", "KANARI", "192.0.2.77")
TOKEN = "KANARI-token-of-a-link"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Send all logs of this process into a buffer, as JSON lines."""
    root = logging.getLogger()
    kept, level = root.handlers[:], root.level
    for handler in kept:
        root.removeHandler(handler)
    stream = io.StringIO()
    logs.configure("DEBUG", stream)
    yield stream
    root.handlers[:], root.level = kept, level
    logging.getLogger("privacy").setLevel(logging.NOTSET)


def events(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_no_canary_reaches_the_log(core: Flask, lines: io.StringIO):
    core.config["PROPAGATE_EXCEPTIONS"] = False
    held = seat(core, Role.DPO)
    browser = browser_of(core)
    browser.set_cookie("privacy_session", TOKEN)
    headers = {
        "User-Agent": f"KANARI {PERSONAL}",
        "Referer": f"https://shop.example/{TOKEN}",
        "X-Request-Id": TOKEN,
        "X-Forwarded-For": "192.0.2.77",
        "Authorization": f"Bearer {TOKEN}",
        "X-Big": "KANARI" * 10_000,
    }
    environ = {"REMOTE_ADDR": "192.0.2.77"}
    addresses = (
        f"/portal/probe/{TOKEN}?email={PERSONAL}",
        f"/portal/{PERSONAL}",
        "/portal/probe-error/boom",
        "/portal/probe-error/seal",
        "/v1/probe-error/boom",
        f"/v1/{TOKEN}",
        f"/banner/probe?page={PERSONAL}",
        f"/console/probe?next={PERSONAL}",
        f"/static/{PERSONAL}",
    )
    for address in addresses:
        for method in ("GET", "POST", "KANARI"):
            browser.open(
                address,
                method=method,
                headers=headers,
                environ_overrides=environ,
                data={"email": PERSONAL},
            )
    for body in ({"name": PERSONAL}, {"name": "claire", PERSONAL: 1}, {"anything": TOKEN}):
        browser.post("/banner/probe", json=body, headers=headers)
    held.browser.get("/console/probe", headers={"User-Agent": PERSONAL})
    written = lines.getvalue()
    assert len(events(lines)) > 30
    assert not [canary for canary in (*CANARIES, held.token, held.csrf) if canary in written]


def test_a_request_is_one_line_with_its_route_and_number(core: Flask, lines: io.StringIO):
    answer = browser_of(core).get(f"/portal/probe/{TOKEN}?email={PERSONAL}")
    (line,) = events(lines)
    assert line["event"] == "request"
    assert line["id"] == answer.headers["X-Request-Id"]
    assert (line["method"], line["status"]) == ("GET", 200)
    assert line["route"] == "/portal/probe/<token>"
    assert line["ms"] >= 0
    assert set(line) == {"at", "level", "logger", "event", "id", "method", "route", "status", "ms"}


def test_an_unexpected_error_is_told_by_class_and_place(core: Flask, lines: io.StringIO):
    core.config["PROPAGATE_EXCEPTIONS"] = False
    answer = browser_of(core).get("/v1/probe-error/boom")
    failure, request = events(lines)
    assert failure["event"] == "failure"
    assert failure["error"] == ["RuntimeError"]
    assert failure["where"][-1].startswith("tests/web/probe.py:")
    assert failure["where"][-1].endswith(" error")
    assert failure["id"] == request["id"] == answer.headers["X-Request-Id"]


def test_nothing_in_a_message_can_break_its_line(lines: io.StringIO):
    logging.getLogger("privacy.test").info("one\r\ntwo\x1b[31m\u2028\x00", extra={"more": '"}\n{'})
    assert lines.getvalue().count("\n") == 1
    assert lines.getvalue().isascii()
    assert "\x1b" not in lines.getvalue()
    (line,) = events(lines)
    assert line["event"] == "one\r\ntwo\x1b[31m\u2028\x00"
    assert line["more"] == '"}\n{'


def test_other_libraries_are_quoted_without_what_they_fill_in(lines: io.StringIO):
    logging.getLogger("smtplib").warning("refused %s", PERSONAL, extra={"mail": PERSONAL})
    error = ValueError(PERSONAL)
    error.__cause__ = KeyError(PERSONAL)
    logging.getLogger("apscheduler").error("job %s failed", PERSONAL, exc_info=error)
    assert PERSONAL not in lines.getvalue()
    first, second = events(lines)
    assert first["event"] == "refused %s"
    assert second["error"] == ["ValueError", "KeyError"]


def test_a_request_id_from_outside_is_not_taken(core: Flask):
    answer = core.test_client().get("/healthz", headers={"X-Request-Id": TOKEN})
    assert answer.headers["X-Request-Id"] != TOKEN
