"""How an app is put together, and what its documentation says."""

from pathlib import Path

import pytest
from flask import Flask

from privacy.audit.guard import UnauditedChangeError
from privacy.config import Settings
from privacy.crypto import Keyring
from privacy.errors import ConfigError
from privacy.operators.models import SignInAttempt
from privacy.web import logs
from privacy.web.app import absolute, create_app, from_env
from tests.fakes import FakeClock
from tests.web.conftest import runtime_of

STAFF = ("/console", "/v1/audit", "/v1/policy")
PUBLIC = ("/banner", "/portal")


def addresses(settings: Settings, clock: FakeClock, surface: str) -> set[str]:
    app = create_app(settings, surface=surface, clock=clock)
    runtime_of(app).database.dispose()
    return {rule.rule for rule in app.url_map.iter_rules()}


def test_the_public_process_has_no_staff_route(settings: Settings, clock: FakeClock):
    found = addresses(settings, clock, "public")
    assert not [one for one in found if one.startswith(STAFF)]
    assert "/healthz" in found


def test_the_staff_process_has_no_public_route(settings: Settings, clock: FakeClock):
    found = addresses(settings, clock, "staff")
    assert not [one for one in found if one.startswith(PUBLIC)]
    assert "/healthz" in found


def test_all_is_both_together(settings: Settings, clock: FakeClock):
    both = addresses(settings, clock, "public") | addresses(settings, clock, "staff")
    assert addresses(settings, clock, "all") == both


def test_the_surface_of_the_settings_counts_unless_another_is_asked(
    settings: Settings, clock: FakeClock
):
    staff = Settings(
        database_url=settings.database_url, key_file=settings.key_file, surface="staff"
    )
    app = create_app(staff, clock=clock)
    runtime_of(app).database.dispose()
    found = {rule.rule for rule in app.url_map.iter_rules()}
    assert found == addresses(settings, clock, "staff")


def test_the_runtime_works_on_flask_sqlalchemys_engine(app: Flask, settings: Settings):
    with app.app_context():
        engine = app.extensions["sqlalchemy"].engine
    assert runtime_of(app).database.engine is engine
    url = engine.url.render_as_string(hide_password=False)
    assert url == absolute(settings.database_url)


def test_a_missing_key_file_stops_the_start(settings: Settings, tmp_path: Path):
    with pytest.raises(ConfigError):
        create_app(Settings(settings.database_url, tmp_path / "none.json"))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("sqlite:///privacy.sqlite3", "sqlite:///{here}/privacy.sqlite3"),
        ("sqlite:////data/privacy.sqlite3", "sqlite:////data/privacy.sqlite3"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
        ("postgresql+psycopg://a:b@host/c", "postgresql+psycopg://a:b@host/c"),
    ],
)
def test_a_relative_database_lies_where_the_process_started(
    url: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    assert absolute(url) == expected.format(here=tmp_path)


def test_a_server_finds_the_app_by_the_environment(
    settings: Settings, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PRIVACY_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("PRIVACY_KEY_FILE", str(keyring.path))
    monkeypatch.setattr(logs, "configure", lambda _level: None)
    app = from_env()
    assert app.test_client().get("/healthz").status_code == 200
    runtime_of(app).database.dispose()


def test_a_change_without_an_entry_is_refused(app: Flask):
    database = runtime_of(app).database
    at = runtime_of(app).clock()
    row = SignInAttempt(email_index=b"", failures=1, failed_at=at, locked_until=at)
    with pytest.raises(UnauditedChangeError), database.transaction() as session:
        session.add(row)
