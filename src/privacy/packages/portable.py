"""What is portable: provided by the subject or observed of them, on consent or contract: pure.

Art. 20(1) GDPR and the guidelines WP 242 rev.01: not what the controller made of the data, not
what it keeps by law or on its own interest, and nothing that is about somebody else.
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any

from privacy.packages.package import Table
from privacy.packages.withheld import Ground, Withheld, key_of_row
from privacy.purposes.models import LegalBasis, Purpose
from privacy.stores.definition import Collection, Field, StoreDefinition
from privacy.stores.search.findings import Findings
from privacy.stores.terms import DataCategory, Provenance

BASES = frozenset({LegalBasis.CONSENT, LegalBasis.CONTRACT})
PORTABLE = frozenset({Provenance.PROVIDED, Provenance.OBSERVED})
STRUCTURE = frozenset({DataCategory.TECHNICAL, DataCategory.NONE})
"""Categories of the keys by which the tables of a package still find each other."""


def not_portable(
    findings: Findings,
    definitions: Mapping[str, StoreDefinition],
    purposes: Mapping[str, Purpose],
    by_hand: Container[str] = (),
) -> list[Withheld]:
    """Return what a portability package leaves out of what was found, each with its ground.

    `by_hand` are the stores that only a person can search: archives on paper and the like.
    """
    left: list[Withheld] = []
    for store, name in findings.rows:
        if store in by_hand:
            left.append(Withheld(store, name, Ground.BY_HAND))
            continue
        definition = definitions[store]
        collection = definition.collection(name)
        left.extend(_of_collection(definition, collection, purposes))
        rows = findings.rows[store, name]
        if collection.is_personal and rows.owned < len(rows):
            left.extend(
                Withheld(store, name, Ground.OTHERS, row=key_of_row(collection, row.values))
                for row in rows
                if row.exported and not row.owned
            )
    return left


def _of_collection(
    definition: StoreDefinition, collection: Collection, purposes: Mapping[str, Purpose]
) -> Iterator[Withheld]:
    codes = collection.purposes or definition.purposes
    lawful = any(code in purposes and purposes[code].legal_basis in BASES for code in codes)
    joining = _joining(collection)
    grounds = {field.name: _ground(field, lawful=lawful) for field in collection.fields}
    kept = [name for name, ground in grounds.items() if ground is None and name not in joining]
    if not kept:
        first = next((one for one in grounds.values() if one), Ground.NO_BASIS)
        yield Withheld(definition.name, collection.name, first)
        return
    for field in collection.fields:
        is_structure = field.name in joining and field.data_category in STRUCTURE
        if (ground := grounds[field.name]) and not is_structure:
            yield Withheld(definition.name, collection.name, ground, field=field.name)


def _ground(field: Field, *, lawful: bool) -> Ground | None:
    """Return why a field is not portable; a consent is processed on itself (Art. 7(1) GDPR)."""
    if not lawful and field.data_category is not DataCategory.CONSENT:
        return Ground.NO_BASIS
    if field.origin in PORTABLE:
        return None
    if field.origin is Provenance.THIRD_PARTY:
        return Ground.THIRD_PARTY
    return Ground.DERIVED if is_declared(field) else Ground.PRESUMED


def is_declared(field: Field) -> bool:
    """Whether the definition says where a field's values come from, or it is a presumption."""
    return field.provenance is not None or bool(field.derived_from)


def _joining(collection: Collection) -> set[str]:
    columns = {*collection.primary_key}
    columns.update(name for link in collection.links for name in link.columns)
    return columns


def schema_of(
    tables: Iterable[Table], definitions: Mapping[str, StoreDefinition]
) -> dict[str, Any]:
    """Return a JSON Schema of `data` in data.json, with each field's meaning and provenance."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "data",
        "type": "array",
        "items": {
            "oneOf": [
                _table(one, definitions[one.store].collection(one.collection)) for one in tables
            ]
        },
    }


def _table(table: Table, collection: Collection) -> dict[str, Any]:
    fields = {field.name: _field(field) for field in collection.fields}
    columns = {name: fields[name] for name in table.columns}
    return {
        "type": "object",
        "description": dict(collection.title),
        "required": ["store", "collection", "rows"],
        "properties": {
            "store": {"const": table.store},
            "collection": {"const": table.collection},
            "rows": {"type": "array", "items": {"type": "object", "properties": columns}},
        },
    }


def _field(field: Field) -> dict[str, Any]:
    return {
        "description": dict(field.title),
        "category": field.data_category.value,
        "provenance": field.origin.value,
        "provenance_presumed": not is_declared(field),
    }
