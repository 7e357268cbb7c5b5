"""LDAP directories: entries of a class, whose attributes may have several values.

The directory finds candidates by its own matching rules, which see no case and few spaces; the
values decide here. Where it has no rule for a column, all entries of the class are read.
"""

from collections import defaultdict
from collections.abc import Collection as Values
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from typing_extensions import override

from privacy.errors import InvalidError, UnavailableError
from privacy.stores.connectors.asking import declared_of, matcher
from privacy.stores.connectors.declared import DeclaredStore
from privacy.stores.connectors.ldap.conversation import Conversation, Entry
from privacy.stores.connectors.ldap.wording import DN, Wording, is_text, wordings_of
from privacy.stores.definition import Collection, Columns, StoreDefinition
from privacy.stores.document import Faults
from privacy.stores.proposals.facts import ForeignKey, TableFacts
from privacy.stores.protocol import Capability, Key, Row, refusal

SURVEYED = 10_000
"""Entries that are looked at for a proposal."""
LOOKED_AT = 200
"""Entries whose values are judged for a proposal."""


class LdapConnector(DeclaredStore):
    """Entries below one DN (the optional extra `ldap`)."""

    def __init__(self, definition: StoreDefinition, address: str) -> None:
        self._definition = definition
        self._conversation = Conversation(address)
        self._base = self._conversation.address.base
        self._wordings = wordings_of(definition, self._base)
        self._rules: Mapping[str, str] | None = None

    @property
    @override
    def capabilities(self) -> frozenset[Capability]:
        # One of several values cannot be told from another while it is written.
        some = any(wording.each for wording in self._wordings.values())
        return frozenset({Capability.ERASE}) if some else frozenset(Capability)

    @override
    def check(self) -> None:
        schema, faults = self._schema(), Faults()
        classes, rules = _classes(schema), _rules(schema)
        for name, wording in self._wordings.items():
            if wording.name.lower() not in classes:
                faults.add(name, "the directory has no such class")
            for column, attribute in wording.attributes.items():
                if attribute not in rules:
                    faults.add(f"{name}.{column}", "the directory has no such attribute")
            self._any(wording)
        faults.raise_all(f"The data store {self._definition.name} is not as its definition says.")

    def _any(self, wording: Wording) -> None:
        """Raise InvalidError when the base of a collection is not there."""
        next(self._entries(wording.base, wording.everything, [DN]), None)

    @override
    def _matching(
        self, collection: Collection, columns: Columns, values: Values[Key]
    ) -> Iterator[Row]:
        for _entry, row in self._found(collection, columns, values):
            yield row

    def _found(
        self, collection: Collection, columns: Columns, values: Values[Key]
    ) -> Iterator[tuple[Entry, Row]]:
        wording = self._wordings[collection.name]
        asked = [key for key in values if all(map(is_text, key))]
        matches = matcher(collection, columns, asked)
        names = [*dict.fromkeys(wording.attributes.values())] or [DN]
        for wanted in wording.filters(columns, asked, self._known_rules()):
            for entry in self._entries(wording.base, wanted, names):
                for row in wording.rows(entry):
                    if matches(row):
                        yield entry, row

    def _entries(self, base: str, wanted: str, names: Sequence[str]) -> Iterator[Entry]:
        return self._conversation.entries(base, wanted, names)

    def _schema(self) -> Any:
        found = self._conversation.schema()
        if found is None:
            raise UnavailableError("The directory does not tell this account its schema.")
        return found

    def _known_rules(self) -> Mapping[str, str]:
        """Return by attribute how the directory compares; nothing where it does not tell."""
        if self._rules is None:
            self._rules = _rules(self._conversation.schema())
        return self._rules

    @override
    def erase(self, collection: Collection, columns: Columns, values: Values[Key]) -> int:
        declared = declared_of(self._definition, collection, columns)
        if not values:
            return 0
        each = self._wordings[declared.name].each
        if each:
            return self._erase_values(declared, columns, values)
        doomed = {entry.dn for entry, _row in self._found(declared, columns, values)}
        # What stands below another goes first.
        order = sorted(doomed, key=lambda dn: -dn.count(","))
        return sum(self._conversation.erase(dn) for dn in order)

    def _erase_values(self, collection: Collection, columns: Columns, values: Values[Key]) -> int:
        """Take single values away; the entries stay."""
        wording = self._wordings[collection.name]
        held = next(n for n, attribute in wording.attributes.items() if attribute == wording.each)
        doomed = {(entry.dn, row[held]) for entry, row in self._found(collection, columns, values)}
        return sum(
            self._conversation.take(
                dn, wording.each, value if isinstance(value, bytes) else str(value).encode()
            )
            for dn, value in doomed
        )

    @override
    def rectify(self, collection: Collection, key: Key, changes: Mapping[str, str | None]) -> int:
        if Capability.RECTIFY not in self.capabilities:
            raise refusal(self._definition, Capability.RECTIFY)
        own = collection.primary_key
        declared = declared_of(self._definition, collection, (*changes, *own))
        wording = self._wordings[declared.name]
        found = list(islice(self._found(declared, own, [key]), 2))
        if len(found) > 1:
            raise InvalidError(f"The primary key of {declared.name} meets several rows.")
        for entry, row in found:
            odd = {n for n in changes if n not in wording.attributes or isinstance(row[n], list)}
            if odd:
                raise InvalidError(
                    "An entry's name, or one of several values, cannot be rectified here.",
                    fields={name: ["has several values, or is the name"] for name in sorted(odd)},
                )
            written = {n: text.encode() if text else None for n, text in changes.items()}
            self._conversation.change(
                entry.dn, {wording.attributes[name]: value for name, value in written.items()}
            )
        return len(found)

    def survey(self) -> Sequence[TableFacts]:
        """Return the classes that entries have; of several the narrowest, or the declared one.

        An attribute that has several values somewhere is a table of its own, `class attribute`.
        """
        schema = self._schema()
        columns: dict[str, dict[str, None]] = defaultdict(dict)
        several: dict[str, dict[str, None]] = defaultdict(dict)
        for entry in islice(self._entries(self._base, "(objectClass=*)", ["*"]), SURVEYED):
            classes = [raw.decode() for raw in entry.attributes.get("objectclass", ())]
            name, known = self._name_of(classes, schema)
            columns[name][DN] = None
            for attribute, values in entry.attributes.items():
                own = _own_name(schema, attribute.split(";")[0])
                if own != "objectClass":
                    column = known.get(own.lower(), own)
                    columns[name][column] = None
                    several[name] |= {column: None} if len(values) > 1 else {}
        return [
            facts
            for name in sorted(columns)
            for facts in _facts(name, columns[name], several[name])
        ]

    def _name_of(self, classes: Sequence[str], schema: Any) -> tuple[str, Mapping[str, str]]:
        """Return what a table of entries is called, and its attributes that have other names."""
        lower = {name.lower() for name in classes}
        for wording in self._wordings.values():
            if wording.name.lower() in lower:
                return wording.name, {a: name for name, a in wording.attributes.items()}
        above = {sup.lower() for name in classes for sup in _superiors(schema, name)}
        narrow = [n for n in classes if n.lower() not in above and _is_structural(schema, n)]
        return (narrow or list(classes) or ["top"])[0], {}

    def look(self, table: TableFacts) -> TableFacts:
        """Return what is known of a class with a few of its values, for a proposal."""
        samples: dict[str, list[str]] = {name: [] for name in table.columns}
        wanted = f"(objectClass={table.name.partition(' ')[0]})"
        for entry in islice(self._entries(self._base, wanted, ["*"]), LOOKED_AT):
            for name, texts in samples.items():
                values = entry.attributes.get(name.lower(), ())
                texts += [raw.decode("utf-8", "replace") for raw in values]
        return replace(table, samples=samples, types=dict.fromkeys(table.columns, "unknown"))

    @override
    def close(self) -> None:
        self._conversation.close()


def _facts(
    name: str, columns: Mapping[str, None], several: Mapping[str, None]
) -> Iterator[TableFacts]:
    """Yield a class, and each of its attributes that has several values, which comes first."""
    keys = [ForeignKey((DN,), f"{name} {one}", (DN,)) for one in several]
    yield TableFacts(name, tuple(one for one in columns if one not in several), (DN,), keys)
    for one in several:
        yield TableFacts(f"{name} {one}", (DN, one), (DN, one))


def _objects(schema: Any, kind: str) -> Iterator[Any]:
    if schema is not None:
        types = schema.sed
        for found in types.values():
            yield from (one for one in found.values() if type(one).__name__ == kind)


def _rules(schema: Any) -> Mapping[str, str]:
    """Return by attribute, in small letters, how the directory compares it; empty for not."""
    rules: dict[str, str] = {}
    by_name = {n.lower(): one for one in _objects(schema, "AttributeType") for n in one.names}
    for name, attribute in by_name.items():
        one, rule = attribute, ""
        for _step in range(9):  # a rule may be that of the attribute above
            rule = one.equality or ""
            if rule or not one.sup:
                break
            one = by_name.get(one.sup[0].lower(), one)
        rules[name] = rule
    return rules


def _classes(schema: Any) -> set[str]:
    return {name.lower() for one in _objects(schema, "ObjectClass") for name in one.names}


def _superiors(schema: Any, name: str) -> Sequence[str]:
    found = _class(schema, name)
    return found.sup if found is not None else ()


def _is_structural(schema: Any, name: str) -> bool:
    found = _class(schema, name)
    return found is not None and found.kind == 0


def _class(schema: Any, name: str) -> Any:
    classes = _objects(schema, "ObjectClass")
    return next((c for c in classes if name.lower() in map(str.lower, c.names)), None)


def _own_name(schema: Any, attribute: str) -> str:
    """Return an attribute's name as the directory writes it."""
    found = _objects(schema, "AttributeType")
    return next((n for one in found for n in one.names if n.lower() == attribute), attribute)
