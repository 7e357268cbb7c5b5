"""Carrying rectifications out: search for the decision, then write, read again, tell, end.

Each field is settled in a transaction of its own, and nothing outside our database is waited for
while one is open. Killed at any point, the work begins again and does no harm: what stands there
already is not written, and an older fence may write nothing.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from privacy.clock import Clock
from privacy.db import Database
from privacy.errors import PrivacyError, UnavailableError
from privacy.rectification import acts, ending, queries
from privacy.rectification.candidates import searched
from privacy.rectification.carrying import Result, carry_out, read_again
from privacy.rectification.kept import forget_ended, keep_search
from privacy.rectification.models import Correction, CorrectionState
from privacy.rectification.sealed import Change
from privacy.requests import failing, handing
from privacy.requests.jobs import OpenStores, seeds_of
from privacy.requests.letters import Desk
from privacy.requests.models import RequestClaim, RequestState, SubjectRequest
from privacy.stores.findings import Findings, Outcome
from privacy.stores.graph import walk
from privacy.stores.protocol import Store

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
    with shop.database.reading() as session:
        searching = queries.to_search(session, at=shop.clock())
        decided = queries.to_carry_out(session, at=shop.clock())
    done = sum(_attempt(shop, request_id, _search) for request_id in searching)
    return done + sum(_attempt(shop, request_id, _carry_out) for request_id in decided)


def _attempt(
    shop: Workshop, request_id: UUID, step: Callable[[Workshop, handing.Claim], bool]
) -> bool:
    try:
        with shop.database.transaction() as session:
            mine = handing.claim(session, at=shop.clock(), request_id=request_id)
        return mine is not None and step(shop, mine)
    except PrivacyError as error:
        _note(request_id, error.code)
    except Exception as error:  # noqa: BLE001 -- one request must not stop the others
        _note(request_id, type(error).__name__)  # its message could quote what was found
    return False


def _note(request_id: UUID, error: str) -> None:
    logger.warning(
        "rectification.not-carried-out", extra={"request": str(request_id), "error": error}
    )


def _search(shop: Workshop, mine: handing.Claim) -> bool:
    with shop.database.reading() as session:
        about = session.get_one(SubjectRequest, mine.request_id)
        seeds = seeds_of(session, desk=shop.desk, about=about)
    stores = shop.open_stores(about.controller_id)
    try:
        findings = walk(stores, seeds)
    finally:
        _close(stores)
    return _keep(shop, mine, findings, stores)


def _keep(
    shop: Workshop, mine: handing.Claim, findings: Findings, stores: Mapping[str, Store]
) -> bool:
    """Keep what was found; while a store fails it is tried again, and after that told."""
    found = {
        place: (row.values for row in rows if row.owned) for place, rows in findings.rows.items()
    }
    definitions = {name: store.definition for name, store in stores.items()}
    kept = searched(found, definitions, {name: one.capabilities for name, one in stores.items()})
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
        session.get_one(RequestClaim, mine.request_id).claimed_until = shop.clock()
    return True


def _carry_out(shop: Workshop, mine: handing.Claim) -> bool:
    with shop.database.reading() as session:
        about = session.get_one(SubjectRequest, mine.request_id)
        rows = [
            row
            for row in queries.corrections(session, about=about)
            if row.state in queries.FOR_THE_JOB
        ]
        changes = queries.changes(session, cabinet=shop.desk.cabinet, rows=rows)
    stores = shop.open_stores(about.controller_id)
    try:
        answered = [
            _settle(shop, mine, stores, row, change)
            for row, change in zip(rows, changes, strict=True)
        ]
    finally:
        _close(stores)
    if not all(answered):
        _pause(shop, mine)
        return False
    return _end(shop, mine, stores)


def _settle(
    shop: Workshop,
    mine: handing.Claim,
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
        handing.held(session, claim=mine)
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


def _pause(shop: Workshop, mine: handing.Claim) -> None:
    """Let what does not answer be tried again later, ever less often; the DPO sees it wait."""
    with shop.database.transaction() as session:
        handing.held(session, claim=mine)
        hold = session.get_one(RequestClaim, mine.request_id)
        hold.claimed_until = shop.clock() + handing.pause_after(mine.fence)


def _end(shop: Workshop, mine: handing.Claim, stores: Mapping[str, Store]) -> bool:
    """Tell recipients once everything is settled, and end the request once they are."""
    definitions = {name: store.definition for name, store in stores.items()}
    with shop.database.transaction() as session:
        about = handing.held(session, claim=mine)
        session.get_one(RequestClaim, mine.request_id).claimed_until = shop.clock()
        if not queries.is_settled(queries.corrections(session, about=about)):
            return True
        ending.tell_recipients(
            session, actor=ACTOR, at=shop.clock(), about=about, definitions=definitions
        )
        session.flush()
        if any(one.settled_at is None for one in queries.notices(session, about=about)):
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


def _close(stores: Mapping[str, Store]) -> None:
    for store in stores.values():
        store.close()
