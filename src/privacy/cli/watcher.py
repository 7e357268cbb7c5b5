"""The process that watches over the workers of `privacy serve`.

It imports the server and nothing of ours, so that it weighs a quarter of a worker. Its arguments
are the address, the port, the number of workers and of the threads of each.
"""

import os
import signal
import sys

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

BACKLOG = 1024
KILL_AFTER = 10
"""Seconds that a worker has to end what it was doing, once the service is told to end."""


def watch(address: str, port: int, workers: int, threads: int) -> None:
    """Keep workers running until this process is told to end."""
    os.register_at_fork(after_in_child=_end_when_told)
    server = Granian(
        "privacy.cli.worker:application",
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        workers_kill_timeout=KILL_AFTER,
        blocking_threads=threads,
        backpressure=threads,
        backlog=BACKLOG,
        factory=True,
        log_access=False,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
    )
    server.serve()


def _end_when_told() -> None:
    """Let SIGTERM end a worker that is still starting.

    The handler that it inherits only takes note in a copy of the parent, which would wait.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


if __name__ == "__main__":
    watch(sys.argv[1], *map(int, sys.argv[2:]))
