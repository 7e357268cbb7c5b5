"""A first definition of a store from its tables alone, for a person to review: pure.

Names of columns are read as French and English words, and weighed against their types and a few
of their values. Each proposal has a confidence from 0 to 1; nothing is left out, and what is not
understood stays personal data until somebody says no.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from privacy.stores.definition import (
    Collection,
    Field,
    Identity,
    Link,
    StoreDefinition,
    Texts,
)
from privacy.stores.normalise import USUAL
from privacy.stores.proposals.facts import KINDS, TableFacts
from privacy.stores.proposals.judging import Look, look_of
from privacy.stores.proposals.linking import is_about_someone, links_of
from privacy.stores.proposals.naming import title_of, title_of_table
from privacy.stores.proposals.origins import origin_of
from privacy.stores.proposals.vocabulary import (
    UNKNOWN,
    Meaning,
    is_of_others,
    meaning_of_name,
    plain,
    subjects_of,
)
from privacy.stores.terms import About, DataCategory

SURE = 0.5
"""Below this confidence a guess is pointed out."""


class Note(StrEnum):
    """What a reviewer should know of a column."""

    UNSURE = "unsure"
    """Neither its name nor its values say what it is."""
    FREE_TEXT = "free-text"
    """Anything may be told of anybody in it."""
    THIRD_PARTY = "third-party"
    """It tells of somebody else than the subject of its row (Art. 15(4) GDPR)."""


@dataclass(frozen=True)
class Draft:
    """A proposed definition."""

    definition: StoreDefinition
    confidence: Mapping[str, float]
    """By `collection.column`, how sure its category and identity are."""
    notes: Mapping[str, Sequence[Note]] = field(default_factory=dict)
    """By `collection.column`, what to look at; most columns have none."""


_FILE_ENDING = re.compile(r"\.(csv|tsv|jsonl|ndjson)$")


def propose(name: str, tables: Sequence[TableFacts]) -> Draft:
    """Return a definition of all tables; it fits together, and a person must review it."""
    names = _collection_names(tables)
    meanings = {t.name: {c: _meaning(t, c) for c in t.columns} for t in tables}
    links = links_of(tables, meanings)
    collections = tuple(
        _collection(table, names[table.name], meanings[table.name], links[table.name], names)
        for table in tables
    )
    confidence = {
        f"{names[table]}.{column}": meaning.confidence
        for table, columns in meanings.items()
        for column, meaning in columns.items()
    }
    notes: dict[str, list[Note]] = {}
    for table in tables:
        for column, note in _notes(table, meanings[table.name]):
            notes.setdefault(f"{names[table.name]}.{column}", []).append(note)
    return Draft(StoreDefinition(name, _same(name), (), collections), confidence, notes)


def _meaning(table: TableFacts, column: str) -> Meaning:
    """Return what name, type and values of a column tell together."""
    named, type_ = meaning_of_name(column), table.types.get(column, "unknown")
    if named is UNKNOWN and _tells_rows_apart(table, column):
        named = _KEY
    look = look_of(table.samples.get(column, ()))
    if _is_of_others(table, column):
        return replace(named, kind="", confidence=min(named.confidence, 0.6))
    if type_ not in _TYPES_OF[named.kind]:
        return Meaning(named.category, 0.4)  # the day when an e-mail was sent, say
    if look is None:
        return named
    return _judged(named, look)


_KEY = Meaning(DataCategory.TECHNICAL, 0.6)
"""A key of the database's own: what it says of someone, the rows that it leads to say."""


def _tells_rows_apart(table: TableFacts, column: str) -> bool:
    """Whether a number is there for the database alone."""
    keys = (table.primary_key, *(key.columns for key in table.foreign_keys))
    return table.types.get(column) == "number" and any(column in key for key in keys)


_TYPES_OF: Mapping[str, Sequence[str]] = {
    "": KINDS,
    "email": ("text", "unknown"),
    "phone": ("text", "number", "unknown"),
}
"""The types that a column can have which holds a kind of identifier."""


def _judged(named: Meaning, look: Look) -> Meaning:
    seen = _LOOKS.get(look)
    if seen is None:
        # Values that are no such identifier speak against the name.
        sure = min(named.confidence, 0.5) if named.kind else named.confidence
        return replace(named, kind="", confidence=sure)
    if (seen.category, seen.kind) == (named.category, named.kind):
        return replace(seen, confidence=0.99)
    is_surer = seen.confidence > named.confidence or (seen.kind and not named.kind)
    return seen if is_surer else named


_LOOKS: Mapping[Look, Meaning] = {
    Look.EMAIL: Meaning(DataCategory.CONTACT, 0.95, "email"),
    Look.PHONE: Meaning(DataCategory.CONTACT, 0.75, "phone"),
    Look.IBAN: Meaning(DataCategory.PAYMENT, 0.97),
    Look.CARD: Meaning(DataCategory.PAYMENT, 0.9),
    Look.SSN: Meaning(DataCategory.IDENTITY, 0.9),
    Look.IP: Meaning(DataCategory.BEHAVIOUR, 0.9),
}


def _is_of_others(table: TableFacts, column: str) -> bool:
    # A table of employees is about them, whatever dealing they have with the rows of others.
    return is_of_others(column) and column not in table.primary_key


def _notes(table: TableFacts, meanings: Mapping[str, Meaning]) -> Iterator[tuple[str, Note]]:
    """Yield columns with what a reviewer should know of them."""
    for column, meaning in meanings.items():
        if _is_free_text(table, column, meaning):
            yield column, Note.FREE_TEXT
        if _is_of_others(table, column):
            yield column, Note.THIRD_PARTY
        if meaning.confidence < SURE:
            yield column, Note.UNSURE


def _collection_names(tables: Iterable[TableFacts]) -> Mapping[str, str]:
    """Return by table a name of our own making, different for each."""
    names: dict[str, str] = {}
    for table in tables:
        name = _FILE_ENDING.sub("", plain(table.name.lower()))
        word = "_".join(re.findall(r"[a-z0-9]+", name))[:50]
        word = word if word[:1].isalpha() else f"t_{word}".rstrip("_")
        taken = sum(word == re.sub(r"__\d+$", "", other) for other in names.values())
        names[table.name] = f"{word}__{taken + 1}" if taken else word
    return names


def _collection(
    table: TableFacts,
    name: str,
    meanings: Mapping[str, Meaning],
    links: Sequence[Link],
    names: Mapping[str, str],
) -> Collection:
    return Collection(
        name=name,
        title=title_of_table(table.name),
        primary_key=table.primary_key or table.columns,
        fields=tuple(
            _field(c, m, table.types.get(c, ""), _about(table, c, m)) for c, m in meanings.items()
        ),
        identities=tuple(
            Identity(m.kind, (c,), _is_ones_own(table, c, m.kind))
            for c, m in meanings.items()
            if m.kind
        ),
        links=tuple(replace(link, to=names[link.to]) for link in links),
        table="" if table.name == name else table.name,
        subjects=subjects_of(table.name) if is_about_someone(meanings) else None,
    )


def _about(table: TableFacts, column: str, meaning: Meaning) -> About | None:
    """Propose whom a column speaks of, so that an unread draft hands nobody's data to another.

    Free text may name anybody: what identifies others is struck out of it. The name or address
    of somebody else is left out; a person who reviews may say that it is the subject's.
    """
    if _is_of_others(table, column) and meaning.category in _REACHING:
        return About.OTHERS
    return About.BOTH if _is_free_text(table, column, meaning) else None


_REACHING = frozenset({DataCategory.IDENTITY, DataCategory.CONTACT})


def _is_free_text(table: TableFacts, column: str, meaning: Meaning) -> bool:
    look = look_of(table.samples.get(column, ()))
    return look is Look.PROSE or (meaning.category is DataCategory.MESSAGE and look is None)


def _field(column: str, meaning: Meaning, kind: str, about: About | None) -> Field:
    """Propose a field; what the controller makes itself is not portable (Art. 20 GDPR)."""
    return Field(
        column,
        title_of(column),
        meaning.category,
        USUAL.get(meaning.kind, "exact"),
        provenance=origin_of(column, kind),
        about=about,
    )


def _is_ones_own(table: TableFacts, column: str, kind: str) -> bool:
    """Whether a value can only be one subject's: families share telephones."""
    return kind != "phone" or (column,) in (*table.unique, table.primary_key)


def _same(text: str) -> Texts:
    return {"fr": text, "en": text}
