"""A definition in force beside what its data store has now: pure."""

from collections.abc import Collection as Values
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import TypeVar

from privacy.stores.definition import Collection, Link, StoreDefinition
from privacy.stores.proposals.proposing import Draft
from privacy.stores.review.review import Review

Known = TypeVar("Known")


def compare(definition: StoreDefinition, draft: Draft, missing: Values[str] = ()) -> Review:
    """Return the definition with what it lacks added as proposed, for a person to review.

    Only the default schema is compared, for only that is surveyed. What a waiver names stays
    out; what is `missing`, as a check of the store names it, is marked and stays in.
    """
    ours = {one.source_table: one for one in definition.collections if not one.schema}
    theirs = {one.source_table: one for one in draft.definition.collections}
    names = _names(definition, draft)
    waived = {waiver.place for waiver in definition.waivers}
    known = {one.name: set(one.columns) for one in definition.collections}
    grown = tuple(
        _grown(one, _renamed(theirs[one.source_table], names), known, waived)
        if ours.get(one.source_table) is one and one.source_table in theirs
        else one
        for one in definition.collections
    )
    added = tuple(
        _renamed(one, names)
        for table, one in theirs.items()
        if table not in ours and table not in waived
    )
    merged = _without_loose_links(replace(definition, collections=grown + added))
    new = set(_places(merged)) - set(_places(definition))
    gone = frozenset(missing) & set(_places(definition))
    return Review(
        definition=merged,
        confidence=_moved(draft.confidence, names, new),
        notes=_moved(draft.notes, names, new),
        new=frozenset(new),
        gone=gone,
        seen=_untouched(merged, new | gone),
    )


def in_force(
    definition: StoreDefinition, missing: Values[str] = (), *, answered: bool = True
) -> Review:
    """Return a review of a definition as it is, of a store that tells no more of itself."""
    gone = frozenset(missing) & set(_places(definition))
    seen = _untouched(definition, gone)
    return Review(definition=definition, gone=gone, seen=seen, compared=answered)


def _untouched(definition: StoreDefinition, places: AbstractSet[str]) -> frozenset[str]:
    """Return the collections in which nothing is new or gone."""
    touched = {at.partition(".")[0] for at in places}
    return frozenset(one.name for one in definition.collections if one.name not in touched)


def _names(definition: StoreDefinition, draft: Draft) -> Mapping[str, str]:
    """Return by proposed name what a collection is called in the definition, or will be."""
    ours = {one.source_table: one.name for one in definition.collections if not one.schema}
    taken = {one.name for one in definition.collections}
    names: dict[str, str] = {}
    for one in draft.definition.collections:
        name = ours.get(one.source_table, one.name)
        while name in taken and one.source_table not in ours:
            name += "_new"
        taken.add(name)
        names[one.name] = name
    return names


def _grown(
    ours: Collection, theirs: Collection, known: Mapping[str, set[str]], waived: set[str]
) -> Collection:
    """Return a collection with the columns that it lacks, and their identities and links."""
    lacking = [
        one
        for one in theirs.fields
        if one.name not in ours.columns and f"{ours.source_table}.{one.name}" not in waived
    ]
    added = {one.name for one in lacking}
    # A link between what was there before is one that a person did without.
    links = [
        link
        for link in theirs.links
        if added & set(link.columns) or not set(link.to_columns) <= known.get(link.to, set())
    ]
    return replace(
        ours,
        fields=(*ours.fields, *lacking),
        identities=(
            *ours.identities,
            *(one for one in theirs.identities if set(one.columns) <= added),
        ),
        links=(*ours.links, *links),
    )


def _renamed(collection: Collection, names: Mapping[str, str]) -> Collection:
    links = tuple(replace(link, to=names[link.to]) for link in collection.links)
    table = collection.source_table
    name = names[collection.name]
    return replace(collection, name=name, table="" if table == name else table, links=links)


def _without_loose_links(definition: StoreDefinition) -> StoreDefinition:
    """Return the definition without proposed links into columns that a waiver keeps out."""
    columns = {one.name: set(one.columns) for one in definition.collections}
    return replace(
        definition,
        collections=tuple(
            replace(one, links=tuple(link for link in one.links if _holds(link, one, columns)))
            for one in definition.collections
        ),
    )


def _holds(link: Link, origin: Collection, columns: Mapping[str, set[str]]) -> bool:
    if "." in link.to:
        return True
    there = columns.get(link.to, set())
    return set(link.to_columns) <= there and set(link.columns) <= columns[origin.name]


def _places(definition: StoreDefinition) -> Iterator[str]:
    for collection in definition.collections:
        yield collection.name
        yield from (f"{collection.name}.{column}" for column in collection.columns)


def _moved(
    known: Mapping[str, Known], names: Mapping[str, str], new: set[str]
) -> dict[str, Known]:
    """Return what is known of new places, by the names that they have now."""
    moved: dict[str, Known] = {}
    for at, one in known.items():
        name, _dot, column = at.partition(".")
        place = f"{names[name]}.{column}"
        if place in new:
            moved[place] = one
    return moved
