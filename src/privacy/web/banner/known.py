"""What a process remembers of sites and notices, so that an answer needs no look-up."""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from privacy.clock import Clock
from privacy.db import Database
from privacy.errors import RefusedError
from privacy.purposes import queries
from privacy.purposes.queries import Asked

REMEMBERED = timedelta(seconds=10)
"""How long a change of a site's origins may take to reach every process."""
MOST = 10_000


@dataclass(frozen=True)
class _Known:
    asked: Asked
    origins: frozenset[str]
    at: datetime


class KnownNotices:
    """Notices by site key and digest; a notice never changes, its site rarely does."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._known: dict[tuple[str, str], _Known] = {}
        self._lock = threading.Lock()

    def asked(self, *, site: str, digest: str, origin: str | None) -> Asked:
        """Return what the notice asked of a visitor who answers from this origin.

        Raises NotFoundError for an unknown site or notice, and RefusedError for a page that
        does not belong to the site: CORS alone would only protect browsers.
        """
        known = self._known.get((site, digest))
        now = self._clock()
        if known is None or not timedelta(0) <= now - known.at < REMEMBERED:
            known = self._read(site, digest, now)
        if origin not in known.origins:
            raise RefusedError("This page does not belong to the site of this key.")
        return known.asked

    def _read(self, key: str, digest: str, now: datetime) -> _Known:
        with self._database.reading() as session:
            site = queries.site_by_key(session, key)
            found = queries.asked(session, site=site, digest=digest)
            known = _Known(found, frozenset(site.origins), now)
        with self._lock:
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[key, digest] = known
        return known
