"""How a preview is laid out: masked values, what was noticed, and what becomes of each field."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from privacy.packages.withheld import GROUNDS, Ground
from privacy.requests.previews.masking import masked
from privacy.requests.previews.sampling import Contents, Sampled, Seen
from privacy.requests.previews.treating import Choice, Treatment
from privacy.stores.definition import Collection, Field, StoreDefinition
from privacy.stores.own import NAME as OWN
from privacy.stores.protocol import Key
from privacy.stores.terms import About, DataCategory

Definitions = Mapping[str, StoreDefinition]

DECLARED = {About.OTHERS: Treatment.WITHHOLD, About.BOTH: Treatment.REDACT}
"""What becomes of a field where nobody decided, by whom it speaks of."""


def overview(
    contents: Contents, definitions: Definitions, choices: Sequence[Choice], language: str
) -> list[dict[str, Any]]:
    """Return one line for each collection, as the ledger has them, our own rows last."""
    seen = {(one.store, one.collection): one for one in contents.seen}
    return [
        {
            **line,
            "store_title": _store_title(definitions, line["store"], language),
            "title": _title(definitions, line["store"], line["collection"], language),
            "is_shown": (line["store"], line["collection"]) in seen,
            "noticed": _noticed(
                seen.get((line["store"], line["collection"])), definitions, choices
            ),
            "decided": sum(
                (one.store, one.collection) == (line["store"], line["collection"])
                for one in choices
            ),
        }
        for line in sorted(contents.coverage, key=lambda line: line["store"] == OWN)
    ]


def _noticed(seen: Seen | None, definitions: Definitions, choices: Sequence[Choice]) -> int:
    """Return in how many fields something of others stands about which nobody has decided."""
    collection = named(definitions, seen.store, seen.collection) if seen else None
    if not seen or collection is None:
        return 0
    treated = Treated(seen.store, collection, choices)
    return sum(
        treated.of(field) is Treatment.GIVE and not treated.is_decided(field)
        for field in collection.fields
        if field.name in seen.marks
    )


def named(definitions: Definitions, store: str, collection: str) -> Collection | None:
    """Return a collection, or None when it was taken off the register since the search."""
    definition = definitions.get(store)
    inside = definition.collections if definition else ()
    return next((one for one in inside if one.name == collection), None)


def part(
    seen: Seen, collection: Collection, choices: Sequence[Choice], language: str
) -> dict[str, Any]:
    """Return what the page of one collection shows."""
    treated = Treated(seen.store, collection, choices)
    fields = [one for one in collection.fields if one.exported]
    return {
        "title": collection.title[language],
        "seen": seen,
        "columns": [one.title[language] for one in fields],
        "rows": [_row(row, fields, language) for row in seen.rows],
        "fields": [
            {
                "name": field.name,
                "title": field.title[language],
                "marks": seen.marks.get(field.name, 0),
                "about": field.about.value if field.about else "",
                "treatment": treated.of(field).value,
                "ground": treated.ground(field),
                "is_decided": treated.is_decided(field),
            }
            for field in fields
        ],
        "single": list(_single(seen, collection, choices, language)),
    }


def omitted(
    contents: Contents, seen: Seen, collection: Collection, language: str
) -> list[dict[str, str]]:
    """Return the fields of a collection that a portable copy has not, each with its ground."""
    titles = {field.name: field.title[language] for field in collection.fields}
    return [
        {
            "title": titles.get(one["field"], one["field"]),
            "ground": GROUNDS[Ground(one["ground"])][language],
        }
        for one in contents.omitted
        if (one["store"], one["collection"]) == (seen.store, seen.collection)
    ]


def _row(row: Sampled, fields: Sequence[Field], language: str) -> dict[str, Any]:
    cells = [
        {
            "title": field.title[language],
            "text": _shown(field, row.values.get(field.name)),
            "marks": sorted({span[2] for span in row.spans.get(field.name, ())}),
        }
        for field in fields
    ]
    return {"number": row.number, "owned": row.owned, "cells": cells}


def _shown(field: Field, value: str | None) -> str | None:
    """Return a value masked, unless its field says nothing of anyone."""
    if value is None or field.data_category is DataCategory.NONE:
        return value
    return masked(value)


class Treated:
    """What becomes of the fields of one collection in every row."""

    def __init__(self, store: str, collection: Collection, choices: Sequence[Choice]) -> None:
        here = [
            one
            for one in choices
            if (one.store, one.collection) == (store, collection.name) and one.row is None
        ]
        self._by_field = {one.field: one for one in here}

    def of(self, field: Field) -> Treatment:
        """Return what becomes of a field, by decision or by its definition."""
        choice = self._choice(field)
        if choice is not None:
            return choice.treatment
        return DECLARED.get(field.about, Treatment.GIVE) if field.about else Treatment.GIVE

    def ground(self, field: Field) -> str:
        """Return why it is withheld, or ''."""
        choice = self._choice(field)
        if self.of(field) is not Treatment.WITHHOLD:
            return ""
        return choice.ground.value if choice else "others"

    def is_decided(self, field: Field) -> bool:
        """Whether somebody decided, and not only the definition."""
        return self._choice(field) is not None

    def _choice(self, field: Field) -> Choice | None:
        whole = self._by_field.get("")
        if whole is not None and whole.treatment is Treatment.WITHHOLD:
            return whole
        return self._by_field.get(field.name, whole)


def _single(
    seen: Seen, collection: Collection, choices: Sequence[Choice], language: str
) -> Iterator[dict[str, Any]]:
    """Yield what was decided on single rows."""
    numbers: dict[Key, int] = {row.key: row.number for row in seen.rows}
    titles = {field.name: field.title[language] for field in collection.fields}
    for one in choices:
        if (one.store, one.collection) == (seen.store, seen.collection) and one.row is not None:
            yield {
                "number": numbers.get(one.row),
                "title": titles.get(one.field, ""),
                "treatment": one.treatment.value,
                "ground": one.ground.value,
            }


def _store_title(definitions: Definitions, store: str, language: str) -> str:
    return definitions[store].title[language] if store in definitions else store


def _title(definitions: Definitions, store: str, collection: str, language: str) -> str:
    found = named(definitions, store, collection)
    return found.title[language] if found else collection
