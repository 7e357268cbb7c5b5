"""Searching for a preview: what the answer would hold, read and never written, in a job."""

import logging
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from uuid import UUID

from privacy.errors import PrivacyError
from privacy.requests.jobs import Bench, seeds_of
from privacy.requests.models import SubjectRequest
from privacy.requests.previews import preview
from privacy.requests.previews.knowing import KnownWords
from privacy.requests.previews.plan import plan_of
from privacy.requests.previews.preview import Found
from privacy.requests.previews.sampling import Contents, KnownLead, sampled
from privacy.requests.previews.withholding import confirmed_leads
from privacy.stores.definition import StoreDefinition
from privacy.stores.protocol import Store, closing_all
from privacy.stores.search.findings import Findings, Lead
from privacy.stores.search.graph import walk
from privacy.stores.search.leads import address, elsewhere

ACTOR = "job:preview-requests"

logger = logging.getLogger(__name__)


def make_previews(bench: Bench) -> int:
    """Make every preview that was asked for and that no other worker holds; return how many."""
    with bench.database.reading() as session:
        owed = preview.owed(session, at=bench.clock())
    return sum(_attempt(bench, *one) for one in owed)


def _attempt(bench: Bench, subject_id: UUID, request_id: UUID) -> bool:
    with bench.database.transaction() as session:
        mine = preview.claim(
            session, at=bench.clock(), subject_id=subject_id, request_id=request_id
        )
    if not mine:
        return False
    try:
        _make(bench, request_id)
    except Exception as error:  # noqa: BLE001 -- one request must not stop the others
        code = error.code if isinstance(error, PrivacyError) else type(error).__name__
        # Its message could quote what was found.
        logger.warning("request.not-previewed", extra={"request": str(request_id), "error": code})
        with bench.database.transaction() as session:
            about = session.get_one(SubjectRequest, request_id)
            preview.fail(session, actor=ACTOR, at=bench.clock(), about=about)
        return False
    return True


def _make(bench: Bench, request_id: UUID) -> None:
    with bench.database.reading() as session:
        about = session.get_one(SubjectRequest, request_id)
        seeds = seeds_of(session, desk=bench.desk, about=about)
        confirmed = confirmed_leads(session, cabinet=bench.desk.cabinet, about=about)
    stores = bench.open_stores(about.controller_id)
    with closing_all(stores):
        findings = walk(stores, seeds, confirmed=confirmed)
        leads = _leads(stores, findings)
    definitions = {name: store.definition for name, store in stores.items()}
    contents = _sampled(bench, about, findings, definitions, leads)
    with bench.database.transaction() as session:
        preview.keep(
            session,
            actor=ACTOR,
            at=bench.clock(),
            cabinet=bench.desk.cabinet,
            about=about,
            found=Found(contents, plan_of(findings, definitions)),
        )


def _sampled(
    bench: Bench,
    about: SubjectRequest,
    findings: Findings,
    definitions: Mapping[str, StoreDefinition],
    leads: Sequence[KnownLead],
) -> Contents:
    return sampled(
        findings,
        definitions,
        KnownWords(bench.database, bench.desk.cabinet, about, definitions),
        leads,
    )


def _leads(stores: Mapping[str, Store], findings: Findings) -> list[KnownLead]:
    """Return the leads that stand on other rows, too; one that leads nowhere is no question."""
    known = {
        address(store, stores[store].definition.collection(name), row.values)
        for (store, name), rows in (findings.rows.items() if findings.leads else ())
        for row in rows
        if row.owned
    }
    counted = [KnownLead(lead, _elsewhere(stores, lead, known)) for lead in findings.leads]
    return [one for one in counted if one.others != 0]


def _elsewhere(stores: Mapping[str, Store], lead: Lead, known: AbstractSet[object]) -> int | None:
    try:
        return elsewhere(stores, lead, known)
    except PrivacyError:
        return None
