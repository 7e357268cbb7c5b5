"""Fides datasets (fideslang YAML) as definitions of our own, and what to know of them: pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from privacy.stores.definition import (
    Collection,
    Columns,
    Field,
    Identity,
    Link,
    StoreDefinition,
    Texts,
)
from privacy.stores.fides.file import Dataset, Leaf, Source, datasets_of
from privacy.stores.fides.links import Joined, has_personal, links_of
from privacy.stores.fides.words import IDENTITY_KINDS, Remark, Told, category_of, is_personal
from privacy.stores.normalise import USUAL
from privacy.stores.terms import DataCategory
from privacy.stores.validity import ensure_valid

MASKED = "string"
"""The type that the usual strategy of Fides masks; it passes over all others."""


@dataclass(frozen=True)
class Imported:
    """What a file of Fides datasets says, in our words."""

    definitions: tuple[StoreDefinition, ...]
    told: tuple[Told, ...]
    """What Fides would silently have passed over, and what a person should decide."""


def from_fides(text: str) -> Imported:
    """Return a definition for each dataset of a file, to be reviewed as any other proposal.

    Raises InvalidError for what is no dataset, or one whose names cannot be kept apart.
    """
    datasets = datasets_of(text)
    sources = [source for dataset in datasets for source in dataset.sources]
    links = links_of(sources)
    names = _Names(datasets)
    looked_up = {one.target for one in links.joined if one.exported}
    made = tuple(
        ensure_valid(
            StoreDefinition(
                name=names.store(dataset.key),
                title=_same(dataset.title),
                purposes=(),
                collections=tuple(
                    _collection(
                        source,
                        names,
                        [one for one in links.joined if one.origin == source.place],
                        is_looked_up=source.place in looked_up,
                    )
                    for source in dataset.sources
                ),
            )
        )
        for dataset in datasets
    )
    told = (*(one for source in sources for one in _remarks(source)), *links.told)
    return Imported(made, tuple(dict.fromkeys(told)))


class _Names:
    """Names of our own making for what the datasets name as they like."""

    def __init__(self, datasets: Sequence[Dataset]) -> None:
        self._stores = _apart([dataset.key for dataset in datasets])
        self._collections = {
            dataset.key: _apart([source.name for source in dataset.sources])
            for dataset in datasets
        }

    def store(self, key: str) -> str:
        return self._stores[key]

    def collection(self, dataset: str, name: str) -> str:
        return self._collections[dataset][name]

    def seen_from(self, origin: str, target: tuple[str, str]) -> str:
        """Return how a link of one dataset calls a collection of another, or of its own."""
        name = self.collection(*target)
        return name if target[0] == origin else f"{self.store(target[0])}.{name}"


def _apart(names: Sequence[str]) -> Mapping[str, str]:
    made: dict[str, str] = {}
    for name in names:
        word = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:50] or "x"
        word = word if word[0].isalpha() else f"t_{word}"
        number = 2
        free = word
        while free in made.values():
            free, number = f"{word}__{number}", number + 1
        made[name] = free
    return made


def _collection(
    source: Source, names: _Names, joined: Sequence[Joined], *, is_looked_up: bool
) -> Collection:
    columns = _columns(source)
    name = names.collection(source.dataset, source.name)
    plain = is_looked_up and not has_personal(source)
    identities = _identities(source)
    kinds = {one.columns[0]: one.kind for one in identities}
    return Collection(
        name=name,
        title=_same(source.name),
        primary_key=_primary_key(source),
        fields=tuple(
            Field(
                column,
                _same(column),
                DataCategory.NONE if plain else _category(source, leaves),
                USUAL.get(kinds.get(column, ""), "exact"),
            )
            for column, leaves in columns.items()
        ),
        identities=identities,
        links=tuple(_link(one, names) for one in joined),
        retention=_same(source.retention) if source.retention else None,
        table="" if source.name == name else source.name,
    )


def _columns(source: Source) -> Mapping[str, list[Leaf]]:
    columns: dict[str, list[Leaf]] = {}
    for leaf in source.leaves:
        columns.setdefault(leaf.column, []).append(leaf)
    return columns


def _category(source: Source, leaves: Sequence[Leaf]) -> DataCategory:
    words = [word for leaf in leaves for word in leaf.categories or source.categories]
    return category_of(words)


def _primary_key(source: Source) -> Columns:
    keys = tuple(leaf.column for leaf in source.leaves if leaf.is_key and not leaf.inner)
    return keys or tuple(_columns(source))


def _identities(source: Source) -> tuple[Identity, ...]:
    return tuple(
        Identity(IDENTITY_KINDS.get(leaf.identity, leaf.identity), (leaf.column,))
        for leaf in source.leaves
        if leaf.identity and not leaf.inner
    )


def _link(joined: Joined, names: _Names) -> Link:
    return Link(
        columns=tuple(edge.begins.column for edge in joined.edges),
        to=names.seen_from(joined.origin[0], joined.target),
        to_columns=tuple(edge.ends.column for edge in joined.edges),
        direction=joined.direction,
        exported=joined.exported,
        path=joined.edges[0].begins.inner,
    )


def _remarks(source: Source) -> Iterator[Told]:
    place = ".".join(source.place)
    if not any(leaf.is_key for leaf in source.leaves):
        yield Told(Remark.NO_KEY, place)
    if source.is_skipped:
        yield Told(Remark.SKIPPED, place)
    if source.is_hinted:
        yield Told(Remark.ERASURE, place)
    for leaf in source.leaves:
        for remark in _remarks_on(leaf):
            yield Told(remark, f"{place}.{'.'.join(leaf.path)}")


def _remarks_on(leaf: Leaf) -> Iterator[Remark]:
    is_of_someone = is_personal(leaf.categories)
    is_joining = leaf.is_key or bool(leaf.references)
    found = {
        Remark.NO_CATEGORY: not leaf.categories,
        Remark.KEY_CATEGORY: is_of_someone and is_joining,
        Remark.NO_TYPE: is_of_someone and not is_joining and leaf.data_type != MASKED,
        Remark.OBJECT: "." in leaf.column,
        Remark.IN_LIST: bool(leaf.identity and leaf.inner),
        Remark.REQUEST_FIELD: leaf.is_request_field,
        Remark.ERASURE: leaf.is_hinted,
    }
    yield from (remark for remark, applies in found.items() if applies)


def _same(text: str) -> Texts:
    return {"fr": text, "en": text}
