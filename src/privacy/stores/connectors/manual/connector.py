"""Archives on paper, mailboxes, a colleague's cupboard: a person looks, and answers later."""

from collections.abc import Collection as Values
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote, urlsplit

from typing_extensions import override

from privacy.errors import AwaitedError, InvalidError
from privacy.outbox.mail import address_of
from privacy.stores.assigned import DOCUMENT_FIELDS, OPTIONS, Terms, Way, holds_documents, terms_of
from privacy.stores.connectors.declared import DeclaredStore
from privacy.stores.definition import Collection, Columns, StoreDefinition
from privacy.stores.document import Faults
from privacy.stores.protocol import Key, Row

ADDRESS: Final = "The address is manual:name, or mailto:someone@example.org."


class ManualConnector(DeclaredStore):
    """What only a person can search; there is nothing to connect to."""

    def __init__(self, definition: StoreDefinition, address: str) -> None:
        way, mailbox = _asked(address)
        _check_options(definition)
        self._definition = definition
        self._terms = terms_of(definition, way, mailbox)

    @property
    def terms(self) -> Terms:
        """Return on which terms who is asked."""
        return self._terms

    @override
    def check(self) -> None:
        """Return at once: whether a person answers shows when one is asked."""

    @override
    def _matching(
        self, collection: Collection, columns: Columns, values: Values[Key]
    ) -> Iterator[Row]:
        raise AwaitedError(f"The data store {self._definition.name} is searched by hand.")

    @override
    def close(self) -> None:
        """Do nothing: nothing was opened."""


def _asked(address: str) -> tuple[Way, str]:
    """Return who is asked, and where they read mail."""
    try:
        parts = urlsplit(address)
    except ValueError:
        raise InvalidError(ADDRESS) from None
    named = unquote(parts.path or parts.netloc)
    if parts.scheme == "manual" and named and not parts.query:
        return Way.STAFF, ""
    if parts.scheme != "mailto" or parts.query or parts.fragment:
        raise InvalidError(ADDRESS)
    address_of(named)
    return Way.MAIL, named


def _check_options(definition: StoreDefinition) -> None:
    faults = Faults()
    for name in definition.options.keys() - set(OPTIONS):
        faults.add(f"options.{name}", "is not known here")
    for collection in definition.collections:
        for name in collection.options.keys() - {"documents"}:
            faults.add(f"{collection.name}.options.{name}", "is not known here")
        if holds_documents(collection) and not set(DOCUMENT_FIELDS) <= set(collection.columns):
            faults.add(
                f"{collection.name}.fields", f"documents need: {', '.join(DOCUMENT_FIELDS)}"
            )
        if holds_documents(collection) and not collection.identities:
            faults.add(f"{collection.name}.fields", "documents need a field with an identity")
    faults.raise_all("The definition of the data store has faults.")
