"""The links of Fides datasets, as ours lead: pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from privacy.stores.fides.file import Leaf, Reference, Source
from privacy.stores.fides.words import Remark, Told, is_personal
from privacy.stores.terms import Direction

Spot = tuple[str, str]
"""A dataset and one of its collections."""


@dataclass(frozen=True)
class Edge:
    """Values of one leaf that are searched in another."""

    origin: Spot
    begins: Leaf
    target: Spot
    ends: Leaf
    is_upward: bool = False
    """Whether it leads from a row to one that it names, and not to those that name it."""

    @property
    def told(self) -> str:
        """Return it as a person reads it."""
        begins, ends = ".".join(self.begins.path), ".".join(self.ends.path)
        return f"{'.'.join(self.origin)}.{begins} -> {'.'.join(self.target)}.{ends}"


@dataclass(frozen=True)
class Joined:
    """A link of ours: edges that count together."""

    edges: tuple[Edge, ...]
    direction: Direction
    exported: bool

    @property
    def origin(self) -> Spot:
        """Return where it begins."""
        return self.edges[0].origin

    @property
    def target(self) -> Spot:
        """Return where it leads."""
        return self.edges[0].target


@dataclass
class Links:
    """All links of some datasets, and what is to be said of them."""

    joined: list[Joined] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)


def links_of(sources: Sequence[Source]) -> Links:
    """Return the links between collections that are there, from the references of all."""
    known = {source.place: source for source in sources}
    links = Links()
    directed, open_ = _edges(sources, known, links.told)
    directed += _oriented(directed, open_, known, links.told)
    for edges in _together(directed, known):
        if joined := _joined(edges, known, links.told):
            links.joined.append(joined)
    links.told += _circles(links.joined)
    links.told += _unreached(known, links.joined)
    return links


def _edges(
    sources: Sequence[Source], known: Mapping[Spot, Source], told: list[Told]
) -> tuple[list[Edge], list[Edge]]:
    """Return the edges with a direction, and those without: from what is referred to."""
    directed: list[Edge] = []
    undirected: list[Edge] = []
    for source in sources:
        for leaf in source.leaves:
            for reference in leaf.references:
                edge = _edge(source, leaf, reference, known, told)
                if edge:
                    (directed if reference.direction else undirected).append(edge)
    return directed, undirected


def _edge(
    source: Source,
    leaf: Leaf,
    reference: Reference,
    known: Mapping[Spot, Source],
    told: list[Told],
) -> Edge | None:
    here = f"{source.dataset}.{source.name}.{'.'.join(leaf.path)}"
    there = (reference.dataset, reference.path[0])
    words = ".".join((reference.dataset, *reference.path))
    other = next(
        (
            one
            for s in [known.get(there)]
            if s
            for one in s.leaves
            if one.path == reference.path[1:]
        ),
        None,
    )
    if other is None:
        is_ours = reference.dataset in {dataset for dataset, _name in known}
        told.append(Told(Remark.NOWHERE if is_ours else Remark.ELSEWHERE, here, words))
        return None
    if reference.direction == "to":
        return Edge(source.place, leaf, there, other, is_upward=True)
    return Edge(there, other, source.place, leaf)


def _oriented(
    directed: Sequence[Edge],
    undirected: Sequence[Edge],
    known: Mapping[Spot, Source],
    told: list[Told],
) -> list[Edge]:
    """Let each edge without a direction lead from what is reached to what is not."""
    made: list[Edge] = []
    waiting = list(undirected)
    while waiting:
        reached = _reached(known, [*directed, *made])
        ready = [e for e in waiting if {e.origin, e.target} & reached] or waiting
        edge = ready[0]
        waiting.remove(edge)
        is_backwards = edge.target in reached and edge.origin not in reached
        back = Edge(edge.target, edge.ends, edge.origin, edge.begins, is_upward=True)
        turned = back if is_backwards else edge
        told.append(Told(Remark.BOTH_WAYS, ".".join(turned.origin), turned.told))
        made.append(turned)
    return made


def _reached(known: Mapping[Spot, Source], edges: Iterable[Edge]) -> set[Spot]:
    reached = {spot for spot, source in known.items() if _is_seed(source)}
    pairs = {(edge.origin, edge.target) for edge in edges}
    while more := {target for origin, target in pairs if origin in reached} - reached:
        reached |= more
    return reached


def _is_seed(source: Source) -> bool:
    return any(leaf.identity and not leaf.inner for leaf in source.leaves)


def _together(edges: Sequence[Edge], known: Mapping[Spot, Source]) -> Iterator[tuple[Edge, ...]]:
    """Yield edges that are one link: those whose ends are together a key of several columns."""
    pairs = sorted(edges, key=lambda edge: (edge.origin, edge.target))
    for spots, group in groupby(pairs, key=lambda edge: (edge.origin, edge.target)):
        found = list(dict.fromkeys(group))
        keys = [{leaf.path for leaf in known[spot].leaves if leaf.is_key} for spot in spots]
        sides = ({edge.begins.path for edge in found}, {edge.ends.path for edge in found})
        is_key = any(len(key) > 1 and key == side for key, side in zip(keys, sides, strict=True))
        if is_key and len(sides[0]) == len(sides[1]) == len(found):
            yield tuple(found)
        else:
            yield from ((edge,) for edge in found)


def _joined(
    edges: tuple[Edge, ...], known: Mapping[Spot, Source], told: list[Told]
) -> Joined | None:
    first = edges[0]
    place = ".".join(first.origin)
    if any(edge.ends.inner for edge in edges) or (
        len(edges) > 1 and any(edge.begins.inner for edge in edges)
    ):
        told.append(Told(Remark.IN_LIST, place, first.told))
        return None
    if len(edges) > 1:
        told.append(Told(Remark.COMPOSITE, place, "; ".join(edge.told for edge in edges)))
    if first.origin == first.target:
        told.append(Told(Remark.SELF, place, first.told))
        return Joined(edges, Direction.REFERS, exported=False)
    if not has_personal(known[first.target]) and first.is_upward:
        told.append(Told(Remark.LOOKED_UP, place, first.told))
        return Joined(edges, Direction.REFERS, exported=True)
    return Joined(edges, Direction.OWNS, exported=False)


def has_personal(source: Source) -> bool:
    """Whether any field is declared to say something of a person."""
    return any(is_personal(leaf.categories or source.categories) for leaf in source.leaves)


def _circles(joined: Sequence[Joined]) -> Iterator[Told]:
    """Yield the collections from which links lead back to themselves through others."""
    onward: dict[Spot, set[Spot]] = defaultdict(set)
    for one in joined:
        if one.origin != one.target:
            onward[one.origin].add(one.target)
    for spot in list(onward):
        reached: set[Spot] = set()
        while more := {t for s in (reached or {spot}) for t in onward.get(s, ())} - reached:
            reached |= more
        if spot in reached:
            yield Told(Remark.CYCLE, ".".join(spot))


def _unreached(known: Mapping[Spot, Source], joined: Sequence[Joined]) -> Iterator[Told]:
    """Yield the collections that nothing of a person leads to, directly or not."""
    owned = {spot for spot, source in known.items() if _is_seed(source)}
    owning = {(j.origin, j.target) for j in joined if j.direction is Direction.OWNS}
    while more := {target for origin, target in owning if origin in owned} - owned:
        owned |= more
    reached = owned | {j.target for j in joined if j.origin in owned}
    for spot in known:
        if spot not in reached:
            yield Told(Remark.UNREACHABLE, ".".join(spot))
