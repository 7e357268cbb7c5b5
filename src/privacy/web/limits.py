"""Rate limits: one leaky bucket for each address and kind of endpoint, in this process.

Several processes each keep their own buckets, so an address may do as many times more as there
are processes. Nothing is counted in the database: a limit must not become the slow thing.
"""

import ipaddress
import logging
import math
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from flask import Flask, Request

from privacy.errors import TooManyError
from privacy.web import current

CAPACITY: Final = 100_000
"""Buckets kept at once, about 15 MB; the one longest unused makes place for a new one."""
_NAME: Final = "__limit__"
_EXTENSION: Final = "privacy_buckets"
View = TypeVar("View", bound=Callable[..., object])


@dataclass(frozen=True)
class Limit:
    """So many calls at once, refilled evenly over so many seconds."""

    calls: int
    seconds: int


LIMITS: Mapping[str, Limit] = {
    # What an address may do; a large office is one address, so none of these is narrow.
    "sign-in": Limit(20, 60),
    "write": Limit(60, 60),
    "page": Limit(600, 60),
    # Each text to a phone costs money, and who types its number may not own it.
    "text": Limit(10, 3600),
    "machine": Limit(1_200, 60),
    "banner": Limit(6_000, 60),
    # What one site may send, from all addresses together, so that it cannot starve the others.
    "site": Limit(120_000, 60),
}
"""The name of a bucket and what fits in it; printed at start."""

_BY_SURFACE: Final = {"/banner/": "banner", "/v1/": "machine"}


class Buckets:
    """Leaky buckets by key (the generic cell rate algorithm); safe between threads."""

    def __init__(
        self, limits: Mapping[str, Limit] = LIMITS, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self.limits = limits
        self._now = now
        self._lock = threading.Lock()
        self._empty_at: dict[tuple[str, str], float] = {}

    def __len__(self) -> int:
        """Return how many buckets are kept."""
        return len(self._empty_at)

    def take(self, name: str, key: str) -> None:
        """Take one call from a bucket; raise TooManyError if there is none left."""
        limit = self.limits[name]
        wait = self._wait((name, key), limit.seconds / limit.calls, limit.seconds)
        if wait > 0:
            raise TooManyError("Too many calls; wait.", retry_after=math.ceil(wait))

    def _wait(self, key: tuple[str, str], cost: float, size: float) -> float:
        now = self._now()
        with self._lock:
            empty_at = max(self._empty_at.pop(key, now), now) + cost
            wait = empty_at - now - size
            # A refused call costs nothing; the key moves to the end, the first is the oldest.
            self._empty_at[key] = empty_at if wait <= 0 else empty_at - cost
            if len(self._empty_at) > CAPACITY:
                del self._empty_at[next(iter(self._empty_at))]
        return wait


def limited(name: str) -> Callable[[View], View]:
    """Declare by which bucket of the table a view is limited, instead of its surface's."""

    def declare(view: View) -> View:
        setattr(view, _NAME, name)
        return view

    return declare


def install(app: Flask, buckets: Buckets) -> None:
    """Limit every request of the app by the address it comes from."""
    app.extensions[_EXTENSION] = buckets

    def limit() -> None:
        asked = current.asked()
        view = app.view_functions.get(asked.endpoint or "")
        name = getattr(view, _NAME, None) or _bucket_name(asked)
        buckets.take(name, prefix(asked.remote_addr))

    app.before_request(limit)


def take_for_site(key: str) -> None:
    """Take one call from the bucket of a site; raise TooManyError if there is none left."""
    buckets: Buckets = current.extension(_EXTENSION)
    buckets.take("site", key)


def take_for_text() -> None:
    """Take one text to a phone from the bucket of who asks; TooManyError if none is left."""
    buckets: Buckets = current.extension(_EXTENSION)
    buckets.take("text", prefix(current.asked().remote_addr))


def prefix(address: str | None) -> str:
    """Return what stands for one sender: an IPv4 address, or the /64 of an IPv6 one."""
    if not address or ":" not in address:
        return address or ""
    try:
        parsed = ipaddress.IPv6Address(address.split("%")[0])
    except ValueError:
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.IPv6Address(int(parsed) >> 64 << 64))


def _bucket_name(asked: Request) -> str:
    for address, name in _BY_SURFACE.items():
        if asked.path.startswith(address):
            return name
    return "page" if asked.method in {"GET", "HEAD", "OPTIONS"} else "write"


def tell(limits: Mapping[str, Limit]) -> None:
    """Log what the limits are, so that nobody has to guess which one was met."""
    told = {name: f"{limit.calls} in {limit.seconds} s" for name, limit in limits.items()}
    logging.getLogger("privacy.web").info("limits", extra=told)
