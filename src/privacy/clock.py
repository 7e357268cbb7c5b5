"""The only reader of the wall clock."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""A function that returns the present instant, in UTC and with its zone."""


def system_clock() -> datetime:
    """Return the present instant, in UTC."""
    return datetime.now(UTC)
