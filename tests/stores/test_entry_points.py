"""Connectors that other packages bring: found by their entry point, and never instead of ours."""

from pathlib import Path

import pytest

from privacy.errors import InvalidError
from privacy.stores.connectors.sqlite.connector import SqliteConnector
from privacy.stores.registry import connector_for, connector_of, introspect


def install(folder: Path, *points: str) -> None:
    info = folder / "stranger-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("\n".join(["[privacy.connectors]", *points]))


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def test_a_package_cannot_take_the_place_of_a_connector_of_ours(site: Path) -> None:
    install(site, "sqlite = stranger:Thief", "files = stranger:Thief", "mine = stranger:Mine")
    assert connector_for(connector_of("sqlite:////x")) is SqliteConnector
    assert connector_of("mine://x") == "mine"


def test_a_package_that_cannot_be_loaded_is_told(site: Path) -> None:
    install(site, "mine = no_such_module_at_all:Mine", "other = json:Nothing")
    for kind in ("mine", "other"):
        with pytest.raises(InvalidError, match=kind):
            connector_for(connector_of(f"{kind}://x"))


def test_a_kind_that_was_installed_and_is_gone_is_told() -> None:
    with pytest.raises(InvalidError, match="no connector"):
        connector_for("mine")


def test_a_store_that_does_not_say_what_it_has_is_described_by_hand() -> None:
    definition = "https://desk.example"
    with pytest.raises(InvalidError, match="by hand"):
        introspect("desk", definition)
