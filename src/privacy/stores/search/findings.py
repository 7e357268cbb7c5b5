"""What a search for one subject found, and the ledger of what it did not search."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, TypeAlias

from privacy.stores.definition import Columns
from privacy.stores.protocol import Capability, Key, Row

Place: TypeAlias = tuple[str, str]
"""A store and one of its collections, by name."""


class Outcome(StrEnum):
    """What became of the search in one collection."""

    FOUND = "found"
    EMPTY = "empty"
    """Searched, and nothing of the subject is there."""
    NOT_SEARCHED = "not_searched"
    FAILED = "failed"
    AWAITED = "awaited"
    """Somebody was asked and has not answered yet."""


class Reason(StrEnum):
    """Why a collection was not searched, or not to its end."""

    NO_PATH = "no-path"
    """No identifier that is known of the subject leads here."""
    NO_WAY_IN = "no-way-in"
    """The definition has neither an identity here nor a link that owns these rows."""
    NOT_PERSONAL = "not-personal"
    """Every field is declared to say nothing of anyone; there was nothing to search."""
    NOT_REGISTERED = "not-registered"
    """A link leads to a data store or a collection that is not there."""
    WAIVED = "waived"
    """Nobody has classified it yet; the definition says why that may wait."""
    SOURCE_FAILED = "source-failed"
    """Where the keys for this collection would come from could not be read to its end."""
    TOO_FAR = "too-far"
    """Rows are here to which a link leads that is not followed so far."""
    NOT_INSIDE = "not-inside"
    """Identifiers stand within documents here, and the data store cannot look inside them."""
    UNCONFIRMED = "unconfirmed"
    """An identifier leads here that may be somebody else's, and nobody said whose it is."""


@dataclass(frozen=True)
class FoundRow:
    """One row, found once whatever the number of ways to it."""

    store: str
    collection: str
    values: Row
    found_by: str
    """The first way to it: `identity:<kind>` or `link:<store>.<collection>`."""
    owned: bool = True
    """Whether it belongs to the subject; if not, it only explains a row that does."""
    exported: bool = True
    """Whether a package shows it: owned rows, and others where their link says so."""


class Rows(Protocol):
    """The found rows of one collection, which may be more than fit in memory."""

    @property
    def owned(self) -> int:
        """Return how many are the subject's."""
        ...

    @property
    def exported(self) -> int:
        """Return how many a package shows."""
        ...

    def __len__(self) -> int:
        """Return how many there are; costs nothing."""
        ...

    def __iter__(self) -> Iterator[FoundRow]:
        """Yield each, in the order in which it was found; may be begun any number of times."""
        ...


@dataclass(frozen=True)
class Coverage:
    """One line of the ledger: a collection, what became of it and why."""

    store: str
    collection: str
    outcome: Outcome
    rows: int = 0
    """How many rows of the subject."""
    context: int = 0
    """How many rows that are not the subject's but explain the subject's."""
    reason: str = ""
    """A `Reason`, or the code of the error when it failed; never data."""
    unasked: Columns = ()
    """Columns with an identifier by which nothing was searched, since it is `UNCONFIRMED`."""
    capabilities: frozenset[Capability] = frozenset()
    """What its store can do beside being read; what is missing, a person must do by hand."""

    @property
    def is_complete(self) -> bool:
        """Whether all that the definition leads to was read here."""
        if self.outcome is Outcome.NOT_SEARCHED:
            return self.reason == Reason.NOT_PERSONAL
        return self.outcome not in {Outcome.FAILED, Outcome.AWAITED} and not self.reason


class LeadReason(StrEnum):
    """Why an identifier was not followed by itself."""

    DECLARED = "declared"
    """The definition says that several people share what stands in its columns."""
    SHARED = "shared"
    """Rows that have it differ in all else that identifies, so they may be several subjects."""


@dataclass(frozen=True)
class Lead:
    """An identifier on a row of the subject that was not searched elsewhere."""

    kind: str
    value: Key = field(repr=False)
    """As it is compared."""
    store: str
    """Where it was met first."""
    collection: str
    reason: LeadReason
    others: int | None = None
    """On how many rows it stands beside those that were found; None when nobody can tell."""


@dataclass(frozen=True)
class StoreResult:
    """The ledger of one data store in one line; the worst that happened in it gives its name."""

    store: str
    outcome: Outcome
    rows: int
    reason: str
    is_complete: bool


@dataclass(frozen=True)
class Findings:
    """All that the stores hold of one subject, as far as they could be searched."""

    rows: Mapping[Place, Rows]
    """What was found, by place; only places in which there is something."""
    coverage: Sequence[Coverage]
    """One line for each declared collection of each store, in the order of the definitions."""
    identifiers: Mapping[str, frozenset[tuple[str, ...]]] = field(repr=False)
    """By kind, all that was known of the subject in the end, as it was given or met."""
    leads: Sequence[Lead] = ()
    """Identifiers that may be somebody else's too, and were therefore not searched elsewhere.

    Only those that stand on rows which were not found otherwise; the others are no question.
    """

    @property
    def is_complete(self) -> bool:
        """Whether nothing failed and nothing that may hold personal data was left unsearched."""
        return all(line.is_complete for line in self.coverage)

    def of(self, store: str) -> Iterator[FoundRow]:
        """Yield the rows that were found in one store, collection by collection."""
        for (name, _collection), rows in self.rows.items():
            if name == store:
                yield from rows

    def stores(self) -> Sequence[StoreResult]:
        """Return one line for each store, in the order in which they were given."""
        names = dict.fromkeys(line.store for line in self.coverage)
        return [
            _summary(name, [line for line in self.coverage if line.store == name])
            for name in names
        ]


_WORST = (Outcome.FAILED, Outcome.AWAITED, Outcome.FOUND, Outcome.EMPTY, Outcome.NOT_SEARCHED)


def _summary(name: str, lines: Sequence[Coverage]) -> StoreResult:
    outcome = next(worst for worst in _WORST if any(line.outcome is worst for line in lines))
    open_lines = [line for line in lines if not line.is_complete]
    first = [line for line in open_lines if line.outcome is outcome] or open_lines
    return StoreResult(
        store=name,
        outcome=outcome,
        rows=sum(line.rows for line in lines),
        reason=first[0].reason if first else "",
        is_complete=not open_lines,
    )
