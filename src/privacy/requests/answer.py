"""The answer to an access request: what was found, and what Art. 15(1) and (2) GDPR add to it.

Everything comes from the live register and from what the search found, so that nobody gets a
general text: a purpose or a recipient stands here only if it concerns this subject's data.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from privacy.purposes.models import Controller, Purpose, Recipient
from privacy.requests.models import SubjectRequest
from privacy.requests.package import Table, plain
from privacy.stores.definition import CATEGORY_TITLES, Collection, DataCategory, StoreDefinition
from privacy.stores.findings import Findings, FoundRow
from privacy.stores.own import SUBJECT

CONSENTS = ("privacy", "consent")
"""Where our own ledger keeps what the subject answered to banners."""


@dataclass(frozen=True)
class Register:
    """What the controller declares of its processing."""

    controller: Controller
    purposes: Mapping[str, Purpose]
    recipients: Sequence[Recipient]
    definitions: Mapping[str, StoreDefinition]


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
            "purposes": [self._purpose(code) for code in self._codes()],
            "recipients": [self._recipient(one) for one in self._recipients()],
            "sources": list(self._sources()),
            "automated": [],
            "consents": list(self._consents()),
            "withheld": [],
            "files": self._files(),
        }

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
        found = list(self._found())
        for result in self.findings.stores():
            definition = self.register.definitions.get(result.store)
            collections = [
                self._collection(collection, rows)
                for (store, _), collection, rows in found
                if store == result.store
            ]
            yield {
                "name": result.store,
                "title": definition.title[self._language] if definition else result.store,
                "state": result.outcome.value,
                "records": result.rows,
                "reason": result.reason,
                "collections": collections,
            }

    def _collection(self, collection: Collection, rows: Sequence[FoundRow]) -> dict[str, Any]:
        shown = [field for field in collection.fields if field.exported]
        return {
            "title": collection.title[self._language],
            "category": ", ".join(self._categories([collection])),
            "columns": [
                {"name": field.name, "title": field.title[self._language]} for field in shown
            ],
            "rows": [
                {field.name: plain(row.values.get(field.name)) for field in shown} for row in rows
            ],
        }

    def _codes(self) -> list[str]:
        """Return the purposes for which what was found is processed, in a steady order."""
        codes = {
            code
            for (store, _), collection, _ in self._found()
            for code in collection.purposes or self.register.definitions[store].purposes
        }
        return sorted(codes & self.register.purposes.keys())

    def _served_by(self, code: str) -> list[Collection]:
        return [
            collection
            for (store, _), collection, _ in self._found()
            if code in (collection.purposes or self.register.definitions[store].purposes)
        ]

    def _categories(self, collections: Sequence[Collection]) -> list[str]:
        categories = dict.fromkeys(
            field.data_category for collection in collections for field in collection.fields
        )
        categories.pop(DataCategory.NONE, None)
        return [CATEGORY_TITLES[category][self._language] for category in categories]

    def _purpose(self, code: str) -> dict[str, Any]:
        purpose = self.register.purposes[code]
        words = purpose.texts[self._language]
        return {
            "title": words["title"],
            "description": words["description"],
            "basis": purpose.legal_basis.value,
            "categories": self._categories(self._served_by(code)),
            "recipients": [one.name for one in self.register.recipients if code in one.purposes],
            "retention": words["retention"],
            "ends_on": None,
            "source": "",
        }

    def _recipients(self) -> list[Recipient]:
        codes = set(self._codes())
        return [one for one in self.register.recipients if codes & set(one.purposes)]

    def _recipient(self, recipient: Recipient) -> dict[str, Any]:
        codes = set(self._codes())
        return {
            "name": recipient.name,
            "role": recipient.role.value,
            "country": recipient.country,
            "purposes": [
                self.register.purposes[code].texts[self._language]["title"]
                for code in recipient.purposes
                if code in codes
            ],
            "safeguard": recipient.safeguard,
        }

    def _sources(self) -> Iterator[dict[str, str]]:
        for name in dict.fromkeys(store for (store, _), _, _ in self._found()):
            definition = self.register.definitions[name]
            if definition.source:
                yield {
                    "data": definition.title[self._language],
                    "source": definition.source[self._language],
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

    def _files(self) -> list[dict[str, str]]:
        french = self._language == "fr"
        return [
            {"name": "data.json", "text": "tout, en JSON" if french else "everything, as JSON"},
            {
                "name": "csv/",
                "text": "un tableau par fichier" if french else "one table in each file",
            },
            {
                "name": "manifest.json",
                "text": "l’empreinte de chaque fichier" if french else "the hash of each file",
            },
        ]
