"""A shop of made-up rows, and databases and stores that end or meddle at a chosen moment."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool
from typing_extensions import override

from privacy.audit import guard
from privacy.db import Database
from privacy.stores.definition import Collection, Columns
from privacy.stores.protocol import Row
from tests.requests.office import EMAIL
from tests.stores.fake_store import FakeStore, collection, identity, owns, store

SHOP = store(
    "shop",
    collection(
        "account",
        "id email name",
        identities=[identity("email")],
        links=[owns("id", "purchase", "account_id")],
    ),
    collection("purchase", "id account_id article"),
)
ROWS = {
    "account": [
        {"id": 1, "email": EMAIL, "name": "Camille Durand"},
        {"id": 2, "email": "other@example.fr", "name": "Louis Autre"},
    ],
    "purchase": [
        {"id": 10, "account_id": 1, "article": "lampe"},
        {"id": 11, "account_id": 2, "article": "secret"},
    ],
}


class KilledError(BaseException):
    """The process ends here; nothing in it may catch this."""


class Steps:
    """Counts the steps of a run and ends it at one of them."""

    def __init__(self, dies_at: int) -> None:
        self.left = dies_at

    def step(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise KilledError


class DyingDatabase(Database):
    """May end before a transaction begins and after it was committed."""

    def __init__(self, engine: Engine, steps: Steps) -> None:
        super().__init__(engine)
        guard.install(self)
        self._steps = steps

    @contextmanager
    @override
    def transaction(self) -> Iterator[Session]:
        self._steps.step()
        with super().transaction() as session:
            yield session
            self._steps.step()
        self._steps.step()

    @contextmanager
    @override
    def reading(self) -> Iterator[Session]:
        self._steps.step()
        with super().reading() as session:
            yield session


class DyingStore(FakeStore):
    """May end when it is read."""

    def __init__(self, steps: Steps) -> None:
        super().__init__(SHOP, ROWS)
        self._steps = steps

    @override
    def read(self, collection: Collection, columns: Columns, values: Any) -> Iterator[Row]:
        self._steps.step()
        return super().read(collection, columns, values)


def _nothing() -> None:
    pass


class LateDatabase(Database):
    """Lets something happen, once, after the read that found what is overdue."""

    def __init__(self, engine: Engine, happens: Callable[[], object]) -> None:
        super().__init__(engine)
        guard.install(self)
        self._happens = happens

    @contextmanager
    @override
    def reading(self) -> Iterator[Session]:
        with super().reading() as session:
            yield session
        happens, self._happens = self._happens, _nothing
        happens()


class WatchingStore(FakeStore):
    """Counts the connections of our own database that stay in use while it is read.

    Our own rows are read beside it, in a transaction that waits for nobody and so soon ends.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__(SHOP, ROWS)
        assert isinstance(engine.pool, QueuePool)
        self._pool = engine.pool
        self.in_use: list[int] = []

    @override
    def read(self, collection: Collection, columns: Columns, values: Any) -> Iterator[Row]:
        self.in_use.append(self._lasting())
        for row in super().read(collection, columns, values):
            self.in_use.append(self._lasting())
            yield row

    def _lasting(self) -> int:
        end = time.monotonic() + 10
        while self._pool.checkedout() and time.monotonic() < end:
            time.sleep(0.005)
        return self._pool.checkedout()
