"""A monitor learns what is wrong, and nothing else."""

from collections.abc import Mapping

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from privacy.db import Database
from privacy.errors import UnavailableError
from privacy.web import health
from tests.web.conftest import runtime_of, told


def give_checks(app: Flask, checks: Mapping[str, health.Check]) -> None:
    object.__setattr__(runtime_of(app), "checks", checks)


def test_a_service_that_works_says_so(app: Flask):
    answer = app.test_client().get("/healthz")
    assert answer.status_code == 200
    document = told(answer)
    assert document["status"] == "ok"
    assert document["checks"]["database"] == "ok"
    assert set(document["checks"].values()) == {"ok"}


def test_a_failing_check_is_named_with_what_is_wrong(app: Flask):
    give_checks(app, {"mail": lambda: "3 mails wait.", "audit": lambda: None})
    answer = app.test_client().get("/healthz")
    assert answer.status_code == 503
    document = told(answer)
    assert document["status"] == "failing"
    assert document["checks"] == {"database": "ok", "mail": "3 mails wait.", "audit": "ok"}


def test_a_check_that_falls_over_is_told_by_its_class_only(app: Flask):
    def check() -> None:
        raise ValueError("password=geheim")

    give_checks(app, {"store": check})
    answer = app.test_client().get("/healthz")
    assert answer.status_code == 503
    assert told(answer)["checks"]["store"] == "the check failed: ValueError"
    assert "geheim" not in answer.text


def test_a_database_that_is_gone_is_told_as_such(app: Flask, monkeypatch: pytest.MonkeyPatch):
    def reading(_self: Database) -> None:
        raise UnavailableError("The database cannot be reached; try again in a moment.")

    monkeypatch.setattr(Database, "reading", reading)
    give_checks(app, {})
    answer = app.test_client().get("/healthz")
    assert answer.status_code == 503
    assert told(answer)["checks"] == {
        "database": "The database cannot be reached; try again in a moment."
    }


def test_the_words_of_a_driver_are_not_passed_on(app: Flask):
    def check() -> None:
        raise OperationalError("SELECT secret", {}, Exception("host=10.0.0.7"))

    give_checks(app, {"store": check})
    assert "10.0.0.7" not in app.test_client().get("/healthz").text
