"""What of the findings a request asks for: all of it, or what is portable (Art. 20 GDPR)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from privacy.packages.portable import not_portable
from privacy.packages.withheld import Ground, Withheld
from privacy.purposes.models import Purpose
from privacy.requests.models import RequestKind
from privacy.stores.assigned import Assigned, Way
from privacy.stores.definition import Collection, StoreDefinition
from privacy.stores.protocol import Store
from privacy.stores.search.findings import Findings, Place

Purposes: TypeAlias = Mapping[str, Purpose]


def omitted_of(
    kind: RequestKind, findings: Findings, stores: Mapping[str, Store], purposes: Purposes
) -> list[Withheld]:
    """Return what an answer of this kind leaves out of what was found, each with its ground."""
    if kind is not RequestKind.PORTABILITY:
        return []
    definitions = {name: store.definition for name, store in stores.items()}
    return not_portable(findings, definitions, purposes, by_hand=by_hand(stores))


def by_hand(stores: Mapping[str, Store]) -> frozenset[str]:
    """Return the stores in which a person looks, and no program."""
    return frozenset(
        name
        for name, store in stores.items()
        if isinstance(store, Assigned) and store.terms.way is not Way.VENDOR
    )


def everywhere(omitted: Iterable[Withheld]) -> dict[Place, dict[str, Ground]]:
    """Return by collection what is left out of every row: fields by name, or "" for all."""
    found: dict[Place, dict[str, Ground]] = {}
    for one in omitted:
        if one.row is None:
            found.setdefault((one.store, one.collection), {})[one.field] = one.ground
    return found


def without_others(omitted: Iterable[Withheld]) -> frozenset[Place]:
    """Return the collections of which rows that are not the subject's are left out."""
    return frozenset((one.store, one.collection) for one in omitted if one.row is not None)


def narrowed(
    definitions: Mapping[str, StoreDefinition], omitted: Mapping[Place, Mapping[str, Ground]]
) -> dict[str, StoreDefinition]:
    """Return the definitions in which what is left out of every row is shown to nobody."""
    return {
        name: replace(
            one,
            collections=tuple(
                _narrowed(collection, omitted.get((name, collection.name), {}))
                for collection in one.collections
            ),
        )
        for name, one in definitions.items()
    }


def _narrowed(collection: Collection, left: Mapping[str, Ground]) -> Collection:
    if not left:
        return collection
    fields = [
        replace(one, exported=False) if "" in left or one.name in left else one
        for one in collection.fields
    ]
    return replace(collection, fields=tuple(fields))


def written(omitted: Sequence[Withheld]) -> dict[str, list[list[str]]]:
    """Return by store what is left out of every row, in one order and without any value."""
    found: dict[str, list[list[str]]] = {}
    for (store, collection), left in everywhere(omitted).items():
        for field, ground in left.items():
            found.setdefault(store, []).append([collection, field, ground.value])
    return {store: sorted(lines) for store, lines in found.items()}
