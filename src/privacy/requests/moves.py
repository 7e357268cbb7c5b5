"""What every act on a request shares: one step from state to state, its entry, its periods."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import Session

from privacy.audit import log
from privacy.audit.actions import Action
from privacy.policy import queries as policy
from privacy.policy.months import Region
from privacy.purposes.models import Controller
from privacy.requests.deadline import Terms
from privacy.requests.models import RequestState, SubjectRequest
from privacy.subjects.rows import count_changed


def move(
    session: Session,
    about: SubjectRequest,
    only_from: RequestState,
    *also: ColumnElement[bool],
    **values: object,
) -> bool:
    """Change a request that is still in a state; False when another act came first.

    `also` are further conditions that the row must still meet.
    """
    changed = (
        update(SubjectRequest)
        .where(SubjectRequest.id == about.id, SubjectRequest.state == only_from, *also)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    if not count_changed(session, changed):
        return False
    session.refresh(about)
    return True


def record(
    session: Session, action: Action, at: datetime, actor: str, *, about: SubjectRequest,
    **details: str | int | bool,
) -> None:  # fmt: skip
    """Append the entry of an act on a request."""
    log.append(
        session,
        action,
        at=at,
        actor=actor,
        controller_id=about.controller_id,
        subject_id=about.subject_id,
        request=str(about.id),
        **details,
    )


def lasts(session: Session, key: str, at: datetime) -> timedelta:
    """Return a policy period that is counted in days."""
    return timedelta(days=policy.period(session, key=key, at=at).days)


def terms_of(session: Session, controller: Controller, at: datetime) -> Terms:
    """Return what was in force at an instant for the deadlines of a controller's requests."""
    return Terms(
        base_months=policy.period(session, key="dsar.base", at=at).months,
        extension_months=policy.period(session, key="dsar.ext", at=at).months,
        max_ask_delay=policy.number(session, key="dsar.pause.max_ask_delay", at=at),
        region=Region(controller.region),
    )
