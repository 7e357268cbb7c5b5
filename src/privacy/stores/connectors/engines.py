"""Engines that stay for a while when a search is over, so that the next one need not connect.

A search of one person takes milliseconds; to connect, to ask what tables there are and to compile
the same statements would take more than that each time.
"""

import atexit
import threading
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from weakref import WeakSet

from sqlalchemy import Engine

from privacy.stores.connectors.reflection import Found

IDLE = 60.0
"""Seconds after which an engine that nobody uses closes its connections."""


@dataclass
class Shared:
    """One engine, and what was last seen of the tables behind it."""

    engine: Engine
    shapes: dict[Hashable, tuple[object, Mapping[str, Found]]] = field(default_factory=dict)
    """By the names that were asked for, the shape that they had and what followed from it."""
    borrowers: WeakSet[Any] = field(default_factory=WeakSet)
    idle_since: float = 0


class Engines:
    """The engines of one process by what they connect to; safe among threads."""

    def __init__(self, *, idle: float = IDLE) -> None:
        self._idle = idle
        self._lock = threading.Lock()
        self._shared: dict[Hashable, Shared] = {}
        self._timer: threading.Timer | None = None

    def borrow(self, key: Hashable, borrower: object, make: Callable[[], Engine]) -> Shared:
        """Return the engine of a key, made if there is none; it stays while it is borrowed."""
        with self._lock:
            shared = self._shared.get(key)
            if shared is None:
                shared = self._shared[key] = Shared(make())
            shared.borrowers.add(borrower)
            return shared

    def give_back(self, shared: Shared, borrower: object) -> None:
        """Say that a borrower is done; who forgets to is done when it is no longer there."""
        with self._lock:
            shared.borrowers.discard(borrower)
            shared.idle_since = time.monotonic()
            if self._timer is None:
                self._wait()

    def sweep(self, *, everything: bool = False) -> None:
        """Close what nobody has used for a while."""
        before = time.monotonic() - self._idle
        with self._lock:
            unused = [
                key
                for key, shared in self._shared.items()
                if everything or (not shared.borrowers and shared.idle_since <= before)
            ]
            closed = [self._shared.pop(key) for key in unused]
            self._timer = None
            if self._shared:
                self._wait()
        for shared in closed:
            shared.engine.dispose()

    def _wait(self) -> None:
        self._timer = threading.Timer(self._idle, self.sweep)
        self._timer.daemon = True
        self._timer.name = "store-engines"
        self._timer.start()

    def close(self) -> None:
        """Close everything, for the end of the process."""
        self.sweep(everything=True)
        if self._timer is not None:
            self._timer.cancel()


ENGINES = Engines()
"""Those of this process."""
atexit.register(ENGINES.close)


class Lease:
    """What one store has borrowed: an engine that reads, and perhaps one that writes."""

    def __init__(self, key: Hashable, make: Callable[[bool], Engine]) -> None:
        self._key = key
        self._make = make
        self._lock = threading.Lock()
        self._borrowed: dict[bool, Shared] = {}

    def shared(self, *, writing: bool) -> Shared:
        """Return the engine, borrowed at the first call."""
        with self._lock:
            if writing not in self._borrowed:
                make = partial(self._make, writing)
                self._borrowed[writing] = ENGINES.borrow((self._key, writing), self, make)
            return self._borrowed[writing]

    def close(self) -> None:
        """Give everything back; it may be borrowed again."""
        with self._lock:
            for shared in self._borrowed.values():
                ENGINES.give_back(shared, self)
            self._borrowed.clear()
