"""When a data store does not answer: the DPO is told, and may decide to answer without it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from privacy.audit.actions import Action
from privacy.errors import ConflictError, NotFoundError
from privacy.purposes.models import Controller
from privacy.requests import wording
from privacy.requests.answering.claiming import release
from privacy.requests.letters import Desk, dpo_address, write_to
from privacy.requests.models import (
    RequestClaim,
    RequestState,
    RequestTask,
    SubjectRequest,
    TaskState,
)
from privacy.requests.moves import record

TRIES = 3
"""After so many failed searches of one request the DPO is told, once."""
WAIVABLE = frozenset({TaskState.FAILED, TaskState.AWAITED})


def failing(session: Session, *, about: SubjectRequest) -> Sequence[RequestTask]:
    """Return the data stores that failed and that nobody decided to do without."""
    wanted = select(RequestTask).where(
        RequestTask.request_id == about.id,
        RequestTask.state == TaskState.FAILED,
        RequestTask.waived_at.is_(None),
    )
    return session.scalars(wanted.order_by(RequestTask.store_name)).all()


def note_failure(session: Session, *, about: SubjectRequest) -> int:
    """Count a search in which a data store failed, and return how many there were.

    Return 0 when none fails that is not done without: what is only awaited is no failure.
    """
    if not failing(session, about=about):
        return 0
    hold = session.get_one(RequestClaim, about.id)
    hold.failures += 1
    return hold.failures


def alert(session: Session, *, at: datetime, desk: Desk, about: SubjectRequest) -> None:
    """Owe the DPO a letter that names the data stores which keep a request waiting."""
    by = session.get_one(Controller, about.controller_id)
    letter = wording.dpo_store_failing(
        by,
        link=desk.links.for_operator(about.id),
        stores=", ".join(task.store_name for task in failing(session, about=about)),
        due_on=about.legal_latest_on,
    )
    write_to(session, at=at, desk=desk, about=about, letter=letter, to=dpo_address(by))


def waive(
    session: Session, *, actor: str, at: datetime, about: SubjectRequest, store: str
) -> None:
    """Decide to answer without a data store that fails or is awaited.

    Its subject is told that it was not read. The request is tried again at once. Raises
    NotFoundError for a store that keeps nothing waiting, and ConflictError for a request that is
    not being answered.
    """
    if about.state is not RequestState.APPROVED:
        raise ConflictError("Only a request that is being answered can do without a data store.")
    task = session.get(RequestTask, (about.id, store))
    if task is None or task.waived_at or task.state not in WAIVABLE:
        raise NotFoundError("This data store does not keep the request waiting.")
    task.waived_at = at
    release(session, at=at, request_id=about.id)
    record(session, Action.REQUEST_STORE_WAIVED, at, actor, about=about, store=store)
