"""Our own rows, seen as one more data store: no room's data may be forgotten in an answer."""

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Collection as Values
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session
from typing_extensions import override

from privacy.db import Database
from privacy.errors import InvalidError
from privacy.stores.definition import Collection, Columns, StoreDefinition
from privacy.stores.protocol import Asked, Key, Row, Store

NAME = "privacy"
"""What our own store is called; no other may take the name."""

SUBJECT = ("subject_id",)
"""The only columns by which our own rows are asked for, and their identifier kind's name."""

Rows = Callable[[Session, Sequence[UUID]], Iterator[Row]]


@dataclass(frozen=True)
class OwnCollection:
    """What one room keeps on subjects: its declaration, the tables it claims, how to read it."""

    collection: Collection
    tables: frozenset[str]
    rows: Rows


class OwnStore(Store):
    """The rows of this service; it reads in a session that cannot write."""

    def __init__(
        self, database: Database, definition: StoreDefinition, parts: Sequence[OwnCollection]
    ) -> None:
        self._database = database
        self._definition = definition
        self._rows = {part.collection.name: part.rows for part in parts}

    @property
    @override
    def definition(self) -> StoreDefinition:
        return self._definition

    @override
    def check(self) -> None:
        with self._database.reading() as session:
            for rows in self._rows.values():
                next(rows(session, [UUID(int=0)]), None)

    @override
    def read(self, collection: Collection, columns: Columns, values: Values[Key]) -> Iterator[Row]:
        with self._database.reading() as session:
            yield from self._read(session, Asked(collection, columns, values))

    @override
    def read_together(self, questions: Sequence[Asked]) -> Iterator[tuple[int, Row]]:
        with self._database.reading() as session:
            for number, asked in enumerate(questions):
                for row in self._read(session, asked):
                    yield number, row

    def _read(self, session: Session, asked: Asked) -> Iterator[Row]:
        if asked.columns != SUBJECT:
            raise InvalidError("Our own rows are found by subject_id only.")
        subjects = [subject for (value,) in asked.values if (subject := _uuid(value))]
        return self._rows[asked.collection.name](session, subjects) if subjects else iter(())

    @override
    def close(self) -> None:
        """Do nothing: the database belongs to the process."""


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
