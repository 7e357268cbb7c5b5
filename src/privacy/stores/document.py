"""Reading a document that people write: every fault is collected with the path to it."""

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

import yaml
from typing_extensions import override

from privacy.errors import InvalidError
from privacy.stores.definition import LANGUAGES, Texts

LONGEST_DOCUMENT = 2_000_000
LONGEST_TEXT = 4000
LONGEST_NAME = 255
"""Characters of a name in a store; no database that we know allows more."""
CODE = re.compile(r"[a-z][a-z0-9_]{0,62}")
"""Names that we choose ourselves: of stores, collections, kinds and purposes."""

Kind = TypeVar("Kind", bound=StrEnum)


def parse_yaml(text: str) -> object:
    """Return the values of a YAML document; no aliases, no doubled keys, no objects."""
    _refuse_long(text)
    try:
        return yaml.load(text, _PlainLoader)  # noqa: S506 -- it is the safe loader, made stricter
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "document"
        raise _unreadable(where, error.problem or "cannot be read") from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise _unreadable("document", "is no YAML that can be read") from None


def parse_json(text: str) -> object:
    """Return the values of a JSON document."""
    _refuse_long(text)
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise _unreadable("document", "is no JSON that can be read") from None


def _refuse_long(text: str) -> None:
    if len(text) > LONGEST_DOCUMENT:
        raise _unreadable("document", f"has more than {LONGEST_DOCUMENT} characters")


def _unreadable(where: str, what: str) -> InvalidError:
    return InvalidError("The definition cannot be read.", fields={where: [what]})


class _PlainLoader(yaml.SafeLoader):
    """A safe loader without aliases, which could grow without end, and without doubled keys."""

    @override
    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError(
                None, None, "aliases are not allowed", self.get_mark()
            )
        return super().compose_node(parent, index)

    @override
    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else ""
            if not name or name in seen:
                problem = f"the key {name!r} stands twice" if name else "a key must be a text"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            seen.add(name)
        return super().construct_mapping(node, deep=deep)


class Faults:
    """What is wrong with a document, by path."""

    def __init__(self) -> None:
        self.found: dict[str, list[str]] = {}

    def add(self, path: str, what: str) -> None:
        """Note one fault."""
        told = self.found.setdefault(path or "document", [])
        if what not in told:
            told.append(what)

    def raise_all(self, message: str) -> None:
        """Raise InvalidError with every fault, if there is one."""
        if self.found:
            raise InvalidError(message, fields=self.found)


def _is_plain(value: object) -> bool:
    """Whether JSON can hold a value, and give it back the same."""
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_plain(one) for key, one in value.items())
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, str | int | float | bool)


class Node:
    """One value of the document; what it should be is asked, and faults are noted, not raised."""

    def __init__(self, value: object, path: str, faults: Faults) -> None:
        self.value = value
        self.path = path
        self.faults = faults

    @property
    def is_given(self) -> bool:
        """Whether the document says anything here."""
        return self.value is not None

    def fault(self, what: str) -> None:
        """Note that this value is wrong."""
        self.faults.add(self.path, what)

    def keys(self, known: Iterable[str]) -> Mapping[str, "Node"]:
        """Return the values by the known keys, absent ones as nothing; fault for others."""
        value = self.value
        if not isinstance(value, dict):
            self.fault("must be a mapping of names to values")
            value = {}
        for foreign in value.keys() - set(known):
            self.faults.add(self._below(str(foreign)), "is not known here")
        return {name: Node(value.get(name), self._below(name), self.faults) for name in known}

    def _below(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def items(self) -> list["Node"]:
        """Return the items of a list; none when nothing is given."""
        if not self.is_given:
            return []
        if not isinstance(self.value, list):
            self.fault("must be a list")
            return []
        return [Node(v, f"{self.path}[{i}]", self.faults) for i, v in enumerate(self.value)]

    def text(self, longest: int = LONGEST_TEXT) -> str:
        """Return a text that is not empty."""
        if not isinstance(self.value, str) or not self.value.strip():
            self.fault("must be a text that is not empty; put it in quotes")
            return ""
        if len(self.value) > longest:
            self.fault(f"must have at most {longest} characters")
        return self.value

    def name(self) -> str:
        """Return a name as it stands in the store, such as a column's."""
        return self.text(LONGEST_NAME)

    def names(self) -> tuple[str, ...]:
        """Return a list of names as they stand in the store."""
        return tuple(item.name() for item in self.items())

    def code(self) -> str:
        """Return a name of our own making."""
        if isinstance(self.value, str) and CODE.fullmatch(self.value):
            return self.value
        self.fault("must be a-z, 0-9 and _, and begin with a letter")
        return ""

    def plain(self) -> dict[str, Any]:
        """Return a mapping of plain values as it is; an empty one when nothing is given."""
        if not self.is_given:
            return {}
        if not isinstance(self.value, dict) or not _is_plain(self.value):
            self.fault("must be a mapping of names to texts, numbers, lists and mappings")
            return {}
        return self.value

    def day(self) -> date:
        """Return a day; YAML makes it one, JSON has it as YYYY-MM-DD."""
        if isinstance(self.value, date) and not isinstance(self.value, datetime):
            return self.value
        with suppress(TypeError, ValueError):
            return date.fromisoformat(self.value)  # type: ignore[arg-type]  # what is no text raises
        self.fault("must be a day such as 2026-12-31")
        return date.min

    def number(self) -> int:
        """Return a whole number from 1 on."""
        if isinstance(self.value, int) and not isinstance(self.value, bool) and self.value > 0:
            return self.value
        self.fault("must be a whole number from 1 on")
        return 1

    def flag(self, *, usual: bool) -> bool:
        """Return true or false."""
        if self.is_given and not isinstance(self.value, bool):
            self.fault("must be true or false")
        return self.value if isinstance(self.value, bool) else usual

    def choice(self, kinds: type[Kind], usual: Kind) -> Kind:
        """Return one of a closed list of words."""
        if isinstance(self.value, str) and self.value in set(kinds):
            return kinds(self.value)
        self.fault(f"must be one of: {', '.join(kinds)}")
        return usual

    def choice_of(self, kinds: type[Kind]) -> Kind | None:
        """Return one of a closed list of words, or None when nothing is given."""
        return self.choice(kinds, next(iter(kinds))) if self.is_given else None

    def texts(self, usual: str = "") -> Texts:
        """Return a text in each language; one plain text stands for all of them."""
        if not self.is_given and usual:
            return dict.fromkeys(LANGUAGES, usual)
        if not isinstance(self.value, dict):
            return dict.fromkeys(LANGUAGES, self.text())
        return {language: node.text() for language, node in self.keys(LANGUAGES).items()}
