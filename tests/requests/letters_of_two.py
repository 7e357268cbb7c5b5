"""Two people whose data stand side by side: letters with blind copies, a joint account, a family.

What belongs to one alone says so in itself, so that a package can be searched for it.
"""

from dataclasses import replace
from typing import Any

from privacy.stores.definition import Collection, StoreDefinition
from privacy.stores.terms import About, DataCategory
from tests.requests.office import EMAIL
from tests.stores.fake_store import FakeStore, collection, identity, owns, refers, store

BOB = "bob.canary@example.org"
CLERK = "clerk.canary@example.org"
IBAN_OF_BOB = "FR1420041010050500013M02606"
PHONE = "+33199001234"

Said = dict[str, About]


def saying(one: Collection, about: Said, categories: dict[str, DataCategory]) -> Collection:
    """Return a collection whose fields say of whom they speak, and what."""
    fields = tuple(
        replace(
            field,
            about=about.get(field.name),
            data_category=categories.get(field.name, field.data_category),
        )
        for field in one.fields
    )
    return replace(one, fields=fields)


def mail(**about: About) -> FakeStore:
    """Return a mailbox: who takes part in a thread owns it, with its letters."""
    letter = collection("letter", "id thread sender bcc body clerk")
    said = {"bcc": About.OTHERS, "clerk": About.OTHERS, "body": About.BOTH} | about
    definition = store(
        "mail",
        collection(
            "part",
            "id address thread",
            identities=[identity("email", "address")],
            links=[owns("thread", "letter", "thread")],
        ),
        saying(letter, said, {"body": DataCategory.MESSAGE}),
    )
    return FakeStore(definition, ROWS)


def bank() -> FakeStore:
    """Return a bank: two people hold one account; who else holds it is only referred to."""
    definition = store(
        "bank",
        collection(
            "holder",
            "id email account",
            identities=[identity("email")],
            links=[owns("account", "account", "id"), refers("account", "holder", "account")],
        ),
        saying(collection("account", "id iban note"), {"note": About.BOTH}, {}),
        saying(
            collection("seen_by", "id account employee at"),
            {"employee": About.OTHERS},
            {},
        ),
    )
    return FakeStore(linked(definition), ROWS)


def linked(definition: StoreDefinition) -> StoreDefinition:
    """Return the bank whose accounts own the log of who looked at them."""
    holder, account, seen_by = definition.collections
    account = replace(account, links=(owns("id", "seen_by", "account"),))
    return replace(definition, collections=(holder, account, seen_by))


def family() -> FakeStore:
    """Return people who share a telephone, and calls that were made with it."""
    person = collection(
        "person",
        "id email phone",
        identities=[identity("email"), identity("phone")],
    )
    call = collection("call", "id phone said", identities=[identity("phone")])
    return FakeStore(store("family", by_telephone(person), by_telephone(call)), ROWS)


def by_telephone(one: Collection) -> Collection:
    """Return a collection whose column of that name is compared as a telephone number."""
    fields = tuple(
        replace(field, normalise="phone") if field.name == "phone" else field
        for field in one.fields
    )
    return replace(one, fields=fields)


ROWS: dict[str, list[dict[str, Any]]] = {
    "part": [
        {"id": 1, "address": EMAIL, "thread": 7},
        {"id": 2, "address": BOB, "thread": 7},
        {"id": 3, "address": BOB, "thread": 8},
    ],
    "letter": [
        {
            "id": 20,
            "thread": 7,
            "sender": EMAIL,
            "bcc": f"{CLERK}",
            "body": f"ada-wrote: joindre {EMAIL}, ou 06 39 98 00 01 (bob {BOB}), {IBAN_OF_BOB}",
            "clerk": "clerk-canary",
        },
        {
            "id": 21,
            "thread": 7,
            "sender": "support",
            "bcc": None,
            "body": "ada-received",
            "clerk": "clerk-canary",
        },
        {
            "id": 22,
            "thread": 8,
            "sender": BOB,
            "bcc": None,
            "body": "bob-canary-thread",
            "clerk": "x",
        },
    ],
    "holder": [
        {"id": 31, "email": EMAIL, "account": 5},
        {"id": 32, "email": BOB, "account": 5},
        {"id": 33, "email": BOB, "account": 6},
    ],
    "account": [
        {"id": 5, "iban": "ada-account", "note": f"procuration {BOB}, ada-note"},
        {"id": 6, "iban": "bob-canary-account", "note": ""},
    ],
    "seen_by": [
        {"id": 41, "account": 5, "employee": CLERK, "at": "ada-was-seen"},
        {"id": 42, "account": 6, "employee": CLERK, "at": "bob-canary-seen"},
    ],
    "person": [
        {"id": 51, "email": EMAIL, "phone": "01 99 00 12 34"},
        {"id": 52, "email": BOB, "phone": "0199001234"},
    ],
    "call": [
        {"id": 61, "phone": PHONE, "said": "family-call"},
    ],
}
ONLY_OF_BOB = ("canary", "06 39 98 00 01", "2004101005", "0199001234")
"""What no package of Ada's may hold, however it got near her rows."""
ONLY_OF_ADA = ("ada-wrote", "ada-received", "ada-account", "ada-note", "ada-was-seen", EMAIL)
"""What her package must hold."""
