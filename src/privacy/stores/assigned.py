"""Data stores that no code can read at once: somebody is asked, and answers later."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from privacy.stores.definition import LANGUAGES, Collection, StoreDefinition, Texts
from privacy.stores.document import Faults, Node

USUAL_DAYS = 10
MOST_DAYS = 60


class Way(StrEnum):
    """Who is asked, and how."""

    STAFF = "staff"
    """The controller's own operators, on a page of the console."""
    MAIL = "mail"
    """Whoever reads a mailbox, by a link to a page without an account."""
    VENDOR = "vendor"
    """Another company's interface, which answers by a signed webhook."""


@dataclass(frozen=True)
class Terms:
    """On which terms somebody is asked."""

    way: Way
    days: int
    """Within how many days the answer is expected."""
    instructions: Texts | None = None
    """What to look for and where, in each language; shown on the page."""
    language: str = LANGUAGES[0]
    """In which language mails are written."""
    mailbox: str = field(default="", repr=False)


@runtime_checkable
class Assigned(Protocol):
    """A store whose `read` raises AwaitedError until somebody has answered."""

    @property
    def terms(self) -> Terms:
        """Return on which terms who is asked."""
        ...


@runtime_checkable
class Vendor(Protocol):
    """An assigned store that is asked by code, and signs what it answers."""

    @property
    def signing_secret(self) -> str:
        """Return what the vendor signs its answers with."""
        ...

    def ask(self, *, key: str, document: Mapping[str, Any]) -> None:
        """Hand the question over; the same key again is the same question.

        Raises UnavailableError or InvalidError when it was not taken.
        """
        ...


OPTIONS = ("days", "instructions", "language")
"""What a definition says of these terms among its options."""


def terms_of(definition: StoreDefinition, way: Way, mailbox: str = "") -> Terms:
    """Return the terms that a definition's options give; InvalidError names what is wrong."""
    faults = Faults()
    given = {name: definition.options.get(name) for name in OPTIONS}
    keys = Node(given, "options", faults).keys(OPTIONS)
    language = keys["language"].code() if keys["language"].is_given else LANGUAGES[0]
    if language not in LANGUAGES:
        keys["language"].fault(f"must be one of: {', '.join(LANGUAGES)}")
    instructions = keys["instructions"].texts() if keys["instructions"].is_given else None
    terms = Terms(way, _days(keys["days"]), instructions, language, mailbox)
    faults.raise_all("The definition of the data store has faults.")
    return terms


def _days(node: Node) -> int:
    if not node.is_given:
        return USUAL_DAYS
    value = node.value
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_DAYS:
        return value
    node.fault(f"must be a whole number from 1 to {MOST_DAYS}")
    return USUAL_DAYS


def holds_documents(collection: Collection) -> bool:
    """Whether the rows of a collection are files that are attached."""
    return collection.options.get("documents") is True


DOCUMENT_FIELDS = ("name", "content")
"""What a collection of documents must declare; `media_type` it may."""
