"""Not forgetting what was asked of keepers: vendors are asked, mailboxes reminded, the DPO told.

A vendor is asked outside any transaction, under one key for each question: killed in between,
the same question is handed over again, and is the same to the vendor.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from privacy.assignments import acts
from privacy.assignments import queries as assignments
from privacy.assignments.correcting import lines_of
from privacy.assignments.models import Assignment, AssignmentState, Task
from privacy.clock import Clock
from privacy.db import Database
from privacy.errors import PrivacyError
from privacy.policy.months import day_of
from privacy.purposes.models import Controller
from privacy.requests.answering.awaiting import tell_dpo, write_keeper
from privacy.requests.answering.claiming import pause_after
from privacy.requests.letters import Desk
from privacy.stores.assigned import Assigned, Terms, Vendor, Way
from privacy.stores.definition import Texts
from privacy.stores.protocol import Store

ACTOR = "job:tend-assignments"
FARTHEST = timedelta(hours=14)
"""How far a controller's day may be ahead of UTC's."""

Asked: TypeAlias = tuple[Terms, Texts]
"""On which terms somebody is asked to search what, by its title."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Tending:
    """What it takes: the database, the clock, the keys and links, the data stores."""

    database: Database
    clock: Clock
    desk: Desk
    open_stores: Callable[[UUID], Mapping[str, Store]]


def tend_assignments(tending: Tending) -> int:
    """Ask the vendors that were not asked yet, remind and escalate; return how many were tended.

    One that fails is noted and tried again later, and stops no other.
    """
    at = tending.clock()
    with tending.database.reading() as session:
        unsent = [one.id for one in assignments.unsent(session, at=at)]
        overdue = [one.id for one in assignments.overdue(session, until=(at + FARTHEST).date())]
    return sum(_tried(tending, one, _send) for one in unsent) + sum(
        _tried(tending, one, _press) for one in overdue
    )


def _tried(tending: Tending, one: UUID, step: Callable[[Tending, UUID], bool]) -> bool:
    try:
        return step(tending, one)
    except PrivacyError as error:
        logger.warning(
            "assignment.not-tended", extra={"assignment": str(one), "error": error.code}
        )
    return False


def _send(tending: Tending, assignment_id: UUID) -> bool:
    """Hand a question to its vendor, and note what became of that."""
    with tending.database.reading() as session:
        about = assignments.by_id(session, assignment_id=assignment_id)
        asked = assignments.questions(session, cabinet=tending.desk.cabinet, about=about)
        lines = lines_of(session, cabinet=tending.desk.cabinet, about=about)
    store = _store(tending, about)
    if store is None or not isinstance(store, Vendor):
        return False
    document: dict[str, Any] = {
        "id": str(about.id),
        "callback": tending.desk.links.for_vendor(about.id),
        "due_on": about.due_on.isoformat(),
        "search": [
            {"collection": one.collection, "columns": one.columns, "values": one.keys}
            for one in asked
        ],
    }
    if lines:
        document["correct"] = [asdict(one) | {"id": str(one.id)} for one in lines]
    outcome = ""
    try:
        store.ask(key=str(about.id), document=document)
    except PrivacyError as error:
        outcome = error.code
    finally:
        store.close()
    with tending.database.transaction() as session:
        at = tending.clock()
        about = assignments.by_id(session, assignment_id=assignment_id)
        acts.send_assignment(session, actor=ACTOR, at=at, about=about, outcome=outcome)
        about.next_at = at + pause_after(about.tries) if outcome else None
    return not outcome


def _press(tending: Tending, assignment_id: UUID) -> bool:
    """Remind whoever was asked at half-time, and tell the DPO on the last day."""
    with tending.database.reading() as session:
        about = assignments.by_id(session, assignment_id=assignment_id)
    asked = _asked(_store(tending, about))
    with tending.database.transaction() as session:
        about = assignments.by_id(session, assignment_id=assignment_id)
        if about.state is not AssignmentState.OPEN:
            return False
        return _pressed(session, tending.clock(), tending.desk, about, asked)


def _pressed(
    session: Session, at: datetime, desk: Desk, about: Assignment, asked: Asked | None
) -> bool:
    zone = ZoneInfo(session.get_one(Controller, about.controller_id).zone)
    today = day_of(at, zone)
    if today >= about.due_on and about.escalated_at is None:
        late = "dpo_correction_late" if about.task == Task.CORRECT else "dpo_assignment_late"
        tell_dpo(session, at=at, desk=desk, about=about, template=late)
        acts.escalate(session, actor=ACTOR, at=at, about=about)
        return True
    if today < about.remind_on or about.reminded_at is not None:
        return False
    acts.remind(session, actor=ACTOR, at=at, about=about)
    if about.way == Way.VENDOR:
        about.sent_at = about.next_at = None  # asked again, under the same key
    elif asked is not None:
        terms, title = asked
        write_keeper(session, at=at, desk=desk, opened=about, terms=terms, title=title)
    return True


def _asked(store: Store | None) -> Asked | None:
    if store is None or not isinstance(store, Assigned):
        return None
    return store.terms, store.definition.title


def _store(tending: Tending, about: Assignment) -> Store | None:
    return tending.open_stores(about.controller_id).get(about.store_name)
