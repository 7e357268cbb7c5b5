"""Answers of many threads: all recorded, each once, each told, and none before it is durable."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from uuid import UUID

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from typing_extensions import override

from privacy.consent.acts import Answered, ReplayedError
from privacy.consent.models import Consent
from privacy.consent.receipts.receipt import Receipt
from privacy.consent.recorder import Recorder
from privacy.db import Database
from privacy.errors import InvalidError, UnavailableError
from privacy.purposes.queries import Asked
from tests.consent.asking import PURPOSES, answer, answering, visitor
from tests.entries import waiting_entries
from tests.fakes import FakeClock

THREADS = 16
EACH = 20
PATIENCE = 60
"""Seconds after which a thread that waits is taken to hang."""


def recorded(database: Database) -> set[tuple[UUID, str, bool]]:
    with database.reading() as session:
        rows = session.query(Consent).all()
    found = [(row.answer_id, row.purpose_code, row.granted) for row in rows]
    assert len(found) == len(set(found))
    return set(found)


def wanted(answers: Sequence[Answered]) -> set[tuple[UUID, str, bool]]:
    return {
        (one.said.answer_id, code, granted)
        for one in answers
        for code, granted in one.said.answers.items()
    }


def tried(recorder: Recorder, one: Answered) -> Receipt | Exception:
    try:
        return recorder.record(one)
    except Exception as error:  # noqa: BLE001 -- what was raised is what is asked
        return error


def together(recorder: Recorder, answers: Sequence[Answered]) -> list[Receipt | Exception]:
    """Record each answer in a thread of its own and return what each came to, in order."""
    with ThreadPoolExecutor(len(answers)) as pool:
        waiting = [pool.submit(tried, recorder, one) for one in answers]
        return [one.result(timeout=PATIENCE) for one in waiting]


class Held(Database):
    """A database whose first transaction waits, so that the next answers become one batch."""

    def __init__(self, inner: Database) -> None:
        super().__init__(inner.engine)
        self.began = threading.Event()
        self.released = threading.Event()
        self.batches = 0

    @override
    @contextmanager
    def transaction(self) -> Iterator[Session]:
        self.batches += 1
        if self.batches == 1:
            self.began.set()
            assert self.released.wait(PATIENCE)
        with super().transaction() as session:
            yield session

    def gather(
        self, recorder: Recorder, first: Answered, others: Sequence[Answered]
    ) -> list[Receipt | Exception]:
        """Let the first answer wait in its transaction until all others stand in the queue."""
        with ThreadPoolExecutor(len(others) + 1) as pool:
            waiting = [pool.submit(tried, recorder, first)]
            assert self.began.wait(PATIENCE)
            waiting += [pool.submit(tried, recorder, one) for one in others]
            until(lambda: len(recorder._queue) == len(others))  # noqa: SLF001 -- what is waited for
            self.released.set()
            return [one.result(timeout=PATIENCE) for one in waiting]


def until(true: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(PATIENCE * 100):
        if true():
            return
        pause.wait(0.01)
    raise AssertionError("nothing came of waiting")


def test_answers_of_many_threads_are_all_recorded_and_none_twice(
    database: Database, clock: FakeClock, asked: Asked
):
    recorder = Recorder(database, clock, "log.example")
    answers = [
        [answer(asked, granted=n % 3 > 0, subject_id=visitor(n % 5)) for n in range(EACH)]
        for _ in range(THREADS)
    ]

    def send(mine: Sequence[Answered]) -> list[Receipt]:
        return [recorder.record(one) for one in mine]

    with ThreadPoolExecutor(THREADS) as pool:
        receipts = [one for mine in pool.map(send, answers, timeout=PATIENCE) for one in mine]
    sent = [one for mine in answers for one in mine]
    assert recorded(database) == wanted(sent)
    assert [one.id for one in receipts] == [one.said.answer_id for one in sent]
    told = waiting_entries(database, "consent.recorded")
    assert sorted(e.details["answer"] for e in told) == sorted(str(r.id) for r in receipts)


def test_answers_that_wait_together_are_committed_together(
    database: Database, clock: FakeClock, asked: Asked
):
    held = Held(database)
    recorder = Recorder(held, clock, "log.example")
    answers = [answer(asked, subject_id=visitor(n)) for n in range(9)]
    came = held.gather(recorder, answers[0], answers[1:])
    assert held.batches == 2
    assert [one.id for one in came if isinstance(one, Receipt)] == [
        one.said.answer_id for one in answers
    ]


def test_a_replay_is_told_and_settles_the_others_of_its_batch(
    database: Database, clock: FakeClock, asked: Asked
):
    held = Held(database)
    recorder = Recorder(held, clock, "log.example")
    answers = [answer(asked, subject_id=visitor(n)) for n in range(6)]
    came = held.gather(recorder, answers[0], [*answers[1:4], answers[0], *answers[4:]])
    assert [type(one) for one in came] == [
        Receipt, Receipt, Receipt, Receipt, ReplayedError, Receipt, Receipt,
    ]  # fmt: skip
    assert recorded(database) == wanted(answers)


def test_the_same_answer_sent_at_once_is_recorded_once(
    database: Database, clock: FakeClock, asked: Asked
):
    recorder = Recorder(database, clock, "log.example")
    one = answer(asked)
    came = together(recorder, [one] * 8)
    assert sorted(type(what).__name__ for what in came) == ["Receipt"] + ["ReplayedError"] * 7
    assert recorded(database) == wanted([one])


def test_an_answer_that_cannot_be_written_takes_no_other_with_it(
    database: Database, clock: FakeClock, asked: Asked
):
    held = Held(database)
    recorder = Recorder(held, clock, "log.example")
    good = [answer(asked, subject_id=visitor(n)) for n in range(4)]
    broken = answer(asked, subject_id=visitor(9))
    object.__setattr__(broken.said, "method", "no such method")
    came = held.gather(recorder, good[0], [good[1], broken, *good[2:]])
    assert [isinstance(one, Receipt) for one in came] == [True, True, False, True, True]
    assert recorded(database) == wanted(good)


def test_an_answer_to_other_questions_is_refused_before_it_joins_anybody(
    database: Database, clock: FakeClock, asked: Asked
):
    recorder = Recorder(database, clock, "log.example")
    with pytest.raises(InvalidError):
        recorder.record(answering(answer(asked), **{PURPOSES[0]: True}))
    assert recorded(database) == set()


class Failing(Database):
    """A database that cannot be reached; it also counts who asked."""

    def __init__(self) -> None:
        super().__init__(create_engine("sqlite://"))
        self.tries = 0

    @override
    @contextmanager
    def transaction(self) -> Iterator[Session]:
        self.tries += 1
        raise UnavailableError("The database cannot be reached.")
        yield  # type: ignore[unreachable] # what makes it a context manager


def test_while_the_database_is_away_everybody_is_told_and_nobody_hangs(
    clock: FakeClock, asked: Asked
):
    failing = Failing()
    recorder = Recorder(failing, clock, "log.example")
    came = together(recorder, [answer(asked, subject_id=visitor(n)) for n in range(THREADS)])
    assert [type(one) for one in came] == [UnavailableError] * THREADS
    assert 0 < failing.tries <= THREADS
    failing.engine.dispose()


class Slow(Database):
    """A database whose commit waits until a test lets it end, or fail."""

    def __init__(self, inner: Database) -> None:
        super().__init__(inner.engine)
        self.commits = threading.Event()
        self.may_end = threading.Event()
        self.fails = False

    @override
    @contextmanager
    def transaction(self) -> Iterator[Session]:
        with super().transaction() as session:
            yield session
            self.commits.set()
            assert self.may_end.wait(PATIENCE)
            if self.fails:
                raise UnavailableError("The database cannot be reached.")


@pytest.mark.parametrize("fails", [False, True])
def test_nothing_is_acknowledged_before_its_commit(
    database: Database, clock: FakeClock, asked: Asked, *, fails: bool
):
    slow = Slow(database)
    slow.fails = fails
    recorder = Recorder(slow, clock, "log.example")
    one = answer(asked)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(tried, recorder, one)
        assert slow.commits.wait(PATIENCE)
        assert not waiting.done()
        slow.may_end.set()
        came = waiting.result(timeout=PATIENCE)
    assert isinstance(came, UnavailableError if fails else Receipt)
    assert recorded(database) == (set() if fails else wanted([one]))
