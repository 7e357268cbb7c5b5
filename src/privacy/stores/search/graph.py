"""Finding every row of one subject across data stores: rules only, no database.

The search is one fix-point. It begins with the identifiers that are known of the subject and
knows two ways to go on: a row that is the subject's makes the rows that its links own the
subject's too, and the identifiers in it are searched in every store, unless they may be somebody
else's too (see `leads`). It ends when nothing new turns up, which is certain: no collection is
asked twice for the same value. Rows that are only referred to are read once, at the end; nothing
is followed and no identifier taken from them.

It only reads. A search that was killed is begun again; there is nothing half done to resume.
"""

from collections import defaultdict
from collections.abc import Collection as Values
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from typing import NamedTuple, TypeAlias

from privacy.stores.assigned import Assigned
from privacy.stores.definition import Collection, Columns, Identity
from privacy.stores.normalise import text_of
from privacy.stores.protocol import Key, Row, Store
from privacy.stores.search.asking import Asker, Question
from privacy.stores.search.findings import Findings, Lead, Place
from privacy.stores.search.following import identifiers_of, values_of
from privacy.stores.search.found import FoundRows, Keys
from privacy.stores.search.leads import (
    Decided,
    LeadKey,
    Parking,
    Probe,
    Sightings,
    canonical,
    comparable,
    probes_of,
    row_key,
    whole,
)
from privacy.stores.search.ledger import Course, collections_of, lines
from privacy.stores.search.steps import Nearest, is_too_far, most_steps
from privacy.stores.search.unfollowed import Unfollowed, questions_of
from privacy.stores.terms import Direction

Seeds: TypeAlias = Mapping[str, Values[str | tuple[str, ...]]]
"""By kind, the identifiers known of the subject; a tuple where one takes several columns."""


def walk(stores: Mapping[str, Store], seeds: Seeds, *, decided: Decided | None = None) -> Findings:
    """Return what the stores hold of the subject whom the seeds identify, and the ledger.

    What is met on the way and may be several people's is searched elsewhere only if it was
    `decided` to be theirs; else it stands in the findings as a lead, and where nobody decided, the
    ledger says that it was not searched. Seeds are searched whatever they are.
    Never raises for a store: one that fails stands in the ledger as failed, and the others are
    searched to their end. Call it with no transaction open, for it waits for other databases.
    """
    search = _Search(stores, decided or {})
    for kind, values in seeds.items():
        for value in values:
            search.learn(kind, (value,) if isinstance(value, str) else value)
    search.run()
    return search.findings()


class _Aside(NamedTuple):
    """A question about rows that are only referred to."""

    question: Question
    exported: bool


class _Search:
    """The state of one search."""

    def __init__(self, stores: Mapping[str, Store], decided: Decided) -> None:
        self._stores = stores
        self._decided = decided
        self._trusted = {lead for lead, is_own in decided.items() if is_own}
        self._parking = Parking()
        self._probes_of: dict[str, Sequence[tuple[Place, Probe]]] = {}
        self._places = collections_of(stores)
        self._known: dict[str, set[Key]] = defaultdict(set)
        self._pending: dict[Question, Keys] = defaultdict(Keys)
        links = [link for one in self._places.values() for link in one.links]
        self._most_steps = most_steps(links)
        self._near = defaultdict[Place, Nearest](partial(Nearest, self._most_steps))
        self._asked = defaultdict[tuple[Place, Columns], Nearest](
            partial(Nearest, self._most_steps)
        )
        self._beyond: dict[Question, Keys] = defaultdict(Keys)
        self._asides: dict[_Aside, Keys] = defaultdict(Keys)
        self._rows = {place: FoundRows(place) for place in self._places}
        self._leads: Sequence[Lead] = ()
        self._course = Course()
        self._asker = Asker(stores, self._places, self._course)

    def learn(self, kind: str, value: Iterable[str | None]) -> None:
        """Search an identifier of the subject wherever its kind is declared."""
        key = whole(value)
        if key is None or key in self._known[kind]:
            return
        self._known[kind].add(key)
        self._trusted.add((kind, canonical(kind, key)))
        for place, collection in self._places.items():
            for identity in collection.identities:
                if identity.kind == kind and len(identity.columns) == len(key):
                    question = Question(place, identity.asked_by, f"identity:{kind}")
                    self._ask(question, comparable(collection, identity.asked_by, key))

    def run(self) -> None:
        """Read until nothing new turns up, then what is only referred to."""
        self._drain()
        while self._follow_leads():
            self._drain()
        if leads := self._parking.leads(self._trusted):
            self._leave(leads)
        self._look_beyond()
        for exported in (True, False):
            asides = {
                a.question: keys for a, keys in self._asides.items() if a.exported is exported
            }
            self._asker.ask_all(asides, partial(self._take_aside, exported))

    def _leave(self, leads: Sequence[Lead]) -> None:
        """Tell on which rows the identifiers stand that are not followed."""
        unfollowed = Unfollowed(self._stores, self._rows, self._asker)
        for place, asked in questions_of(self._places, self._parking, leads):
            unfollowed.count(place, asked)
        self._leads = list(unfollowed.told(leads))
        for place, identity in unfollowed.doubted(self._decided.keys()):
            self._course.doubt(place, identity.columns)

    def _look_beyond(self) -> None:
        """Tell where rows are left out since the links to them are not followed so far."""
        for question, keys in self._beyond.items():
            if isinstance(self._stores[question.place[0]], Assigned):
                self._course.limited.add(question.place)
                continue
            for part in keys.parts():
                self._asker.ask(question, part, partial(self._take_beyond, question.place))

    def _take_beyond(self, place: Place, row: Row) -> None:
        if row_key(self._places[place], row) not in self._rows[place]:
            self._course.limited.add(place)

    def _drain(self) -> None:
        while self._pending:
            waiting, self._pending = self._pending, defaultdict(Keys)
            answered = self._asker.ask_all(waiting, self._take_owned)
            self._course.searched |= {question.place for question in answered}

    def findings(self) -> Findings:
        """Return what was found, and the ledger."""
        return Findings(
            rows={place: found for place, found in self._rows.items() if found},
            coverage=lines(self._stores, self._rows, self._course),
            identifiers={kind: frozenset(keys) for kind, keys in self._known.items() if keys},
            leads=self._leads,
        )

    def _ask(self, question: Question, key: Key | None) -> None:
        asked = self._asked[question.place, question.columns]
        if key is not None and asked.add(key, question.steps):
            self._pending[question].add(key)

    def _take_owned(self, question: Question, row: Row) -> None:
        """Keep a row of the subject, and go on from it."""
        place = question.place
        collection = self._places[place]
        key = row_key(collection, row)
        is_new = self._rows[place].add(key, row, question.why)
        # A row that turns out to be nearer is gone on from once more, where any link has a limit.
        if self._near[place].add(key, question.steps) if self._most_steps else is_new:
            self._follow_links(place, collection, row, question.steps)
        if is_new:
            self._spread(place, row)

    def _spread(self, place: Place, row: Row) -> None:
        for identity in self._places[place].identities:
            for values in identifiers_of(identity, row):
                self._meet_identifier(place, identity, whole(map(text_of, values)))

    def _meet_identifier(self, place: Place, identity: Identity, value: Key | None) -> None:
        if value is not None:
            lead = (identity.kind, canonical(identity.kind, value))
            if lead in self._trusted or (identity.spreads and not self._probes(identity.kind)):
                self.learn(identity.kind, value)
            else:
                self._parking.park(lead, value, place, spreads=identity.spreads)

    def _probes(self, kind: str) -> Sequence[tuple[Place, Probe]]:
        if kind not in self._probes_of:
            self._probes_of[kind] = [
                (place, probe)
                for place, collection in self._places.items()
                # Nobody is asked to leaf through an archive only to judge whose number it is.
                if not isinstance(self._stores[place[0]], Assigned)
                for probe in probes_of(collection, kind)
            ]
        return self._probes_of[kind]

    def _follow_leads(self) -> bool:
        """Search what turns out to be the subject's alone; whether there was any."""
        alone = [
            lead
            for kind, leads in self._parking.doubtful().items()
            for lead in leads - self._shared(kind, leads)
        ]
        for lead in alone:
            for value in self._parking.release(lead):
                self.learn(lead[0], value)
        return bool(alone)

    def _shared(self, kind: str, leads: AbstractSet[LeadKey]) -> set[LeadKey]:
        """Return those on rows that may be of several subjects, or of whom nobody can tell."""
        shared: set[LeadKey] = set()
        for place, probe in self._probes(kind):
            seen_with = {probe.key_of(lead[1]): (lead, Sightings()) for lead in leads}
            question = Question(place, probe.columns, "probe")
            keys = {key for key in seen_with if key is not None}
            if not self._asker.ask(question, keys, partial(self._meet, place, probe, seen_with)):
                self._starve(kind)
                return set(leads)
            shared |= {lead for lead, seen in seen_with.values() if seen.is_shared}
        return shared

    def _meet(
        self,
        place: Place,
        probe: Probe,
        seen_with: Mapping[Key | None, tuple[LeadKey, Sightings]],
        row: Row,
    ) -> None:
        is_known = row_key(probe.collection, row) in self._rows[place]
        for key in probe.keys_of(row) & seen_with.keys():
            seen_with[key][1].meet(probe.profile(row), is_known=is_known)

    def _starve(self, kind: str) -> None:
        """Note the collections that are not asked for a value, since nobody can judge it."""
        self._course.starved |= {
            place
            for place, collection in self._places.items()
            if any(identity.kind == kind for identity in collection.identities)
        }

    def _follow_links(self, place: Place, collection: Collection, row: Row, steps: int) -> None:
        for link, target in self._stores[place[0]].definition.targets(collection):
            for values in values_of(link, collection, row):
                if target not in self._places:
                    self._course.miss(target, link, values)
                    continue
                key = comparable(self._places[target], link.asked_by, values)
                question = Question(target, link.asked_by, f"link:{place[0]}.{place[1]}")
                if is_too_far(link, steps):
                    if key is not None:
                        self._beyond[question].add(key)
                elif link.direction is Direction.OWNS:
                    self._ask(question._replace(steps=steps + 1), key)
                elif key is not None:
                    self._asides[_Aside(question, link.exported)].add(key)

    def _take_aside(self, exported: bool, question: Question, row: Row) -> None:  # noqa: FBT001 -- bound by `run`
        """Keep a row that only explains others; nothing is followed from it."""
        key = row_key(self._places[question.place], row)
        self._rows[question.place].add(key, row, question.why, owned=False, exported=exported)
