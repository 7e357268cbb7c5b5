"""What the ledger does by itself: counting the answers that have run out.

The gate needs none of it: an answer closes at its instant, whenever this runs.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from privacy.audit import log
from privacy.audit import queries as audit
from privacy.audit.actions import Action
from privacy.clock import Clock
from privacy.consent import queries
from privacy.db import Database
from privacy.purposes import queries as purposes

ACTOR = "job:note-expired"
AT_FIRST = timedelta(days=1)
"""How far back the first count of a controller looks."""


def note_expired(database: Database, *, clock: Clock) -> int:
    """Record for each controller how many answers ran out since the count before; return them.

    Each answer is counted once, however long the job was not run. Only numbers are recorded; who
    is to be asked again is read from `queries.to_ask_again`.
    """
    with database.reading() as session:
        known = [one.id for one in purposes.controllers(session)]
    return sum(_note(database, controller_id, clock()) for controller_id in known)


def _note(database: Database, controller_id: UUID, until: datetime) -> int:
    with database.transaction() as session:
        since = _counted_until(session, controller_id) or until - AT_FIRST
        expired = queries.to_ask_again(
            session, controller_id=controller_id, since=since, until=until
        )
        if not expired:
            return 0
        log.append(
            session,
            Action.CONSENT_EXPIRED,
            at=until,
            actor=ACTOR,
            controller_id=controller_id,
            answers=len(expired),
            subjects=len({one.subject_id for one in expired}),
            since=since.isoformat(),
            until=until.isoformat(),
        )
    return len(expired)


def _counted_until(session: Session, controller_id: UUID) -> datetime | None:
    last = audit.entries(
        session,
        controller_ids=[controller_id],
        action=Action.CONSENT_EXPIRED.value,
        limit=1,
    )
    details: Mapping[str, object] = last[0].details if last else {}
    until = details.get("until")
    return datetime.fromisoformat(until) if isinstance(until, str) else None
