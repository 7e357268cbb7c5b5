"""The end of a rectification: its recipients are told, then its subject (Art. 12, 16, 19 GDPR)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from privacy.assignments.acts import close_assignments
from privacy.audit.actions import Action
from privacy.errors import ConflictError
from privacy.outbox import queries as outbox
from privacy.outbox.acts import notify
from privacy.purposes import queries as purposes
from privacy.purposes.models import Controller
from privacy.rectification import queries, telling, wording
from privacy.rectification.kept import forget_search, release
from privacy.rectification.models import (
    Correction,
    CorrectionState,
    NoticeState,
    RecipientNotice,
)
from privacy.requests import queries as requests
from privacy.requests.letters import Desk, write_to_subject
from privacy.requests.links import send_link
from privacy.requests.models import LinkUse, RequestState, SubjectRequest, TaskState
from privacy.requests.moves import record, record_completed
from privacy.stores.definition import StoreDefinition
from privacy.stores.search.findings import Reason

SEARCHED = (TaskState.FOUND, TaskState.EMPTY)


def note_recipient(
    session: Session, *, actor: str, at: datetime, notice: RecipientNotice, told: bool
) -> None:
    """Note that a person told a recipient, or that it is impossible (Art. 19 GDPR)."""
    if notice.state is not NoticeState.BY_HAND:
        raise ConflictError("This recipient is settled already.")
    notice.state = NoticeState.TOLD if told else NoticeState.NOT_TOLD
    notice.settled_at, notice.settled_by = at, actor
    about = session.get_one(SubjectRequest, notice.request_id)
    _record_notice(session, at, actor, about, notice)
    release(session, about, at)


def tell_recipients(
    session: Session,
    *,
    actor: str,
    at: datetime,
    about: SubjectRequest,
    definitions: Mapping[str, StoreDefinition],
) -> None:
    """Owe each recipient of what changed its webhook, or its line on a person's list; once."""
    if about.subject_id is None or queries.notices(session, about=about):
        return
    rows = [row for row in queries.corrections(session, about=about) if queries.was_changed(row)]
    endpoints = outbox.endpoints(session, controller_id=about.controller_id)
    register = [
        telling.Registered(one.id, one.name, frozenset(one.purposes), one.id in endpoints)
        for one in purposes.recipients(session, controller_id=about.controller_id)
    ]
    found = list(telling.holders(about, rows, register, definitions))
    for one in found:
        notice = RecipientNotice(
            subject_id=about.subject_id,
            request_id=about.id,
            recipient_id=one.id,
            name=one.name,
            state=NoticeState.WEBHOOK if one.has_endpoint else NoticeState.BY_HAND,
            settled_at=at if one.has_endpoint else None,
            settled_by=actor if one.has_endpoint else "",
        )
        session.add(notice)
        _record_notice(session, at, actor, about, notice)
    told = [telling.notification(about, one, at) for one in found if one.has_endpoint]
    notify(session, at=at, told=told)


def finish(
    session: Session,
    *,
    actor: str,
    at: datetime,
    desk: Desk,
    about: SubjectRequest,
    titles: Mapping[str, str],
) -> None:
    """End a rectification of which everything is settled, and owe its subject the result.

    ConflictError while something is left to be done.
    """
    rows = queries.corrections(session, about=about)
    told = queries.notices(session, about=about)
    if not queries.is_settled(rows) or any(one.state is NoticeState.BY_HAND for one in told):
        raise ConflictError("Something is left to be done.")
    tasks = requests.tasks(session, request_id=about.id)
    # Of what keepers were asked, their answers to each value tell how it ended.
    asked = {row.store_name for row in rows if row.state is not CorrectionState.REFUSED}
    missed = any(
        (task.state not in SEARCHED or task.detail == Reason.UNCONFIRMED)
        and task.detail != Reason.NOT_PERSONAL
        and not (task.state is TaskState.AWAITED and task.store_name in asked)
        for task in tasks
    )
    about.state = RequestState.COMPLETED
    about.closed_at = at
    about.exceptions = missed or queries.fell_short(rows, told)
    forget_search(session, about)
    close_assignments(session, actor=actor, at=at, request_id=about.id)
    controller = session.get_one(Controller, about.controller_id)
    status = send_link(session, about, LinkUse.STATUS, at, at + wording.STATUS_LASTS)
    letter = wording.rectification_done(
        controller,
        language=about.language,
        results=[(titles.get(name, name), counts) for name, counts in _by_store(rows).items()],
        recipients=[one.name for one in told],
        link=desk.links.for_subject(controller.slug, LinkUse.STATUS, status),
    )
    write_to_subject(session, at=at, desk=desk, about=about, letter=letter)
    record_completed(session, at, actor, about=about)


def _by_store(rows: Sequence[Correction]) -> dict[str, dict[CorrectionState, int]]:
    found: dict[str, dict[CorrectionState, int]] = {}
    for row in rows:
        counts = found.setdefault(row.store_name, {})
        counts[row.state] = counts.get(row.state, 0) + 1
    return found


def _record_notice(
    session: Session, at: datetime, actor: str, about: SubjectRequest, notice: RecipientNotice
) -> None:
    record(
        session,
        Action.RECTIFICATION_RECIPIENT_NOTED,
        at,
        actor,
        about=about,
        recipient=str(notice.recipient_id),
        outcome=notice.state.value,
    )
