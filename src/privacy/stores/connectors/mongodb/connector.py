"""MongoDB: documents of a collection, or the elements of a list in them, as rows.

The server finds candidates, by values or by patterns that an index may serve; the values decide
here, as a path may meet lists, and texts are compared as the definition says.
"""

from collections.abc import Collection as Values
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import islice
from typing import Any

from typing_extensions import override

from privacy.errors import ConflictError, InvalidError
from privacy.stores.connectors.asking import declared_of, matcher
from privacy.stores.connectors.declared import DeclaredStore
from privacy.stores.connectors.matching import chunks
from privacy.stores.connectors.mongodb import conversation, survey
from privacy.stores.connectors.mongodb.conversation import BATCH, Conversation, Writing
from privacy.stores.connectors.mongodb.layout import (
    ID,
    Layout,
    Record,
    is_there,
    layouts_of,
)
from privacy.stores.connectors.mongodb.rules import rules_of
from privacy.stores.connectors.mongodb.values import at, like_stored, wanted
from privacy.stores.definition import Collection, Columns, StoreDefinition
from privacy.stores.document import Faults
from privacy.stores.proposals.facts import TableFacts
from privacy.stores.protocol import Capability, Key, Row

KEYS = 100
"""Keys of one question, each of which may have several spellings."""


class MongodbConnector(DeclaredStore):
    """One database (the optional extra `mongodb`)."""

    def __init__(self, definition: StoreDefinition, address: str) -> None:
        self._definition = definition
        self._layouts = layouts_of(definition)
        self._conversation = Conversation(address)

    @property
    @override
    def capabilities(self) -> frozenset[Capability]:
        return frozenset(Capability)

    @property
    @override
    def looks_inside(self) -> bool:
        return True

    @override
    def check(self) -> None:
        faults = Faults()
        with self._conversation.reading() as database:
            names = set(database.list_collection_names())
            for name, layout in self._layouts.items():
                if layout.source not in names:
                    faults.add(name, "the data store has no such collection")
                    continue
                documents = list(survey.sampled(database[layout.source]))
                known = rules_of(database[layout.source]).paths
                for column, path in layout.paths.items() if documents else ():
                    if path not in known and not any(is_there(one, path) for one in documents):
                        faults.add(
                            f"{name}.{column}", "no document that was looked at has such a field"
                        )
        faults.raise_all(f"The data store {self._definition.name} is not as its definition says.")

    @override
    def _matching(
        self, collection: Collection, columns: Columns, values: Values[Key]
    ) -> Iterator[Row]:
        layout = self._layouts[collection.name]
        with self._conversation.reading() as database:
            for record in _found(Writing(database, None), layout, columns, values):
                yield record.row

    @override
    def erase(self, collection: Collection, columns: Columns, values: Values[Key]) -> int:
        declared = declared_of(self._definition, collection, columns)
        layout = self._layouts[declared.name]
        if not values:
            return 0
        with self._conversation.writing() as writing:
            found = _found(writing, layout, columns, values)
            erase = _erase_elements if layout.each else _erase_documents
            erased = erase(writing, layout, found)
            if next(_found(writing, layout, columns, values), None):
                raise ConflictError(
                    "Rows are still there after their erasure: somebody else wrote them"
                    " meanwhile, or their fields lie in lists."
                )
        return erased

    @override
    def rectify(self, collection: Collection, key: Key, changes: Mapping[str, str | None]) -> int:
        own = collection.primary_key
        declared = declared_of(self._definition, collection, (*changes, *own))
        layout = self._layouts[declared.name]
        with self._conversation.writing() as writing:
            found = list(islice(_found(writing, layout, own, [key]), 2))
            if len(found) > 1:
                raise InvalidError(f"The primary key of {declared.name} meets several rows.")
            for record in found if changes else ():
                _change(writing, layout, record, changes)
        return len(found)

    def survey(self) -> Sequence[TableFacts]:
        """Return the collections, and the lists in their documents, by paths that occur."""
        with self._conversation.reading() as database:
            return survey.survey(database, list(self._layouts.values()))

    def look(self, table: TableFacts) -> TableFacts:
        """Return what is known of a collection with a few of its values, for a proposal."""
        with self._conversation.reading() as database:
            layout = next(
                (
                    one
                    for one in self._layouts.values()
                    if one.collection.source_table == table.name
                ),
                None,
            )
            return replace(table, samples=survey.samples(database, table, layout))

    @override
    def close(self) -> None:
        self._conversation.close()


def _found(
    place: Writing, layout: Layout, columns: Columns, values: Values[Key]
) -> Iterator[Record]:
    matches = matcher(layout.collection, columns, values)
    for question in _questions(layout, columns, values):
        for document in _documents(place, layout, question):
            yield from (one for one in layout.records(document) if matches(one.row))


def _questions(
    layout: Layout, columns: Columns, values: Values[Key]
) -> Iterator[Mapping[str, Any]]:
    """Yield what together finds every document that may hold one of the keys."""
    paths = [layout.path(name) for name in columns]
    ways = [layout.collection.way(name) for name in columns]
    for keys in chunks(values, KEYS):
        found = [
            [
                wanted(way, text, is_collated=bool(layout.collation))
                for way, text in zip(ways, key, strict=True)
            ]
            for key in keys
        ]
        possible = [parts for parts in found if all(parts)]
        if possible:
            # Of any of the first column first: a plain question, which an index can answer.
            firsts: dict[str, Any] = {
                paths[0]: {"$in": [one for parts in possible for one in parts[0]]}
            }
            yield firsts if len(paths) == 1 else firsts | _tuples(paths, possible)


def _tuples(paths: Sequence[str], keys: Iterable[Sequence[Sequence[Any]]]) -> dict[str, Any]:
    together = [
        {"$and": [{path: {"$in": list(part)}} for path, part in zip(paths, parts, strict=True)]}
        for parts in keys
    ]
    return {"$or": together}


def _documents(
    place: Writing, layout: Layout, question: Mapping[str, Any]
) -> Iterator[Mapping[str, Any]]:
    collation = {"locale": layout.collation, "strength": 2} if layout.collation else None
    cursor = place.database[layout.source].find(
        question,
        layout.projection,
        # No pages by `_id`: of one that is greater, the server finds those of one type only.
        batch_size=BATCH,
        max_time_ms=conversation.WHOLE_READING * 1000,
        collation=collation,
        session=place.session,
    )
    with closing(cursor):
        yield from cursor


def _erase_documents(place: Writing, layout: Layout, found: Iterable[Record]) -> int:
    source, erased = place.database[layout.source], 0
    for batch in chunks([record.document[ID] for record in found], BATCH):
        asked = {ID: {"$in": batch}}
        if layout.keeps_documents:
            gone = {"$unset": dict.fromkeys(layout.doomed, "")}
            erased += source.update_many(asked, gone, session=place.session).modified_count
        else:
            erased += source.delete_many(asked, session=place.session).deleted_count
    return int(erased)


def _erase_elements(place: Writing, layout: Layout, found: Iterable[Record]) -> int:
    """Take elements out of lists by their values: a place may be another's meanwhile."""
    source, erased = place.database[layout.source], 0
    for document, _row, element, where in list(found):
        asked = {ID: document[ID]}
        gone: Mapping[str, Mapping[str, Any]] = {"$pullAll": {layout.each: [element]}}
        if where == layout.each:  # one value where a list could be
            gone, equal = {"$unset": {where: ""}}, 1
            asked |= {where: element}
        else:
            equal = at(document, layout.each.split(".")).count(element)
        # Of equal elements the first one takes all.
        erased += equal * source.update_one(asked, gone, session=place.session).modified_count
    return int(erased)


def _change(
    place: Writing, layout: Layout, record: Record, changes: Mapping[str, str | None]
) -> None:
    """Write other values into one row, if it still is as it was read."""
    asked: dict[str, Any] = {ID: record.document[ID]}
    if record.place:
        asked[record.place] = record.element
    written: dict[str, dict[str, Any]] = {}
    for name, text in changes.items():
        path, before = _target(layout, record, name)
        if text is None and path == record.place:
            raise InvalidError("An element of a list is erased, and not rectified to nothing.")
        asked.setdefault(path, before)
        value = like_stored(before, text)
        written.setdefault("$unset" if text is None else "$set", {})[path] = value
    source = place.database[layout.source]
    if not source.update_one(asked, written, session=place.session).matched_count:
        raise ConflictError("Somebody else is writing this document; try again.")


def _target(layout: Layout, record: Record, name: str) -> tuple[str, Any]:
    """Return where a column's value stands in the document, and what stands there."""
    path = layout.paths[name]
    inner = layout.inner(path)
    held: Any = record.document if inner is None else record.element
    for step in path.split(".") if inner is None else inner:
        if not isinstance(held, Mapping | None):
            raise _no_single_value(name)
        held = None if held is None else held.get(step)
    if isinstance(held, list | Mapping) or path.split(".")[0] == ID:
        raise _no_single_value(name)
    return (path if inner is None else ".".join([record.place, *inner])), held


def _no_single_value(name: str) -> InvalidError:
    return InvalidError(
        "A document's _id, a list, and what is inside a list cannot be rectified here.",
        fields={name: ["is no single value of the document"]},
    )
