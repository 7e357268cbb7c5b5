"""Ways to make a log, for the tests of what reads and guards it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from privacy.audit import log
from privacy.audit.actions import Action
from privacy.audit.log import AppendedEntry
from privacy.audit.models import AuditEntry, AuditPending
from privacy.audit.seal import Sequencer
from privacy.clock import Clock
from privacy.crypto import Signer
from privacy.db import Database

ORIGIN = "privacy.example/log"
SIGNER = Signer(ORIGIN, bytes(range(32)))
STRANGER = Signer(ORIGIN, bytes(32))
CONTROLLER = UUID("0190f2a0-0000-7000-8000-00000000000c")


def append(database: Database, count: int, at: datetime) -> list[AppendedEntry]:
    """Commit entries that wait for their place, each about a subject of its own."""
    with database.transaction() as session:
        return [
            log.append(
                session,
                Action.REQUEST_SUBMITTED,
                at=at,
                actor="operator:7",
                controller_id=CONTROLLER,
                subject_id=UUID(int=count - number),
                kind="access",
                due_on="2026-04-02",
            )
            for number in range(count)
        ]


def sequencer(database: Database, clock: Clock, signer: Signer = SIGNER) -> Sequencer:
    """Return a sequencer that nobody else knows of."""
    return Sequencer(database, signer, clock, ORIGIN)


def make_log(database: Database, clock: Clock, *batches: int) -> list[AppendedEntry]:
    """Append and integrate batches; return the entries in the order of their indexes."""
    appended, sealing = [], sequencer(database, clock)
    for count in batches:
        appended += append(database, count, clock())
        assert sealing.integrate() == count
    return appended


def bodies(database: Database) -> list[bytes]:
    """Return the bytes of every integrated entry in order, having seen that none is left out."""
    with database.reading() as session:
        found = session.scalars(select(AuditEntry).order_by(AuditEntry.idx)).all()
    assert [entry.idx for entry in found] == list(range(len(found)))
    return [entry.body for entry in found]


def waiting(database: Database) -> int:
    """Return how many entries wait for their place."""
    with database.reading() as session:
        return len(session.scalars(select(AuditPending.id)).all())
