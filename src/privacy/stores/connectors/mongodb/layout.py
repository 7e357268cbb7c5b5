"""What a definition says of its collections' documents, and what a document says: pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from privacy.errors import InvalidError
from privacy.stores.connectors.mongodb.values import at, plain
from privacy.stores.definition import Collection, StoreDefinition
from privacy.stores.document import Faults, Node
from privacy.stores.nested import EVERY, column_of, path_of, steps_of
from privacy.stores.protocol import Row

ID: Final = "_id"


class Record(NamedTuple):
    """One row and what it was read from."""

    document: Mapping[str, Any]
    row: Row
    element: Any
    """Of a list whose elements are rows, the one that this row is, as it is stored."""
    place: str
    """Where in the document the element stands, such as `lines.3`; empty for a whole document."""


@dataclass(frozen=True)
class Layout:
    """Where each column of a collection is."""

    collection: Collection
    source: str
    """What the database calls the collection."""
    each: str
    """The path of a list whose elements are the rows; empty where documents are."""
    paths: Mapping[str, str]
    """By column the path of its value."""
    keeps_documents: bool = False
    """Whether an erasure takes the declared fields only, and leaves the document."""
    collation: str = ""
    """The locale of the collation by which texts are found without case; empty for none."""

    def path(self, name: str) -> str:
        """Return the path of a column, or of a place within one: lists have no steps here."""
        inside = (step for step in steps_of(path_of(name)) if step != EVERY)
        return ".".join([self.paths[column_of(name)], *inside])

    @property
    def projection(self) -> Mapping[str, int]:
        """Return what of a document is asked for."""
        asked = {_until_a_number(path) for path in self.paths.values()} | {ID}
        return dict.fromkeys(outermost({*asked, self.each} - {""}), 1)

    @property
    def doomed(self) -> Sequence[str]:
        """Return the paths that an erasure takes where it leaves the document."""
        own = (path for path in self.paths.values() if path.split(".")[0] != ID)
        return sorted(outermost(own))

    def records(self, document: Mapping[str, Any]) -> Iterator[Record]:
        """Yield the rows of a document; none where all that could be erased is not there."""
        if self.each:
            yield from self._elements(document)
            return
        row = {name: plain(at(document, path.split("."))) for name, path in self.paths.items()}
        gone = self.keeps_documents and not any(is_there(document, path) for path in self.doomed)
        if not gone:
            yield Record(document, row, None, "")

    def _elements(self, document: Mapping[str, Any]) -> Iterator[Record]:
        held = at(document, self.each.split("."))
        several = isinstance(held, list)
        elements = held if isinstance(held, list) else [] if held is None else [held]
        for number, element in enumerate(elements):
            row = {
                name: plain(self._of_element(document, element, path))
                for name, path in self.paths.items()
            }
            place = f"{self.each}.{number}" if several else self.each
            yield Record(document, row, element, place)

    def _of_element(self, document: Mapping[str, Any], element: Any, path: str) -> Any:
        inner = self.inner(path)
        return at(document, path.split(".")) if inner is None else at(element, inner)

    def inner(self, path: str) -> Sequence[str] | None:
        """Return a path from an element on; None where it does not lead into elements."""
        if not self.each or not f"{path}.".startswith(f"{self.each}."):
            return None
        rest = path[len(self.each) + 1 :]
        return rest.split(".") if rest else []


def outermost(paths: Iterable[str]) -> set[str]:
    """Return the paths that do not lie below another one: a server takes no others together."""
    known = set(paths)
    return {path for path in known if not any(above in known for above in _above(path))}


def _above(path: str) -> Iterator[str]:
    steps = path.split(".")
    return (".".join(steps[:number]) for number in range(1, len(steps)))


def _until_a_number(path: str) -> str:
    steps = path.split(".")
    place = next((n for n, step in enumerate(steps) if n and step.isdecimal()), len(steps))
    return ".".join(steps[:place])


def is_there(document: Any, path: str) -> bool:
    """Whether a document has a place at all, be it filled or null."""
    parent, _dot, last = path.rpartition(".")
    above = at(document, parent.split(".")) if parent else document
    found = above if isinstance(above, list) else [above]
    return any(isinstance(one, Mapping) and last in one for one in found) or (
        at(document, path.split(".")) not in (None, [])
    )


def layouts_of(definition: StoreDefinition) -> Mapping[str, Layout]:
    """Return by collection where its columns are; InvalidError names what is not understood."""
    faults = Faults()
    found = {c.name: _layout(c, faults) for c in definition.collections}
    faults.raise_all("The definition of the data store has faults.")
    return found


def source_of(table: str) -> tuple[str, str]:
    """Return the collection and the path of the list that a table's name means."""
    if not table.endswith(EVERY):
        return table, ""
    source, _space, path = table.removesuffix(EVERY).rpartition(" ")
    if not source or not is_path(path):
        raise InvalidError("A list's elements are named `collection path[*]`.")
    return source, path


def is_path(path: str) -> bool:
    """Whether a server can be asked by a path: names with dots between, and no operators."""
    return "\x00" not in path and all(
        step and not step.startswith("$") for step in path.split(".")
    )


def _layout(collection: Collection, faults: Faults) -> Layout:
    source, each = _source(collection, faults)
    node = Node(dict(collection.options), f"{collection.name}.options", faults)
    keys = node.keys(("fields", "erase", "collation"))
    paths = {name: name for name in collection.columns} | keys["fields"].plain()
    if set(paths) != set(collection.columns):
        keys["fields"].fault("names a column that is not among the fields")
    for name, path in paths.items():
        if not isinstance(path, str) or not is_path(path):
            faults.add(f"{collection.name}.{name}", "is no path that MongoDB can be asked by")
    erase = keys["erase"].name() if keys["erase"].is_given else "documents"
    if erase not in {"documents", "fields"} or (each and erase == "fields"):
        keys["erase"].fault("is documents or fields, and of a list's elements nothing")
    collation = keys["collation"].name() if keys["collation"].is_given else ""
    return Layout(collection, source, each, paths, erase == "fields", collation)


def _source(collection: Collection, faults: Faults) -> tuple[str, str]:
    table = collection.source_table
    try:
        source, each = source_of(table)
    except InvalidError as error:
        faults.add(f"{collection.name}.table", str(error))
        return table, ""
    if is_catalogue(source) or "\x00" in source or "$" in source:
        faults.add(f"{collection.name}.table", "is no collection of the store itself")
    return source, each


def is_catalogue(source: str) -> bool:
    """Whether a collection belongs to the database itself."""
    return source.startswith("system.")
