"""The answer to an access request: what was found, told for people and for programs."""

from collections.abc import Collection as Values
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from privacy.packages.disclosures import Disclosures, Register
from privacy.packages.ending import Ending, ending_of
from privacy.packages.explaining import files_in
from privacy.packages.leaving_out import left_out
from privacy.packages.legible import READABLE, first_rows
from privacy.packages.linked import CONTEXT
from privacy.packages.package import Table, csv_name
from privacy.packages.rights import complaint_to
from privacy.packages.shown import Shown
from privacy.packages.withheld import Withheld, by_place
from privacy.stores.own import NAME, SUBJECT
from privacy.stores.search.findings import Findings, Outcome, Place, StoreResult

CONSENTS = (NAME, "consent")
"""Where our own ledger keeps what the subject answered to banners."""
OWN_WORDS = {
    (NAME, "identifier", "kind"): "identifier",
    (NAME, "request", "kind"): "kind",
    (NAME, "request", "state"): "state",
    (NAME, "log", "action"): "action",
    (NAME, "log", "who"): "actor",
}
"""Fields of our own that hold codes, with the group of the catalogues that has their words."""
WITHHELD = "withheld"
"""What stands in the place of an outcome where a whole collection was left out."""
SEARCHED = (Outcome.FOUND, Outcome.EMPTY)


@dataclass(frozen=True)
class Asked:
    """The request that is answered, as far as its package shows it."""

    number: str
    language: str
    received_on: date


@dataclass(frozen=True)
class Answer:
    """One answer in the making: the request, the register, the findings, what stays out of it."""

    asked: Asked
    register: Register
    findings: Findings
    made_at: datetime
    withheld: Values[Withheld] = ()
    """What was decided to leave out; beside it stays out what definitions export to nobody."""

    readable: int = READABLE
    """How many rows of a collection the page shows; files show them all."""

    @property
    def _language(self) -> str:
        return self.asked.language

    def tables(self) -> list[Table]:
        """Return every collection in which something was found, as files show it."""
        return [
            Table(
                store=one.store,
                collection=one.collection.name,
                columns=[field.name for field in one.columns()],
                rows=one,
            )
            for one in self._copied
        ]

    def facts(self) -> dict[str, Any]:
        """Return what the readable page shows beside the data, as JSON values."""
        page = self.page()
        for name in ("controller", "data_stores", "files"):
            del page[name]
        controller = self.register.controller
        searched = [
            {key: line[key] for key in ("name", "title", "state", "records", "reason")}
            for line in self._stores()
        ]
        named = {"name": controller.name, "address": controller.address,
                 "contact": controller.contact_email, "dpo": controller.dpo_contact}  # fmt: skip
        ends = [
            {"store": store, "collection": name, **asdict(ending)}
            for (store, name), ending in self._endings.items()
        ]
        return {
            "@context": CONTEXT,
            "controller": named,
            "coverage": [*self._coverage(), *self._held_back_fields()],
            "data_stores": searched,
            "ends": ends,
            **page,
        }

    def _coverage(self) -> Iterator[dict[str, Any]]:
        """Yield what became of each collection, then by which of its fields nobody searched it."""
        for line in self.findings.coverage:
            yield {
                "store": line.store,
                "collection": line.collection,
                "outcome": line.outcome.value,
                "records": line.rows,
                "reason": line.reason,
            }
            for name in line.unasked:
                yield {
                    "store": line.store,
                    "collection": line.collection,
                    "field": name,
                    "outcome": Outcome.NOT_SEARCHED.value,
                    "records": None,
                    "reason": line.reason,
                }

    def _held_back_fields(self) -> Iterator[dict[str, Any]]:
        """Yield what was left out, field by field; `records` is null where it is every one."""
        for line in left_out(self._shown, self._told.title):
            for name in line["fields"] or [""]:
                yield {
                    "store": line["store"],
                    "collection": line["collection"],
                    "field": name,
                    "outcome": WITHHELD,
                    "records": line["records"],
                    "reason": line["ground"],
                }

    def page(self) -> dict[str, Any]:
        """Return the context of the readable page."""
        return {
            "controller": self.register.controller,
            "number": self.asked.number,
            "received_on": self.asked.received_on,
            "made_at": self.made_at,
            "identifiers": list(self._identifiers()),
            "data_stores": list(self._stores()),
            "purposes": self._told.purposes(),
            "unexplained": self._told.unexplained(),
            "recipients": self._told.recipients(),
            "transfers": self._told.transfers(),
            "sources": list(self._told.sources()),
            "rights": self._told.rights(),
            "complaint": complaint_to(self.register.controller, self._language),
            "automated": self._told.automated(),
            "consents": list(self._consents()),
            "withheld": list(left_out(self._shown, self._told.title)),
            "files": files_in(self._language),
        }

    @cached_property
    def _told(self) -> Disclosures:
        found = [(one.store, one.collection) for one in self._shown]
        return Disclosures(self.register, self._language, found, self._endings)

    @cached_property
    def _endings(self) -> dict[Place, Ending]:
        counted = {
            (one.store, one.collection.name): ending_of(one.collection.kept, one.found)
            for one in self._copied
        }
        return {place: ending for place, ending in counted.items() if ending}

    @cached_property
    def _shown(self) -> list[Shown]:
        decided = by_place(self.withheld)
        return [
            Shown(
                store=store,
                collection=self.register.definitions[store].collection(name),
                found=rows,
                decisions=decided.get((store, name), ()),
                language=self._language,
            )
            for (store, name), rows in self.findings.rows.items()
            if rows.exported
        ]

    def _identifiers(self) -> Iterator[dict[str, str]]:
        for kind, values in sorted(self.findings.identifiers.items()):
            if (kind,) != SUBJECT:
                for value in sorted(values):
                    yield {"kind": kind, "value": " ".join(value)}

    def _stores(self) -> Iterator[dict[str, Any]]:
        """Yield what became of each data store, then of each collection that it left out."""
        for result in self.findings.stores():
            yield {
                "name": result.store,
                "title": self._title(result.store),
                "state": _state(result),
                "records": result.rows,
                "reason": "" if result.outcome in SEARCHED else result.reason,
                "collections": [
                    self._collection(one)
                    for one in self._shown
                    if one.store == result.store and not one.whole()
                ],
            }
            if result.outcome in SEARCHED:
                yield from self._not_searched(result.store)
            yield from self._held_back(result.store)

    def _held_back(self, store: str) -> Iterator[dict[str, Any]]:
        """Yield the collections of a store that are left out as a whole."""
        for one in self._shown:
            if one.store == store and one.whole():
                yield {
                    "name": f"{store}.{one.collection.name}",
                    "title": self._told.title(store, one.collection),
                    "state": WITHHELD,
                    "records": 0,
                    "reason": WITHHELD,
                    "collections": [],
                }

    def _not_searched(self, store: str) -> Iterator[dict[str, Any]]:
        """Yield the collections of a store that were not searched although others were."""
        definition = self.register.definitions[store]
        titles = {one.name: one.title[self._language] for one in definition.collections}
        for line in self.findings.coverage:
            if line.store == store and not line.is_complete:
                name = titles.get(line.collection, line.collection)
                yield {
                    "name": f"{store}.{line.collection}",
                    "title": f"{self._title(store)} – {name}",
                    "state": _missing(line.outcome).value,
                    "records": 0,
                    "reason": line.reason,
                    "collections": [],
                }

    def _title(self, store: str) -> str:
        definition = self.register.definitions.get(store)
        return definition.title[self._language] if definition else store

    def _collection(self, one: Shown) -> dict[str, Any]:
        rows = list(first_rows(one, most=self.readable))
        return {
            "title": one.collection.title[self._language],
            "category": ", ".join(self._told.categories([one.collection])),
            "columns": [
                {
                    "name": field.name,
                    "title": field.title[self._language],
                    "words": OWN_WORDS.get((one.store, one.collection.name, field.name), ""),
                }
                for field in one.columns()
            ],
            "rows": rows,
            "ending": self._endings.get((one.store, one.collection.name)),
            "number": one.number,
            "file": self._file_of(one) if one.number > len(rows) else "",
        }

    @property
    def _copied(self) -> list[Shown]:
        return [one for one in self._shown if not one.whole()]

    def _file_of(self, one: Shown) -> str:
        """Return the name of the file that holds every row of a collection."""
        number = next(at for at, other in enumerate(self._copied, start=1) if other is one)
        return csv_name(number, one.store, one.collection.name)

    def _consents(self) -> Iterator[dict[str, Any]]:
        """Yield what was answered to banners, unless any of it is to stay out."""
        ours = [one for one in self._shown if (one.store, one.collection.name) == CONSENTS]
        for row in (row for one in ours if not one.decisions for row in one):
            purpose = self.register.purposes.get(str(row["purpose_code"]))
            title = purpose.texts[self._language]["title"] if purpose else ""
            yield {
                "at": row["at"],
                "title": title or row["purpose_code"],
                "granted": row["granted"],
                "where": row["page"],
            }


def _state(result: StoreResult) -> str:
    """Return what became of a store; one that holds nothing on anyone has nothing to search."""
    is_bare = result.outcome is Outcome.NOT_SEARCHED and result.is_complete
    return Outcome.EMPTY.value if is_bare else result.outcome.value


def _missing(outcome: Outcome) -> Outcome:
    """Return what became of the rest of a collection that was not searched to its end."""
    return Outcome.NOT_SEARCHED if outcome in SEARCHED else outcome
