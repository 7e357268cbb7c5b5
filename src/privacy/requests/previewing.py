"""Searching for a preview: what the answer would hold, read and never written, in a job."""

import logging
from uuid import UUID

from privacy.errors import PrivacyError
from privacy.purposes import queries as purposes
from privacy.requests.jobs import Bench, seeds_of
from privacy.requests.models import SubjectRequest
from privacy.requests.previews import preview
from privacy.requests.previews.knowing import KnownWords
from privacy.requests.previews.plan import plan_of
from privacy.requests.previews.preview import Found
from privacy.requests.previews.sampling import sampled
from privacy.requests.previews.scope import omitted_of
from privacy.requests.previews.withholding import lead_choices
from privacy.stores.protocol import closing_all
from privacy.stores.search.graph import walk

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
        decided = lead_choices(session, cabinet=bench.desk.cabinet, about=about)
        lawful = purposes.current_purposes(session, controller_id=about.controller_id)
    stores = bench.open_stores(about.controller_id)
    with closing_all(stores):
        findings = walk(stores, seeds, decided=decided)
    definitions = {name: store.definition for name, store in stores.items()}
    omitted = omitted_of(about.kind, findings, stores, lawful)
    known = KnownWords(bench.database, bench.desk.cabinet, about, definitions)
    contents = sampled(findings, definitions, known, omitted)
    with bench.database.transaction() as session:
        preview.keep(
            session,
            actor=ACTOR,
            at=bench.clock(),
            cabinet=bench.desk.cabinet,
            about=about,
            found=Found(contents, plan_of(findings, definitions, omitted)),
        )
