"""The answer to an access request: what was found, told for people and for programs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from privacy.requests.disclosures import Disclosures, Register
from privacy.requests.models import SubjectRequest
from privacy.requests.package import Table, plain
from privacy.stores.definition import Collection
from privacy.stores.findings import Findings, FoundRow, Outcome, StoreResult
from privacy.stores.own import NAME, SUBJECT

CONSENTS = (NAME, "consent")
"""Where our own ledger keeps what the subject answered to banners."""
SEARCHED = (Outcome.FOUND, Outcome.EMPTY)
FILES = {
    "fr": (
        ("data.json", "tout, en JSON"),
        ("csv/", "un tableau par fichier"),
        ("manifest.json", "l’empreinte de chaque fichier"),
    ),
    "en": (
        ("data.json", "everything, as JSON"),
        ("csv/", "one table in each file"),
        ("manifest.json", "the hash of each file"),
    ),
}


@dataclass(frozen=True)
class Answer:
    """One answer in the making: the request, the register and the findings."""

    about: SubjectRequest
    register: Register
    findings: Findings
    made_at: datetime

    @property
    def _language(self) -> str:
        return self.about.language

    def tables(self) -> list[Table]:
        """Return every collection in which something was found, as files show it."""
        return [
            Table(
                store=store,
                collection=name,
                columns=[shown.name for shown in collection.fields if shown.exported],
                rows=[row.values for row in rows],
            )
            for (store, name), collection, rows in self._found()
        ]

    def facts(self) -> dict[str, Any]:
        """Return what the readable page shows beside the data, as JSON values."""
        page = self.page()
        for left_out in ("controller", "data_stores", "files"):
            del page[left_out]
        controller = self.register.controller
        searched = [
            {key: line[key] for key in ("name", "title", "state", "records", "reason")}
            for line in self._stores()
        ]
        named = {"name": controller.name, "address": controller.address,
                 "contact": controller.contact_email, "dpo": controller.dpo_contact}  # fmt: skip
        return {"controller": named, "data_stores": searched, **page}

    def page(self) -> dict[str, Any]:
        """Return the context of the readable page."""
        return {
            "controller": self.register.controller,
            "number": str(self.about.id),
            "received_on": self.about.received_on,
            "made_at": self.made_at,
            "identifiers": list(self._identifiers()),
            "data_stores": list(self._stores()),
            "purposes": self._told.purposes(),
            "recipients": self._told.recipients(),
            "sources": list(self._told.sources()),
            "automated": [],
            "consents": list(self._consents()),
            "withheld": list(self._told.withheld()),
            "files": [{"name": name, "text": text} for name, text in FILES[self._language]],
        }

    @cached_property
    def _told(self) -> Disclosures:
        found = [(store, collection) for (store, _), collection, _ in self._found()]
        return Disclosures(self.register, self._language, found)

    def _found(self) -> Iterator[tuple[tuple[str, str], Collection, list[FoundRow]]]:
        for (store, name), rows in self.findings.rows.items():
            shown = [row for row in rows if row.exported]
            if shown:
                collection = self.register.definitions[store].collection(name)
                yield (store, name), collection, shown

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
                    self._collection(collection, rows)
                    for (store, _), collection, rows in self._found()
                    if store == result.store
                ],
            }
            if result.outcome in SEARCHED:
                yield from self._left_out(result.store)

    def _left_out(self, store: str) -> Iterator[dict[str, Any]]:
        """Yield the collections of a store that were not searched although others were."""
        definition = self.register.definitions[store]
        titles = {one.name: one.title[self._language] for one in definition.collections}
        for line in self.findings.coverage:
            if line.store == store and not line.is_complete:
                name = titles.get(line.collection, line.collection)
                yield {
                    "name": f"{store}.{line.collection}",
                    "title": f"{self._title(store)} – {name}",
                    "state": line.outcome.value,
                    "records": 0,
                    "reason": line.reason,
                    "collections": [],
                }

    def _title(self, store: str) -> str:
        definition = self.register.definitions.get(store)
        return definition.title[self._language] if definition else store

    def _collection(self, collection: Collection, rows: Sequence[FoundRow]) -> dict[str, Any]:
        shown = [field for field in collection.fields if field.exported]
        return {
            "title": collection.title[self._language],
            "category": ", ".join(self._told.categories([collection])),
            "columns": [
                {"name": field.name, "title": field.title[self._language]} for field in shown
            ],
            "rows": [
                {field.name: plain(row.values.get(field.name)) for field in shown} for row in rows
            ],
        }

    def _consents(self) -> Iterator[dict[str, Any]]:
        for row in self.findings.rows.get(CONSENTS, ()):
            purpose = self.register.purposes.get(str(row.values["purpose_code"]))
            title = purpose.texts[self._language]["title"] if purpose else ""
            yield {
                "at": row.values["at"],
                "title": title or row.values["purpose_code"],
                "granted": row.values["granted"],
                "where": row.values["page"],
            }


def _state(result: StoreResult) -> str:
    """Return what became of a store; one that holds nothing on anyone has nothing to search."""
    is_bare = result.outcome is Outcome.NOT_SEARCHED and result.is_complete
    return Outcome.EMPTY.value if is_bare else result.outcome.value
