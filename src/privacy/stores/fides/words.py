"""What the words of a Fides dataset mean here, and what is to be said of them: pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from privacy.stores.terms import DataCategory

IDENTITY_KINDS: Mapping[str, str] = {"phone_number": "phone"}
"""Kinds of identifiers that have another name here."""

_CATEGORIES: Mapping[str, DataCategory] = {
    "system": DataCategory.TECHNICAL,
    "user": DataCategory.TECHNICAL,
    "user.account": DataCategory.IDENTITY,
    "user.behavior": DataCategory.BEHAVIOUR,
    "user.behavior.purchase_history": DataCategory.PURCHASE,
    "user.biometric": DataCategory.SPECIAL,
    "user.childrens": DataCategory.IDENTITY,
    "user.contact": DataCategory.CONTACT,
    "user.content": DataCategory.MESSAGE,
    "user.criminal_history": DataCategory.CRIMINAL,
    "user.demographic": DataCategory.IDENTITY,
    "user.demographic.political_opinion": DataCategory.SPECIAL,
    "user.demographic.race_ethnicity": DataCategory.SPECIAL,
    "user.demographic.religious_belief": DataCategory.SPECIAL,
    "user.demographic.sexual_orientation": DataCategory.SPECIAL,
    "user.device.ip_address": DataCategory.BEHAVIOUR,
    "user.financial": DataCategory.PAYMENT,
    "user.genetic": DataCategory.SPECIAL,
    "user.government_id": DataCategory.IDENTITY,
    "user.health_and_medical": DataCategory.SPECIAL,
    "user.job_title": DataCategory.EMPLOYMENT,
    "user.location": DataCategory.LOCATION,
    "user.name": DataCategory.IDENTITY,
    "user.payment": DataCategory.PAYMENT,
    "user.privacy_preferences": DataCategory.CONSENT,
    "user.sensor": DataCategory.BEHAVIOUR,
    "user.social": DataCategory.BEHAVIOUR,
    "user.unique_id": DataCategory.IDENTITY,
    "user.workplace": DataCategory.EMPLOYMENT,
}
"""By the beginning of a fideslang category, the longest one first that fits."""

_WEIGHT = (
    DataCategory.SPECIAL, DataCategory.CRIMINAL, DataCategory.PAYMENT, DataCategory.CONTACT,
    DataCategory.IDENTITY, DataCategory.MESSAGE, DataCategory.LOCATION, DataCategory.EMPLOYMENT,
    DataCategory.PURCHASE, DataCategory.LOYALTY, DataCategory.BEHAVIOUR, DataCategory.CONSENT,
    DataCategory.TECHNICAL, DataCategory.NONE,
)  # fmt: skip
"""Of several categories of one column, the one that asks for the most care stands for all."""


def category_of(words: Iterable[str]) -> DataCategory:
    """Return our category for those of one column; technical data when there is none."""
    found = {_category(word) for word in words}
    return next((one for one in _WEIGHT if one in found), DataCategory.TECHNICAL)


def _category(word: str) -> DataCategory:
    parts = word.split(".")
    begins = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((_CATEGORIES[one] for one in begins if one in _CATEGORIES), DataCategory.TECHNICAL)


def is_personal(words: Iterable[str]) -> bool:
    """Whether any of the categories says something of a person."""
    return any(word == "user" or word.startswith("user.") for word in words)


class Remark(StrEnum):
    """What a person should know of something that was imported."""

    NO_CATEGORY = "no-category"
    KEY_CATEGORY = "key-category"
    NO_TYPE = "no-type"
    NO_KEY = "no-key"
    UNREACHABLE = "unreachable"
    SKIPPED = "skipped"
    COMPOSITE = "composite"
    SELF = "self-reference"
    CYCLE = "cycle"
    BOTH_WAYS = "both-ways"
    LOOKED_UP = "looked-up"
    OBJECT = "object"
    IN_LIST = "in-list"
    ELSEWHERE = "elsewhere"
    NOWHERE = "nowhere"
    REQUEST_FIELD = "request-field"
    ERASURE = "erasure"


MEANINGS: Mapping[Remark, str] = {
    Remark.NO_CATEGORY: "Fides leaves out of answers and of erasures, since they have no category;"
    " here they are technical data until somebody says more",
    Remark.KEY_CATEGORY: "keys with a category of a person: an erasure in Fides may rewrite them",
    Remark.NO_TYPE: "the usual strategy of Fides does not mask these, for their type is not given",
    Remark.NO_KEY: "Fides erases nothing where no primary key is named; now all columns are it",
    Remark.UNREACHABLE: "no identity leads here: not searched, neither by Fides nor here",
    Remark.SKIPPED: "Fides is told to skip these (skip_processing); here they are searched",
    Remark.COMPOSITE: "Fides joins these by any one of the columns; now all together make the key",
    Remark.SELF: "Fides refuses a collection that refers to itself; now it is looked up, one step",
    Remark.CYCLE: "Fides cannot run these in a circle; here each row is found once",
    Remark.BOTH_WAYS: "no direction is given; now from what an identity reaches to the other",
    Remark.LOOKED_UP: "nothing there is of a person: rows are looked up and shown, not followed",
    Remark.OBJECT: "fields of an object: their names have dots, which only document stores know",
    Remark.IN_LIST: "inside a list: not searched by, neither as identity nor as a link's end",
    Remark.ELSEWHERE: "a link that begins in another dataset: it is to be added there",
    Remark.NOWHERE: "refers to a field that no dataset of this file has",
    Remark.REQUEST_FIELD: "found by a field of the request form, which is no identity",
    Remark.ERASURE: "hints for erasing were not taken over",
}


@dataclass(frozen=True)
class Told:
    """One remark, and of what: `dataset.collection` or `dataset.collection.field`."""

    remark: Remark
    place: str
    detail: str = ""
