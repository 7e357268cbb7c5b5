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
from privacy.consent.receipts.receipt import Receipt
from privacy.db import Database
from privacy.errors import UnavailableError

MOST = 200
"""Answers of one transaction."""


class _Waiting:
    """An answer on its way, and what became of it."""

    __slots__ = ("answered", "fault", "receipt", "turn")

    def __init__(self, answered: Answered) -> None:
        self.answered = answered
        self.receipt: Receipt | None = None
        self.fault: Exception | None = None
        self.turn = threading.Lock()
        """Held until the answer is settled, or it is this thread's turn to lead."""
        self.turn.acquire()

    @property
    def is_settled(self) -> bool:
        """Whether the answer is durable or refused."""
        return self.receipt is not None or self.fault is not None


class Recorder:
    """Records answers of visitors; one for each process, shared by its threads.

    One thread leads at a time; the others sleep until they are settled, and none of them wakes
    for nothing. A leader that is done appoints the first of those who came meanwhile.
    """

    def __init__(self, database: Database, clock: Clock, origin: str) -> None:
        self._database = database
        self._clock = clock
        self._origin = origin
        self._queue: deque[_Waiting] = deque()
        self._is_led = False
        self._mutex = threading.Lock()

    def record(self, answered: Answered) -> Receipt:
        """Return the receipt of an answer once it is durable.

        Raises InvalidError for an answer that does not fit what was asked, ReplayedError for one
        that is known, and UnavailableError when the database cannot be reached.
        """
        check(answered)
        mine = _Waiting(answered)
        if not self._leads_at_once(mine):
            mine.turn.acquire()  # until somebody settled this answer, or appointed this thread
        if not mine.is_settled:
            try:
                self._settle(self._taken())
            finally:
                self._hand_on()
        if mine.fault is not None:
            raise mine.fault
        if mine.receipt is None:
            raise RuntimeError("an answer was settled without a receipt")
        return mine.receipt

    def _leads_at_once(self, mine: _Waiting) -> bool:
        with self._mutex:
            self._queue.append(mine)
            if self._is_led:
                return False
            self._is_led = True
            return True

    def _taken(self) -> list[_Waiting]:
        """Take those who wait, in order; whoever leads stands first."""
        with self._mutex:
            return [self._queue.popleft() for _ in range(min(MOST, len(self._queue)))]

    def _hand_on(self) -> None:
        with self._mutex:
            if self._queue:
                self._queue[0].turn.release()
            else:
                self._is_led = False

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
                one.turn.release()

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
        one.turn.release()
