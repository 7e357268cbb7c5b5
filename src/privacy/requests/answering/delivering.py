"""Handing a package over, once, as bytes that flow: no size of it is a matter of memory.

A package of one part is handed over and destroyed in one transaction. One of several parts is
destroyed when its last byte has been given to the connection. If the connection breaks before,
the same link begins again, or goes on where it broke, for as long as the link lasts and never
for two at once.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Update, delete, update
from sqlalchemy.orm import Session

from privacy.clock import Clock
from privacy.db import Database
from privacy.errors import ConflictError, GoneError
from privacy.packages.models import PackageFetch, PackagePart
from privacy.packages.stowing import PART, Box
from privacy.purposes.models import Controller
from privacy.requests import queries
from privacy.requests.answering import handing
from privacy.requests.answering.keeping import destroy_parts
from privacy.requests.models import LinkUse, SubjectRequest
from privacy.subjects.rows import count_changed, insert_new

HOLD = timedelta(minutes=2)
"""How long a download that went silent keeps the link from beginning again."""
BEAT = timedelta(seconds=30)
"""How often one that flows says so."""
ACTOR = "subject"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Delivery:
    """An archive on its way."""

    size: int
    """Bytes in all."""
    start: int
    """How many of them the subject has, by what was asked for."""
    chunks: Iterator[bytes]
    """To be read to the end, or closed; what was not read to the end was not handed over."""


def press(database: Database, *, clock: Clock, to: Controller, token: str) -> bool:
    """Let a package of several parts be fetched, from now on; False for one of a single part.

    Raises NotFoundError or GoneError for a link that opens nothing (any more).
    """
    at = clock()
    with database.transaction() as session:
        about = _opened(session, at, to, token)
        if not queries.package(session, about=about).parts:
            return False
        row = {"subject_id": handing.subject_of(about), "request_id": about.id}
        insert_new(session, PackageFetch, **row, began_at=at, held_until=at, fence=0)
    return True


def begun(session: Session, *, about: SubjectRequest) -> int:
    """Return how often the download of a package was begun that is not fetched whole yet."""
    known = session.get(PackageFetch, (handing.subject_of(about), about.id))
    return known.fence if known else 0


def deliver(
    database: Database, *, clock: Clock, to: Controller, token: str, start: int = 0
) -> Delivery:
    """Begin to hand a package over to the holder of its link, without its first bytes if asked.

    Raises NotFoundError or GoneError for a link that opens nothing (any more), or that nobody
    pressed who has a package of several parts, ConflictError while it is in use or for a start
    behind its end, and SealError when what is kept is not what was packed.
    """
    at = clock()
    with database.transaction() as session:
        about = _opened(session, at, to, token)
        kept = queries.package(session, about=about)
        if not kept.parts:
            archive = handing.hand_over(session, actor=ACTOR, at=at, to=to, token=token)
            return Delivery(len(archive), 0, iter([archive]))
        if not 0 <= start < kept.size:
            raise ConflictError("The answer has fewer bytes than that.")
        box = Box(token, handing.address_of(about))
        last = box.unseal(kept.parts, kept.contents_sealed, last=True)
        fence = _begin(session, about, at)
    logger.info(
        "request.download-begun", extra={"request": str(about.id), "try": fence, "start": start}
    )
    flow = _Flow(database, clock, token, about, fence)
    chunks = flow.chunks(box, kept.parts, last, kept.size, start)
    return Delivery(kept.size, start, chunks)


def _opened(session: Session, at: datetime, to: Controller, token: str) -> SubjectRequest:
    return queries.by_link(session, token=token, use=LinkUse.DOWNLOAD, at=at, controller_id=to.id)


def _begin(session: Session, about: SubjectRequest, at: datetime) -> int:
    subject_id = handing.subject_of(about)
    known = session.get(PackageFetch, (subject_id, about.id))
    if known is None:
        raise GoneError("Nobody pressed the button of this link.")
    mine = known.fence + 1
    taken = _fetch(subject_id, about.id, known.fence).where(PackageFetch.held_until <= at)
    if not count_changed(session, taken.values({"held_until": at + HOLD, "fence": mine})):
        raise ConflictError("The answer is being handed over.")
    return mine


def _fetch(subject_id: UUID, request_id: UUID, fence: int) -> Update:
    return update(PackageFetch).where(
        PackageFetch.subject_id == subject_id,
        PackageFetch.request_id == request_id,
        PackageFetch.fence == fence,
    )


@dataclass(frozen=True)
class _Flow:
    """One download that was begun."""

    database: Database
    clock: Clock
    token: str = field(repr=False)
    about: SubjectRequest
    fence: int

    def chunks(self, box: Box, parts: int, last: bytes, size: int, start: int) -> Iterator[bytes]:
        ended = False
        first, known = divmod(start, PART)
        try:
            beat = self.clock() + BEAT
            for number in range(first, parts):
                if self.clock() >= beat:
                    self._hold(self.clock() + HOLD)
                    beat = self.clock() + BEAT
                part = box.unseal(number, self._part(number), last=False)
                yield part[known:] if number == first else part
            yield last[known:] if first == parts else last
            ended = True
        finally:
            if not ended:
                self._release()
        self._finish(size)

    def _part(self, number: int) -> bytes:
        with self.database.reading() as session:
            key = (handing.subject_of(self.about), self.about.id, number)
            part = session.get(PackagePart, key)
        if part is None:
            raise GoneError("The answer was destroyed meanwhile.")
        return part.contents_sealed

    def _hold(self, until: datetime) -> None:
        mine = _fetch(handing.subject_of(self.about), self.about.id, self.fence)
        with self.database.transaction() as session:
            if not count_changed(session, mine.values(held_until=until)):
                raise GoneError("The answer is handed over to another connection.")

    def _release(self) -> None:
        """Let the same link begin again at once, since the connection broke."""
        logger.info("request.download-broken", extra={"request": str(self.about.id)})
        mine = _fetch(handing.subject_of(self.about), self.about.id, self.fence)
        with self.database.transaction() as session:
            session.execute(mine.values(held_until=self.clock()))

    def _finish(self, size: int) -> None:
        gone = delete(PackageFetch).where(
            PackageFetch.request_id == self.about.id,
            PackageFetch.subject_id == self.about.subject_id,
            PackageFetch.fence == self.fence,
        )
        with self.database.transaction() as session:
            if not count_changed(session, gone):
                raise ConflictError("Another connection took this download over.")
            about = session.get_one(SubjectRequest, self.about.id)
            handing.handed_over(
                session, actor=ACTOR, at=self.clock(), about=about, token=self.token, size=size
            )
        destroy_parts(self.database, request_id=self.about.id)
