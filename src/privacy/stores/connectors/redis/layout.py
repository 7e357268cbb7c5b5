"""What a definition says of its collections' keys, and what a key and its value say: pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from privacy.errors import InvalidError
from privacy.stores.connectors.asking import like
from privacy.stores.connectors.http.wording import at_path, put_at
from privacy.stores.connectors.redis.conversation import Command
from privacy.stores.connectors.redis.pattern import FIELDS, Kind, Pattern, pattern_of
from privacy.stores.connectors.redis.values import Fields, raw_of, text_of_bytes
from privacy.stores.definition import Collection, StoreDefinition
from privacy.stores.document import Faults, Node
from privacy.stores.protocol import Row


@dataclass(frozen=True)
class Layout:
    """Where each column of a collection is."""

    collection: Collection
    pattern: Pattern
    sources: Mapping[str, str]
    """By column the field that holds it, or its path in a document, if that has another name."""
    ttl: str
    """The column that says in how many seconds the key will be gone; empty for none."""

    def row(self, key: bytes, fields: Fields, seconds: int | None) -> Row | None:
        """Return the declared columns; None for a key that the pattern does not have."""
        parts = self.pattern.values(key.decode("utf-8", "surrogateescape"))
        if parts is None:
            return None
        known: dict[str, Any] = {
            name: text_of_bytes(text.encode("utf-8", "surrogateescape"))
            for name, text in parts.items()
        }
        if self.ttl:
            known[self.ttl] = seconds
        return {
            name: known[name] if name in known else self._value(fields, name)
            for name in self.collection.columns
        }

    def _value(self, fields: Fields, name: str) -> Any:
        if self.pattern.kind is Kind.JSON and name in self.sources:
            return at_path(fields, self.sources[name])
        return fields.get(self.sources.get(name, name))

    def missing(self, fields: Fields) -> set[str]:
        """Return the columns of which neither the key nor these fields speak."""
        known = {*self.pattern.names, self.ttl}
        return {
            name
            for name in self.collection.columns
            if name not in known and self._value(fields, name) is None
        }

    def change(
        self, key: bytes, fields: Fields, changes: Mapping[str, str | None]
    ) -> list[Command]:
        """Return the commands that write other values; InvalidError where that cannot be."""
        fixed = {*self.pattern.names, self.ttl} & set(changes)
        if fixed:
            raise InvalidError(
                "What a key is called, and when it ends, cannot be rectified.",
                fields={name: ["is no part of the value"] for name in sorted(fixed)},
            )
        if self.pattern.kind is Kind.HASH:
            return [self._hashed(key, name, text) for name, text in changes.items()]
        return [("SET", key, self._written(fields, changes), "KEEPTTL")]

    def _hashed(self, key: bytes, name: str, text: str | None) -> Command:
        field = self.sources.get(name, name)
        return ("HDEL", key, field) if text is None else ("HSET", key, field, raw_of(text))

    def _written(self, fields: Fields, changes: Mapping[str, str | None]) -> bytes:
        """Return the string that holds the changed value."""
        if self.pattern.kind is Kind.TEXT:
            (text,) = changes.values()
            return raw_of(text or "")
        document = dict(fields)
        for name, text in changes.items():
            value = like(self._value(fields, name), text)
            if name in self.sources:
                put_at(document, self.sources[name], value)
            else:
                document[name] = value
        return json.dumps(document, ensure_ascii=False).encode()


def layouts_of(definition: StoreDefinition) -> Mapping[str, Layout]:
    """Return by collection where its columns are; InvalidError names what is not understood."""
    faults = Faults()
    found = {c.name: _layout(c, faults) for c in definition.collections}
    faults.raise_all("The definition of the data store has faults.")
    return found


def _layout(collection: Collection, faults: Faults) -> Layout:
    pattern = pattern_of(collection.source_table)
    node = Node(dict(collection.options), f"{collection.name}.options", faults)
    keys = node.keys(("fields", "ttl"))
    sources = keys["fields"].plain()
    ttl = keys["ttl"].name() if keys["ttl"].is_given else ""
    if not {*sources, ttl} <= {*collection.columns, ""}:
        node.fault("names a column that is not among the fields")
    if not all(isinstance(source, str) for source in sources.values()):
        keys["fields"].fault("names fields and where their values are")
    named = {*pattern.names, ttl}
    free = {sources.get(name, name) for name in collection.columns if name not in named}
    if pattern.kind in FIELDS and not free <= set(FIELDS[pattern.kind]):
        node.fault(f"a {pattern.kind} has only: {', '.join(FIELDS[pattern.kind])}")
    return Layout(collection, pattern, sources, ttl)
