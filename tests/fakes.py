"""Readable stand-ins for what tests must steer: the clock, the mail, the data stores."""

from datetime import UTC, datetime, timedelta


class FakeClock:
    """A clock that stands still until a test moves it; call it like the real one."""

    def __init__(self, now: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **timedelta_parts: float) -> datetime:
        """Move forward (`days=1`, `minutes=-10` to step back) and return the new instant."""
        self.now += timedelta(**timedelta_parts)
        return self.now
