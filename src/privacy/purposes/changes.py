"""What is different between two notices, as whoever publishes the next must know it (pure).

A consent covers what was described (Art. 4(11) GDPR): a change of that asks everybody again, any
other wording asks nobody.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

_FRAME: Final = ("policy_url", "period", "script")
_WORDS: Final = ("title", "summary", "description", "legal_basis", "version")
_NAMED: Final = ("vendors", "cookies")
_LISTED: Final = ("signals", "gpc")
Document = Mapping[str, Any]


class Part(StrEnum):
    """Which part of a notice a change is in."""

    TEXT = "text"
    PURPOSE = "purpose"
    FRAME = "frame"


@dataclass(frozen=True)
class Line:
    """One thing that reads otherwise; what is not there is empty."""

    part: Part
    name: str
    """The text's key, the purpose's code, or the word for what surrounds them."""
    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """What publishing does to one language of a site."""

    language: str
    before: str
    """The digest of what is shown now; empty for a language that is new."""
    after: str
    """The digest of what will be shown; empty for a language that goes."""
    asks_again: bool
    """Whether who has answered is asked again."""
    lines: tuple[Line, ...]


def change(language: str, before: tuple[str, str], after: tuple[str, str]) -> Change:
    """Compare what a language shows, by digest and document, with what it will show."""
    old, new = (json.loads(document) if document else {} for _, document in (before, after))
    asks = bool(old and new and old["material"] != new["material"])
    lines = tuple(_lines(old, new)) if old and new else ()
    return Change(language, before[0], after[0], asks, lines)


def _lines(old: Document, new: Document) -> Iterator[Line]:
    yield from _of(Part.TEXT, old["texts"], new["texts"])
    for code in {**_purposes(old), **_purposes(new)}:
        was, will = _purposes(old).get(code, {}), _purposes(new).get(code, {})
        for one in _of(Part.PURPOSE, was, will):
            yield Line(one.part, code, one.name, one.before, one.after)
    yield from _of(Part.FRAME, _around(old), _around(new))


def _of(part: Part, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Line]:
    for name in {**old, **new}:
        was, will = old.get(name, ""), new.get(name, "")
        if was != will:
            yield Line(part, name, "", was, will)


def _around(document: Document) -> dict[str, str]:
    told = {name: str(document[name]) for name in _FRAME}
    return told | {"controllers": ", ".join(document["controllers"])}


def _purposes(document: Document) -> dict[str, dict[str, str]]:
    return {one["code"]: _said(one) for one in (*document["purposes"], *document["exempt"])}


def _said(one: Mapping[str, Any]) -> dict[str, str]:
    words = {name: str(one[name]) for name in _WORDS if name in one}
    named = {name: ", ".join(_name(item) for item in one.get(name, ())) for name in _NAMED}
    listed = {name: json.dumps(one[name]) for name in _LISTED if one.get(name)}
    return words | {name: text for name, text in named.items() if text} | listed


def _name(item: Mapping[str, Any]) -> str:
    lifetime = item.get("lifetime", "")
    return f"{item['name']} ({lifetime})" if lifetime else str(item["name"])
