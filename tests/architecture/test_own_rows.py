"""No room's rows on subjects can be forgotten in an answer: each table is claimed once."""

from collections import Counter
from pathlib import Path

import pytest

from privacy import runtime
from privacy.config import Settings
from privacy.crypto import Keyring
from privacy.db import Database
from privacy.stores.definition import StoreDefinition
from privacy.stores.own import OwnCollection, OwnStore
from privacy.tables import METADATA
from tests.fakes import FakeClock

ABOUT_SUBJECTS = {
    table.name for table in METADATA.tables.values() if "subject_id" in table.columns
}


@pytest.fixture
def claimed(monkeypatch: pytest.MonkeyPatch, clock: FakeClock, tmp_path: Path) -> Counter[str]:
    """Return how often each table is claimed by what a process puts together."""
    claims: Counter[str] = Counter()

    def note(
        database: Database, definition: StoreDefinition, parts: tuple[OwnCollection, ...]
    ) -> OwnStore:
        claims.update(table for part in parts for table in part.tables)
        declared = {collection.name for collection in definition.collections}
        assert declared == {part.collection.name for part in parts}
        return OwnStore(database, definition, parts)

    Keyring.create(tmp_path / "privacy.key.json")
    monkeypatch.setattr(runtime, "OwnStore", note)
    database = Database.connect("sqlite://")
    settings = Settings(database_url="sqlite://", key_file=tmp_path / "privacy.key.json")
    runtime.assemble(settings, database, clock).own_store()
    database.dispose()
    return claims


def test_every_table_about_subjects_is_claimed_by_one_collection(claimed: Counter[str]):
    assert claimed == Counter(ABOUT_SUBJECTS)
