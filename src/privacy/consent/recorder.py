"""Answers that arrive together are committed together.

A commit waits for the disk, and a hundred answers in it wait no longer than one. So whoever comes
first works for all who wait: no answer is delayed for the sake of a group, none is acknowledged
before it is durable, and one that fails takes no other with it.
"""

import threading
from collections import deque
from collections.abc import Sequence

from privacy.clock import Clock
from privacy.consent.acts import Answered, check, record_answers
from privacy.consent.receipt import Receipt
from privacy.db import Database
from privacy.errors import UnavailableError

MOST = 200
"""Answers of one transaction."""


class _Waiting:
    """An answer on its way, and what became of it."""

    __slots__ = ("answered", "fault", "receipt", "settled")

    def __init__(self, answered: Answered) -> None:
        self.answered = answered
        self.receipt: Receipt | None = None
        self.fault: Exception | None = None
        self.settled = threading.Event()


class Recorder:
    """Records answers of visitors; one for each process, shared by its threads."""

    def __init__(self, database: Database, clock: Clock, origin: str, *, lanes: int = 1) -> None:
        self._database = database
        self._clock = clock
        self._origin = origin
        self._queue: deque[_Waiting] = deque()
        self._lanes = threading.BoundedSemaphore(lanes)

    def record(self, answered: Answered) -> Receipt:
        """Return the receipt of an answer once it is durable.

        Raises InvalidError for an answer that does not fit what was asked, ReplayedError for one
        that is known, and UnavailableError when the database cannot be reached.
        """
        check(answered)
        mine = _Waiting(answered)
        self._queue.append(mine)
        with self._lanes:
            while not mine.settled.is_set() and (batch := self._taken()):
                self._settle(batch)
        mine.settled.wait()  # another lane may still be at it
        if mine.fault is not None:
            raise mine.fault
        if mine.receipt is None:
            raise RuntimeError("an answer was settled without a receipt")
        return mine.receipt

    def _taken(self) -> list[_Waiting]:
        taken: list[_Waiting] = []
        while len(taken) < MOST:
            try:
                taken.append(self._queue.popleft())
            except IndexError:
                break
        return taken

    def _settle(self, batch: Sequence[_Waiting]) -> None:
        """Commit a batch; if one of several answers is at fault, commit each for itself."""
        try:
            receipts = self._committed([one.answered for one in batch])
        except UnavailableError as error:
            _refuse(batch, error)
        except Exception as error:  # noqa: BLE001 -- whoever waits must be told, and not for ever
            if len(batch) == 1:
                _refuse(batch, error)
                return
            for one in batch:
                self._settle([one])
        else:
            for one, receipt in zip(batch, receipts, strict=True):
                one.receipt = receipt
                one.settled.set()

    def _committed(self, answers: Sequence[Answered]) -> list[Receipt]:
        with self._database.transaction() as session:
            return record_answers(
                session,
                actor="subject",
                at=self._clock(),
                answers=answers,
                origin=self._origin,
            )


def _refuse(batch: Sequence[_Waiting], fault: Exception) -> None:
    for one in batch:
        one.fault = fault
        one.settled.set()
