"""What Art. 15(1) and (2) GDPR add to the data: why, for whom, for how long, from where.

Everything comes from the live register, and stands here only if it concerns what was found of
this subject, so that nobody gets a general text.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from privacy.consent.records.words import purpose_type
from privacy.packages.ending import Ending
from privacy.packages.linked import CATEGORIES, ROLES
from privacy.packages.rights import rights_of
from privacy.purposes.models import Controller, Purpose, Recipient
from privacy.stores.definition import Collection, StoreDefinition
from privacy.stores.search.findings import Place
from privacy.stores.terms import DataCategory
from privacy.stores.titles import CATEGORY_TITLES

EEA = frozenset(
    (
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE",
        "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
    )
)  # fmt: skip
"""Where data may go as within one country (Art. 44 GDPR), by ISO 3166-1."""
UNTOLD = {
    "fr": "Aucune garantie n’est inscrite au registre ; demandez-la au responsable.",
    "en": "The register names no safeguard; ask the controller for it.",
}
COLON = {"fr": "\u00a0: ", "en": ": "}


@dataclass(frozen=True)
class Register:
    """What the controller declares of its processing."""

    controller: Controller
    purposes: Mapping[str, Purpose]
    recipients: Sequence[Recipient]
    definitions: Mapping[str, StoreDefinition]


@dataclass(frozen=True)
class Disclosures:
    """What is to be told beside the data of these collections, each with its store's name."""

    register: Register
    language: str
    found: Sequence[tuple[str, Collection]]
    endings: Mapping[Place, Ending] = field(default_factory=dict)
    """When the rows of these collections go, where that can be counted."""

    def transfers(self) -> list[dict[str, str]]:
        """Return who receives data outside the EEA, and with which safeguard (Art. 15(2))."""
        return [
            {
                "name": one["name"],
                "country": one["country"],
                "safeguard": one["safeguard"] or UNTOLD[self.language],
            }
            for one in self.recipients()
            if one["safeguard"] or (one["country"] and one["country"] not in EEA)
        ]

    def automated(self) -> list[dict[str, str]]:
        """Return the logic and effects of decisions that nobody takes (Art. 15(1)(h))."""
        return [
            {
                "title": self.register.purposes[code].texts[self.language]["title"],
                **told[self.language],
            }
            for code in self._codes()
            if (told := self.register.purposes[code].details.get("automated"))
        ]

    def rights(self) -> list[dict[str, Any]]:
        """Return the rights that the subject has over what was found (Art. 15(1)(e)).

        Beside erasure stands what need not be erased, with the ground of Art. 17(3).
        """
        rights = rights_of([self.register.purposes[code] for code in self._codes()], self.language)
        kept = list(self._kept())
        return [one | {"kept": kept if one["kind"] == "erasure" else []} for one in rights]

    def _kept(self) -> Iterator[dict[str, str]]:
        for store, collection in self.found:
            rule = collection.erasure
            if rule and rule.ground:
                yield {"data": self.title(store, collection), "ground": rule.ground.value}

    def unexplained(self) -> list[str]:
        """Return by title what was found of which the register does not say why it is kept."""
        known = self.register.purposes.keys()
        return [
            self.title(*place)
            for place in self.found
            if known.isdisjoint(self._purposes_of(*place))
        ]

    def purposes(self) -> list[dict[str, Any]]:
        """Return why what was found is processed, with basis, recipients and retention."""
        return [self._purpose(code) for code in self._codes()]

    def recipients(self) -> list[dict[str, Any]]:
        """Return by name to whom what was found is disclosed (CJEU C-154/21)."""
        named = [name for store in self._stores() for name in self._named_by(store)]
        receiving = {name for code in self._codes() for name in self._receiving(code)}
        known = {one.name for one in self.register.recipients}
        return [
            self._recipient(one)
            for one in self.register.recipients
            if one.name in receiving.union(named)
        ] + [self._named(name) for name in dict.fromkeys(named) if name not in known]

    def sources(self) -> Iterator[dict[str, str]]:
        """Yield where data stores say that their data come from."""
        for store in self._stores():
            definition = self.register.definitions[store]
            if definition.source:
                yield {
                    "data": definition.title[self.language],
                    "source": definition.source[self.language],
                }

    def title(self, store: str, collection: Collection) -> str:
        """Return what a collection is called beside those of other stores."""
        definition = self.register.definitions[store]
        return f"{definition.title[self.language]} – {collection.title[self.language]}"

    def categories(self, collections: Sequence[Collection]) -> list[str]:
        """Return the categories of what these collections hold on anyone."""
        categories = dict.fromkeys(
            one.data_category for collection in collections for one in collection.fields
        )
        categories.pop(DataCategory.NONE, None)
        return [CATEGORY_TITLES[category][self.language] for category in categories]

    def _stores(self) -> list[str]:
        return list(dict.fromkeys(store for store, _ in self.found))

    def _codes(self) -> list[str]:
        codes = {code for place in self.found for code in self._purposes_of(*place)}
        return sorted(codes & self.register.purposes.keys())

    def _purposes_of(self, store: str, collection: Collection) -> tuple[str, ...]:
        return collection.purposes or self.register.definitions[store].purposes

    def _serving(self, code: str) -> list[tuple[str, Collection]]:
        return [place for place in self.found if code in self._purposes_of(*place)]

    def _purpose(self, code: str) -> dict[str, Any]:
        purpose = self.register.purposes[code]
        words = purpose.texts[self.language]
        serving = self._serving(code)
        return {
            "@type": purpose_type(code),
            "code": code,
            "title": words["title"],
            "description": words["description"],
            "basis": purpose.legal_basis.value,
            "categories": self.categories([collection for _, collection in serving]),
            "recipients": self._receiving(code),
            "retention": " ".join([words["retention"], *self._periods(serving, words)]),
            "data": self._linked([collection for _, collection in serving]),
            "ends_on": self._last_end(serving),
            "source": self._sources_of(serving),
        }

    def _last_end(self, serving: Sequence[tuple[str, Collection]]) -> date | None:
        """Return the day after which nothing of these is kept, if each of them has one."""
        endings = [self.endings.get((store, one.name)) for store, one in serving]
        known = [one.last for one in endings if one and one.is_whole]
        return max(known) if known and len(known) == len(endings) else None

    def _sources_of(self, serving: Sequence[tuple[str, Collection]]) -> str:
        stores = dict.fromkeys(store for store, _ in serving)
        told = [self.register.definitions[store].source for store in stores]
        return " ".join(dict.fromkeys(one[self.language] for one in told if one))

    def _linked(self, collections: Sequence[Collection]) -> list[str]:
        found = {shown.data_category for one in collections for shown in one.fields}
        return sorted({CATEGORIES[one] for one in found - {DataCategory.NONE}})

    def _periods(
        self, serving: Sequence[tuple[str, Collection]], words: Mapping[str, str]
    ) -> Iterator[str]:
        """Yield the periods of single collections, where they differ from the purpose's."""
        titles: dict[str, list[str]] = {}
        for _, collection in serving:
            period = collection.retention[self.language] if collection.retention else ""
            titles.setdefault(period, []).append(collection.title[self.language])
        for period, those in titles.items():
            if period not in {"", words["retention"]}:
                yield f"{', '.join(those)}{COLON[self.language]}{period}"

    def _receiving(self, code: str) -> list[str]:
        registered = [one.name for one in self.register.recipients if code in one.purposes]
        stores = dict.fromkeys(store for store, _ in self._serving(code))
        named = [name for store in stores for name in self._named_by(store)]
        return list(dict.fromkeys([*registered, *named]))

    def _named_by(self, store: str) -> Iterator[str]:
        """Yield the recipients that a store names and of whom the register says nothing better.

        Where it says for which of the store's purposes one receives data, it is not for others.
        """
        served = {code for place in self.found if place[0] == store
                  for code in self._purposes_of(*place)}  # fmt: skip
        purposes = {one.name: set(one.purposes) for one in self.register.recipients}
        for name in self.register.definitions[store].recipients:
            if not served & purposes.get(name, set()):
                yield name

    def _recipient(self, recipient: Recipient) -> dict[str, Any]:
        return {
            "@type": ROLES[recipient.role],
            "name": recipient.name,
            "role": recipient.role.value,
            "country": recipient.country,
            "purposes": self._served(recipient.name),
            "safeguard": recipient.safeguard,
        }

    def _named(self, name: str) -> dict[str, Any]:
        """Return what is known of a recipient whom only a data store's declaration names."""
        return {
            "@type": "dpv:Recipient",
            "name": name,
            "role": "",
            "country": "",
            "purposes": self._served(name),
            "safeguard": "",
        }

    def _served(self, name: str) -> list[str]:
        return [
            self.register.purposes[code].texts[self.language]["title"]
            for code in self._codes()
            if name in self._receiving(code)
        ]
