"""Requests that wait for a person or a vendor: asking them, taking the answer, not forgetting.

The rule is simple. A keeper is asked once for all that is known when the other data stores have
been searched; what an answer brings is searched everywhere else, and what is learned elsewhere
afterwards is asked by a further assignment, which names only what is new.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlalchemy.orm import Session

from privacy.assignments import acts, links
from privacy.assignments import queries as assignments
from privacy.assignments.acts import Opening, Reply
from privacy.assignments.answers import Result
from privacy.assignments.models import Assignment, AssignmentState, Task
from privacy.assignments.store import AssignedStore, seen
from privacy.packages.package import Contents
from privacy.policy.months import day_of
from privacy.purposes.models import Controller
from privacy.requests import wording
from privacy.requests.answering.claiming import release
from privacy.requests.letters import Desk, dpo_address, write_to
from privacy.requests.models import RequestClaim, RequestTask, SubjectRequest
from privacy.stores.assigned import Terms, Way
from privacy.stores.definition import Texts
from privacy.stores.protocol import Store

ROOM = timedelta(days=7)
"""What is kept free between an assignment's last day and the last lawful one of its request."""
LINK_LASTS = timedelta(days=120)
"""How long a keeper's link opens the page; it ends before, with the answer."""


def with_answers(
    session: Session, *, desk: Desk, about: SubjectRequest, stores: Mapping[str, Store]
) -> dict[str, Store]:
    """Return the stores, those that are assigned with what was answered for this request."""
    known = assignments.known(session, cabinet=desk.cabinet, request_id=about.id)
    return seen(stores, known)


def with_documents(contents: Contents, stores: Mapping[str, Store]) -> Contents:
    """Return a package's contents with the documents that its tables name, and no other."""
    known: dict[str, bytes] = {}
    for store in stores.values():
        known |= store.documents if isinstance(store, AssignedStore) else {}
    named = {
        row.get("content")
        for table in contents.tables
        if known and isinstance(stores.get(table.store), AssignedStore)
        for row in table.rows
    }
    documents = {path: data for path, data in known.items() if path in named}
    return replace(contents, others={**contents.others, **documents})


def ask_keepers(
    session: Session,
    *,
    actor: str,
    at: datetime,
    desk: Desk,
    about: SubjectRequest,
    stores: Mapping[str, Store],
) -> None:
    """Open assignments for what the search met and nobody was asked for yet.

    When an answer came while the search was under way, the request is taken up again at once.
    """
    for name, store in stores.items():
        if isinstance(store, AssignedStore) and _may_ask(session, about, name, store):
            _ask(session, actor, at, desk=desk, about=about, store=store)
    session.flush()
    answered = sum(
        one.state is not AssignmentState.OPEN
        for one in assignments.of_request(session, request_id=about.id)
    )
    told = [one for store in stores.values() if isinstance(store, AssignedStore)
            for one in store.known]  # fmt: skip
    if answered > sum(one.state is not AssignmentState.OPEN for one in told):
        release(session, at=at, request_id=about.id)


def _may_ask(session: Session, about: SubjectRequest, name: str, store: AssignedStore) -> bool:
    task = session.get(RequestTask, (about.id, name))
    impossible = any(one.state is AssignmentState.IMPOSSIBLE for one in store.known)
    return bool(store.unasked) and not impossible and not (task and task.waived_at)


def _ask(
    session: Session,
    actor: str,
    at: datetime,
    *,
    desk: Desk,
    about: SubjectRequest,
    store: AssignedStore,
) -> None:
    if about.subject_id is None:
        return
    controller = session.get_one(Controller, about.controller_id)
    today = day_of(at, ZoneInfo(controller.zone))
    due_on = due_day(today, store.terms.days, about.legal_latest_on)
    made = Opening(
        controller_id=about.controller_id,
        subject_id=about.subject_id,
        request_id=about.id,
        store_name=store.definition.name,
        way=store.terms.way,
        remind_on=today + (due_on - today) / 2,
        due_on=due_on,
        questions=store.unasked,
    )
    opened = acts.open_assignment(session, actor=actor, at=at, cabinet=desk.cabinet, made=made)
    write_keeper(
        session, at=at, desk=desk, opened=opened, terms=store.terms, title=store.definition.title
    )


def due_day(today: date, days: int, latest_on: date) -> date:
    """Return the last day for a keeper: never so late that the DPO could not act any more."""
    return max(today + timedelta(days=1), min(today + timedelta(days=days), latest_on - ROOM))


def write_keeper(
    session: Session,
    *,
    at: datetime,
    desk: Desk,
    opened: Assignment,
    terms: Terms,
    title: Texts,
) -> None:
    """Owe whoever is asked a letter that says where; it names nobody who is searched for.

    One who was reminded reads so. A vendor gets no letter: it is asked by code.
    """
    if terms.way is Way.VENDOR:
        return
    about = session.get_one(SubjectRequest, opened.request_id)
    by = session.get_one(Controller, opened.controller_id)
    if terms.way is Way.MAIL:
        token = links.send_link(session, opened, at=at, expires_at=at + LINK_LASTS)
        link, to = desk.links.for_keeper(by.slug, token), terms.mailbox
    else:
        link, to = desk.links.for_assignment(opened.id), dpo_address(by)
    language = terms.language if terms.way is Way.MAIL else wording.HOUSE_LANGUAGE
    task = "correction" if opened.task == Task.CORRECT else "assignment"
    letter = wording.assignment(
        by,
        link=link,
        store=title[language],
        due_on=opened.due_on,
        language=language,
        template=f"{task}_{'opened' if opened.reminded_at is None else 'reminder'}",
    )
    write_to(session, at=at, desk=desk, about=about, letter=letter, to=to)


def take_answer(
    session: Session, *, actor: str, at: datetime, desk: Desk, about: Assignment, reply: Reply
) -> None:
    """Take a keeper's answer and let the request go on at once.

    What cannot be searched is told to the DPO, who decides whether to do without it. Raises
    InvalidError and ConflictError as `answer_assignment`.
    """
    acts.answer_assignment(
        session, actor=actor, at=at, cabinet=desk.cabinet, about=about, reply=reply
    )
    wake = update(RequestClaim).where(RequestClaim.request_id == about.request_id)
    session.execute(wake.values(claimed_until=at))
    if reply.answer.result is Result.IMPOSSIBLE:
        tell_dpo(session, at=at, desk=desk, about=about, template="dpo_assignment_impossible")


def tell_dpo(
    session: Session, *, at: datetime, desk: Desk, about: Assignment, template: str
) -> None:
    """Owe the DPO a letter about an assignment that keeps a request waiting."""
    by = session.get_one(Controller, about.controller_id)
    asked = session.get_one(SubjectRequest, about.request_id)
    letter = wording.dpo_assignment(
        by,
        template=template,
        link=desk.links.for_operator(about.request_id),
        store=about.store_name,
        due_on=asked.legal_latest_on,
    )
    write_to(session, at=at, desk=desk, about=asked, letter=letter, to=dpo_address(by))
