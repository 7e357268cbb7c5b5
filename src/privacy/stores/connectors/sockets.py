"""Sockets that a library opens and does not tell of: found among those of the process."""

import os
import socket
import threading
from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from privacy.stores.connectors.watchdog import WATCHDOG

Place: TypeAlias = tuple[str, int]
"""An address and a port."""
_OPENING: dict[tuple[str, int], threading.Lock] = defaultdict(threading.Lock)
"""By host and port, who opens a connection there: one at a time, so that it is known whose."""
_DESCRIPTORS = Path("/dev/fd")


@dataclass
class Newcomers:
    """The connections to a host that were not there before; none where they cannot be listed."""

    places: AbstractSet[Place]
    known: AbstractSet[int]
    late: threading.Event = field(default_factory=threading.Event)
    """Set when they were cut, since they took too long."""

    def numbers(self) -> frozenset[int]:
        """Return the open files that they are, by number."""
        return frozenset(_connected_to(self.places)) - self.known

    def cut(self) -> None:
        """End those of now at once, from another thread."""
        self.late.set()
        cut(self.numbers(), self.places)


@contextmanager
def opening(seconds: float, host: str, port: int, late: threading.Event) -> Iterator[Newcomers]:
    """Cut what the block connected to a host, should it last longer, and say so in `late`.

    OSError for a host that nobody knows.
    """
    with _OPENING[host, port]:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        places = frozenset((str(one[4][0]), port) for one in found)
        newcomers = Newcomers(places, frozenset(_connected_to(places)), late)
        with WATCHDOG.limit(seconds, newcomers.cut):
            yield newcomers


def cut(numbers: AbstractSet[int], places: AbstractSet[Place]) -> None:
    """End connections at once, if they still are to one of these places."""
    for number in numbers & frozenset(_connected_to(places)):
        with suppress(OSError), _opened(number) as end:
            end.shutdown(socket.SHUT_RDWR)


def _connected_to(places: AbstractSet[Place]) -> Iterator[int]:
    """Yield the numbers of open files that are connections to one of these places."""
    with suppress(FileNotFoundError):
        for number in [int(file.name) for file in _DESCRIPTORS.iterdir()]:
            with suppress(OSError), _opened(number) as end:
                if end.getpeername()[:2] in places:
                    yield number


def _opened(number: int) -> socket.socket:
    """Return the socket behind an open file; OSError when it is none."""
    copy = os.dup(number)
    try:
        return socket.socket(fileno=copy)
    except OSError:
        os.close(copy)
        raise
