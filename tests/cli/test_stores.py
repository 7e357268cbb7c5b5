"""`privacy stores`, on a database of the demo."""

import io
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from privacy.cli.demo.filling import FOLDER
from privacy.cli.demo.stores import shop
from privacy.runtime import Runtime
from privacy.stores import definition_file
from tests.cli.conftest import Privacy
from tests.entries import waiting_entries


@pytest.fixture
def address(tmp_path: Path) -> str:
    """Return where the demo's shop is."""
    path = tmp_path / "shop.sqlite3"
    shop.build(path)
    return f"sqlite:///{path}"


DEFINITION = ("--definition", str(FOLDER / "shop.yaml"))


def test_a_store_is_added_checked_listed_and_removed(
    runtime: Runtime, privacy: Privacy, address: str
):
    added = privacy("stores", "add", address, *DEFINITION, "--json")
    assert (added.status, added.facts) == (0, {"shop": None})
    assert privacy("stores", "list", "--json").facts == {
        "shop": {"connector": "sqlite", "state": "good", "can": ["erase", "rectify"]}
    }
    assert address not in privacy("stores", "list").out
    assert privacy("stores", "check", "shop", "--json").facts == {"shop": None}
    assert privacy("stores", "remove", "shop", "--json").facts == {"removed": "shop"}
    assert privacy("stores", "list", "--json").facts == {}
    told = [one.action for one in waiting_entries(runtime.database) if "store" in one.action]
    assert told == ["store.registered", "store.checked", "store.checked", "store.removed"]


def test_a_store_that_changed_or_went_away_ends_with_status_1(
    company: Path, privacy: Privacy, address: str
):
    assert company.exists()
    privacy("stores", "add", address, *DEFINITION)
    Path(address.removeprefix("sqlite:///")).unlink()
    ran = privacy("stores", "check")
    assert ran.status == 1
    assert ran.out.startswith("shop: ")
    assert str(Path(address).name) not in ran.out


def test_checking_or_removing_an_unknown_store_is_refused(company: Path, privacy: Privacy):
    assert company.exists()
    for command in ("check", "remove"):
        ran = privacy("stores", command, "nothing")
        assert (ran.status, ran.out) == (2, "")


def test_a_draft_is_a_definition_that_can_be_added_and_is_true(
    company: Path, privacy: Privacy, address: str, tmp_path: Path
):
    ran = privacy("stores", "draft", address)
    assert ran.status == 0
    definition = definition_file.from_yaml(ran.out)
    assert definition.name == "shop"
    kinds = {i.kind for collection in definition.collections for i in collection.identities}
    assert "email" in kinds
    file = tmp_path / "draft.yaml"
    file.write_text(ran.out, encoding="utf-8")
    assert company.exists()
    assert privacy("stores", "add", address, "--definition", str(file)).status == 0
    named = privacy("stores", "draft", address, "--name", "boutique", "--json").facts
    assert definition_file.from_yaml(named["definition"]).name == "boutique"
    assert all(0 <= sure <= 1 for sure in named["confidence"].values())


def test_a_draft_needs_no_installation_and_shows_no_row(
    privacy: Privacy, address: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("PRIVACY_KEY_FILE", str(tmp_path / "none"))
    ran = privacy("stores", "draft", address)
    assert ran.status == 0
    assert "@" not in ran.out


def test_an_address_can_be_read_from_standard_input(
    privacy: Privacy, address: str, company: Path, monkeypatch: pytest.MonkeyPatch
):
    assert company.exists()
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{address}\n"))
    assert privacy("stores", "draft", "-").out == privacy("stores", "draft", address).out


@pytest.mark.parametrize(
    "wrong", ["mysql://a/b", "sqlite:////no/such/file.sqlite3", "nothing", "sqlite://"]
)
def test_a_draft_of_what_is_no_database_is_refused_in_words(privacy: Privacy, wrong: str):
    ran = privacy("stores", "draft", wrong)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("privacy: ")


def test_what_nobody_has_classified_fails_the_gate_and_is_named(
    company: Path, privacy: Privacy, address: str
):
    assert company.exists()
    assert privacy("stores", "add", address, *DEFINITION).status == 0
    with closing(sqlite3.connect(address.removeprefix("sqlite:///"))) as file:
        file.execute("ALTER TABLE customer ADD COLUMN score INTEGER")
        file.execute("ALTER TABLE customer DROP COLUMN born_on")
        file.execute("CREATE TABLE staging (id INTEGER)")
    ran = privacy("stores", "check")
    assert ran.status == 1
    for place in ("customer.score", "customer.born_on", "staging"):
        assert f" {place}: " in ran.out
    lines = [line.strip()[:2] for line in ran.out.splitlines() if line.startswith("  ")]
    assert sorted(lines) == ["+ ", "+ ", "- "], "a diff: what is new, and what is gone"
    told = privacy("stores", "check", "--json").facts["shop"]
    assert told["code"] == "invalid"
    assert set(told["places"]) == {"customer.score", "customer.born_on", "staging"}


def test_a_file_is_checked_against_an_address_without_any_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, privacy: Privacy, address: str
):
    monkeypatch.setenv("PRIVACY_DATABASE_URL", f"sqlite:///{tmp_path}/never/made.sqlite3")
    monkeypatch.setenv("PRIVACY_KEY_FILE", str(tmp_path / "no.key"))
    good = privacy("stores", "check", *DEFINITION, "--address", address, "--json")
    assert (good.status, good.facts) == (0, {"shop": None})
    with closing(sqlite3.connect(address.removeprefix("sqlite:///"))) as file:
        file.execute("ALTER TABLE customer ADD COLUMN score INTEGER")
    changed = privacy("stores", "check", *DEFINITION, "--address", address)
    assert changed.status == 1
    assert "  + customer.score: the column is new" in changed.out
    assert not (tmp_path / "never").exists()
    away = privacy("stores", "check", *DEFINITION, "--address", f"sqlite:///{tmp_path}/no.sqlite3")
    assert away.status == 1
    for wrong in (DEFINITION, ("--address", address), (*DEFINITION, "--address", address, "shop")):
        assert privacy("stores", "check", *wrong).status == 2


def test_a_store_is_added_by_introspection_alone_and_says_what_to_look_at(
    company: Path, privacy: Privacy, address: str
):
    assert company.exists()
    ran = privacy("stores", "add", address, "--name", "boutique")
    assert ran.status == 0
    assert ran.out.startswith("boutique: answers")
    assert "# Not understood" in ran.out
    assert address not in ran.out


FIDES = """
dataset:
  - fides_key: boutique
    name: Boutique
    collections:
      - name: client
        fields:
          - {name: id, fides_meta: {primary_key: true}}
          - {name: mail, data_categories: [user.contact.email], fides_meta: {identity: email}}
"""


def test_a_fides_dataset_is_printed_for_review_or_registered(
    runtime: Runtime, privacy: Privacy, tmp_path: Path
):
    file, path = tmp_path / "fides.yml", tmp_path / "boutique.sqlite3"
    file.write_text(FIDES, "utf-8")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE client (id INTEGER PRIMARY KEY, mail TEXT)")
    printed = privacy("stores", "import-fides", str(file))
    assert printed.status == 0
    assert "# no-category: Fides leaves out" in printed.out
    assert "#   boutique.client.id" in printed.out
    definition = definition_file.from_yaml(printed.out)
    assert definition.name == "boutique"
    added = privacy(
        "stores", "import-fides", str(file), "--address", f"sqlite:///{path}", "--json"
    )
    assert (added.status, added.facts) == (0, {"boutique": None})
    unknown = privacy("stores", "import-fides", str(file), "--address", "x", "--dataset", "other")
    assert unknown.status == 2
    told = [one.action for one in waiting_entries(runtime.database) if "store" in one.action]
    assert told == ["store.registered", "store.checked"]
