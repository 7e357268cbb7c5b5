"""The sample of an answer that a preview keeps: a few rows, and where they seem to tell of others.

Pure: what is sampled comes from the findings, and becomes text that is sealed.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass, field
from typing import Any

from privacy.packages.package import plain
from privacy.packages.withheld import Ground, Withheld, key_of_row
from privacy.requests.previews.passages import Own, foreign, words
from privacy.requests.previews.plan import WITHHELD
from privacy.requests.previews.scope import everywhere, narrowed, without_others
from privacy.requests.previews.treating import Definitions, Known, own_of
from privacy.stores.definition import Collection
from privacy.stores.search.findings import Findings, FoundRow, Lead, LeadReason, Place, Rows

FIRST = 3
"""Rows of a collection that are kept in any case."""
MARKED = 12
"""Rows of a collection that are kept beside them, since they seem to tell of others."""
MOST_ROWS = 5000
"""Rows of a collection that are scanned; what is decided holds for those beyond, too."""
NOT_PORTABLE = "not-portable"
"""The reason of a collection of which a portable copy has nothing."""
LONGEST = 4000
"""Characters of a value that are kept."""

Spans = Mapping[str, Sequence[Sequence[Any]]]
"""By field [start, end, mark] of each passage."""


@dataclass(frozen=True)
class Sampled:
    """One row of a preview."""

    key: tuple[str, ...] = field(repr=False)
    number: int
    """Its place among the shown rows of its collection, from 0."""
    owned: bool
    values: Mapping[str, str | None] = field(repr=False)
    spans: Spans


@dataclass(frozen=True)
class Seen:
    """One collection of which an answer would show something."""

    store: str
    collection: str
    owned: int
    context: int
    """Rows that are not the subject's but that the answer shows to explain the subject's."""
    scanned: int
    marks: Mapping[str, int]
    """By field, how many of the scanned rows seem to tell of others."""
    rows: Sequence[Sampled]


@dataclass(frozen=True)
class Contents:
    """All that a preview shows."""

    coverage: Sequence[Mapping[str, Any]]
    seen: Sequence[Seen]
    leads: Sequence[Lead]
    """Identifiers that others may have too, decided or not."""
    omitted: Sequence[Mapping[str, str]] = ()
    """What an answer of this kind leaves out of every row: store, collection, field, ground."""

    @property
    def left(self) -> Mapping[Place, Mapping[str, Ground]]:
        """Return the same by collection: fields by name, or "" for all of them."""
        found: dict[Place, dict[str, Ground]] = {}
        for one in self.omitted:
            place = found.setdefault((one["store"], one["collection"]), {})
            place[one["field"]] = Ground(one["ground"])
        return found


def sampled(
    findings: Findings,
    definitions: Definitions,
    known: Known,
    omitted: Sequence[Withheld] = (),
) -> Contents:
    """Return what a preview keeps of findings, without what the answer leaves out of them."""
    own = own_of(findings, definitions)
    left, owned_only = everywhere(omitted), without_others(omitted)
    shown = narrowed(definitions, left)
    return Contents(
        coverage=[
            {
                "store": line.store,
                "collection": line.collection,
                "outcome": line.outcome.value,
                "rows": line.rows,
                "context": 0 if (line.store, line.collection) in owned_only else line.context,
                "reason": str(line.reason),
            }
            | (
                {"outcome": WITHHELD, "reason": NOT_PORTABLE}
                if "" in left.get((line.store, line.collection), ())
                else {}
            )
            for line in findings.coverage
        ],
        seen=[
            _Sampler(shown[store].collection(name), own, known).seen(
                store, rows, owned_only=(store, name) in owned_only
            )
            for (store, name), rows in findings.rows.items()
            if rows.exported and "" not in left.get((store, name), ())
        ],
        leads=findings.leads,
        omitted=[
            {"store": store, "collection": name, "field": field, "ground": ground.value}
            for (store, name), fields in left.items()
            for field, ground in fields.items()
        ],
    )


class _Sampler:
    """Looks through the rows of one collection."""

    def __init__(self, collection: Collection, own: Own, known: Known) -> None:
        self._collection = collection
        self._own = own
        self._known = known
        self._names = [one.name for one in collection.fields if one.exported]

    def seen(self, store: str, rows: Rows, *, owned_only: bool) -> Seen:
        """Return what a preview says of the collection."""
        marks: Counter[str] = Counter()
        kept: list[Sampled] = []
        marked = scanned = 0
        for row in (row for row in rows if row.exported and (row.owned or not owned_only)):
            if scanned == MOST_ROWS:
                break
            one = self._row(row, scanned)
            scanned += 1
            marks.update(one.spans.keys())
            marked += bool(one.spans)
            if len(kept) < FIRST or (one.spans and marked <= MARKED):
                kept.append(one)
        owned, name = rows.owned, self._collection.name
        context = 0 if owned_only else rows.exported - owned
        return Seen(store, name, owned, context, scanned, dict(marks), kept)

    def _row(self, row: FoundRow, number: int) -> Sampled:
        values = {name: _text(row.values.get(name)) for name in self._names}
        known = self._known(_words(values))
        spans = {
            name: [list(one) for one in found]
            for name, text in values.items()
            if text and (found := foreign(text, self._own, known))
        }
        return Sampled(key_of_row(self._collection, row.values), number, row.owned, values, spans)


def _words(values: Mapping[str, str | None]) -> AbstractSet[str]:
    return {word for text in values.values() if text for word in words(text)}


def _text(value: object) -> str | None:
    """Return a value as it is read in a package, cut where nobody reads on."""
    if value is None:
        return None
    flat = plain(value)
    if isinstance(flat, dict | list):
        return json.dumps(flat, ensure_ascii=False, default=plain)[:LONGEST]
    return str(flat)[:LONGEST]


def written(contents: Contents) -> str:
    """Return contents as text, from which `read` makes equal ones."""
    return json.dumps(asdict(contents), ensure_ascii=False)


def read(text: str) -> Contents:
    """Return the contents that `written` wrote."""
    document = json.loads(text)
    return Contents(
        coverage=document["coverage"],
        seen=[_seen(one) for one in document["seen"]],
        leads=[_lead(one) for one in document["leads"]],
        omitted=document.get("omitted", ()),
    )


def _seen(one: Mapping[str, Any]) -> Seen:
    rows = [Sampled(**{**row, "key": tuple(row["key"])}) for row in one["rows"]]
    return Seen(**{**one, "rows": rows})


def _lead(one: Mapping[str, Any]) -> Lead:
    # Samples of an older release have the number beside what it is the number of.
    told = {**one.get("lead", one), "others": one["others"]}
    return Lead(**{**told, "value": tuple(told["value"]), "reason": LeadReason(told["reason"])})
