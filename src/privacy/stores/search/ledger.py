"""The ledger of a search: what was searched, what was not, and why; pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from privacy.errors import AwaitedError
from privacy.stores.definition import Collection, Columns, Link
from privacy.stores.protocol import Store
from privacy.stores.search.findings import Coverage, Outcome, Place, Reason, Rows
from privacy.stores.terms import Direction

AWAITED = AwaitedError.code


@dataclass
class Course:
    """How a search goes, as far as the ledger must tell it."""

    searched: set[Place] = field(default_factory=set)
    """Collections that answered at least once which of their rows are the subject's."""
    failed: dict[Place, str] = field(default_factory=dict)
    missing: dict[Place, None] = field(default_factory=dict)
    """Where a row of the subject has its link, and where there is nothing registered."""
    starved: set[Place] = field(default_factory=set)
    """Collections that were not asked for an identifier, since what would judge it failed."""
    awaited: set[Place] = field(default_factory=set)
    """Collections of which somebody was asked who has not answered everything yet."""
    blind: set[Place] = field(default_factory=set)
    """Collections of stores that cannot look inside a document, where values stand within one."""
    limited: set[Place] = field(default_factory=set)
    """Collections of which rows were left out that lie further away than their link goes."""
    doubted: dict[Place, Columns] = field(default_factory=dict)
    """Collections in which an identifier stands that nobody said whose it is, and where."""
    _down: dict[str, str] = field(default_factory=dict)

    def doubt(self, place: Place, columns: Columns) -> None:
        """Note that rows were passed over that have an identifier in these columns."""
        known = self.doubted.get(place, ())
        self.doubted[place] = known + tuple(one for one in columns if one not in known)

    def fail(self, place: Place, code: str) -> None:
        """Note that one collection cannot be read."""
        self.failed.setdefault(place, code)

    def fail_store(self, place: Place, code: str) -> None:
        """Note that a whole store does not answer; it is not asked again."""
        self._down.setdefault(place[0], code)
        self.fail(place, code)

    def miss(self, place: Place, link: Link, values: Iterable[object]) -> None:
        """Note that rows of the subject may be where nothing is registered."""
        if link.direction is Direction.OWNS and None not in values:
            self.missing.setdefault(place)

    def is_closed(self, place: Place) -> bool:
        """Whether a question is in vain; it then counts as failed."""
        if place[0] in self._down:
            self.fail(place, self._down[place[0]])
        return place in self.failed

    def failure(self, place: Place) -> str:
        """Return the code of the error by which a collection is not known to its end, or ''."""
        down = "" if place in self.searched else self._down.get(place[0], "")
        return self.failed.get(place, down) or (AWAITED if place in self.awaited else "")


def collections_of(stores: Mapping[str, Store]) -> dict[Place, Collection]:
    """Return every declared collection by its place."""
    return {
        (name, collection.name): collection
        for name, store in stores.items()
        for collection in store.definition.collections
    }


def lines(
    stores: Mapping[str, Store], rows: Mapping[Place, Rows], course: Course
) -> Sequence[Coverage]:
    """Return one line for each declared collection, then for what is missing or waived."""
    ledger = _Ledger(stores, course)
    declared = [
        replace(
            ledger.line(place, collection, rows[place]),
            capabilities=stores[place[0]].capabilities,
        )
        for place, collection in collections_of(stores).items()
    ]
    missing = [
        Coverage(*place, Outcome.NOT_SEARCHED, reason=Reason.NOT_REGISTERED)
        for place in course.missing
    ]
    waived = [
        Coverage(name, waiver.place, Outcome.NOT_SEARCHED, reason=Reason.WAIVED)
        for name, store in stores.items()
        for waiver in store.definition.waivers
    ]
    # What nobody has waived either; the check that found it tells the DPO.
    unclassified = [
        Coverage(name, place, Outcome.NOT_SEARCHED, reason=Reason.WAIVED)
        for name, store in stores.items()
        for place in store.definition.unclassified
    ]
    return declared + missing + waived + unclassified


class _Ledger:
    """Follows the owning links once more, this time with what became of each collection."""

    def __init__(self, stores: Mapping[str, Store], course: Course) -> None:
        self._course = course
        self._places = collections_of(stores)
        self._owned_by: dict[Place, set[Place]] = {place: set() for place in self._places}
        for source, target in self._owning_links(stores):
            self._owned_by.get(target, set()).add(source)
        failed = {place for place in self._places if course.failure(place)}
        self._cut_off = self._spread(failed | course.starved, within=set(self._places))
        self._doubtful = self._spread(set(course.doubted), within=set(self._places))
        self._unseen = self._spread(course.blind, within=set(self._places))
        self._beyond = self._spread(course.limited, within=set(self._places))
        # Where every row that owns was looked for and none is left over, nothing is left out.
        self._settled = self._spread(course.searched - failed, within=set(self._places) - failed)

    def _owning_links(self, stores: Mapping[str, Store]) -> Iterator[tuple[Place, Place]]:
        for source, collection in self._places.items():
            for link, target in stores[source[0]].definition.targets(collection):
                if link.direction is Direction.OWNS:
                    yield source, target

    def _spread(self, places: set[Place], *, within: set[Place]) -> set[Place]:
        """Return the places and all that they own, directly or not."""
        reached = set(places)
        while True:
            more = {p for p in within - reached if self._owned_by[p] & reached}
            if not more:
                return reached
            reached |= more

    def line(self, place: Place, collection: Collection, rows: Rows) -> Coverage:
        """Return what became of one collection."""
        outcome, reason = self._verdict(place, collection)
        if outcome is Outcome.EMPTY and rows.owned:
            outcome = Outcome.FOUND
        unasked = self._course.doubted.get(place, ())
        return Coverage(*place, outcome, rows.owned, len(rows) - rows.owned, reason, unasked)

    def _verdict(self, place: Place, collection: Collection) -> tuple[Outcome, str]:
        if code := self._course.failure(place):
            return Outcome.AWAITED if code == AWAITED else Outcome.FAILED, code
        if place in self._settled:
            return Outcome.EMPTY, self._lacking(place)
        if not collection.is_personal and place not in self._course.blind | set(
            self._course.doubted
        ):
            return Outcome.NOT_SEARCHED, Reason.NOT_PERSONAL
        if reason := self._lacking(place):
            return Outcome.NOT_SEARCHED, reason
        has_way_in = collection.identities or self._owned_by[place]
        return Outcome.NOT_SEARCHED, Reason.NO_PATH if has_way_in else Reason.NO_WAY_IN

    def _lacking(self, place: Place) -> str:
        """Return why a collection was not searched to its end, or ''."""
        if place in self._cut_off:
            return Reason.SOURCE_FAILED
        if place in self._unseen:
            return Reason.NOT_INSIDE
        if place in self._doubtful:
            return Reason.UNCONFIRMED
        return Reason.TOO_FAR if place in self._beyond else ""
