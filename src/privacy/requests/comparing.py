"""Comparing what senders gave with what data stores hold: read outside any transaction."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from privacy.clock import Clock
from privacy.db import Database
from privacy.errors import NotFoundError, PrivacyError
from privacy.requests import facts
from privacy.requests.annexes import FactQuestion
from privacy.requests.facts import Facts
from privacy.requests.models import SubjectRequest
from privacy.stores.normalise import fold
from privacy.stores.protocol import Store, closing_all
from privacy.subjects.identify import Claim
from privacy.subjects.keys import KeyCabinet

ACTOR = "job:compare-facts"
GIVEN_UP = timedelta(days=1)
"""After this the DPO decides without it."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Comparing:
    """What comparing needs: the database, the clock, the keys, the data stores."""

    database: Database
    clock: Clock
    cabinet: KeyCabinet
    open_stores: Callable[[UUID], Mapping[str, Store]]


def compare_facts(desk: Comparing) -> int:
    """Compare everything that waits, once each; return how many were settled.

    A try is counted before anything is read, so that a process that dies gives none away.
    """
    with desk.database.reading() as session:
        waiting = facts.waiting_facts(session)
    return sum(_compare(desk, request_id) for request_id in waiting)


def _compare(desk: Comparing, request_id: UUID) -> bool:
    with desk.database.reading() as session:
        about = session.get_one(SubjectRequest, request_id)
        question = facts.question_of(session, controller_id=about.controller_id)
        given = facts.facts_of(session, cabinet=desk.cabinet, about=about)
    if given is None:
        return False
    if question is None:
        return _settle(desk, request_id, facts.UNKNOWN)
    claim, at = Claim(question.kind, given.value), desk.clock()
    with desk.database.transaction() as session:
        allowed = facts.take_try(session, cabinet=desk.cabinet, about=about, claim=claim, at=at)
    if not allowed:
        return _settle(desk, request_id, facts.TOO_MANY)
    try:
        same = _held_same(desk, about, question, given)
    except PrivacyError as error:
        logger.warning("facts.not-compared", extra={"error": type(error).__name__})
        with desk.database.transaction() as session:  # nothing was learned by it
            facts.give_back(session, cabinet=desk.cabinet, about=about, claim=claim, at=at)
        late = about.verified_at is None or at - about.verified_at >= GIVEN_UP
        return _settle(desk, request_id, facts.UNKNOWN) if late else False
    return _settle(desk, request_id, facts.SAME if same else facts.DIFFERENT)


def _held_same(
    desk: Comparing, about: SubjectRequest, question: FactQuestion, given: Facts
) -> bool:
    opened = desk.open_stores(about.controller_id)
    with closing_all(opened):
        store = opened.get(question.store_name)
        if store is None:
            raise NotFoundError("The data store of the declared fact is not registered.")
        collection = facts.collection_of(store.definition, question.collection)
        columns = facts.columns_by(collection, question.kind)
        key = fold(collection.way(columns[0]), given.value)
        rows = store.read(collection, columns, [(key,)]) if key else []
        return facts.is_same(given.answer, [row.get(question.field) for row in rows])


def _settle(desk: Comparing, request_id: UUID, outcome: str) -> bool:
    with desk.database.transaction() as session:
        about = session.get_one(SubjectRequest, request_id, with_for_update=True)
        if about.facts_sealed is None:
            return False  # another worker was quicker
        facts.settle(
            session,
            actor=ACTOR,
            at=desk.clock(),
            cabinet=desk.cabinet,
            about=about,
            outcome=outcome,
        )
    return True
