"""Which patterns the keys of a Redis server follow, judged from their names: pure but for asking.

A part between two colons is a placeholder when it looks like a value (a number, a UUID, an
address) or when it is different in most keys of the same shape.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from string import Formatter
from typing import NamedTuple

from privacy.errors import InvalidError
from privacy.stores.connectors.redis.conversation import Conversation
from privacy.stores.connectors.redis.layout import Layout
from privacy.stores.connectors.redis.pattern import FIELDS, Kind, escaped
from privacy.stores.connectors.redis.values import ELEMENTS, object_of
from privacy.stores.proposals.facts import TableFacts

MANY = 8
"""Different parts in one place of which a literal word can hardly be one."""
_VALUE = re.compile(r"\d+|.*@.*|[0-9a-fA-F-]{12,}|(?=.*\d)[\w.-]{6,}", re.DOTALL)


class Seen(NamedTuple):
    """A key, what it holds, and the names of its fields."""

    key: str
    kind: str
    """A `Kind`, or what else the server calls it: a stream cannot be read, but is there."""
    fields: tuple[str, ...]


def seen_in(conversation: Conversation, keys: Sequence[bytes]) -> list[Seen]:
    """Return what is behind keys; names of fields only, where they are not too many."""
    if not keys:
        return []
    types = conversation.ask(*(("TYPE", key) for key in keys))
    commands = [_PEEK.get(type_, "TYPE") for type_ in types]
    answers = conversation.ask(*zip(commands, keys, strict=True))
    return [
        _seen(key, type_, answer)
        for key, type_, answer in zip(keys, types, answers, strict=True)
        if type_ != b"none"
    ]


_PEEK: Mapping[bytes, str] = {b"hash": "HKEYS", b"string": "GET"}


def _seen(key: bytes, type_: bytes, answer: object) -> Seen:
    name = key.decode("utf-8", "replace")
    if type_ == b"hash" and isinstance(answer, list):
        return Seen(name, Kind.HASH, tuple(one.decode("utf-8", "replace") for one in answer))
    if type_ == b"string" and isinstance(answer, bytes):
        with suppress(InvalidError):
            return Seen(name, Kind.JSON, tuple(object_of(answer)))
        return Seen(name, Kind.TEXT, FIELDS[Kind.TEXT])
    kind = type_.decode()
    return Seen(name, kind, FIELDS[Kind(kind)] if kind in ELEMENTS else ("value",))


def facts_of(seen: Sequence[Seen], layouts: Sequence[Layout]) -> Sequence[TableFacts]:
    """Return the keys as tables: those that are declared by that name, others by their shape."""
    columns: dict[str, dict[str, None]] = defaultdict(dict)
    others: dict[tuple[str, int, str], list[Seen]] = defaultdict(list)
    for one in seen:
        layout = next((layout for layout in layouts if _is_declared(layout, one)), None)
        if layout is None:
            parts = one.key.split(":")
            others[one.kind, len(parts), parts[0] if len(parts) > 1 else ""].append(one)
        else:
            known = dict.fromkeys((*layout.pattern.names, *map(_column_of(layout), one.fields)))
            columns[layout.collection.source_table] |= known
    for (kind, _count, _first), group in others.items():
        for name, names, fields in _shapes(group):
            columns[f"{kind} {name}"] |= dict.fromkeys((*names, *fields))
    return [_facts(name, tuple(known)) for name, known in sorted(columns.items())]


def _is_declared(layout: Layout, one: Seen) -> bool:
    return layout.pattern.kind == one.kind and layout.pattern.values(one.key) is not None


def _column_of(layout: Layout) -> Callable[[str], str]:
    """Return what says by which column a field is declared: its own name, or another."""
    by_source = {re.split(r"[.\[]", path)[0]: name for name, path in layout.sources.items()}
    return lambda field: by_source.get(field, field)


def _facts(name: str, columns: Sequence[str]) -> TableFacts:
    kind, _space, text = name.partition(" ")
    names = tuple(part for _literal, part, _spec, _turn in Formatter().parse(text) if part)
    own = ("value",) if kind in ELEMENTS else ()
    return TableFacts(name, tuple(columns), (*names, *own) or tuple(columns))


def _shapes(group: Sequence[Seen]) -> Iterator[tuple[str, Sequence[str], Sequence[str]]]:
    """Yield the pattern of each key with its placeholders and the fields of its value."""
    rows = [one.key.split(":") for one in group]
    various = [len(set(parts)) > MANY for parts in zip(*rows, strict=True)]
    for one, parts in zip(group, rows, strict=True):
        made, names, before = [], list[str](), ""
        for part, many in zip(parts, various, strict=True):
            if many or _VALUE.fullmatch(part):
                names.append(_placeholder(part, before, names))
                made.append(f"{{{names[-1]}}}")
            else:
                made.append(escaped(part))
                before = part
        yield ":".join(made), names, one.fields


def _placeholder(part: str, before: str, taken: Sequence[str]) -> str:
    """Return a name for what stands in keys, after what stands before it."""
    plain = re.sub(r"\W", "_", before)
    name = "email" if "@" in part else f"{plain}_id" if plain else "id"
    return f"{name}_{len(taken) + 1}" if name in taken else name
