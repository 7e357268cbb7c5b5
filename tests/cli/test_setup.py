"""`privacy setup`, on both databases, and what every command says of bad settings."""

from pathlib import Path

import pytest

from privacy.cli.process import opened
from privacy.purposes import queries
from privacy.purposes.defaults import DEFAULT_PURPOSES
from tests.cli.conftest import SETUP, Privacy, settle
from tests.entries import waiting_entries


def test_setup_makes_everything_once_and_may_be_repeated(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, privacy: Privacy
):
    settle(monkeypatch, tmp_path, database_url)
    first, again = privacy(*SETUP, "--json"), privacy(*SETUP, "--json")
    assert (first.status, again.status) == (0, 0)
    assert first.facts == again.facts
    key = Path(first.facts["key_file"])
    assert key.stat().st_mode & 0o777 == 0o600
    with opened() as runtime, runtime.database.reading() as session:
        (controller,) = queries.controllers(session)
        published = queries.current_purposes(session, controller_id=controller.id)
        told = [one.action for one in waiting_entries(runtime.database)]
    assert (controller.slug, str(controller.id)) == ("fictive", first.facts["controller"])
    assert {one.version for one in published.values()} == {1}
    assert len(published) == len(DEFAULT_PURPOSES)
    assert told.count("controller.registered") == 1
    assert told.count("purpose.published") == len(DEFAULT_PURPOSES)


def test_setup_from_nothing_makes_the_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, privacy: Privacy
):
    settle(monkeypatch, tmp_path, f"sqlite:///{tmp_path}/new.sqlite3")
    assert privacy(*SETUP).status == 0
    assert privacy("database", "check", "--json").facts["up_to_date"] is True


def test_a_slug_that_no_address_can_hold_is_refused(file: Path, privacy: Privacy):
    wrong = [*SETUP[:4], "Maison Fictive", *SETUP[5:]]
    ran = privacy(*wrong)
    assert file.exists()
    assert (ran.status, ran.out) == (2, "")
    assert "slug: Maison Fictive" in ran.err


@pytest.mark.parametrize(
    "command",
    [("database", "check"), ("audit", "verify"), ("keys", "show"), ("serve",), ("jobs", "list")],
)
def test_bad_settings_are_all_named_and_nothing_runs(
    file: Path, monkeypatch: pytest.MonkeyPatch, privacy: Privacy, command: tuple[str, ...]
):
    assert file.exists()
    monkeypatch.setenv("PRIVACY_DATABASE_URL", "mysql://x")
    monkeypatch.setenv("PRIVACY_WORKERS", "none")
    monkeypatch.setenv("PRIVACY_SURFACE", "inside")
    ran = privacy(*command)
    assert (ran.status, ran.out) == (2, "")
    for name in ("PRIVACY_DATABASE_URL", "PRIVACY_WORKERS", "PRIVACY_SURFACE"):
        assert name in ran.err


@pytest.mark.parametrize(
    "command", [("database", "check"), ("database", "upgrade"), ("audit", "verify"), SETUP]
)
@pytest.mark.parametrize(
    "url", ["sqlite:////no/such/folder/x.sqlite3", "postgresql://privacy@127.0.0.1:9/privacy"]
)
def test_a_database_that_does_not_answer_is_said_in_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    privacy: Privacy,
    url: str,
    command: tuple[str, ...],
):
    settle(monkeypatch, tmp_path, url)
    ran = privacy(*command)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.splitlines() == [
        "privacy: The database of PRIVACY_DATABASE_URL cannot be reached."
    ]


def test_a_database_behind_its_head_is_said_and_brought_up_to_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, privacy: Privacy
):
    settle(monkeypatch, tmp_path, f"sqlite:///{tmp_path}/old.sqlite3")
    before = privacy("database", "check", "--json")
    assert (before.status, before.facts["up_to_date"]) == (1, False)
    refused = privacy("jobs", "list")
    assert (refused.status, "privacy database upgrade" in refused.err) == (2, True)
    upgraded = privacy("database", "upgrade", "--json")
    assert (upgraded.status, upgraded.facts) == (0, {"at": before.facts["head"]})
    assert privacy("database", "check").status == 0


def test_a_command_without_its_key_file_says_where_it_should_be(file: Path, privacy: Privacy):
    ran = privacy("jobs", "list")
    assert ran.status == 2
    assert str(file.with_name("privacy.key.json")) in ran.err
