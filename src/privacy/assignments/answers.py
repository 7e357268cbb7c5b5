"""What is asked of a keeper and what may be answered: pure values and their rules."""

import json
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from privacy.errors import InvalidError
from privacy.stores.assigned import holds_documents
from privacy.stores.connectors.asking import matcher
from privacy.stores.definition import Collection, Columns, StoreDefinition
from privacy.stores.normalise import text_of
from privacy.stores.protocol import Key

MOST_ROWS: Final = 2000
MOST_DOCUMENTS: Final = 10
LONGEST_DOCUMENT: Final = 5 * 1024 * 1024
"""Octets of one document."""
LONGEST_VALUE: Final = 20_000
LONGEST_REASON: Final = 2000

Row = Mapping[str, Any]
"""Declared fields and what stands in them; what is left out is empty."""


class Result(StrEnum):
    """What a search by hand came to."""

    FOUND = "found"
    EMPTY = "empty"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True)
class Question:
    """By which values one collection is to be searched."""

    collection: str
    columns: Columns
    keys: tuple[Key, ...] = field(repr=False)


@dataclass(frozen=True)
class Document:
    """One file of an answer."""

    collection: str
    name: str = field(repr=False)
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Answer:
    """What a keeper answers."""

    result: Result
    rows: Mapping[str, Sequence[Row]] = field(default_factory=dict, repr=False)
    documents: Sequence[Document] = field(default=(), repr=False)
    reason: str = field(default="", repr=False)

    @property
    def records(self) -> int:
        """Return how many rows and documents there are."""
        return sum(map(len, self.rows.values())) + len(self.documents)


def questions_to_json(questions: Sequence[Question]) -> str:
    """Return the questions as one text to be sealed."""
    return json.dumps([[q.collection, q.columns, q.keys] for q in questions])


def questions_from_json(text: str) -> tuple[Question, ...]:
    """Return the questions that `questions_to_json` wrote."""
    return tuple(
        Question(collection, tuple(columns), tuple(map(tuple, keys)))
        for collection, columns, keys in json.loads(text)
    )


def ensure_fitting(
    definition: StoreDefinition, questions: Sequence[Question], answer: Answer
) -> None:
    """Raise InvalidError unless an answer is one to these questions; `fields` says by code where.

    Rows must be of declared collections and fields, and answer what was asked: by one of the
    values, by leaving all asked columns empty, or by a link from another row of the answer.
    """
    faults = dict(_result_faults(answer))
    for name, rows in answer.rows.items():
        faults |= _row_faults(definition, name, rows)
    asked = {one.collection for one in questions}
    holding = {one.name for one in definition.collections if holds_documents(one)} & asked
    faults |= dict(_document_faults(holding, answer.documents))
    if not faults:
        faults = dict(_foreign(definition, questions, answer))
    if faults:
        raise InvalidError("The answer does not fit the question.", fields=faults)


Faults = dict[str, list[str]]
Fault = tuple[str, list[str]]


def _result_faults(answer: Answer) -> Iterator[Fault]:
    if answer.result is Result.FOUND and not answer.records:
        yield "result", ["rows.missing"]
    if answer.result is not Result.FOUND and answer.records:
        yield "result", ["rows.unexpected"]
    if answer.result is Result.IMPOSSIBLE and len(answer.reason.strip()) < 10:
        yield "reason", ["assignment_reason.missing"]
    if len(answer.reason) > LONGEST_REASON:
        yield "reason", ["reason.long"]
    if sum(map(len, answer.rows.values())) > MOST_ROWS:
        yield "result", ["rows.many"]


def _row_faults(definition: StoreDefinition, name: str, rows: Sequence[Row]) -> Faults:
    try:
        declared = definition.collection(name)
    except InvalidError:
        return {name: ["rows.collection"]}
    for row in rows:
        if not row.keys() <= set(declared.columns):
            return {name: ["rows.field"]}
        if any(not _is_plain(value) for value in row.values()):
            return {name: ["rows.value"]}
    return {}


def _is_plain(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= LONGEST_VALUE and "\0" not in value
    return value is None or isinstance(value, bool | int | float)


def _document_faults(holding: AbstractSet[str], documents: Sequence[Document]) -> Iterator[Fault]:
    if len(documents) > MOST_DOCUMENTS:
        yield "result", ["documents.many"]
    for one in documents:
        if one.collection not in holding:
            yield one.collection, ["rows.collection"]
        if len(one.content) > LONGEST_DOCUMENT:
            yield one.collection, ["documents.long"]


def _foreign(
    definition: StoreDefinition, questions: Sequence[Question], answer: Answer
) -> Iterator[Fault]:
    """Yield the collections with rows that answer nothing that was asked."""
    linked = _linked(definition, answer)
    for name, rows in answer.rows.items():
        collection = definition.collection(name)
        asked = [one for one in questions if one.collection == name]
        for row in rows:
            whole = filled(collection, row)
            by_link = any(
                matcher(collection, columns, keys)(whole) for columns, keys in linked.get(name, ())
            )
            if not by_link and not answers(collection, asked, whole):
                yield name, ["rows.foreign"]


def answers(collection: Collection, asked: Sequence[Question], row: Row) -> bool:
    """Whether a row answers one of the questions to its collection."""
    return bool(asked) and (
        is_wordless(asked, row)
        or any(matcher(collection, one.columns, one.keys)(row) for one in asked)
    )


def is_wordless(asked: Sequence[Question], row: Row) -> bool:
    """Whether a row repeats nothing of what it was found by; then its keeper's word counts."""
    return not any(text_of(row.get(name)) for one in asked for name in one.columns)


def filled(collection: Collection, row: Row) -> dict[str, Any]:
    """Return a row with every declared field."""
    return {name: row.get(name) for name in collection.columns}


def _linked(
    definition: StoreDefinition, answer: Answer
) -> Mapping[str, list[tuple[Columns, list[Key]]]]:
    """Return by collection what rows of the answer link to within the store."""
    found: dict[str, list[tuple[Columns, list[Key]]]] = {}
    for name, rows in answer.rows.items():
        for link, (store, target) in definition.targets(definition.collection(name)):
            keys = [key for row in rows if (key := _key(row, link.columns)) is not None]
            if store == definition.name and keys:
                found.setdefault(target, []).append((link.to_columns, keys))
    return found


def _key(row: Row, columns: Columns) -> Key | None:
    parts = tuple(text_of(row.get(name)) for name in columns)
    return None if not all(parts) else tuple(part or "" for part in parts)
