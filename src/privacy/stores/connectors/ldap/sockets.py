"""Sockets that a library opens and does not tell of: found among those of the process."""

import os
import socket
import threading
from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TypeAlias

from privacy.stores.connectors.watchdog import WATCHDOG

_OPENING: dict[tuple[str, int], threading.Lock] = defaultdict(threading.Lock)
"""By host and port, who opens a connection there: one at a time, so that it is known whose."""
_DESCRIPTORS = Path("/dev/fd")


Place: TypeAlias = tuple[str, int]
"""An address and a port."""


@contextmanager
def newcomers_cut_after(
    seconds: float, host: str, port: int, late: threading.Event
) -> Iterator[None]:
    """Cut what the block connected to a host, should it last longer, and say so in `late`.

    OSError for a host that nobody knows. On systems that do not list the open files of a process
    nothing is cut.
    """
    with _OPENING[host, port]:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        places = frozenset((str(one[4][0]), port) for one in found)
        known = frozenset(_connected_to(places))
        with WATCHDOG.limit(seconds, partial(_cut, places, known, late)):
            yield


def _cut(places: AbstractSet[Place], known: AbstractSet[int], late: threading.Event) -> None:
    late.set()
    for number in set(_connected_to(places)) - known:
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
