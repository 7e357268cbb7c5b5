"""Stores are asked side by side; one that hangs, fails or lies delays and spoils no other."""

import threading
from collections.abc import Iterator, Sequence
from typing import Any

from typing_extensions import override

from privacy.errors import InvalidError
from privacy.stores.protocol import Asked, Row
from privacy.stores.search.findings import Outcome
from privacy.stores.search.graph import walk
from tests.stores.fake_store import FakeStore, Rows, collection, identity, store


class MeetingStore(FakeStore):
    """A store that answers only when another is being asked at the same time."""

    def __init__(self, name: str, meeting: threading.Barrier) -> None:
        people = collection("people", "id email", identities=[identity("email", "email")])
        super().__init__(store(name, people), {"people": [{"id": 1, "email": "a@b.fr"}]})
        self._meeting = meeting

    @override
    def read(self, *asked: Any) -> Iterator[Row]:
        self._meeting.wait(timeout=10)
        yield from super().read(*asked)


class CountingStore(FakeStore):
    """A store that remembers how many questions came together."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.rounds: list[int] = []

    @override
    def read_together(self, questions: Sequence[Asked]) -> Iterator[tuple[int, Row]]:
        self.rounds.append(len(questions))
        return super().read_together(questions)


SHOP = store(
    "shop",
    collection("customer", "id email", identities=[identity("email", "email")]),
    collection("visitor", "id email", identities=[identity("email", "email")]),
    collection("guest", "id email", identities=[identity("email", "email")]),
)
ROWS: Rows = {name: [{"id": 1, "email": "a@b.fr"}] for name in ("customer", "visitor", "guest")}


def test_two_stores_are_asked_at_the_same_time() -> None:
    meeting = threading.Barrier(2)
    stores = {name: MeetingStore(name, meeting) for name in ("one", "two")}
    findings = walk(stores, {"email": {"a@b.fr"}})
    assert [line.outcome for line in findings.coverage] == [Outcome.FOUND, Outcome.FOUND]


def test_what_is_known_at_once_is_asked_in_one_go() -> None:
    shop = CountingStore(SHOP, ROWS)
    walk({"shop": shop}, {"email": {"a@b.fr"}})
    assert shop.rounds == [3]


def test_one_question_at_fault_spoils_none_of_those_asked_with_it() -> None:
    shop = CountingStore(SHOP, ROWS, {"guest": InvalidError("a column is gone")})
    findings = walk({"shop": shop}, {"email": {"a@b.fr"}})
    assert {line.collection: line.outcome for line in findings.coverage} == {
        "customer": Outcome.FOUND,
        "visitor": Outcome.FOUND,
        "guest": Outcome.FAILED,
    }
    assert [len(findings.rows["shop", name]) for name in ("customer", "visitor")] == [1, 1]
