"""What a definition says of a directory's entries, and the filters that find them: pure."""

from collections.abc import Collection as Values
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from privacy.stores.connectors.ldap.conversation import Entry
from privacy.stores.connectors.matching import chunks
from privacy.stores.definition import Collection, StoreDefinition
from privacy.stores.document import Faults, Node
from privacy.stores.normalise import NORMALISERS, fold
from privacy.stores.protocol import Key, Row

DN = "dn"
"""The column that holds an entry's name, which is no attribute."""
CHUNK = 100
"""Keys in one filter."""


@dataclass(frozen=True)
class Wording:
    """Where the entries of a collection are, and its columns in them."""

    collection: Collection
    base: str
    condition: str
    """A filter of its own beside the class; empty for none."""
    attributes: Mapping[str, str]
    """By column the attribute in small letters; the DN is none."""

    @property
    def name(self) -> str:
        """Return the class of its entries."""
        return self.collection.source_table.partition(" ")[0]

    @property
    def each(self) -> str:
        """Return the attribute of which each value is a row; empty where each entry is one."""
        return self.collection.source_table.partition(" ")[2].lower()

    @property
    def everything(self) -> str:
        """Return the filter that all its entries pass."""
        return f"(&(objectClass={escaped(self.name)}){self.condition})"

    def filters(
        self, columns: Sequence[str], values: Values[Key], found: Mapping[str, str]
    ) -> Iterator[str]:
        """Yield filters that all entries with these values pass, and perhaps others.

        `found` names the attributes by which the directory finds values, and its rule for each.
        """
        usable = [n for n, name in enumerate(columns) if self._is_usable(name, found)]
        if not usable:
            yield self.everything
            return
        asked = dict.fromkeys(tuple(key[n] for n in usable) for key in values)
        names = [columns[n] for n in usable]
        for chunk in chunks(self._conditions(names, asked), CHUNK):
            yield f"(&{self.everything}(|{''.join(chunk)}))"

    def _is_usable(self, name: str, found: Mapping[str, str]) -> bool:
        rule = found.get(self.attributes.get(name, ""), "")
        way = self.collection.normalisers[name]
        return (way == "exact" and bool(rule)) or (way == "email" and "ignore" in rule.lower())

    def _conditions(self, names: Sequence[str], keys: Iterable[Key]) -> Iterator[str]:
        for key in keys:
            spellings = [self._spellings(n, t) for n, t in zip(names, key, strict=True)]
            for one in product(*spellings):
                yield f"(&{''.join(one)})"

    def _spellings(self, name: str, text: str) -> list[str]:
        way = self.collection.normalisers[name]
        folded = fold(way, text)
        written = NORMALISERS[way].spellings(folded) if folded else ()
        return [f"({self.attributes[name]}={escaped(one)})" for one in written if is_text(one)]

    def rows(self, entry: Entry) -> Iterator[Row]:
        """Yield the rows of an entry: one, or one for each value of the attribute that counts."""
        row = self._row(entry)
        several = [name for name, attribute in self.attributes.items() if attribute == self.each]
        if not several:
            yield row
            return
        held = row[several[0]]
        for value in held if isinstance(held, list) else [held] if held is not None else ():
            yield {**row, **dict.fromkeys(several, value)}

    def _row(self, entry: Entry) -> Row:
        """Return the declared columns: one value, a list of several, or None."""
        return {
            name: entry.dn if name not in self.attributes else self._value(entry, name)
            for name in self.collection.columns
        }

    def _value(self, entry: Entry, name: str) -> object:
        wanted = self.attributes[name]
        values = [
            _text(raw)
            for attribute, found in entry.attributes.items()
            if attribute.split(";")[0] == wanted  # also in another language, say
            for raw in found
        ]
        return values[0] if len(values) == 1 else values or None


def wordings_of(definition: StoreDefinition, base: str) -> Mapping[str, Wording]:
    """Return by collection where its entries are; InvalidError names what is not understood."""
    faults = Faults()
    found = {c.name: _wording(c, base, faults) for c in definition.collections}
    faults.raise_all("The definition of the data store has faults.")
    return found


def _wording(collection: Collection, base: str, faults: Faults) -> Wording:
    node = Node(dict(collection.options), f"{collection.name}.options", faults)
    keys = node.keys(("base", "filter", "fields"))
    fields = keys["fields"].plain()
    names = {name: fields.get(name, name) for name in collection.columns}
    if not set(fields) <= set(names) or not all(isinstance(one, str) for one in names.values()):
        keys["fields"].fault("names fields and their attributes")
    condition = keys["filter"].text() if keys["filter"].is_given else ""
    if condition and not (condition.startswith("(") and condition.endswith(")")):
        keys["filter"].fault("must stand in brackets, such as (employeeType=staff)")
    for name, attribute in names.items():
        if not str(attribute).replace("-", "").replace(".", "").isalnum():
            faults.add(f"{collection.name}.{name}", "is no name of an attribute")
    attributes = {name: str(one).lower() for name, one in names.items() if one != DN}
    each = collection.source_table.partition(" ")[2].lower()
    if each and each not in attributes.values():
        faults.add(f"{collection.name}.table", "names an attribute that is not among the fields")
    place = keys["base"].text() if keys["base"].is_given else base
    return Wording(collection, place, condition, attributes)


def escaped(text: str) -> str:
    """Return a value as it stands in a filter for itself (RFC 4515)."""
    return "".join(
        chr(byte) if chr(byte).isalnum() and byte < 128 else f"\\{byte:02x}"
        for byte in text.encode()
    )


def is_text(text: str) -> bool:
    """Whether a directory can hold a text: no half of a surrogate pair."""
    return not any("\ud800" <= c <= "\udfff" for c in text)


def _text(raw: bytes) -> str | bytes:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw
