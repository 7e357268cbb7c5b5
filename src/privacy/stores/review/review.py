"""A definition that a person reviews, with what there is to know of its parts: pure.

Places are `collection` or `collection.column`, by the names of the definition.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from privacy.errors import InvalidError
from privacy.stores import definition_file
from privacy.stores.definition import (
    Collection,
    Field,
    Identity,
    Kept,
    Link,
    StoreDefinition,
    Texts,
)
from privacy.stores.erasing import Erasure, ErasureRule, FieldErasure
from privacy.stores.normalise import USUAL
from privacy.stores.proposals.proposing import SURE, Draft, Note
from privacy.stores.terms import (
    About,
    DataCategory,
    Direction,
    Provenance,
    Rectifiable,
    SubjectKind,
)
from privacy.stores.validity import ensure_valid


@dataclass(frozen=True)
class Review:
    """What was proposed, as far as a person has changed it."""

    definition: StoreDefinition
    confidence: Mapping[str, float] = field(default_factory=dict)
    """By column, how sure a proposal is, from 0 to 1; nothing for what a person has settled."""
    notes: Mapping[str, Sequence[Note]] = field(default_factory=dict)
    new: frozenset[str] = frozenset()
    """Places that the data store has and the definition in force does not speak of."""
    gone: frozenset[str] = frozenset()
    """Places that the definition speaks of and the data store does not have."""
    seen: frozenset[str] = frozenset()
    """Collections that a person has saved."""
    compared: bool = True
    """Whether the data store answered when the review began."""

    def is_open(self, place: str) -> bool:
        """Whether a column deserves a close look before anything else."""
        is_unsure = self.confidence.get(place, 1.0) < SURE
        return bool(is_unsure or self.notes.get(place) or place in self.new | self.gone)


@dataclass(frozen=True)
class FieldChoice:
    """What a person says of one column."""

    data_category: DataCategory
    title: Texts
    kind: str = ""
    """The kind of identifier that the column alone holds, if it holds one."""
    spreads: bool = True
    exported: bool = True
    keep: bool = True
    """False takes the column out of the definition."""
    about: About | None = None
    provenance: Provenance | None = None
    rectifiable: Rectifiable | None = None
    derived_from: tuple[str, ...] = ()
    normalise: str = ""
    """How its values are compared, where that was changed; else as its kind of identifier is."""


@dataclass(frozen=True)
class LinkChoice:
    """What a person says of one link."""

    direction: Direction | None
    """None takes the link out of the definition."""
    exported: bool = False
    depth: int | None = None


@dataclass(frozen=True)
class CollectionChoice:
    """What a person says of one collection."""

    title: Texts
    retention: Texts | None
    purposes: tuple[str, ...]
    fields: Mapping[str, FieldChoice]
    links: Sequence[LinkChoice]
    """One for each link of the collection, in its order."""
    added: Sequence[Link] = ()
    kept: Kept | None = None
    subjects: SubjectKind | None = None
    erasure: ErasureRule | None = None
    together: Sequence[Identity] = ()
    """What identifies by several columns, or by a place within a document."""


@dataclass(frozen=True)
class StoreChoice:
    """What a person says of the data store as a whole."""

    title: Texts
    purposes: tuple[str, ...]
    recipients: tuple[str, ...]
    source: Texts | None


def of_draft(draft: Draft) -> Review:
    """Return the review of a data store of which nothing was declared before."""
    return Review(draft.definition, draft.confidence, draft.notes)


def reached(definition: StoreDefinition) -> frozenset[str]:
    """Return the collections that are searched: by an identity, or from others that own rows.

    What is only referred to is read where a row refers to it, and not searched for anybody.
    Links from other data stores are not known here, so what is left out may still be reached.
    """
    found = {one.name for one in definition.collections if one.identities}
    owning = {
        (one.name, link.to)
        for one in definition.collections
        for link in one.links
        if link.direction is Direction.OWNS
    }
    while more := {target for origin, target in owning if origin in found} - found:
        found |= more
    return frozenset(found)


def with_store(review: Review, choice: StoreChoice) -> Review:
    """Return the review after a person spoke of the whole store."""
    changed = replace(
        review.definition,
        title=choice.title,
        purposes=choice.purposes,
        recipients=choice.recipients,
        source=choice.source,
    )
    return replace(review, definition=ensure_valid(changed))


def with_collection(review: Review, name: str, choice: CollectionChoice) -> Review:
    """Return the review after a person spoke of one collection.

    What was unsure there is settled by it. Raises InvalidError when the parts no longer fit
    each other, such as a link to a column that was taken out.
    """
    old = review.definition.collection(name)
    made = _changed(old, choice)
    collections = tuple(made if c is old else c for c in review.definition.collections)
    definition = ensure_valid(replace(review.definition, collections=collections))
    settled = {f"{name}.{column}" for column in old.columns}
    dropped = settled - {f"{name}.{column}" for column in made.columns}
    return replace(
        review,
        definition=definition,
        confidence={at: sure for at, sure in review.confidence.items() if at not in settled},
        notes={at: _lasting(notes, at in settled) for at, notes in review.notes.items()},
        gone=review.gone - dropped,
        seen=review.seen | {name},
    )


def of_nobody(review: Review, name: str) -> Review:
    """Return the review after a person said that a collection says nothing of anyone.

    Raises InvalidError where an identifier is declared in it, for that says something.
    """
    old = review.definition.collection(name)
    if old.identities:
        raise InvalidError("This collection has identifiers: take them out first.")
    plain = tuple(replace(one, data_category=DataCategory.NONE) for one in old.fields)
    made = replace(old, fields=plain)
    collections = tuple(made if c is old else c for c in review.definition.collections)
    places = {f"{name}.{column}" for column in old.columns}
    return replace(
        review,
        definition=ensure_valid(replace(review.definition, collections=collections)),
        confidence={at: sure for at, sure in review.confidence.items() if at not in places},
        notes={at: notes for at, notes in review.notes.items() if at not in places},
        seen=review.seen | {name},
    )


def without_collection(review: Review, name: str) -> Review:
    """Return the review without a collection and without the links that led to it."""
    review.definition.collection(name)
    left = tuple(
        replace(one, links=tuple(link for link in one.links if link.to != name))
        for one in review.definition.collections
        if one.name != name
    )
    definition = ensure_valid(replace(review.definition, collections=left))
    return replace(review, definition=definition, gone=review.gone - {name})


def _lasting(notes: Sequence[Note], is_settled: bool) -> Sequence[Note]:  # noqa: FBT001 -- private
    """Return what stays worth telling of a column that a person has looked at."""
    return [note for note in notes if not is_settled or note is not Note.UNSURE]


def _changed(old: Collection, choice: CollectionChoice) -> Collection:
    kept = [one for one in old.fields if choice.fields[one.name].keep]
    fields = tuple(
        replace(
            one,
            title=choice.fields[one.name].title,
            data_category=choice.fields[one.name].data_category,
            normalise=_normalise(old, one, choice.fields[one.name]),
            exported=choice.fields[one.name].exported,
            about=choice.fields[one.name].about,
            provenance=choice.fields[one.name].provenance,
            rectifiable=choice.fields[one.name].rectifiable,
            erasure=_erased(choice, one),
            derived_from=choice.fields[one.name].derived_from,
        )
        for one in kept
    )
    alone = tuple(
        Identity(said.kind, (one.name,), said.spreads)
        for one in kept
        if (said := choice.fields[one.name]).kind
    )
    links = tuple(
        replace(link, direction=said.direction, exported=said.exported, depth=said.depth)
        for link, said in zip(old.links, choice.links, strict=True)
        if said.direction
    )
    return replace(
        old,
        title=choice.title,
        retention=choice.retention,
        purposes=choice.purposes,
        fields=fields,
        identities=(*alone, *choice.together),
        links=(*links, *choice.added),
        kept=choice.kept,
        subjects=choice.subjects,
        erasure=choice.erasure,
    )


def _erased(choice: CollectionChoice, field: Field) -> FieldErasure | None:
    """Return what becomes of a field: something of its own only where rows are anonymised."""
    is_blurred = choice.erasure is not None and choice.erasure.mode is Erasure.ANONYMISE
    return field.erasure if is_blurred else None


def _normalise(old: Collection, column: Field, said: FieldChoice) -> str:
    """Return how a column is compared: as was said, or as its new kind of identifier is."""
    if said.normalise and said.normalise != column.normalise:
        return said.normalise
    kinds = {one.kind for one in old.identities if one.asked_by == (column.name,)}
    if said.kind in kinds or (not said.kind and not kinds):
        return column.normalise
    return USUAL.get(said.kind, "exact")


def is_grouped(identity: Identity) -> bool:
    """Whether an identity is more than one column that identifies alone."""
    return len(identity.columns) > 1 or bool(identity.path)


def to_json(review: Review) -> str:
    """Return one line of JSON, from which `from_json` makes an equal review."""
    document = {
        "definition": definition_file.to_document(review.definition),
        "confidence": dict(review.confidence),
        "notes": {at: [note.value for note in notes] for at, notes in review.notes.items()},
        "new": sorted(review.new),
        "gone": sorted(review.gone),
        "seen": sorted(review.seen),
        "compared": review.compared,
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Review:
    """Return the review that `to_json` wrote."""
    document: dict[str, Any] = json.loads(text)
    return Review(
        definition=definition_file.from_document(document["definition"]),
        confidence=document["confidence"],
        notes={at: [Note(one) for one in notes] for at, notes in document["notes"].items()},
        new=frozenset(document["new"]),
        gone=frozenset(document["gone"]),
        seen=frozenset(document["seen"]),
        compared=document["compared"],
    )
