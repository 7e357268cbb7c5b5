"""The files of the banner, rendered and compressed once, then kept in memory."""

import gzip
import hashlib
import itertools
import threading
from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from typing import Any

import brotli
from sqlalchemy.orm import Session

from privacy.errors import NotFoundError
from privacy.purposes import queries
from privacy.purposes.models import Site
from privacy.runtime import Runtime
from privacy.web.banner import drawn, script

MOST = 2_000
ENTRIES = frozenset({"banner", "html", "json", "stub"})
"""Files that change under one address, so that nobody may keep them for ever."""
_WINDOWS = (22, 13, 12)
"""The usual window of brotli, and two that just hold the file or its most part (powers of two)."""


class Packed:
    """A text under every encoding that it is served in, compressed when first asked for."""

    def __init__(self, text: str) -> None:
        self._plain = text.encode()
        self.tag = hashlib.sha256(self._plain).hexdigest()[:24]

    @cached_property
    def bodies(self) -> Mapping[str, bytes]:
        """The bytes by the name of their content coding."""
        return {
            "identity": self._plain,
            "gzip": gzip.compress(self._plain, compresslevel=9, mtime=0),
            "br": _smallest(self._plain),
        }


def _smallest(plain: bytes) -> bytes:
    """Return the shortest of what brotli makes: no one way of it is best for files this small."""
    ways = itertools.product((brotli.MODE_TEXT, brotli.MODE_FONT), _WINDOWS)
    made: list[bytes] = [
        brotli.compress(plain, quality=11, mode=mode, lgwin=window) for mode, window in ways
    ]
    return min(made, key=len)


Files = Mapping[str, Packed]


class Shelf:
    """Packed files by site and language; one rendering serves until notice or day change."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._rendered: dict[tuple[str, str, int], Files] = {}
        self._pinned: dict[str, Packed] = {}
        self._lock = threading.Lock()

    def files(self, key: str, languages: tuple[str, ...]) -> Files:
        """Return every file of a site by name.

        They speak the first of the languages that the site has, else the site's own first. Raises
        NotFoundError for a site that is not known or shows nothing yet.
        """
        with self._runtime.database.reading() as session:
            site = queries.site_by_key(session, key)
            spoken = next((one for one in languages if one in site.notices), "")
            return self._shown(session, site, spoken, timedelta(0))

    def part(self, key: str, name: str) -> Packed:
        """Return a file by the hash in its name; raise NotFoundError for one no longer shown."""
        if name in ENTRIES:
            raise NotFoundError("There is no such part of the banner.")
        # Bytes under a hash never change, so what was ever rendered here may be served.
        for (site, _, _), files in list(self._rendered.items()):
            if site == key and name in files:
                return files[name]
        with self._runtime.database.reading() as session:
            found = queries.site_by_key(session, key)
            # An entry of just before midnight names the part of the day that was.
            for days, language in itertools.product((0, 1), found.notices):
                files = self._shown(session, found, language, timedelta(days=days))
                if name in files:
                    return files[name]
        raise NotFoundError("The banner has changed since this page was loaded; load it again.")

    def pinned(self, name: str) -> Packed:
        """Return a file that pages pin; raise NotFoundError for one never released."""
        text = script.pinned().get(name)
        if text is None:
            raise NotFoundError("No such file was released; copy the tag again from the console.")
        with self._lock:
            return self._pinned.setdefault(name, Packed(text))

    def _shown(self, session: Session, site: Site, language: str, before: timedelta) -> Files:
        full = script.configuration(
            site=site,
            controller=queries.controller(session, site.controller_id),
            notice=queries.current_notice(session, site=site, language=language),
            service=self._runtime.settings.public_url,
            at=self._runtime.clock() - before,
        )
        return self._files(site.key, full)

    def _files(self, key: str, full: Mapping[str, Any]) -> Files:
        shown = (key, full["notice"], full["days"])
        with self._lock:
            if shown not in self._rendered:
                if len(self._rendered) >= MOST:
                    self._rendered.clear()
                texts = script.render(full) | {"html": drawn.fragment(full)}
                self._rendered[shown] = {name: Packed(text) for name, text in texts.items()}
            return self._rendered[shown]
