"""Which keys belong to a collection, and what their names say: pure.

The `table` of a collection is a kind of value, a space and a pattern, such as
`hash session:{id}`. A placeholder stands for one or more characters without a colon.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from string import Formatter

from privacy.errors import InvalidError


class Kind(StrEnum):
    """What the value of a key is."""

    HASH = "hash"
    """Fields with their texts."""
    JSON = "json"
    """A string that holds a JSON object."""
    TEXT = "text"
    """A string of any other kind; its field is `value`."""
    LIST = "list"
    """One row for each element, with its `value` and `position`."""
    SET = "set"
    """One row for each member, which is its `value`."""
    ZSET = "zset"
    """One row for each member, with its `value` and `score`."""


FIELDS: Mapping[Kind, tuple[str, ...]] = {
    Kind.TEXT: ("value",),
    Kind.LIST: ("value", "position"),
    Kind.SET: ("value",),
    Kind.ZSET: ("value", "score"),
}
"""What a row has beside the placeholders, where it does not depend on the key."""

FORM = "must be a kind (hash, json, text, list, set, zset), a space, and a pattern of keys"
_GLOB = re.compile(r"([*?\[\]\\])")


@dataclass(frozen=True)
class Pattern:
    """Keys of one kind."""

    kind: Kind
    parts: tuple[tuple[str, str], ...]
    """Literal text and the placeholder after it; the last placeholder may be empty."""

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Return the placeholders, in order."""
        return tuple(name for _literal, name in self.parts if name)

    @cached_property
    def glob(self) -> str:
        """Return what `SCAN` takes for MATCH: all these keys, and perhaps a few more."""
        return "".join(
            _GLOB.sub(r"\\\1", literal) + "*" * bool(name) for literal, name in self.parts
        )

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        return re.compile(
            "".join(re.escape(literal) + "([^:]+)" * bool(name) for literal, name in self.parts),
            re.DOTALL,
        )

    def values(self, key: str) -> Mapping[str, str] | None:
        """Return by placeholder what stands in a key; None for a key that is none of these."""
        found = self._regex.fullmatch(key)
        if found is None:
            return None
        return dict(zip(self.names, found.groups(), strict=True))

    def key(self, values: Mapping[str, str]) -> str | None:
        """Return the key in which these values stand; None when there can be none."""
        key = "".join(literal + (values[name] if name else "") for literal, name in self.parts)
        # Two placeholders side by side could be told apart in another way.
        return key if self.values(key) == {name: values[name] for name in self.names} else None


def pattern_of(table: str) -> Pattern:
    """Return the pattern of a collection's table; InvalidError when it is none."""
    kind, _space, text = table.partition(" ")
    try:
        parts = tuple(_parts(text))
        names = [name for _literal, name in parts if name]
        if text and len(set(names)) == len(names):
            return Pattern(Kind(kind), parts)
    except ValueError:
        pass
    raise InvalidError(
        "The table of a collection is a kind and a pattern.", fields={table: [FORM]}
    )


def _parts(text: str) -> Iterator[tuple[str, str]]:
    for literal, name, spec, conversion in Formatter().parse(text):
        if name == "" or spec or conversion:
            raise ValueError("a placeholder is only a name")
        yield literal, name or ""


def escaped(literal: str) -> str:
    """Return a text as it stands in a pattern for itself."""
    return literal.replace("{", "{{").replace("}", "}}")
