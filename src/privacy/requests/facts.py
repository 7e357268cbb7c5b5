"""Being recognised by a fact: what a sender gives is compared with what a data store holds.

Which fact, the controller declares: an identifier such as a customer number, and a field of the
row that it finds. Nothing is told to the sender, whatever comes out: else anybody could try who
lives where. What is given is sealed until it was compared, and forgotten then.
"""

import hmac
import json
import unicodedata
from collections.abc import Collection as Values
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final, cast
from uuid import UUID

from sqlalchemy import Table, Update, delete, select, update
from sqlalchemy.orm import Session

from privacy.audit import log
from privacy.audit.actions import Action
from privacy.crypto import Context
from privacy.errors import ConflictError, InvalidError, NotFoundError, RefusedError
from privacy.inserting import insert_many
from privacy.requests import queries
from privacy.requests.annexes import FactQuestion, FactTry, QuestionKind, RequestQuestion
from privacy.requests.models import RequestState, SubjectRequest
from privacy.requests.moves import record
from privacy.stores import queries as stores
from privacy.stores.definition import Collection, StoreDefinition
from privacy.stores.normalise import SEPARATORS, text_of
from privacy.subjects.acts import add_identifier
from privacy.subjects.identify import Claim
from privacy.subjects.keys import KeyCabinet
from privacy.subjects.rows import count_changed

SAME: Final = "same"
DIFFERENT: Final = "different"
TOO_MANY: Final = "too-many"
"""It was not compared, since too many had tried that identifier on that day."""
UNKNOWN: Final = "unknown"
"""It was not compared, since the data store could not be read in time."""
MOST: Final = 3
"""Tries that one identifier has in a day, by all senders together."""
LONGEST: Final = 200
KEPT: Final = timedelta(days=3)
LINKS: Final = frozenset({"mail-link", "text-link"})
"""What shows only that somebody reads an address or holds a phone."""
_NO_SEPARATORS: Final = str.maketrans("", "", SEPARATORS)


@dataclass(frozen=True)
class Facts:
    """What a sender gave: an identifier, and the fact beside it."""

    value: str = field(repr=False)
    answer: str = field(repr=False)


@dataclass(frozen=True)
class Asks:
    """What a controller declares that senders are asked."""

    kind: str
    store_name: str
    collection: str
    field: str
    labels: Mapping[str, str]
    needed_for: tuple[str, ...] = ()


def declare(
    session: Session, *, actor: str, at: datetime, controller_id: UUID,
    definition: StoreDefinition, asks: Asks,
) -> None:  # fmt: skip
    """Let senders be recognised by a fact from now on; raise InvalidError where none is so."""
    collection = collection_of(definition, asks.collection)
    columns_by(collection, asks.kind)
    if asks.field not in {one.name for one in collection.fields}:
        raise InvalidError("The collection has no such field.", fields={"field": ["is unknown"]})
    if not asks.labels or not all(0 < len(one) <= LONGEST for one in asks.labels.values()):
        raise InvalidError("Say how it is asked for.", fields={"labels": ["are missing"]})
    row = session.get(FactQuestion, controller_id) or FactQuestion(controller_id=controller_id)
    row.kind, row.store_name = asks.kind, asks.store_name
    row.collection, row.field = asks.collection, asks.field
    row.labels, row.needed_for = dict(asks.labels), ",".join(asks.needed_for)
    session.add(row)
    log.append(
        session,
        Action.REQUEST_FACTS_DECLARED,
        at=at,
        actor=actor,
        controller_id=controller_id,
        kind=asks.kind,
        store=asks.store_name,
        collection=asks.collection,
        field=asks.field,
    )


def withdraw(session: Session, *, actor: str, at: datetime, controller_id: UUID) -> None:
    """Ask senders no more; raise NotFoundError where they were not asked."""
    row = question_of(session, controller_id=controller_id)
    if row is None:
        raise NotFoundError("This controller asks senders for no fact.")
    session.delete(row)
    log.append(
        session, Action.REQUEST_FACTS_DECLARED, at=at, actor=actor, controller_id=controller_id
    )


def question_of(session: Session, *, controller_id: UUID) -> FactQuestion | None:
    """Return what senders of a controller may be recognised by; None where by nothing."""
    return session.get(FactQuestion, controller_id)


def collection_of(definition: StoreDefinition, name: str) -> Collection:
    """Return a collection of a data store; raise InvalidError if there is none."""
    found = next((one for one in definition.collections if one.name == name), None)
    if found is None:
        raise InvalidError("There is no such collection.", fields={"collection": ["is unknown"]})
    return found


def columns_by(collection: Collection, kind: str) -> tuple[str, ...]:
    """Return the one column by which a kind of identifier finds rows; InvalidError if none."""
    for one in collection.identities:
        if one.kind == kind and len(one.asked_by) == 1:
            return tuple(one.asked_by)
    raise InvalidError(
        "No column of the collection holds this kind.", fields={"kind": ["finds no row"]}
    )


def check_facts(question: FactQuestion, given: Facts) -> None:
    """Raise InvalidError for what cannot be compared."""
    Claim(question.kind, given.value)
    if not 0 < len(given.answer.strip()) <= LONGEST:
        raise InvalidError("Give the fact.", fields={"answer": ["is missing"]})


def seal_facts(
    session: Session, *, cabinet: KeyCabinet, about: SubjectRequest, given: Facts
) -> bytes:
    """Seal what a sender gave under the controller's key."""
    text = json.dumps({"value": given.value, "answer": given.answer})
    return cabinet.seal(session, text, controller_id=about.controller_id, context=_context(about))


def facts_of(session: Session, *, cabinet: KeyCabinet, about: SubjectRequest) -> Facts | None:
    """Return what a sender gave that is not compared yet."""
    if about.facts_sealed is None:
        return None
    text = cabinet.open_text(
        session, about.facts_sealed, controller_id=about.controller_id, context=_context(about)
    )
    return Facts(**json.loads(text))


def take_try(
    session: Session, *, cabinet: KeyCabinet, about: SubjectRequest, claim: Claim, at: datetime
) -> bool:
    """Count a try at an identifier; False when it had enough today (UTC)."""
    index = _index(session, cabinet, about, claim)
    place = {"controller_id": about.controller_id, "value_index": index, "tried_on": _day(at)}
    insert_many(
        session, cast("Table", FactTry.__table__), [{**place, "tries": 0}], skip_existing=True
    )
    more = _tries(about, index, at).where(FactTry.tries < MOST)
    return count_changed(session, more.values(tries=FactTry.tries + 1)) == 1


def give_back(
    session: Session, *, cabinet: KeyCabinet, about: SubjectRequest, claim: Claim, at: datetime
) -> None:
    """Take a try back from which nothing was learned."""
    less = _tries(about, _index(session, cabinet, about, claim), at)
    count_changed(session, less.values(tries=FactTry.tries - 1))


def _index(session: Session, cabinet: KeyCabinet, about: SubjectRequest, claim: Claim) -> bytes:
    return cabinet.index_key(session, controller_id=about.controller_id).index(
        claim.value, context=("fact_try", str(about.controller_id), claim.kind)
    )


def _tries(about: SubjectRequest, index: bytes, at: datetime) -> Update:
    return (
        update(FactTry)
        .where(
            FactTry.controller_id == about.controller_id,
            FactTry.value_index == index,
            FactTry.tried_on == _day(at),
        )
        .execution_options(synchronize_session=False)
    )


def is_same(answer: str, held: Values[object]) -> bool:
    """Whether an answer is one of the values, however it is written; the time tells nothing."""
    given = _plain(answer)
    found = False
    for value in held:
        same = hmac.compare_digest(_plain(text_of(value) or ""), given)
        found = found or (same and bool(given))
    return found


def settle(
    session: Session, *, actor: str, at: datetime, cabinet: KeyCabinet, about: SubjectRequest,
    outcome: str,
) -> None:  # fmt: skip
    """Write down what a comparison came to; what was the same proves the identifier."""
    question = question_of(session, controller_id=about.controller_id)
    given = facts_of(session, cabinet=cabinet, about=about)
    if outcome == SAME and question and given and about.subject_id:
        claim = Claim(question.kind, given.value, verified=True)
        try:
            with session.begin_nested():
                add_identifier(
                    session, actor=actor, at=at, cabinet=cabinet, subject_id=about.subject_id,
                    claim=claim,
                )  # fmt: skip
        except ConflictError:
            outcome = DIFFERENT  # it is proven to be another subject's
    about.facts_sealed, about.facts_outcome = None, outcome
    session.flush()
    record(
        session, Action.REQUEST_FACTS_COMPARED, at, actor, about=about, outcome=outcome,
        kind=question.kind if question else "", store=question.store_name if question else "",
    )  # fmt: skip


def check_strength(session: Session, *, about: SubjectRequest) -> None:
    """Raise RefusedError where the controller asks more than a link, and nothing more was shown.

    A fact that was the same is enough, and so is the answer to a question about the identity.
    """
    question = question_of(session, controller_id=about.controller_id)
    if question is None or not question.needed_for or about.facts_outcome == SAME:
        return
    known = {row.name for row in stores.data_stores(session, controller_id=about.controller_id)}
    asked = session.get(RequestQuestion, (about.id, QuestionKind.IDENTITY))
    if not known & set(question.needed_for.split(",")) or (asked and asked.answered_at):
        return
    if queries.shown_by(session, about=about) in LINKS:
        raise RefusedError("More than a link is needed here: ask about the identity first.")


def waiting_facts(session: Session, *, limit: int = 50) -> list[UUID]:
    """Return the requests whose facts are to be compared; they were confirmed."""
    wanted = (
        select(SubjectRequest.id)
        .where(SubjectRequest.facts_sealed.is_not(None), SubjectRequest.state == RequestState.OPEN)
        .order_by(SubjectRequest.verified_at)
        .limit(limit)
    )
    return list(session.scalars(wanted))


def forget_tries(session: Session, *, at: datetime) -> None:
    """Forget who was guessed at some days ago."""
    session.execute(delete(FactTry).where(FactTry.tried_on < _day(at - KEPT)))


def _plain(text: str) -> bytes:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return folded.translate(_NO_SEPARATORS).encode()


def _day(at: datetime) -> date:
    return at.astimezone(UTC).date()


def _context(about: SubjectRequest) -> Context:
    return ("subject_request", "facts", str(about.controller_id), str(about.id))
