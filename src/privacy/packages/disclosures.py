"""What Art. 15(1) and (2) GDPR add to the data: why, for whom, for how long, from where.

Everything comes from the live register, and stands here only if it concerns what was found of
this subject, so that nobody gets a general text.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from privacy.purposes.models import Controller, Purpose, Recipient
from privacy.stores.definition import CATEGORY_TITLES, Collection, DataCategory, StoreDefinition

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
            field.data_category for collection in collections for field in collection.fields
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
            "title": words["title"],
            "description": words["description"],
            "basis": purpose.legal_basis.value,
            "categories": self.categories([collection for _, collection in serving]),
            "recipients": self._receiving(code),
            "retention": " ".join([words["retention"], *self._periods(serving, words)]),
            "ends_on": None,
            "source": "",
        }

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
            "name": recipient.name,
            "role": recipient.role.value,
            "country": recipient.country,
            "purposes": self._served(recipient.name),
            "safeguard": recipient.safeguard,
        }

    def _named(self, name: str) -> dict[str, Any]:
        """Return what is known of a recipient whom only a data store's declaration names."""
        return {
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
