"""Redis, and servers that speak as it does: keys by their names, values by their kinds.

Keys are asked for by name where the columns asked make one up; otherwise the key space is
walked with `SCAN`, a batch at a time, and what is there is matched here. `KEYS` is never used.
"""

from collections.abc import Collection as Values
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

from typing_extensions import override

from privacy.errors import ConflictError, InvalidError
from privacy.stores.connectors.asking import declared_of, matcher
from privacy.stores.connectors.declared import DeclaredStore
from privacy.stores.connectors.matching import chunks
from privacy.stores.connectors.redis.conversation import Command, Conversation
from privacy.stores.connectors.redis.layout import Layout, layouts_of
from privacy.stores.connectors.redis.pattern import Kind, Pattern, pattern_of
from privacy.stores.connectors.redis.survey import Seen, facts_of, seen_in
from privacy.stores.connectors.redis.values import ELEMENTS, STEP, Fields, removal, values_of
from privacy.stores.definition import Collection, Columns, StoreDefinition
from privacy.stores.document import Faults
from privacy.stores.proposals.facts import TableFacts
from privacy.stores.protocol import Capability, Key, Row, refusal

SCANNED = 20_000
"""Keys of the whole space that are looked at for a proposal or a check."""
LOOKED_AT = 200
"""Rows whose values are judged for a proposal."""


class Record(NamedTuple):
    """One row and what it was read from."""

    key: bytes
    fields: Fields
    row: Row


class RedisConnector(DeclaredStore):
    """Keys of one numbered database (the optional extra `redis`)."""

    def __init__(self, definition: StoreDefinition, address: str) -> None:
        self._definition = definition
        self._layouts = layouts_of(definition)
        self._conversation = Conversation(address)

    @property
    @override
    def capabilities(self) -> frozenset[Capability]:
        kinds = {layout.pattern.kind for layout in self._layouts.values()}
        return frozenset(Capability) if not kinds & ELEMENTS else frozenset({Capability.ERASE})

    @override
    def check(self) -> None:
        self._conversation.ask(("PING",))
        faults = Faults()
        for name, layout in self._layouts.items():
            keys = islice(self._scanned(layout.pattern, limit=SCANNED), LOOKED_AT)
            found = [record.fields for record in self._records(layout, [list(keys)])]
            lacking = [layout.missing(fields) for fields in found]
            for column in sorted(set.intersection(*lacking)) if lacking else ():
                faults.add(f"{name}.{column}", "no key that was looked at has such a field")
        faults.raise_all(f"The data store {self._definition.name} is not as its definition says.")

    @override
    def _matching(
        self, collection: Collection, columns: Columns, values: Values[Key]
    ) -> Iterator[Row]:
        for record in self._found(collection, columns, values):
            yield record.row

    def _found(
        self, collection: Collection, columns: Columns, values: Values[Key]
    ) -> Iterator[Record]:
        layout = self._layouts[collection.name]
        matches = matcher(collection, columns, values)
        keys = self._named(layout, columns, values)
        if keys is None:
            keys = self._scanned(layout.pattern)
        for record in self._records(layout, chunks(keys, STEP)):
            if matches(record.row):
                yield record

    def _named(
        self, layout: Layout, columns: Columns, values: Values[Key]
    ) -> Iterator[bytes] | None:
        """Return the keys that have these values in their names; None where others might too."""
        names = layout.pattern.names
        exact = all(layout.collection.normalisers.get(name) == "exact" for name in names)
        if not exact or not set(names) <= set(columns):
            return None
        asked = {
            layout.pattern.key(dict(zip(columns, key, strict=True))) for key in values if all(key)
        }
        return (raw for key in asked if key is not None and (raw := _raw(key)))

    def _scanned(self, pattern: Pattern, limit: int | None = None) -> Iterator[bytes]:
        """Yield all keys that may be of a pattern, perhaps one twice; or what is among so many."""
        cursor, steps = b"0", 0
        while True:
            (answer,) = self._conversation.ask(
                ("SCAN", cursor, "MATCH", pattern.glob, "COUNT", STEP)
            )
            cursor, keys = answer
            yield from (key for key in keys if pattern.values(_name(key)) is not None)
            steps += 1
            if cursor == b"0" or (limit is not None and steps * STEP >= limit):
                return

    def _records(self, layout: Layout, batches: Iterable[list[bytes]]) -> Iterator[Record]:
        for keys in batches:
            ends = self._ends(layout, keys)
            for key, fields in values_of(self._conversation, layout.pattern.kind, keys):
                row = layout.row(key, fields, ends.get(key))
                if row is not None:
                    yield Record(key, fields, row)

    def _ends(self, layout: Layout, keys: Sequence[bytes]) -> Mapping[bytes, int | None]:
        """Return in how many seconds each key will be gone, where that is declared."""
        if not layout.ttl or not keys:
            return {}
        answers = self._conversation.ask(*(("TTL", key) for key in keys))
        return {
            key: seconds if seconds >= 0 else None
            for key, seconds in zip(keys, answers, strict=True)
        }

    @override
    def erase(self, collection: Collection, columns: Columns, values: Values[Key]) -> int:
        declared = declared_of(self._definition, collection, columns)
        layout = self._layouts[declared.name]
        if layout.pattern.kind in ELEMENTS and _place(layout) & set(columns):
            raise InvalidError("An element is erased by its value, and not by its place.")
        doomed = (
            {record.key for record in self._found(declared, columns, values)} if values else ()
        )
        if not doomed:
            return 0
        matches = matcher(declared, columns, values)
        with self._conversation.alone():
            records = [one for one in self._watched(layout, sorted(doomed)) if matches(one.row)]
            kind = layout.pattern.kind
            answers = self._committed([removal(kind, one.key, one.fields) for one in records])
        return sum(answers)

    @override
    def rectify(self, collection: Collection, key: Key, changes: Mapping[str, str | None]) -> int:
        if Capability.RECTIFY not in self.capabilities:
            raise refusal(self._definition, Capability.RECTIFY)
        own = collection.primary_key
        declared = declared_of(self._definition, collection, (*changes, *own))
        layout = self._layouts[declared.name]
        keys = {record.key for record in self._found(declared, own, [key])}
        if len(keys) > 1:
            raise InvalidError(f"The primary key of {declared.name} meets several rows.")
        if not keys or not changes:
            return len(keys)
        matches = matcher(declared, own, [key])
        with self._conversation.alone():
            records = [one for one in self._watched(layout, sorted(keys)) if matches(one.row)]
            for one in records:
                self._committed(layout.change(one.key, one.fields, changes))
        return len(records)

    def _watched(self, layout: Layout, keys: Sequence[bytes]) -> Iterator[Record]:
        """Yield what the keys hold now; should it change from here on, nothing is written."""
        self._conversation.ask(("WATCH", *keys))
        return self._records(layout, chunks(keys, STEP))

    def _committed(self, commands: Sequence[Command]) -> list[int]:
        """Write all or nothing; ConflictError when somebody else wrote meanwhile."""
        if not commands:
            return []
        answers = self._conversation.ask(("MULTI",), *commands, ("EXEC",))[-1]
        if answers is None or any(isinstance(one, Exception) for one in answers):
            raise ConflictError("Somebody else is writing these keys; try again.")
        return [one if isinstance(one, int) else 1 for one in answers]

    def survey(self) -> Sequence[TableFacts]:
        """Return the patterns of keys that are there, declared ones as they are declared."""
        found: list[Seen] = []
        cursor = b"0"
        while len(found) < SCANNED:
            (answer,) = self._conversation.ask(("SCAN", cursor, "COUNT", STEP))
            cursor, keys = answer
            found += seen_in(self._conversation, keys)
            if cursor == b"0":
                break
        return facts_of(found, list(self._layouts.values()))

    def look(self, table: TableFacts) -> TableFacts:
        """Return what is known of a pattern with a few of its values, for a proposal."""
        if table.name.partition(" ")[0] not in set(Kind):
            return table  # it is there, and this connector cannot read it
        pattern = pattern_of(table.name)
        samples: dict[str, list[str]] = {name: [] for name in table.columns}
        keys = list(islice(self._scanned(pattern, limit=SCANNED), LOOKED_AT))
        for key, fields in islice(values_of(self._conversation, pattern.kind, keys), LOOKED_AT):
            row = {**fields, **(pattern.values(_name(key)) or {})}
            for name, texts in samples.items():
                if isinstance(row.get(name), str | int):
                    texts.append(str(row[name]))
        return replace(table, samples=samples, types=dict.fromkeys(table.columns, "unknown"))

    @override
    def close(self) -> None:
        self._conversation.close()


def _place(layout: Layout) -> set[str]:
    """Return the columns that say where in a list an element stands."""
    return {
        name
        for name in layout.collection.columns
        if layout.sources.get(name, name) == "position" and name not in layout.pattern.names
    }


def _name(key: bytes) -> str:
    return key.decode("utf-8", "surrogateescape")


def _raw(key: str) -> bytes | None:
    """Return a key as the server holds it; None for what is no text."""
    try:
        return key.encode()
    except UnicodeEncodeError:
        return None
