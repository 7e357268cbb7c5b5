"""What every act on an assignment shares: the one step out of waiting, and its entry."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from privacy.assignments.models import Assignment, AssignmentState
from privacy.audit import log
from privacy.audit.actions import Action
from privacy.subjects.rows import change_row

ANSWERABLE = frozenset({AssignmentState.OPEN, AssignmentState.IMPOSSIBLE})


def take(session: Session, about: Assignment, **values: object) -> bool:
    """Change an assignment that lacks its answer; False when another act came first."""
    changed = (
        update(Assignment)
        .where(
            Assignment.subject_id == about.subject_id,
            Assignment.id == about.id,
            Assignment.state.in_(ANSWERABLE),
        )
        .values(**values)
    )
    return change_row(session, changed, about)


def note(
    session: Session,
    action: Action,
    about: Assignment,
    *,
    at: datetime,
    actor: str,
    **details: str | int,
) -> None:
    """Write an entry on an assignment, with which it is and for which request."""
    log.append(
        session,
        action,
        at=at,
        actor=actor,
        controller_id=about.controller_id,
        subject_id=about.subject_id,
        assignment=str(about.id),
        request=str(about.request_id),
        store=about.store_name,
        **details,
    )
