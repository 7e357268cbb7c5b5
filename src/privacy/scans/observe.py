"""What a visit collects: names of what was stored, sent and read, and the script behind each.

Values of cookies and storage are never part of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

LONGEST = 200
"""Characters of a name that are kept; pages choose names freely."""
LONGEST_ADDRESS = 500


class Phase(StrEnum):
    """What the visitor had said when something was seen."""

    FIRST = "first"
    """Nothing: a first visit."""
    REFUSED = "refused"
    ACCEPTED = "accepted"
    GPC = "gpc"
    """Nothing, but the browser sends Global Privacy Control."""


class Kind(StrEnum):
    """What was seen."""

    COOKIE = "cookie"
    LOCAL_STORAGE = "local_storage"
    SESSION_STORAGE = "session_storage"
    INDEXED_DB = "indexed_db"
    CACHE = "cache"
    REQUEST = "request"
    """A request to a third party."""
    PIXEL = "pixel"
    """An image of one point, or a beacon."""
    FINGERPRINT = "fingerprint"
    """A reading of how this terminal is made; the name says of what."""
    BANNER = "banner"
    """What is missing of the banner itself: `no-banner`, `no-refusal`."""


STORED = frozenset(
    {Kind.COOKIE, Kind.LOCAL_STORAGE, Kind.SESSION_STORAGE, Kind.INDEXED_DB, Kind.CACHE}
)


@dataclass(frozen=True)
class Cause:
    """Who did it, as far as it was seen; empty where it was not."""

    script: str = ""
    """The address of a script, or of a page for a script inside it; without query."""
    line: int = 0
    via: str = ""
    """`script`, `response` (a Set-Cookie header) or `page` (the page's own markup)."""


@dataclass(frozen=True)
class Sighting:
    """One thing that was seen on one page in one phase."""

    phase: Phase
    kind: Kind
    name: str
    """Of a cookie, a key, a technique; of a request the type of what it fetches."""
    host: str
    page: str
    cause: Cause = Cause()
    third_party: bool = False
    days: float | None = None
    """How long a cookie lives; None until the browser is closed, and for all else."""
    http_only: bool = False
    path: str = ""


@dataclass(frozen=True)
class Controls:
    """What the page offered for an answer."""

    accept: str = ""
    """How the button was found: `hook`, `label`, or empty for not at all."""
    refuse: str = ""


_SECOND = frozenset({"ac", "asso", "co", "com", "edu", "gob", "gouv", "gov", "net", "org"})


def bare(url: str) -> str:
    """Return an address without query, fragment and credentials: those may identify."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"}:
        return f"{parts.scheme}:" if parts.scheme else ""
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{host}{port}{parts.path}"[:LONGEST_ADDRESS]


def host_of(url: str) -> str:
    """Return the host of an address, or nothing."""
    return urlsplit(url).hostname or ""


def same_site(host: str, other: str) -> bool:
    """Say whether two hosts belong together, as far as their names tell."""
    return _site(host) == _site(other)


def _site(host: str) -> str:
    """Return the part of a host that one party registers; a good guess without a list of all."""
    host = host.lstrip(".").lower()
    try:
        ip_address(host)
    except ValueError:
        labels = host.split(".")
        deep = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND
        return ".".join(labels[-3 if deep else -2 :])
    return host


def merged(sightings: Iterable[Sighting]) -> list[Sighting]:
    """Return each thing once in a phase and page, with a cause where a sighting of it had one."""
    best: dict[tuple[object, ...], Sighting] = {}
    for one in sightings:
        key: tuple[object, ...] = (one.phase, one.kind, one.name, one.host, one.page)
        if one.kind in {Kind.REQUEST, Kind.PIXEL, Kind.FINGERPRINT}:
            key = (*key, one.cause.script)
        known = best.get(key)
        if known is None or (not known.cause.script and one.cause.script):
            best[key] = one
    return sorted(best.values(), key=lambda one: (one.phase, one.page, one.kind, one.name))
