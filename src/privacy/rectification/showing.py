"""Searching for what a signed-in subject may correct: read and never written, in a job."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol
from uuid import UUID

from privacy.clock import Clock
from privacy.db import Database
from privacy.rectification import details
from privacy.rectification.candidates import Searched, searched
from privacy.rectification.models import DetailLook
from privacy.requests.jobs import OpenStores, seeds_of_subject
from privacy.requests.letters import Desk
from privacy.stores.definition import StoreDefinition
from privacy.stores.protocol import Store, closing_all
from privacy.stores.search.findings import Findings, Outcome
from privacy.stores.search.graph import walk

ACTOR = "job:rectify"

logger = logging.getLogger(__name__)


class Shop(Protocol):
    """What searching needs."""

    @property
    def database(self) -> Database:
        """Return the database."""
        ...

    @property
    def clock(self) -> Clock:
        """Return the clock."""
        ...

    @property
    def desk(self) -> Desk:
        """Return the keys and where links lead."""
        ...

    @property
    def open_stores(self) -> OpenStores:
        """Return what opens the data stores of a controller."""
        ...


def show_details(shop: Shop) -> int:
    """Search for what subjects who are signed in may correct themselves; return for how many."""
    with shop.database.reading() as session:
        waiting = [one.subject_id for one in details.owed(session, at=shop.clock())]
    return sum(_looked(shop, one) for one in waiting)


def _looked(shop: Shop, subject_id: UUID) -> bool:
    with shop.database.transaction() as session:
        if not details.claim(session, at=shop.clock(), subject_id=subject_id):
            return False
    try:
        _show(shop, subject_id)
    except Exception as error:  # noqa: BLE001 -- one look must not stop the others
        # Its message could quote a row, so only its kind is told.
        logger.error("details.not-shown: %s", type(error).__name__)  # noqa: TRY400
        return False
    return True


def _show(shop: Shop, subject_id: UUID) -> None:
    cabinet = shop.desk.cabinet
    with shop.database.reading() as session:
        controller_id = session.get_one(DetailLook, subject_id).controller_id
        seeds = seeds_of_subject(session, cabinet=cabinet, subject_id=subject_id)
    stores = shop.open_stores(controller_id)
    with closing_all(stores):
        findings = walk(stores, seeds)
    kept, definitions = found_of(findings, stores)
    failed = [one.store for one in findings.stores() if one.outcome is Outcome.FAILED]
    kept = replace(kept, missed=failed)
    with shop.database.transaction() as session:
        details.keep(
            session,
            actor=ACTOR,
            at=shop.clock(),
            cabinet=cabinet,
            look=session.get_one(DetailLook, subject_id),
            kept=details.own_details(kept, definitions),
        )


def found_of(
    findings: Findings, stores: Mapping[str, Store]
) -> tuple[Searched, dict[str, StoreDefinition]]:
    """Return the subject's own fields among what was found, and what is declared of them."""
    found = {
        place: (row.values for row in rows if row.owned) for place, rows in findings.rows.items()
    }
    definitions = {name: store.definition for name, store in stores.items()}
    capabilities = {name: one.capabilities for name, one in stores.items()}
    return searched(found, definitions, capabilities), definitions
