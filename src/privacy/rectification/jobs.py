"""Carrying rectifications out: search for the decision, then write, read again, tell, end.

Each field is settled in a transaction of its own, and nothing outside our database is waited for
while one is open. Killed at any point, the work begins again and does no harm: what stands there
already is not written, and an older fence may write nothing.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

from sqlalchemy.orm import Session

from privacy.assignments.store import AssignedStore, seen
from privacy.clock import Clock
from privacy.db import Database
from privacy.errors import UnavailableError
from privacy.rectification import acts, asking, details, ending, keepers, queries, wished
from privacy.rectification.candidates import Keeper, keeper_of
from privacy.rectification.carrying import Result, carry_out, read_again
from privacy.rectification.kept import forget_ended, keep_search
from privacy.rectification.models import Correction, CorrectionState
from privacy.rectification.sealed import Change
from privacy.rectification.showing import found_of, show_details
from privacy.requests.answering import failing, handing
from privacy.requests.answering.attempting import attempt
from privacy.requests.answering.claiming import Claim, held, pause_after, release
from privacy.requests.jobs import OpenStores, seeds_of
from privacy.requests.letters import Desk
from privacy.requests.models import RequestState, SubjectRequest
from privacy.requests.previews.withholding import lead_choices
from privacy.stores.protocol import Store, closing_all
from privacy.stores.search.findings import Findings, Outcome
from privacy.stores.search.graph import walk

ACTOR = "job:rectify"
SILENT = "unavailable"
"""Why a field still waits: its store does not answer; noted once."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Workshop:
    """What the work needs: the database, the clock, the keys, the data stores."""

    database: Database
    clock: Clock
    desk: Desk
    open_stores: OpenStores


def rectify(shop: Workshop) -> int:
    """Take every rectification that no other worker holds a step on; return how many.

    One that fails is noted and tried again later, and stops no other.
    """
    with shop.database.transaction() as session:
        forget_ended(session)
        details.forget(session, at=shop.clock())
        keepers.silent(session, actor=ACTOR, at=shop.clock())
        asking.lift_restrictions(session, actor=ACTOR, at=shop.clock())
    steps = (
        (queries.to_search, _search),
        (queries.to_decide, _decide),
        (queries.to_carry_out, _carry_out),
    )
    return show_details(shop) + sum(_each(shop, owed, step) for owed, step in steps)


def _each(
    shop: Workshop,
    owed: Callable[..., Sequence[UUID]],
    step: Callable[[Workshop, Claim], bool],
) -> int:
    with shop.database.reading() as session:
        waiting = owed(session, at=shop.clock())
    return sum(_attempt(shop, request_id, step) for request_id in waiting)


def _decide(shop: Workshop, mine: Claim) -> bool:
    """Decide as the subject typed, where the controller lets that be done without a person."""
    with shop.database.transaction() as session:
        about = held(session, claim=mine, state=RequestState.OPEN)
        wanted = queries.wanted_by_subject(session, cabinet=shop.desk.cabinet, about=about)
        if wanted:
            decided = acts.Decided(wanted, "", queries.mark_of(session, about=about))
            acts.decide(
                session,
                actor=ACTOR,
                at=shop.clock(),
                desk=shop.desk,
                about=about,
                decided=decided,
            )
        else:
            asking.leave_to_operator(
                session, actor=ACTOR, at=shop.clock(), desk=shop.desk, about=about
            )
            release(session, at=shop.clock(), request_id=mine.request_id)
    return bool(wanted)


def _attempt(shop: Workshop, request_id: UUID, step: Callable[[Workshop, Claim], bool]) -> bool:
    return attempt(
        shop.database,
        clock=shop.clock,
        request_id=request_id,
        step=partial(step, shop),
        missed="rectification.not-carried-out",
    )


def _search(shop: Workshop, mine: Claim) -> bool:
    with shop.database.reading() as session:
        about = session.get_one(SubjectRequest, mine.request_id)
        seeds = seeds_of(session, desk=shop.desk, about=about)
        decided = lead_choices(session, cabinet=shop.desk.cabinet, about=about)
    stores = seen(shop.open_stores(about.controller_id), {})
    with closing_all(stores):
        findings = walk(stores, seeds, decided=decided)
    return _keep(shop, mine, findings, stores)


def _keep(shop: Workshop, mine: Claim, findings: Findings, stores: Mapping[str, Store]) -> bool:
    """Keep what was found; while a store fails it is tried again, and after that told."""
    kept, _definitions = found_of(findings, stores)
    kept = replace(kept, leads=list(findings.leads), keepers=_keepers(stores))
    with shop.database.transaction() as session:
        results = findings.stores()
        handing.record_search(
            session,
            actor=ACTOR,
            at=shop.clock(),
            claim=mine,
            results=results,
            state=RequestState.OPEN,
        )
        fails = any(one.outcome is Outcome.FAILED for one in results)
        if fails and mine.fence < failing.TRIES:
            return False
        about = session.get_one(SubjectRequest, mine.request_id)
        keep_search(session, at=shop.clock(), desk=shop.desk, about=about, kept=kept)
        release(session, at=shop.clock(), request_id=mine.request_id)
    return True


def _keepers(stores: Mapping[str, Store]) -> list[Keeper]:
    """Return the data stores that the search met and that no program reads."""
    return [
        keeper_of(store.definition, store.unasked)
        for store in stores.values()
        if isinstance(store, AssignedStore) and store.unasked
    ]


def _carry_out(shop: Workshop, mine: Claim) -> bool:
    with shop.database.reading() as session:
        about = session.get_one(SubjectRequest, mine.request_id)
        rows = [
            row
            for row in queries.corrections(session, about=about)
            if row.state in queries.FOR_THE_JOB
        ]
        changes = queries.changes(session, cabinet=shop.desk.cabinet, rows=rows)
        kept = queries.search_of(session, cabinet=shop.desk.cabinet, about=about)
    stores = shop.open_stores(about.controller_id)
    _ask_keepers(shop, mine, kept.keepers if kept else (), stores)
    with closing_all(stores):
        answered = [
            _settle(shop, mine, stores, row, change)
            for row, change in zip(rows, changes, strict=True)
        ]
    if not all(answered):
        _pause(shop, mine)
        return False
    return _end(shop, mine, stores)


def _ask_keepers(
    shop: Workshop, mine: Claim, known: Sequence[Keeper], stores: Mapping[str, Store]
) -> None:
    """Ask those who have to look themselves, once."""
    asking = keepers.asking_of(known, stores)
    with shop.database.transaction() as session:
        about = held(session, claim=mine)
        keepers.ask(
            session, actor=ACTOR, at=shop.clock(), desk=shop.desk, about=about, asking=asking
        )


def _settle(
    shop: Workshop,
    mine: Claim,
    stores: Mapping[str, Store],
    row: Correction,
    change: Change,
) -> bool:
    """Do one field and write it down; False when its store does not answer."""
    result = _result(stores.get(row.store_name), row, change)
    silent = result is None
    if silent and row.detail == SILENT:
        return False
    result = result or Result(row.state, SILENT)
    with shop.database.transaction() as session:
        held(session, claim=mine)
        fresh = session.get_one(Correction, (row.subject_id, row.id))
        if fresh.state is row.state:
            acts.settle(session, actor=ACTOR, at=shop.clock(), row=fresh, result=result)
    return not silent


def _result(store: Store | None, row: Correction, change: Change) -> Result | None:
    if store is None:
        return Result(CorrectionState.BY_HAND, "not-registered")
    work = carry_out if row.state is CorrectionState.OWED else read_again
    try:
        return work(store, collection=row.collection, field=row.field, change=change)
    except UnavailableError:
        return None
    except Exception as error:  # noqa: BLE001 -- a connector's bug must not stop the others
        # Its message could quote a row, so only its kind is told.
        logger.error("%s cannot be rectified: %s", row.store_name, type(error).__name__)  # noqa: TRY400
        return Result(CorrectionState.BY_HAND, "error")


def _pause(shop: Workshop, mine: Claim) -> None:
    """Let what does not answer be tried again later, ever less often; the DPO sees it wait."""
    with shop.database.transaction() as session:
        held(session, claim=mine)
        until = shop.clock() + pause_after(mine.fence)
        release(session, at=until, request_id=mine.request_id)


def _tell_operators(shop: Workshop, session: Session, about: SubjectRequest) -> None:
    """Tell the DPO, once, of what only a person can do where nobody had to decide."""
    if wished.is_alone(session, about=about):
        asking.leave_to_operator(
            session, actor=ACTOR, at=shop.clock(), desk=shop.desk, about=about
        )


def _end(shop: Workshop, mine: Claim, stores: Mapping[str, Store]) -> bool:
    """Tell recipients once everything is settled, and end the request once they are."""
    definitions = {name: store.definition for name, store in stores.items()}
    with shop.database.transaction() as session:
        about = held(session, claim=mine)
        release(session, at=shop.clock(), request_id=mine.request_id)
        rows = queries.corrections(session, about=about)
        if not queries.is_settled(rows):
            if any(row.state is CorrectionState.BY_HAND for row in rows):
                _tell_operators(shop, session, about)
            return True
        ending.tell_recipients(
            session, actor=ACTOR, at=shop.clock(), about=about, definitions=definitions
        )
        session.flush()
        if any(one.settled_at is None for one in queries.notices(session, about=about)):
            _tell_operators(shop, session, about)
            return True
        ending.finish(
            session,
            actor=ACTOR,
            at=shop.clock(),
            desk=shop.desk,
            about=about,
            titles={name: one.title[about.language] for name, one in definitions.items()},
        )
    return True
