"""What the data stores hold of a subject, field by field, for somebody to decide on: pure."""

import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from privacy.assignments.answers import Question, questions_from_json, questions_to_json
from privacy.errors import InvalidError
from privacy.stores.assigned import holds_documents
from privacy.stores.definition import Collection, Field, StoreDefinition
from privacy.stores.normalise import fold, text_of
from privacy.stores.own import NAME
from privacy.stores.protocol import Capability, Key, Row
from privacy.stores.search.findings import Lead, LeadReason
from privacy.stores.terms import DataCategory, Provenance

MOST = 2000
"""Fields that one search keeps; a page of more could not be decided on."""
NOT_FOR_DECISION = frozenset({DataCategory.NONE, DataCategory.TECHNICAL})
"""Categories whose values nobody but the store itself is right about."""
ANY = "*"
"""In `sources`: any field of the store."""


@dataclasses.dataclass(frozen=True)
class Candidate:
    """One field of one row of the subject."""

    number: int
    store: str
    collection: str
    field: str
    key: Key = dataclasses.field(repr=False)
    value: str | None = dataclasses.field(repr=False)
    folded: str = dataclasses.field(repr=False)
    """By what the same value is recognised elsewhere; empty where there is none."""
    category: str = ""
    hindrance: str = ""
    """Why the service cannot write here, as a code; empty where it can."""
    sources: tuple[str, ...] = ()
    """Fields that it is computed from, as store.collection.field, or store.*"""

    @property
    def place(self) -> str:
        """Return the field's full name."""
        return f"{self.store}.{self.collection}.{self.field}"


@dataclasses.dataclass(frozen=True)
class Keeper:
    """A data store that no program reads: its keeper is told what is right, and looks."""

    store: str
    questions: tuple[Question, ...] = dataclasses.field(repr=False)
    """By what the subject is known there; at least one."""
    categories: frozenset[str] = frozenset()
    """Of what it may hold values; of anything where empty."""


@dataclasses.dataclass(frozen=True)
class Searched:
    """All that may be decided on."""

    candidates: Sequence[Candidate]
    cut: bool = False
    """Whether there was more than fits."""
    leads: Sequence[Lead] = ()
    """Identifiers that others may have too: nobody searched by them yet."""
    keepers: Sequence[Keeper] = ()
    missed: Sequence[str] = ()
    """Data stores that did not answer, by name."""


Found = Mapping[tuple[str, str], Iterable[Row]]
"""By store and collection, the rows that are the subject's."""


def searched(
    found: Found,
    definitions: Mapping[str, StoreDefinition],
    capabilities: Mapping[str, frozenset[Capability]],
) -> Searched:
    """Return the fields of the rows that were found, our own rows left out.

    What this service keeps is corrected where it is asked: an address is proven anew.
    """
    kept: list[Candidate] = []
    for (store, name), rows in found.items():
        if store == NAME:
            continue
        collection = definitions[store].collection(name)
        writable = Capability.RECTIFY in capabilities.get(store, frozenset())
        for row in rows:
            for one in _fields(definitions[store], collection, row, writable=writable):
                if len(kept) == MOST:
                    return Searched(kept, cut=True)
                kept.append(Candidate(number=len(kept), **one))
    return Searched(kept)


def _fields(
    definition: StoreDefinition, collection: Collection, row: Row, *, writable: bool
) -> Iterator[dict[str, Any]]:
    key = tuple(_text(row.get(name)) for name in collection.primary_key)
    for declared in collection.fields:
        if declared.data_category in NOT_FOR_DECISION and not declared.derived_from:
            continue
        value, hindrance = _value(row.get(declared.name))
        if not writable:
            hindrance = "cannot"
        elif "" in key:
            hindrance = "no-key"
        elif declared.name in _joining(definition, collection):
            hindrance = "key-field"
        yield {
            "store": definition.name,
            "collection": collection.name,
            "field": declared.name,
            "key": key,
            "value": value,
            "folded": _folded(declared, value),
            "category": declared.data_category.value,
            "hindrance": hindrance,
            "sources": tuple(_sources(definition, collection, declared)),
        }


def _text(value: object) -> str:
    try:
        return text_of(value) or ""
    except InvalidError:
        return ""


def _value(value: object) -> tuple[str | None, str]:
    """Return a value as text, and why it cannot be written as one."""
    try:
        return text_of(value), ""
    except InvalidError:
        return json.dumps(value, ensure_ascii=False, default=str), "document"


def _folded(declared: Field, value: str | None) -> str:
    text = fold(declared.normalise, value) if value else None
    return " ".join((text or "").casefold().split())


def _joining(definition: StoreDefinition, collection: Collection) -> set[str]:
    """Return the columns by which rows are told apart or find each other."""
    columns = set(collection.primary_key)
    columns.update(name for link in collection.links for name in link.columns)
    for other in definition.collections:
        for link, target in definition.targets(other):
            if target == (definition.name, collection.name):
                columns.update(link.to_columns)
    return columns


def _sources(
    definition: StoreDefinition, collection: Collection, declared: Field
) -> Iterator[str]:
    for source in declared.derived_from:
        before = (definition.name, collection.name)[: 2 - min(source.count("."), 2)]
        yield ".".join((*before, source))
    if declared.provenance is Provenance.DERIVED and not declared.derived_from:
        yield f"{definition.name}.{ANY}"


def keeper_of(definition: StoreDefinition, questions: tuple[Question, ...]) -> Keeper:
    """Return what is kept of a data store that only a person or a vendor searches.

    One that holds documents may hold anything.
    """
    asked = {one.collection for one in questions}
    collections = [one for one in definition.collections if one.name in asked]
    if any(holds_documents(one) for one in definition.collections):
        return Keeper(definition.name, questions)
    declared = {field.data_category for one in collections for field in one.fields}
    return Keeper(
        definition.name,
        questions,
        frozenset(one.value for one in declared - NOT_FOR_DECISION),
    )


def to_json(kept: Searched) -> str:
    """Return what was found as text, to be sealed."""
    return json.dumps(
        {
            "cut": kept.cut,
            "candidates": [dataclasses.asdict(one) for one in kept.candidates],
            "missed": list(kept.missed),
            "leads": [dataclasses.asdict(one) for one in kept.leads],
            "keepers": [
                [one.store, questions_to_json(one.questions), sorted(one.categories)]
                for one in kept.keepers
            ],
        },
        ensure_ascii=False,
    )


def from_json(text: str) -> Searched:
    """Return what `to_json` wrote."""
    document = json.loads(text)
    return Searched(
        [
            Candidate(**one | {"key": tuple(one["key"]), "sources": tuple(one["sources"])})
            for one in document["candidates"]
        ],
        cut=document["cut"],
        # What an earlier version kept names none of these.
        missed=tuple(document.get("missed", ())),
        leads=tuple(_lead(one) for one in document.get("leads", ())),
        keepers=tuple(
            Keeper(store, questions_from_json(questions), frozenset(categories))
            for store, questions, categories in document.get("keepers", ())
        ),
    )


def _lead(document: Mapping[str, Any]) -> Lead:
    known = {**document, "value": tuple(document["value"])}
    return Lead(**known | {"reason": LeadReason(document["reason"])})
