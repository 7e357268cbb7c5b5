"""Verifying the whole log, with an entry that says what was found."""

from datetime import datetime
from uuid import UUID

from privacy.audit import log
from privacy.audit.actions import Action
from privacy.audit.verify import Verdict, verify_log
from privacy.crypto import Verifiers
from privacy.db import Database


def verify_and_record(
    database: Database,
    verifiers: Verifiers,
    *,
    actor: str,
    at: datetime,
    controller_id: UUID | None = None,
) -> Verdict:
    """Hash every entry again, then append whether the log is whole; return the verdict.

    It covers the whole installation, whichever controller's operator asks for it.
    """
    found = verify_log(database, verifiers, at=at)
    with database.transaction() as session:
        log.append(
            session,
            Action.AUDIT_VERIFIED,
            at=at,
            actor=actor,
            controller_id=controller_id,
            entries=found.size,
            outcome="whole" if found.is_whole else "altered",
            first_bad=found.first_bad,
        )
    return found
