"""Answering approved requests: search in every data store, pack, seal, tell the subject.

Nothing outside our database is waited for while a transaction is open; killed at any point, the
work begins again and does no harm.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from privacy.assignments.acts import close_assignments
from privacy.clock import Clock
from privacy.db import Database
from privacy.errors import ConflictError
from privacy.packages.answer import Answer, Asked
from privacy.packages.disclosures import Register
from privacy.packages.making import Page, contents_of
from privacy.packages.package import Contents, pack
from privacy.packages.portable import schema_of
from privacy.purposes import queries as purposes
from privacy.requests import acts, queries, transfers
from privacy.requests.answering import awaiting, failing, handing
from privacy.requests.answering.attempting import attempt
from privacy.requests.answering.claiming import Claim, release
from privacy.requests.answering.keeping import keep_parts, sweep
from privacy.requests.answering.silent import Silences
from privacy.requests.letters import Desk
from privacy.requests.models import RequestKind, SubjectRequest
from privacy.requests.moves import lasts
from privacy.requests.previews import preview
from privacy.requests.previews.knowing import KnownWords
from privacy.requests.previews.plan import drift, plan_of
from privacy.requests.previews.preview import Decisions, decisions_of
from privacy.requests.previews.scope import omitted_of
from privacy.requests.previews.treating import Treatments, treated
from privacy.requests.statements import statement_of
from privacy.stores.protocol import Store, closing_all
from privacy.stores.search.findings import Findings
from privacy.stores.search.graph import walk
from privacy.stores.search.leads import Decided
from privacy.subjects.keys import KeyCabinet
from privacy.subjects.queries import identifiers_of

ACTOR = "job:fulfil-access"
CLEANER = "job:expire-requests"

OpenStores = Callable[[UUID], Mapping[str, Store]]
"""Opens every registered data store of a controller, our own among them."""


@dataclass(frozen=True)
class Bench:
    """What answering needs: the database, the clock, the keys, the data stores, the page."""

    database: Database
    clock: Clock
    desk: Desk
    open_stores: OpenStores
    page: Page


def fulfil_access(bench: Bench) -> int:
    """Answer every approved access request that no other worker holds; return how many.

    One that fails is noted and tried again later, and stops no other; a data store that did not
    answer for one is not waited for again in this run.
    """
    silences, seen, answered = Silences(), set[UUID](), 0
    while fresh := [one for one in _owed(bench) if one not in seen]:
        seen.update(fresh)
        answered += sum(_attempt(bench, request_id, silences) for request_id in fresh)
    return answered


def _owed(bench: Bench) -> Sequence[UUID]:
    with bench.database.reading() as session:
        return queries.owed(session, at=bench.clock())


def _attempt(bench: Bench, request_id: UUID, silences: Silences) -> bool:
    return attempt(
        bench.database,
        clock=bench.clock,
        request_id=request_id,
        step=lambda mine: _answer(bench, mine, silences),
        missed="request.not-answered",
    )


@dataclass(frozen=True)
class _Case:
    """One request with all that answering it needs from our database."""

    about: SubjectRequest
    seeds: Mapping[str, set[str]] = field(repr=False)
    decided: Decisions = field(repr=False)
    stores: Mapping[str, Store]
    register: Register


def _answer(bench: Bench, mine: Claim, silences: Silences) -> bool:
    case = _opened(bench, mine, silences)
    findings = _searched(case.stores, case.seeds, case.decided.leads)
    results = findings.stores()
    silences.learn(case.about.controller_id, results)
    # What became of the search is usually written down with the package, in one transaction.
    waits = handing.may_wait(results)
    if waits:
        with bench.database.transaction() as session:
            if not _noted(session, bench, mine, case, findings):
                return False
    archive = _packed(bench, case, findings)
    stowed = keep_parts(
        bench.database, clock=bench.clock, claim=mine, about=case.about, archive=archive
    )
    packed = handing.Packed(stowed, exceptions=not findings.is_complete)
    with bench.database.transaction() as session:
        if not waits:
            _noted(session, bench, mine, case, findings)
        handing.keep_package(
            session, actor=ACTOR, at=bench.clock(), desk=bench.desk, claim=mine, packed=packed
        )
        close_assignments(session, actor=ACTOR, at=bench.clock(), request_id=case.about.id)
        release(session, at=bench.clock(), request_id=case.about.id)
    return True


def _opened(bench: Bench, mine: Claim, silences: Silences) -> _Case:
    """Return a request with its decisions, its data stores and the register."""
    with bench.database.reading() as session:
        about = session.get_one(SubjectRequest, mine.request_id)
        seeds = seeds_of(session, desk=bench.desk, about=about)
        decided = decisions_of(session, cabinet=bench.desk.cabinet, about=about)
        stores = awaiting.with_answers(
            session,
            desk=bench.desk,
            about=about,
            stores=bench.open_stores(about.controller_id),
        )
        register = Register(
            controller=purposes.controller(session, about.controller_id),
            purposes=purposes.current_purposes(session, controller_id=about.controller_id),
            recipients=purposes.recipients(session, controller_id=about.controller_id),
            definitions={name: store.definition for name, store in stores.items()},
        )
    spared = silences.spared(about.controller_id, stores)
    return _Case(about, seeds, decided, spared, register)


def _noted(session: Session, bench: Bench, mine: Claim, case: _Case, findings: Findings) -> bool:
    """Write down what became of the search, and ask whom it needs; whether it may go out."""
    at, about = bench.clock(), case.about
    whole = handing.record_search(
        session, actor=ACTOR, at=at, claim=mine, results=findings.stores()
    )
    awaiting.ask_keepers(
        session, actor=ACTOR, at=at, desk=bench.desk, about=about, stores=case.stores
    )
    if not whole and failing.note_failure(session, about=about) == failing.TRIES:
        failing.alert(session, at=at, desk=bench.desk, about=about)
    if whole and case.decided.plan:
        register = case.register
        omitted = omitted_of(about.kind, findings, case.stores, register.purposes)
        drifted = drift(case.decided.plan, plan_of(findings, register.definitions, omitted))
        preview.note_drift(session, actor=ACTOR, at=at, about=about, drifted=drifted)
    return whole


def seeds_of(session: Session, *, desk: Desk, about: SubjectRequest) -> Mapping[str, set[str]]:
    """Return what is proven of the subject; what was only claimed must find nobody's data."""
    if about.subject_id is None:
        raise ConflictError("Nobody has confirmed this request yet.")
    return seeds_of_subject(session, cabinet=desk.cabinet, subject_id=about.subject_id)


def seeds_of_subject(
    session: Session, *, cabinet: KeyCabinet, subject_id: UUID
) -> Mapping[str, set[str]]:
    """Return what is proven of a subject, by kind of identifier."""
    seeds: dict[str, set[str]] = {"subject_id": {str(subject_id)}}
    known = identifiers_of(session, cabinet=cabinet, subject_id=subject_id)
    for one in known:
        if one.verified_at is not None:
            seeds.setdefault(one.kind, set()).add(one.value)
    return seeds


def _searched(
    stores: Mapping[str, Store], seeds: Mapping[str, set[str]], decided: Decided
) -> Findings:
    with closing_all(stores):
        return walk(stores, seeds, decided=decided)


def _packed(bench: Bench, case: _Case, findings: Findings) -> Iterator[bytes]:
    about, stores, register = case.about, case.stores, case.register
    asked = Asked(str(about.id), about.language, about.received_on)
    portable = about.kind is RequestKind.PORTABILITY
    omitted = omitted_of(about.kind, findings, stores, register.purposes)
    treatments = Treatments(case.decided.choices, register.definitions)
    known = KnownWords(bench.database, bench.desk.cabinet, about, register.definitions)
    findings = treated(findings, treatments, known)
    withheld = [*omitted, *treatments.withheld()]
    answer = Answer(asked, register, findings, bench.clock(), withheld)
    schema = {"schema": schema_of(answer.tables(), register.definitions)} if portable else {}
    signer = bench.desk.cabinet.keyring.signer
    contents = contents_of(answer, page=bench.page, key=signer.vkey, facts=schema)
    if portable:
        _owe_transfer(bench, about, contents)
    return pack(awaiting.with_documents(contents, stores), signer=signer)


def _owe_transfer(bench: Bench, about: SubjectRequest, contents: Contents) -> None:
    """Owe what is portable to the controller that the subject named, beside the link."""
    with bench.database.reading() as session:
        said = statement_of(session, cabinet=bench.desk.cabinet, about=about)
    if said.send_to:
        body = transfers.body_of(about, contents)
        with bench.database.transaction() as session:
            transfers.owe(
                session, actor=ACTOR, at=bench.clock(), desk=bench.desk, about=about, body=body
            )


def expire_requests(database: Database, *, clock: Clock) -> int:
    """Forget what nobody confirmed and destroy what nobody fetched; return how many.

    Each goes alone, so that one that moved on meanwhile keeps none of the others.
    """
    at = clock()
    with database.reading() as session:
        unconfirmed = queries.unconfirmed(
            session, before=at - lasts(session, "request.confirm", at)
        )
        unfetched = queries.packages_due(session, at=at)
    forgotten = sum(_ended(database, at, one, acts.expire) for one in unconfirmed)
    with database.transaction() as session:
        preview.forget(session, actor=CLEANER, at=at)
    lapsed = sum(_ended(database, at, one, handing.lapse) for one in unfetched)
    sweep(database)
    return forgotten + lapsed


def _ended(database: Database, at: datetime, request_id: UUID, end: Callable[..., None]) -> bool:
    try:
        with database.transaction() as session:
            about = session.get_one(SubjectRequest, request_id)
            end(session, actor=CLEANER, at=at, about=about)
    except ConflictError:
        return False  # its subject came at the last moment
    return True
