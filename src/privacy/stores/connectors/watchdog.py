"""One thread that ends waits which last too long, for any number of readers."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Watchdog:
    """Calls what it was given when a block does not end in time; one serves a whole process.

    A thread for each wait would cost more than most waits; this one sleeps while all goes well.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._ends: dict[object, tuple[float, Callable[[], None]]] = {}
        self._wakes_at = float("inf")
        self._thread: threading.Thread | None = None

    @contextmanager
    def limit(self, seconds: float, interrupt: Callable[[], None]) -> Iterator[None]:
        """Call `interrupt` once, from another thread, if the block lasts longer.

        It must return at once, and is never called after the block has ended.
        """
        ticket = object()
        with self._changed:
            end = time.monotonic() + seconds
            self._ends[ticket] = (end, interrupt)
            self._ensure_awake_by(end)
        try:
            yield
        finally:
            with self._changed:
                self._ends.pop(ticket, None)

    def _ensure_awake_by(self, end: float) -> None:
        if self._thread is None or not self._thread.is_alive():  # a fork leaves it behind
            self._thread = threading.Thread(target=self._run, name="store-watchdog", daemon=True)
            self._thread.start()
        elif end < self._wakes_at:
            self._changed.notify()

    def _run(self) -> None:
        with self._changed:
            while True:
                self._interrupt_late()
                self._wakes_at = min((end for end, _ in self._ends.values()), default=float("inf"))
                rest = self._wakes_at - time.monotonic()
                self._changed.wait(None if rest == float("inf") else max(rest, 0))

    def _interrupt_late(self) -> None:
        now = time.monotonic()
        for ticket, (end, interrupt) in list(self._ends.items()):
            if end <= now:
                del self._ends[ticket]
                interrupt()


WATCHDOG = Watchdog()
"""The one of this process."""
