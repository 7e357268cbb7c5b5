"""What a job is, and when it is due."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,59}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SHORTEST_PAUSE = timedelta(seconds=15)
MAX_TRIES = 5
"""How often one due run is tried before its job waits for the next."""


@dataclass(frozen=True)
class Job:
    """Work that repeats. It selects its rows by what is due, so a run that is missed heals itself.

    It may run twice, after a crash, and must do no harm then; its actor is `job:<name>`.
    """

    name: str
    every: timedelta
    run: Callable[[], object]
    longest: timedelta = timedelta(hours=1)
    """After this time another process may take the run over, even if this one still lives."""
    is_shared: bool = False
    """Whether each piece of its work has a claim of its own: then a wake asks for no other."""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or self.every <= timedelta(0):
            raise ValueError("a job has a name of letters, digits, dots and dashes, and a period")


def slot(at: datetime, every: timedelta) -> datetime:
    """Return the latest instant, up to `at`, at which something was due.

    Slots are counted from 1970 in UTC: the same for every process, and deaf to summer time.
    """
    at = at.astimezone(UTC)  # arithmetic in a civil zone ignores its changes of offset
    return at - (at - _EPOCH) % every


def pause(tries: int, every: timedelta) -> timedelta:
    """Return how long a run that failed so often waits: doubling, but not beyond the next slot."""
    doubled: int = 2 ** (min(tries, MAX_TRIES) - 1)
    return min(_SHORTEST_PAUSE * doubled, every)
