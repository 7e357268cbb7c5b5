"""What follows from a decision: every place of the same value, and what was computed from it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from privacy.errors import InvalidError
from privacy.rectification.candidates import ANY, Candidate, Searched
from privacy.rectification.models import CorrectionState, Origin

LONGEST = 2000
"""Characters of a value."""


@dataclass(frozen=True)
class Group:
    """One value of the subject, with all the places where it stands."""

    number: int
    value: str | None = field(repr=False)
    category: str
    places: Sequence[Candidate]
    matches: bool
    """Whether the subject spoke of it."""


def groups(kept: Searched, said: str) -> list[Group]:
    """Return what was found, value by value; those of which the subject spoke stand first.

    The same text in another category is another value: a street and a surname may be equal.
    """
    together: dict[tuple[str, str], list[Candidate]] = {}
    for one in kept.candidates:
        alone = f"{one.number}" if not one.folded else ""
        together.setdefault((one.category, one.folded or f"\0{alone}"), []).append(one)
    words = " ".join(said.casefold().split())
    made = [
        Group(
            number=places[0].number,
            value=places[0].value,
            category=category,
            places=places,
            matches=len(folded) > 1 and folded in words,
        )
        for (category, folded), places in together.items()
    ]
    return sorted(made, key=lambda one: (not one.matches, not one.value, one.number))


@dataclass(frozen=True)
class Wanted:
    """What is decided for one value: what stands from now on in which of its places."""

    numbers: frozenset[int]
    after: str = field(default="", repr=False)
    refused: str = field(default="", repr=False)
    """Why nothing is changed there, for the subject to read; then `after` is empty."""


@dataclass(frozen=True)
class Planned:
    """One field to be put right, or to be computed again."""

    candidate: Candidate
    origin: Origin
    state: CorrectionState
    detail: str
    after: str | None = field(repr=False)
    reason: str = field(default="", repr=False)


def plan(kept: Searched, wanted: Sequence[Wanted]) -> list[Planned]:
    """Return all that is to be done for a decision, and by whom.

    Raises InvalidError when nothing is decided, or a place is decided on twice or is unknown.
    """
    known = {one.number: one for one in kept.candidates}
    planned: dict[int, Planned] = {}
    for one in wanted:
        _check(one, known, planned)
        for rank, number in enumerate(sorted(one.numbers)):
            origin = Origin.PROPAGATED if rank else Origin.DECIDED
            if known[number].value != one.after:
                planned[number] = _planned(known[number], origin, one)
    changed = {number: one for number, one in planned.items() if one.after is not None}
    if not changed:
        raise InvalidError("Nothing is changed: refuse the request with its reason instead.")
    asked = _of_keepers(kept, [changed[min(one.numbers & changed.keys())]
                               for one in wanted if one.numbers & changed.keys()])  # fmt: skip
    return [*planned.values(), *asked, *_dependent(known, changed)]


def _check(wanted: Wanted, known: Mapping[int, Candidate], planned: Mapping[int, Planned]) -> None:
    if not wanted.numbers <= known.keys() or wanted.numbers & planned.keys():
        raise InvalidError("The list has changed meanwhile; look at it again.")
    if bool(wanted.after.strip()) == bool(wanted.refused.strip()):
        raise InvalidError("Of a value, give what is right, or why it stays; not both.")
    if max(len(wanted.after), len(wanted.refused)) > LONGEST:
        raise InvalidError(f"A value and a reason have between 1 and {LONGEST} characters.")


def _planned(one: Candidate, origin: Origin, wanted: Wanted) -> Planned:
    if wanted.refused:
        return Planned(one, origin, CorrectionState.REFUSED, "", None, wanted.refused)
    state = CorrectionState.BY_HAND if one.hindrance else CorrectionState.OWED
    return Planned(one, origin, state, one.hindrance, wanted.after)


def _of_keepers(kept: Searched, changed: Sequence[Planned]) -> Iterator[Planned]:
    """Yield what keepers are asked to put right: a value of a category that they may hold."""
    for keeper in kept.keepers:
        for number, one in enumerate(changed, start=1):
            if not keeper.categories or one.candidate.category in keeper.categories:
                place = replace(
                    one.candidate,
                    number=-number,
                    store=keeper.store,
                    collection=keeper.questions[0].collection,
                    field=ANY,
                    key=(),
                )
                yield Planned(place, Origin.PROPAGATED, CorrectionState.ASKED, "", one.after)


def _dependent(
    known: Mapping[int, Candidate], planned: Mapping[int, Planned]
) -> Iterator[Planned]:
    """Yield what is computed from a value that changes, directly or not."""
    touched = {one.candidate.place for one in planned.values()}
    waiting = [one for one in known.values() if one.sources and one.number not in planned]
    while reached := [one for one in waiting if _rests_on(one, touched)]:
        for one in reached:
            state = CorrectionState.BY_HAND
            yield Planned(one, Origin.DEPENDENT, state, "recompute", after=None)
        touched |= {one.place for one in reached}
        waiting = [one for one in waiting if one not in reached]


def _rests_on(one: Candidate, touched: set[str]) -> bool:
    stores = {f"{place.partition('.')[0]}.{ANY}" for place in touched}
    return not touched.union(stores).isdisjoint(one.sources)
