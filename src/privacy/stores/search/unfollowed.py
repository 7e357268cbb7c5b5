"""What a search left out because nobody said whose an identifier is: on which rows it stands.

The rows are only counted. Whose they are nobody knows yet, so none is kept and none followed.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import partial

from privacy.stores.assigned import Assigned
from privacy.stores.definition import Collection, Identity
from privacy.stores.protocol import Key, Row, Store
from privacy.stores.search.asking import Asker, Question
from privacy.stores.search.digests import Digests
from privacy.stores.search.findings import Lead, Place
from privacy.stores.search.following import identifiers_of
from privacy.stores.search.found import FoundRows
from privacy.stores.search.leads import LeadKey, Parking, comparable, row_key


class Unfollowed:
    """Asks where identifiers stand that were not followed, beside the rows that were found."""

    def __init__(
        self, stores: Mapping[str, Store], rows: Mapping[Place, FoundRows], asker: Asker
    ) -> None:
        self._stores = stores
        self._rows = rows
        self._asker = asker
        self._met = Digests()
        self._others: Counter[LeadKey] = Counter()
        self._untold: set[LeadKey] = set()
        self._places: dict[tuple[Place, Identity], set[LeadKey]] = defaultdict(set)

    def count(self, place: Place, asked: "Asked") -> None:
        """Count the rows of a collection on which these identifiers stand."""
        leads = asked.leads()
        # Nobody is asked to leaf through an archive for what may be somebody else's.
        is_assigned = isinstance(self._stores[place[0]], Assigned)
        if is_assigned or not self._asker.ask(
            Question(place, asked.identity.asked_by, "lead"),
            asked.keys.keys(),
            partial(self._take, place, asked),
        ):
            self._untold |= leads
            self._places[place, asked.identity] |= leads

    def _take(self, place: Place, asked: "Asked", row: Row) -> None:
        key = row_key(asked.collection, row)
        if key in self._rows[place]:
            return
        for lead in asked.leads_of(row):
            self._places[place, asked.identity].add(lead)
            self._others[lead] += self._met.add((lead, place, key))

    def told(self, leads: Sequence[Lead]) -> Iterator[Lead]:
        """Yield the leads that stand, or may stand, on rows that were not found."""
        for lead in leads:
            key = (lead.kind, lead.value)
            if key in self._untold:
                yield lead
            elif self._others[key]:
                yield replace(lead, others=self._others[key])

    def doubted(self, decided: AbstractSet[LeadKey]) -> Iterator[tuple[Place, Identity]]:
        """Yield where one stands, or may stand, on which nobody decided."""
        return (where for where, leads in self._places.items() if leads - decided)


class Asked:
    """Some identifiers of one kind, as one collection compares them."""

    def __init__(
        self,
        collection: Collection,
        identity: Identity,
        written: Mapping[LeadKey, AbstractSet[Key]],
    ) -> None:
        self.collection = collection
        self.identity = identity
        self.keys: dict[Key, set[LeadKey]] = defaultdict(set)
        for lead, values in written.items():
            for value in values if lead[0] == identity.kind else ():
                if len(value) == len(identity.columns):
                    self._add(lead, value)

    def _add(self, lead: LeadKey, value: Key) -> None:
        key = comparable(self.collection, self.identity.asked_by, value)
        if key is not None:
            self.keys[key].add(lead)

    def leads(self) -> set[LeadKey]:
        """Return those that can stand here at all."""
        return {lead for leads in self.keys.values() for lead in leads}

    def leads_of(self, row: Row) -> AbstractSet[LeadKey]:
        """Return those that stand on a row."""
        found: set[LeadKey] = set()
        for values in identifiers_of(self.identity, row):
            key = comparable(self.collection, self.identity.asked_by, values)
            found |= self.keys.get(key, set()) if key is not None else set()
        return found


def questions_of(
    places: Mapping[Place, Collection], parking: Parking, leads: Sequence[Lead]
) -> Iterator[tuple[Place, Asked]]:
    """Yield what is asked of each collection that has an identity of their kinds."""
    written = {key: parking.written(key) for key in ((one.kind, one.value) for one in leads)}
    for place, collection in places.items():
        for identity in collection.identities:
            asked = Asked(collection, identity, written)
            if asked.keys:
                yield place, asked
