"""The table of what runs by itself."""

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from privacy.assignments import links as keepers
from privacy.audit.jobs import verify_and_record
from privacy.consent.jobs import note_expired
from privacy.consent.telling import endpoints, fanout
from privacy.outbox.budget import forget_counts
from privacy.outbox.jobs import Render, Telling, deliver, deliver_webhooks
from privacy.outbox.mail import OpenedMessage
from privacy.outbox.models import OutboxMessage
from privacy.outbox.texting import RenderText
from privacy.outbox.webhook import HttpPoster
from privacy.packages.making import Page
from privacy.preferences import links
from privacy.purposes import queries as purposes
from privacy.rectification.jobs import Workshop, rectify
from privacy.rectification.telling import values_for
from privacy.requests.answering.tending import Tending, tend_assignments
from privacy.requests.deadlines.watch import watch_deadlines
from privacy.requests.facts import forget_tries
from privacy.requests.jobs import Bench, expire_requests, fulfil_access
from privacy.requests.letters import open_letter
from privacy.requests.previewing import make_previews
from privacy.requests.sending import Post, send_transfers
from privacy.runtime import Runtime
from privacy.scans import pictures
from privacy.scans.alarm import Desk
from privacy.scans.browser import available
from privacy.scans.jobs import FURTHER, Eyes, Files, Make, Studio, keep_notices, run_scans
from privacy.scans.match import Register, Report
from privacy.scans.report import scan
from privacy.scans.visit import Tour
from privacy.scheduler.intake import compare, deliver_texts
from privacy.scheduler.job import Job
from privacy.stores import queries as stores
from privacy.stores.jobs import check_store, drop_drafts

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Makers:
    """What the edge lends to jobs: it alone knows templates and words."""

    mail: Render
    page: Page
    banner: Make
    text: RenderText


def table(runtime: Runtime, makers: Makers) -> tuple[Job, ...]:
    """Return every job, with how often it looks for work when nobody wakes it."""
    return (
        _shared("deliver-mail", timedelta(seconds=30), lambda: _deliver(runtime, makers)),
        Job("deliver-texts", timedelta(seconds=30), lambda: deliver_texts(runtime, makers.text)),
        Job("deliver-webhooks", timedelta(seconds=30), lambda: _deliver_webhooks(runtime)),
        _shared("send-transfers", timedelta(minutes=1), lambda: _send_transfers(runtime)),
        Job("compare-facts", timedelta(minutes=1), lambda: compare(runtime)),
        Job("rectify", timedelta(minutes=1), lambda: _rectify(runtime)),
        _shared("fulfil-access", timedelta(minutes=1), lambda: _fulfil(runtime, makers)),
        Job("preview-requests", timedelta(minutes=1), lambda: _preview(runtime, makers)),
        Job(
            "expire-requests",
            timedelta(hours=1),
            lambda: expire_requests(runtime.database, clock=runtime.clock),
        ),
        Job("tend-assignments", timedelta(minutes=1), lambda: _tend(runtime)),
        Job("watch-deadlines", timedelta(hours=1), lambda: _watch(runtime)),
        Job("tell-expired", timedelta(hours=1), lambda: _tell_expired(runtime)),
        Job("forget-links", timedelta(hours=1), lambda: _forget_links(runtime)),
        Job(
            "note-expired",
            timedelta(days=1),
            lambda: note_expired(runtime.database, clock=runtime.clock),
        ),
        Job("check-stores", timedelta(days=1), lambda: _check_stores(runtime)),
        Job(
            "drop-drafts",
            timedelta(days=1),
            lambda: drop_drafts(runtime.database, clock=runtime.clock),
        ),
        Job("keep-notices", timedelta(minutes=5), lambda: _keep_notices(runtime, makers)),
        Job("scan-sites", timedelta(minutes=15), lambda: _scan_sites(runtime)),
        Job("verify-log", timedelta(days=1), lambda: _verify(runtime)),
    )


def _shared(name: str, every: timedelta, run: Callable[[], object]) -> Job:
    """Return a job whose rows are claimed one by one, so that a commit's wake waits for nobody."""
    return Job(name, every, run, is_shared=True)


def _deliver(runtime: Runtime, makers: Makers) -> int:
    def opened(message: OutboxMessage) -> OpenedMessage:
        with runtime.database.reading() as session:
            return open_letter(session, cabinet=runtime.cabinet, message=message)

    return deliver(
        runtime.database,
        clock=runtime.clock,
        open_message=opened,
        render=makers.mail,
        mailer=runtime.mailer,
    )


def _deliver_webhooks(runtime: Runtime) -> int:
    def tell(message: OutboxMessage) -> Telling:
        with runtime.database.reading() as session:
            telling = endpoints.telling(session, cabinet=runtime.cabinet, message=message)
            values = values_for(session, cabinet=runtime.cabinet, message=message)
            return replace(telling, values=values)

    passed = deliver_webhooks(
        runtime.database, clock=runtime.clock, tell=tell, poster=runtime.poster
    )
    for recipient_id in passed.given_up:
        with runtime.database.transaction() as session:
            endpoints.warn_dpo(
                session,
                at=runtime.clock(),
                cabinet=runtime.cabinet,
                recipient_id=recipient_id,
                link=f"{runtime.settings.public_url}/console/recipients",
            )
    if passed.given_up:
        runtime.wake("deliver-mail")
    return passed.sent


def _forget_links(runtime: Runtime) -> None:
    with runtime.database.transaction() as session:
        links.forget(session, at=runtime.clock())
        keepers.forget(session, at=runtime.clock())
        forget_counts(session, at=runtime.clock())
        forget_tries(session, at=runtime.clock())


def _tell_expired(runtime: Runtime) -> int:
    """Tell recipients of consents that ran out."""
    with runtime.database.reading() as session:
        known = [one.id for one in purposes.controllers(session)]
    owed = 0
    for controller_id in known:
        with runtime.database.transaction() as session:
            owed += fanout.tell_expired(session, at=runtime.clock(), controller_id=controller_id)
    if owed:
        runtime.wake("deliver-webhooks")
    return owed


def _fulfil(runtime: Runtime, makers: Makers) -> int:
    bench = Bench(runtime.database, runtime.clock, runtime.desk, runtime.open_stores, makers.page)
    answered = fulfil_access(bench)
    if answered:
        runtime.wake("deliver-mail")
        runtime.wake("send-transfers")
    return answered


def _tend(runtime: Runtime) -> int:
    """Ask vendors that answer later, remind keepers, tell the DPO of what is late."""
    done = tend_assignments(
        Tending(runtime.database, runtime.clock, runtime.desk, runtime.open_stores)
    )
    if done:
        runtime.wake("deliver-mail")
    return done


def _send_transfers(runtime: Runtime) -> int:
    """Send portable data to other controllers: never into a private network, whoever named it."""
    way = HttpPoster(patience=60)
    sign = runtime.keyring.transfer_signer.sign
    done = send_transfers(Post(runtime.database, runtime.clock, runtime.desk, way, sign))
    if done:
        runtime.wake("deliver-mail")
    return done


def _rectify(runtime: Runtime) -> int:
    """Search for rectifications that wait, and carry out those that are decided."""
    done = rectify(Workshop(runtime.database, runtime.clock, runtime.desk, runtime.open_stores))
    if done:
        runtime.wake("deliver-mail")
        runtime.wake("deliver-webhooks")
    return done


def _preview(runtime: Runtime, makers: Makers) -> int:
    bench = Bench(runtime.database, runtime.clock, runtime.desk, runtime.open_stores, makers.page)
    return make_previews(bench)


def _watch(runtime: Runtime) -> int:
    told = watch_deadlines(runtime.database, clock=runtime.clock, desk=runtime.desk)
    if told:
        runtime.wake("deliver-mail")
    return told


def _check_stores(runtime: Runtime) -> None:
    """Ask every registered data store whether it answers and is as declared."""
    with runtime.database.reading() as session:
        rows = [
            (row.controller_id, row.name)
            for controller in purposes.controllers(session)
            for row in stores.data_stores(session, controller_id=controller.id)
        ]
    for controller_id, name in rows:
        error = check_store(
            runtime.database,
            clock=runtime.clock,
            cabinet=runtime.cabinet,
            actor="job:check-stores",
            controller_id=controller_id,
            name=name,
        )
        if error is not None:
            logger.warning("store.failing", extra={"store": name, "error": error.code})


def _keep_notices(runtime: Runtime, makers: Makers) -> int:
    def draw(files: Files, language: str) -> dict[str, bytes]:
        chromium = runtime.settings.chromium
        return pictures.draw(files.files, entry=files.entry, language=language, chromium=chromium)

    studio = Studio(runtime.settings.public_url, makers.banner, draw)
    return keep_notices(runtime.database, clock=runtime.clock, studio=studio)


def _scan_sites(runtime: Runtime) -> int:
    chromium = runtime.settings.chromium

    def look(urls: Sequence[str], declared: Register, origins: Collection[str]) -> Report:
        tour = Tour(runtime.clock, origins=frozenset(origins))
        return scan(urls, register=declared, tour=tour, chromium=chromium, further=FURTHER)

    made = run_scans(
        runtime.database,
        clock=runtime.clock,
        desk=Desk(runtime.cabinet, runtime.settings.public_url),
        eyes=Eyes(look, lambda: available(chromium)),
    )
    runtime.wake("deliver-mail")
    return made


def _verify(runtime: Runtime) -> None:
    """Hash the whole log again and record what that found."""
    verdict = verify_and_record(
        runtime.database, runtime.keyring.verifiers, actor="job:verify-log", at=runtime.clock()
    )
    if not verdict.is_whole:
        logger.error("audit.altered", extra={"first_bad": verdict.first_bad})
