"""Identifiers that may be somebody else's too: they are not followed unless a person says so.

An address or a number that reaches people is often shared: a family's telephone, a company's
mailbox. Followed blindly, it would hand one subject's data to another (Art. 15(4) GDPR).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TypeAlias

from privacy.stores.definition import Collection, Columns, Identity
from privacy.stores.normalise import USUAL, fold, text_of
from privacy.stores.protocol import Key, Row
from privacy.stores.search.findings import Lead, LeadReason, Place
from privacy.stores.search.following import identifiers_of

LeadKey: TypeAlias = tuple[str, Key]
"""A kind and a value, as `canonical` writes it."""

Decided: TypeAlias = Mapping[LeadKey, bool]
"""What a person said of each: whether it is the subject's, and may be followed."""

REACHES = frozenset({"email", "phone"})
"""Ways of comparing that belong to what reaches people; a number given out is not shared."""

MOST_PROFILES = 8
"""Rows that others are held against, so that a million of them cost neither memory nor time."""


class Parking:
    """What was met on the subject's rows and may be somebody else's too, until it is judged."""

    def __init__(self) -> None:
        self._values: dict[LeadKey, set[Key]] = defaultdict(set)
        self._met: dict[LeadKey, Place] = {}
        self._doubtful: set[LeadKey] = set()

    def park(self, lead: LeadKey, value: Key, place: Place, *, spreads: bool) -> None:
        """Keep a value as it was met; one that spreads somewhere is worth a look at its rows."""
        self._values[lead].add(value)
        self._met.setdefault(lead, place)
        if spreads:
            self._doubtful.add(lead)

    def doubtful(self) -> Mapping[str, AbstractSet[LeadKey]]:
        """Return by kind what the stores' rows are to judge."""
        by_kind: dict[str, set[LeadKey]] = defaultdict(set)
        for lead in self._doubtful:
            by_kind[lead[0]].add(lead)
        return by_kind

    def written(self, lead: LeadKey) -> AbstractSet[Key]:
        """Return how one was written where it was met."""
        return self._values[lead]

    def release(self, lead: LeadKey) -> AbstractSet[Key]:
        """Let one go, and return how it was written."""
        self._doubtful.discard(lead)
        del self._met[lead]
        return self._values.pop(lead)

    def leads(self, known: AbstractSet[LeadKey]) -> Sequence[Lead]:
        """Return what nobody has decided and nothing else has shown to be the subject's."""
        return tuple(
            Lead(
                *lead, *place, LeadReason.SHARED if lead in self._doubtful else LeadReason.DECLARED
            )
            for lead, place in self._met.items()
            if lead not in known
        )


def canonical(kind: str, key: Iterable[str]) -> Key:
    """Return a value as two mentions of it are compared, whatever the store."""
    name = USUAL.get(kind, "exact")
    return tuple(fold(name, part) or part for part in key)


@dataclass(frozen=True)
class Probe:
    """One question that tells whether values of a kind are shared in one collection."""

    collection: Collection
    identity: Identity

    @property
    def columns(self) -> Columns:
        """Return the columns that are asked by."""
        return self.identity.asked_by

    def key_of(self, values: Iterable[object]) -> Key | None:
        """Return a value as it is compared here; None when a part is missing."""
        return comparable(self.collection, self.columns, values)

    def keys_of(self, row: Row) -> AbstractSet[Key]:
        """Return the values of this identity on a row, as they are compared here."""
        return _held(self.collection, self.identity, row)

    def profile(self, row: Row) -> "Profile":
        """Return what else identifies on a row, identity by identity."""
        return tuple(
            _held(self.collection, other, row)
            for other in self.collection.identities
            if other is not self.identity
        )


Profile: TypeAlias = tuple[AbstractSet[Key], ...]
"""By identity what stands on a row: one key, several within a document, or none."""


def _held(collection: Collection, identity: Identity, row: Row) -> AbstractSet[Key]:
    found = (
        comparable(collection, identity.asked_by, values)
        for values in identifiers_of(identity, row)
    )
    return frozenset(key for key in found if key is not None)


def probes_of(collection: Collection, kind: str) -> Iterator[Probe]:
    """Yield the questions that can show a value of a kind to be shared in a collection.

    There are none where only numbers are compared that are given to one subject each, nor where
    nothing else on the row says whose it is.
    """
    for identity in collection.identities:
        ways = {collection.way(column) for column in identity.asked_by}
        if identity.kind == kind and ways <= REACHES and len(collection.identities) > 1:
            yield Probe(collection, identity)


class Sightings:
    """The rows that were seen with one value in one collection, as far as they tell it shared."""

    def __init__(self) -> None:
        self._profiles: set[Profile] = set()
        self._differ = False
        self._brings_more = False

    def meet(self, profile: Profile, *, is_known: bool) -> None:
        """Take one more row into account; `is_known` when it is the subject's without this."""
        self._brings_more = self._brings_more or not is_known
        if self._differ or profile in self._profiles:
            return
        self._differ = any(differ(profile, other) for other in self._profiles)
        if len(self._profiles) < MOST_PROFILES:
            self._profiles.add(profile)

    @property
    def is_shared(self) -> bool:
        """Whether following the value would bring rows that may be somebody else's."""
        return self._differ and self._brings_more


def differ(one: Profile, other: Profile) -> bool:
    """Whether two rows may be of two subjects: something differs and nothing else is the same."""
    told = False
    for a, b in zip(one, other, strict=True):  # a loop, since a million rows may pass here
        if a and b:
            if not a.isdisjoint(b):
                return False
            told = True
    return told


def comparable(collection: Collection, columns: Columns, values: Iterable[object]) -> Key | None:
    """Return the values as they are compared with these columns."""
    return whole(
        fold(collection.way(column), value) for column, value in zip(columns, values, strict=True)
    )


def whole(values: Iterable[str | None]) -> Key | None:
    """Return a key; None when a part of it is missing, for then it equals nothing."""
    key = tuple(values)
    return None if None in key or not key else tuple(part for part in key if part is not None)


def row_key(collection: Collection, row: Row) -> object:
    """Return what tells this row from others; 1 and '1' are two rows where a column holds both."""
    return tuple(
        (type(row[column]).__name__, text_of(row[column])) for column in collection.primary_key
    )
