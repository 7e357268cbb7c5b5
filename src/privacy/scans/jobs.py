"""Scans that are owed, and pictures of notices: a browser between two transactions."""

import hashlib
import json
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from privacy.audit.form import canonical
from privacy.clock import Clock
from privacy.db import Database
from privacy.errors import UnavailableError
from privacy.purposes import queries as purposes
from privacy.purposes.models import Controller, Notice, Site
from privacy.scans import acts, queries
from privacy.scans.acts import Piece
from privacy.scans.alarm import Desk, tell_dpo
from privacy.scans.browser import NoBrowserError
from privacy.scans.match import Register, Report
from privacy.scans.models import Artefact, Scan, ScanState

SCANNING = "job:scan-sites"
KEEPING = "job:keep-notices"
FURTHER = 4
"""Pages of a site that are visited beside its first one."""
PICTURES = frozenset({"desktop_1", "desktop_2", "phone_1", "phone_2"})
FIRST_DRAWN = frozenset({"fr", "en"})
MOST_DRAWN = 2
"""Notices whose pictures one run draws; each takes a browser for seconds."""

logger = logging.getLogger(__name__)

Look = Callable[[Sequence[str], Register, Collection[str]], Report]
"""Visits addresses, by what is declared, and opens pages of these origins only."""


@dataclass(frozen=True)
class Eyes:
    """A browser to look with, and whether this machine has one."""

    look: Look
    able: Callable[[], bool]


@dataclass(frozen=True)
class Files:
    """What visitors of a notice are sent: the built code, and the files a page fetches."""

    code: bytes
    """The SHA-256 of these bytes stands in the notice."""
    entry: str
    """The path of the file that pages embed."""
    files: Mapping[str, bytes]
    """UTF-8 by path."""

    def bundle(self) -> bytes:
        """Return the files with their paths as one document; the same files, the same bytes."""
        texts = {path: content.decode() for path, content in self.files.items()}
        return canonical({"entry": self.entry, "files": texts}).encode()

    @classmethod
    def opened(cls, code: bytes, bundle: bytes) -> "Files":
        """Return the files that a bundle holds."""
        held = json.loads(bundle)
        texts = {path: text.encode() for path, text in held["files"].items()}
        return cls(code, held["entry"], texts)


Make = Callable[[str, Site, Controller, Notice, datetime], Files]
"""Returns the files of a notice as pages fetch them from our public address."""
Draw = Callable[[Files, str], dict[str, bytes]]
"""Returns pictures by name, for files and a language."""


def run_scans(database: Database, *, clock: Clock, desk: Desk, eyes: Eyes) -> int:
    """Begin what plans want, then make every scan that waits; return how many were made.

    A scan whose process dies is made again. Without a browser each plan leaves one scan that
    says so, and goes on when there is one.
    """
    with database.transaction() as session:
        for row in queries.due_plans(session, at=clock()):
            if eyes.able() or not _said(session, row.site_id):
                acts.begin_planned(session, actor=SCANNING, at=clock(), row=row)
    with database.reading() as session:
        owed = [one.id for one in queries.waiting(session)]
    return sum(_made(database, clock, desk, eyes.look, scan_id=one) for one in owed)


def _said(session: Session, site_id: UUID) -> bool:
    """Whether the newest scan of a site says already that it could not be made."""
    newest = queries.of_site(session, site_id=site_id, limit=1)
    return bool(newest) and newest[0].state == ScanState.IMPOSSIBLE


def _made(database: Database, clock: Clock, desk: Desk, look: Look, *, scan_id: UUID) -> bool:
    with database.reading() as session:
        scan = session.get_one(Scan, scan_id)
        site = session.get_one(Site, scan.site_id)
        declared = queries.register(session, site=site, ours=[desk.public_url])
    try:
        report = look([f"{site.origins[0]}/"], declared, site.origins)
    except UnavailableError as error:
        _not_made(database, clock, scan_id, str(error))
        return False
    with database.transaction() as session:
        scan = session.get_one(Scan, scan_id)
        if scan.state == ScanState.WAITING:
            news = acts.record_scan(session, actor=SCANNING, at=clock(), scan=scan, report=report)
            if news:
                tell_dpo(session, at=clock(), desk=desk, scan=scan)
    return True


def _not_made(database: Database, clock: Clock, scan_id: UUID, error: str) -> None:
    logger.warning("scan.impossible", extra={"scan": str(scan_id)})
    with database.transaction() as session:
        scan = session.get_one(Scan, scan_id)
        acts.record_impossible(session, actor=SCANNING, at=clock(), scan=scan, error=error)


@dataclass(frozen=True)
class Studio:
    """What keeping a notice needs: our address, its files and who draws them."""

    public_url: str
    make: Make
    draw: Draw


def keep_notices(database: Database, *, clock: Clock, studio: Studio) -> int:
    """Keep the script and the pictures of every notice that is shown now and lacks them.

    The script is kept even where no browser can draw; the pictures then follow when one can, a
    few in each run: a browser must not take the machine from who answers visitors meanwhile.
    Returns how many notices gained something.
    """
    with database.reading() as session:
        lacking = [
            (notice, names)
            for notice in queries.shown_now(session)
            if not (names := _names(session, notice)) >= {"code", "file", *PICTURES}
        ]
    lacking.sort(key=lambda one: one[0].language not in FIRST_DRAWN)
    gained = {notice.digest for notice, names in lacking
              if _kept(database, clock, studio, notice, names)}  # fmt: skip
    undrawn = [notice for notice, names in lacking if not names >= PICTURES]
    gained |= {one.digest for one in undrawn[:MOST_DRAWN] if _drawn(database, clock, studio, one)}
    return len(gained)


def _names(session: Session, notice: Notice) -> frozenset[str]:
    known = queries.exhibits(session, controller_id=notice.controller_id, notice=notice.digest)
    return frozenset(known)


def _kept(
    database: Database, clock: Clock, studio: Studio, notice: Notice, names: frozenset[str]
) -> bool:
    """Keep the script of a notice, unless it is kept or another version published it."""
    if names >= {"code", "file"}:
        return False
    with database.reading() as session:
        site = session.get_one(Site, notice.site_id)
        owner = purposes.controller(session, notice.controller_id)
    files = studio.make(studio.public_url, site, owner, notice, clock())
    if hashlib.sha256(files.code).hexdigest() != json.loads(notice.document)["script"]:
        return False  # another version of the service published it; what it showed is not here
    pieces = {"code": Piece("text/javascript", files.code)}
    pieces["file"] = Piece("application/json", files.bundle())
    return _keep(database, clock, notice, pieces)


def _drawn(database: Database, clock: Clock, studio: Studio, notice: Notice) -> bool:
    """Keep pictures of a notice, drawn from the script that was kept."""
    with database.reading() as session:
        known = queries.exhibits(session, controller_id=notice.controller_id, notice=notice.digest)
        if not known.keys() >= {"code", "file"}:
            return False
        code = session.get_one(Artefact, known["code"].digest).content
        bundle = session.get_one(Artefact, known["file"].digest).content
    try:
        drawn = studio.draw(Files.opened(code, bundle), notice.language)
    except NoBrowserError:
        return False
    except UnavailableError:
        logger.warning("notice.not-drawn", extra={"notice": notice.digest})
        return False
    pictures = {name: Piece("image/png", content) for name, content in drawn.items()}
    return _keep(database, clock, notice, pictures)


def _keep(database: Database, clock: Clock, notice: Notice, pieces: Mapping[str, Piece]) -> bool:
    with database.transaction() as session:
        acts.keep_exhibits(session, actor=KEEPING, at=clock(), notice=notice, pieces=pieces)
    return True
