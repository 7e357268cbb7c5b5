"""Scans that are owed are made once, plans are kept, the DPO is told once; notices are kept."""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from privacy.audit.actions import Action
from privacy.db import Database
from privacy.errors import ConflictError, NotFoundError, UnavailableError
from privacy.outbox.models import OutboxMessage
from privacy.purposes import publishing
from privacy.purposes.models import Controller, Notice, Site
from privacy.requests.letters import open_letter
from privacy.scans import acts, queries
from privacy.scans.alarm import Desk
from privacy.scans.browser import NoBrowserError
from privacy.scans.jobs import Eyes, Files, Studio, keep_notices, run_scans
from privacy.scans.match import Register, Report, judge, summary
from privacy.scans.models import Artefact, Every, ScanState
from privacy.scans.observe import Cause, Kind, Phase, Sighting
from privacy.subjects.keys import KeyCabinet
from tests.entries import waiting_entries
from tests.fakes import FakeClock
from tests.make import ORIGIN, make_controller, make_purpose, make_site

SEEN = Sighting(
    Phase.FIRST, Kind.COOKIE, "_early", "boutique.example", f"{ORIGIN}/",
    Cause(f"{ORIGIN}/tag.js", 3, "script"), days=30.5,
)  # fmt: skip
CODE = b"built code"


@dataclass
class FakeLook:
    """Sees what a test says, and remembers where it was sent."""

    seen: list[Sighting] = field(default_factory=list)
    fault: Exception | None = None
    sent: list[tuple[Sequence[str], Collection[str]]] = field(default_factory=list)

    def __call__(
        self, urls: Sequence[str], register: Register, origins: Collection[str]
    ) -> Report:
        self.sent.append((urls, origins))
        if self.fault:
            raise self.fault
        found = judge(self.seen, register, controls={})
        return Report(found, summary(found, Phase), list(urls))

    @property
    def eyes(self) -> Eyes:
        return Eyes(self, lambda: not isinstance(self.fault, NoBrowserError))


@dataclass(frozen=True)
class World:
    """A site and what jobs need."""

    database: Database
    clock: FakeClock
    desk: Desk
    site_id: UUID

    def run(self, look: FakeLook) -> int:
        return run_scans(self.database, clock=self.clock, desk=self.desk, eyes=look.eyes)

    def ask(self) -> None:
        with self.database.transaction() as session:
            site = session.get_one(Site, self.site_id)
            acts.ask_scan(session, actor="system", at=self.clock(), site=site)

    def plan(self, every: Every) -> None:
        with self.database.transaction() as session:
            site = session.get_one(Site, self.site_id)
            acts.plan_scans(session, actor="system", at=self.clock(), site=site, every=every)

    def states(self) -> list[str]:
        with self.database.reading() as session:
            return [one.state for one in queries.of_site(session, site_id=self.site_id)]

    def mails(self) -> list[OutboxMessage]:
        with self.database.reading() as session:
            return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


@pytest.fixture
def world(database: Database, clock: FakeClock, cabinet: KeyCabinet) -> World:
    """Return a site that asks for one purpose."""
    with database.transaction() as session:
        controller = make_controller(session, at=clock(), cabinet=cabinet)
        make_purpose(session, at=clock(), controller_id=controller.id)
        site = make_site(session, at=clock(), controller_id=controller.id)
        banner = publishing.Banner({"fr": {"title": "x"}}, hashlib.sha256(CODE).hexdigest(), "P6M")
        publishing.publish_notices(session, actor="system", at=clock(), site=site, banner=banner)
    return World(database, clock, Desk(cabinet, "https://privacy.example"), site.id)


def test_a_scan_that_was_asked_for_is_made_once_and_only_at_the_sites_origins(world: World):
    world.ask()
    look = FakeLook([SEEN])
    assert world.run(look) == 1
    assert world.run(look) == 0
    assert look.sent == [([f"{ORIGIN}/"], [ORIGIN])]
    assert world.states() == [ScanState.FAILED]
    with world.database.reading() as session:
        scan = queries.of_site(session, site_id=world.site_id)[0]
        (found,) = queries.findings(session, scan_id=scan.id)
    assert found.sighting == SEEN
    assert found.fails
    entries = waiting_entries(world.database, Action.SCAN_FINISHED)
    assert [one.details["outcome"] for one in entries] == ["failed"]
    assert world.mails() == []  # who asked looks by himself


def test_two_scans_of_one_site_do_not_wait_at_once(world: World):
    world.ask()
    with pytest.raises(ConflictError):
        world.ask()


def test_a_planned_scan_comes_again_when_its_time_has_come(world: World):
    world.plan(Every.DAILY)
    look = FakeLook()
    assert world.run(look) == 1
    assert world.run(look) == 0
    world.clock.advance(days=1)
    assert world.run(look) == 1
    world.plan(Every.NEVER)
    world.clock.advance(days=30)
    assert world.run(look) == 0
    assert world.states() == [ScanState.PASSED] * 2


def test_the_dpo_is_told_of_failures_once_and_again_when_they_are_others(world: World):
    world.plan(Every.WEEKLY)
    look = FakeLook([SEEN])
    for seen, mails in (([SEEN], 1), ([SEEN], 1), ([], 1), ([SEEN], 2)):
        look.seen = list(seen)
        assert world.run(look) == 1
        assert len(world.mails()) == mails
        world.clock.advance(days=7)
    mail = world.mails()[0]
    with world.database.reading() as session:
        opened = open_letter(session, cabinet=world.desk.cabinet, message=mail)
    assert (mail.template, opened.address) == ("dpo_scan_failed", "dpo@boutique.example")
    assert opened.variables["link"].startswith("https://privacy.example/console/scans/")


def test_what_failed_stays_on_the_desk_until_a_scan_passes(world: World):
    look = FakeLook([SEEN])
    for seen, expected in (([SEEN], 1), ([], 0)):
        look.seen = list(seen)
        world.ask()
        world.run(look)
        with world.database.reading() as session:
            owner = session.get_one(Site, world.site_id).controller_id
            assert len(queries.failing(session, controller_id=owner)) == expected
        world.clock.advance(minutes=1)


def test_without_a_browser_a_plan_says_so_once_and_goes_on_when_there_is_one(world: World):
    world.plan(Every.DAILY)
    blind = FakeLook(fault=NoBrowserError("No Chromium is installed."))
    world.run(blind)
    world.clock.advance(days=3)
    world.run(blind)
    assert world.states() == [ScanState.IMPOSSIBLE]
    assert world.run(FakeLook()) == 1
    assert world.states() == [ScanState.PASSED, ScanState.IMPOSSIBLE]


def test_a_site_that_does_not_answer_is_said_of_the_scan(world: World):
    world.ask()
    world.run(FakeLook(fault=UnavailableError("It did not load.")))
    with world.database.reading() as session:
        assert queries.of_site(session, site_id=world.site_id)[0].error == "It did not load."


def make_files(
    service: str, site: Site, controller: Controller, notice: Notice, _at: object
) -> Files:
    """Return files whose words are the notice's own."""
    entry = f"/banner/{site.key}.js"
    return Files(CODE, entry, {entry: f"{service} {controller.slug} {notice.digest}".encode()})


def test_the_script_and_the_pictures_of_a_notice_are_kept_once_with_their_hashes(world: World):
    drawn: list[Files] = []

    def draw(files: Files, language: str) -> dict[str, bytes]:
        drawn.append(files)
        same = b"picture " + language.encode()
        return dict.fromkeys(("desktop_1", "desktop_2", "phone_1", "phone_2"), same)

    studio = Studio("https://privacy.example", make_files, draw)
    keep = lambda: keep_notices(world.database, clock=world.clock, studio=studio)  # noqa: E731 -- asked twice
    assert keep() == 1
    assert keep() == 0
    with world.database.reading() as session:
        (notice,) = queries.shown_now(session)
        kept = queries.exhibits(session, controller_id=notice.controller_id, notice=notice.digest)
        code = session.get_one(Artefact, kept["code"].digest)
        assert code.content == CODE
        assert code.digest == json.loads(notice.document)["script"]
        assert len(session.scalars(select(Artefact)).all()) == 3  # equal pictures are kept once
        file = session.get_one(Artefact, kept["file"].digest)
    assert Files.opened(CODE, file.content) == drawn[0]
    entries = waiting_entries(world.database, Action.NOTICE_KEPT)
    assert entries[0].details["code"] == hashlib.sha256(CODE).hexdigest()
    assert entries[1].details["phone_2"] == hashlib.sha256(b"picture fr").hexdigest()
    leaves = {hashlib.sha256(b"\0" + one.body).digest() for one in entries}
    assert {one.leaf for one in kept.values()} == leaves


def test_without_a_browser_the_script_is_kept_and_the_pictures_follow(world: World):
    def blind(_files: Files, language: str) -> dict[str, bytes]:
        raise NoBrowserError(language)

    def draw(files: Files, _language: str) -> dict[str, bytes]:
        return {"desktop_1": files.files[files.entry]}

    first = Studio("https://privacy.example", make_files, blind)
    assert keep_notices(world.database, clock=world.clock, studio=first) == 1
    assert keep_notices(world.database, clock=world.clock, studio=first) == 0
    world.clock.advance(days=200)
    later = Studio("https://moved.example", make_files, draw)
    assert keep_notices(world.database, clock=world.clock, studio=later) == 1
    with world.database.reading() as session:
        (notice,) = queries.shown_now(session)
        kept = queries.exhibits(session, controller_id=notice.controller_id, notice=notice.digest)
        picture = session.get_one(Artefact, kept["desktop_1"].digest)
    # Drawn from the bytes that were kept, not from those of today.
    assert picture.content.startswith(b"https://privacy.example ")
    assert kept["desktop_1"].kept_at - kept["code"].kept_at == timedelta(days=200)


def test_a_notice_of_another_version_of_the_code_is_not_passed_off_as_this_one(world: World):
    def other(*_args: object) -> Files:
        return Files(b"other code", "/x.js", {"/x.js": b""})

    studio = Studio("https://privacy.example", other, lambda files, language: {})  # noqa: ARG005 -- draws nothing
    assert keep_notices(world.database, clock=world.clock, studio=studio) == 0


def test_nobody_reads_what_is_kept_for_another_controller(world: World):
    studio = Studio("https://x.example", make_files, lambda files, language: {})  # noqa: ARG005 -- draws nothing
    keep_notices(world.database, clock=world.clock, studio=studio)
    with world.database.reading() as session:
        (notice,) = queries.shown_now(session)
        digest = hashlib.sha256(CODE).hexdigest()
        mine = queries.artefact(session, controller_id=notice.controller_id, digest=digest)
        assert mine.content == CODE
        with pytest.raises(NotFoundError):
            queries.artefact(session, controller_id=UUID(int=1), digest=digest)
