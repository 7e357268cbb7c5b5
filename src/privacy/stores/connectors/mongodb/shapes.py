"""Which tables and columns some documents make up: pure.

Documents inside others are columns whose names have dots. A list is a table of its own, with one
row for each element, unless a definition already speaks of it as a column.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from privacy.stores.connectors.mongodb.layout import ID, Layout
from privacy.stores.nested import EVERY

MOST_NAMES: Final = 60
"""Different names in one place of documents beyond which they are values, and no names."""
_KINDS: Mapping[str, str] = {
    "Binary": "bytes",
    "Decimal128": "number",
    "Int64": "number",
    "bool": "boolean",
    "bytes": "bytes",
    "datetime": "date",
    "dict": "document",
    "float": "number",
    "int": "number",
    "list": "document",
    "str": "text",
}
_IDS: Final = frozenset({"ObjectId", "UUID"})
"""Types of values that are not the same by chance."""

Leaf: TypeAlias = tuple[str, Any]
"""A path, and what stands there in one document."""


@dataclass
class Seen:
    """What was seen at one path."""

    path: str
    kinds: set[str] = field(default_factory=set)
    references: dict[Any, None] = field(default_factory=dict)
    """Values by which another document may be meant."""

    @property
    def kind(self) -> str:
        """Return one of `proposals.KINDS`."""
        return self.kinds.copy().pop() if len(self.kinds) == 1 else "unknown"

    def note(self, value: Any) -> None:
        """Take one value into account."""
        name = type(value).__name__
        if value is not None:
            self.kinds.add(_KINDS.get(name, "unknown"))
        if name in _IDS:
            self.references[value] = None


@dataclass
class Shape:
    """One table: the documents of a collection, or the elements of a list in them."""

    source: str
    each: str
    columns: dict[str, Seen] = field(default_factory=dict)

    @property
    def table(self) -> str:
        """Return what definitions call it."""
        return f"{self.source} {self.each}{EVERY}" if self.each else self.source


def shapes_of(
    source: str, documents: Iterable[Mapping[str, Any]], layouts: Sequence[Layout]
) -> Sequence[Shape]:
    """Return the tables of a collection; the documents themselves are the first."""
    known = list(documents)
    reader = _Reader(source, layouts, _maps(known))
    for document in known:
        reader.take(document)
    return reader.shapes()


def _maps(documents: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return the paths where names are values, such as days or numbers of customers."""
    names: dict[str, set[str]] = defaultdict(set)
    for document in documents:
        for path, inner in _inside(document, ""):
            names[path] |= set(inner)
    return {path for path, found in names.items() if path and len(found) > MOST_NAMES}


def _inside(value: Any, path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if isinstance(value, Mapping):
        yield path, value
        for name, one in value.items():
            yield from _inside(one, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        for one in value:
            yield from _inside(one, path)


class _Reader:
    """Collects what documents hold."""

    def __init__(self, source: str, layouts: Sequence[Layout], maps: set[str]) -> None:
        self._source = source
        self._maps = maps
        self._names = {
            (layout.each, path): name for layout in layouts for name, path in layout.paths.items()
        }
        self._declared = {path for each, path in self._names if not each}
        self._lists = {layout.each for layout in layouts}
        self._shapes: dict[str, dict[str, Seen]] = {"": {}}

    def take(self, document: Mapping[str, Any]) -> None:
        """Take one document into account."""
        for path, value in self._leaves(document, ""):
            is_table = isinstance(value, list) and self._is_table(path, value)
            if is_table:
                for element in value:
                    self._take_element(document, path, element)
            if not is_table or path in self._declared:
                self._note("", path, value)
            elif any(one.startswith(f"{path}.") for one in self._declared):
                for inner, one in self._inner(value, path):
                    self._note("", inner, one)

    def _is_table(self, path: str, value: Sequence[Any]) -> bool:
        if path in self._lists:
            return True
        is_column = path in self._declared
        return bool(value) and not is_column and " " not in path

    def _take_element(self, document: Mapping[str, Any], each: str, element: Any) -> None:
        below = any(one.startswith(f"{each}.") for one in self._declared)
        if below and each not in self._lists:
            return
        for path, value in self._leaves(document.get(ID), ID):
            self._note(each, path, value)
        for path, value in self._leaves(element, each):
            self._note(each, path, value)

    def _inner(self, elements: Sequence[Any], path: str) -> Iterator[Leaf]:
        for element in elements:
            yield from self._leaves(element, path)

    def _leaves(self, value: Any, path: str) -> Iterator[Leaf]:
        """Yield the paths that are columns: values, lists, and documents that are one."""
        is_one = path in self._declared or path in self._maps or not isinstance(value, Mapping)
        if path and (is_one or not value):
            yield path, value
            return
        for name, one in value.items():
            yield from self._leaves(one, f"{path}.{name}" if path else str(name))

    def _note(self, each: str, path: str, value: Any) -> None:
        columns = self._shapes.setdefault(each, {})
        columns.setdefault(path, Seen(path)).note(value)

    def shapes(self) -> Sequence[Shape]:
        """Return what was collected, without places that were only ever empty documents."""
        return [
            Shape(
                self._source,
                each,
                {
                    self._names.get((each, path), path): seen
                    for path, seen in columns.items()
                    if not self._is_hollow(path, seen, columns)
                },
            )
            for each, columns in sorted(self._shapes.items())
            if columns
        ]

    def _is_hollow(self, path: str, seen: Seen, columns: Mapping[str, Seen]) -> bool:
        """Whether nothing but null or an empty document stands where others have documents."""
        is_above = any(other.startswith(f"{path}.") for other in columns)
        held_elsewhere = path in self._shapes and path not in self._declared
        only_empty = seen.kinds <= {"document"}
        return only_empty and (is_above or held_elsewhere)
