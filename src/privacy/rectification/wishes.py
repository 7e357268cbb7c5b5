"""What subjects type to put one of their own values right: of which kind it is, and its form."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from privacy.errors import InvalidError
from privacy.rectification.candidates import Candidate
from privacy.stores.definition import Collection, Field, StoreDefinition
from privacy.stores.proposals.vocabulary import words_of
from privacy.stores.protocol import Key
from privacy.stores.terms import Rectifiable
from privacy.subjects.identify import normalise_email, normalise_phone

LONGEST: Final = 200
"""Characters of a value that is typed."""
BIRTH: Final = frozenset({"birth", "birthday", "birthdate", "born", "dob", "naissance"})
POSTAL: Final = frozenset({"cp", "postal", "postalcode", "postcode", "zip", "zipcode"})
EARLIEST: Final = 1880
_POSTAL: Final = re.compile(r"[0-9A-Z](?:[0-9A-Z]|[ -](?=[0-9A-Z])){2,9}")
_DAY: Final = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")


class ValueKind(StrEnum):
    """In which form a value is typed."""

    EMAIL = "email"
    PHONE = "phone"
    DATE = "date"
    POSTAL_CODE = "postal_code"
    TEXT = "text"


@dataclass(frozen=True)
class Detail:
    """One value that a subject may correct, with every place where it stands."""

    number: int
    """Of its first place, among what was found."""
    value: str | None = field(repr=False)
    kind: ValueKind
    at_once: bool
    """Whether the controller lets it be written without a decision in each of its places."""
    places: Sequence[Candidate]


@dataclass(frozen=True)
class Wish:
    """What a subject typed for one value."""

    places: tuple[tuple[str, str, str, Key], ...] = field(repr=False)
    """Store, collection, field and primary key of each."""
    before: str | None = field(repr=False)
    after: str = field(repr=False)
    kind: ValueKind
    title: Mapping[str, str] = field(default_factory=dict)
    """What the field is called, by language."""


def kind_of(collection: Collection, declared: Field) -> ValueKind:
    """Return in which form a field's values are typed: as they are compared, or as it is named."""
    kinds = {one.kind for one in collection.identities if one.columns == (declared.name,)}
    for kind in (ValueKind.EMAIL, ValueKind.PHONE):
        if kind in kinds or declared.normalise == kind:
            return kind
    words = set(words_of(declared.name)) | set(words_of(declared.title.get("en", "")))
    if words & BIRTH:
        return ValueKind.DATE
    return ValueKind.POSTAL_CODE if words & POSTAL else ValueKind.TEXT


def correctable(
    found: Sequence[Candidate], definitions: Mapping[str, StoreDefinition]
) -> list[Detail]:
    """Return what a subject may correct of what was found: each value once."""
    together: dict[tuple[str, str, str], list[tuple[Candidate, ValueKind, Rectifiable]]] = {}
    for one in found:
        declared = _declared(one, definitions)
        if declared is None or declared[1].rectifiable is None:
            continue
        kind = kind_of(*declared)
        own = one.folded or f"\0{one.number}"
        item = (one, kind, declared[1].rectifiable)
        together.setdefault((one.category, kind.value, own), []).append(item)
    return [
        Detail(
            number=items[0][0].number,
            value=items[0][0].value,
            kind=items[0][1],
            at_once=all(
                way is Rectifiable.AT_ONCE and not one.hindrance for one, _kind, way in items
            ),
            places=[one for one, _kind, _way in items],
        )
        for items in together.values()
    ]


def _declared(
    one: Candidate, definitions: Mapping[str, StoreDefinition]
) -> tuple[Collection, Field] | None:
    definition = definitions.get(one.store)
    for collection in definition.collections if definition else ():
        for declared in collection.fields:
            if (collection.name, declared.name) == (one.collection, one.field):
                return collection, declared
    return None


def checked(kind: ValueKind, typed: str, *, today: date) -> str:
    """Return a typed value in the form in which it is kept; InvalidError says by code what not."""
    text = " ".join(typed.split())
    if not text:
        raise _fault("detail.missing")
    if len(text) > LONGEST or not text.isprintable():
        raise _fault("detail.long")
    if kind is ValueKind.EMAIL:
        return _normal(normalise_email, text, "email.invalid")
    if kind is ValueKind.PHONE:
        return _normal(normalise_phone, text, "detail.phone")
    if kind is ValueKind.DATE:
        return _day(text, today)
    if kind is ValueKind.POSTAL_CODE and not _POSTAL.fullmatch(text.upper()):
        raise _fault("detail.postal_code")
    return text.upper() if kind is ValueKind.POSTAL_CODE else text


def _normal(form: Callable[[str], str], text: str, code: str) -> str:
    try:
        return form(text)
    except InvalidError:
        raise _fault(code) from None


def _day(text: str, today: date) -> str:
    written = _DAY.fullmatch(text)
    try:
        if written:
            found = date(int(written[3]), int(written[2]), int(written[1]))
        else:
            found = date.fromisoformat(text)
    except ValueError:
        raise _fault("detail.date") from None
    if not found.year >= EARLIEST or found > today:
        raise _fault("detail.date")
    return found.isoformat()


def _fault(code: str) -> InvalidError:
    return InvalidError("This value cannot be taken.", fields={"value": [code]})


def to_json(wish: Wish) -> str:
    """Return a wish as text, to be sealed."""
    return json.dumps(asdict(wish), ensure_ascii=False)


def from_json(text: str) -> Wish:
    """Return the wish that `to_json` wrote."""
    told = json.loads(text)
    places = tuple((*place, tuple(key)) for *place, key in told["places"])
    return Wish(places, told["before"], told["after"], ValueKind(told["kind"]), told["title"])
