"""Verifying leaves an entry, whether the log is whole or not."""

from sqlalchemy import text, update

from privacy.audit.jobs import verify_and_record
from privacy.audit.models import AuditEntry
from privacy.audit.triggers import REMOVALS
from privacy.audit.verify import Verdict
from privacy.db import Database
from tests.audit.logs import SIGNER, append, sequencer
from tests.entries import waiting_entries
from tests.fakes import FakeClock


def test_what_was_found_is_an_entry_of_the_log_itself(database: Database, clock: FakeClock):
    append(database, 5, clock.now)
    sequencer(database, clock).integrate()

    def verify() -> Verdict:
        return verify_and_record(database, [SIGNER.verifier], actor="job:verify-log", at=clock.now)

    assert verify().is_whole
    with database.engine.begin() as connection:
        for statement in REMOVALS[database.engine.dialect.name]:
            connection.execute(text(statement))
        changed = update(AuditEntry).where(AuditEntry.idx == 3).values(leaf_hash=bytes(32))
        connection.execute(changed)
    assert verify().first_bad == 3
    told = [one.details for one in waiting_entries(database, "audit.verified")]
    assert told == [
        {"entries": 5, "outcome": "whole", "first_bad": None},
        {"entries": 5, "outcome": "altered", "first_bad": 3},
    ]
