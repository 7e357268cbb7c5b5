"""How long to wait before a message is tried again."""

from datetime import timedelta

FIRST = timedelta(minutes=1)
LONGEST = timedelta(hours=4)
MAX_TRIES = 16
"""With the waits below: given up after 16 to 32 hours."""


def wait(tries: int, share: float) -> timedelta:
    """Return the pause after so many tries: doubling from one minute, at most four hours.

    `share`, from 0 to 1, spreads messages that failed together over the second half of it.
    """
    doubled: int = 2 ** (min(tries, MAX_TRIES) - 1)
    whole = min(FIRST * doubled, LONGEST)
    return whole / 2 + whole / 2 * share
