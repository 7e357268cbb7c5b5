"""HTTP interfaces of vendors that take a question now and send the answer later."""

from collections.abc import Collection as Values
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from typing_extensions import override

from privacy.errors import AwaitedError, InvalidError, UnavailableError
from privacy.outbox.webhook import check_secret
from privacy.stores.assigned import OPTIONS, Terms, Way, terms_of
from privacy.stores.connectors.declared import DeclaredStore
from privacy.stores.connectors.http.connector import REFUSED, HttpConnector
from privacy.stores.connectors.http.conversation import Conversation
from privacy.stores.connectors.http.wording import manners_of
from privacy.stores.definition import Collection, Columns, StoreDefinition
from privacy.stores.protocol import Key, Row, Store

LATER: Final = "later"
ADDRESS: Final = (
    "The address of a vendor that answers later is https://:SECRET@host/path#whsec_…;"
    " behind # stands the secret that signs its answers."
)
_OWN: Final = frozenset({"answers", *OPTIONS})


class LaterConnector(DeclaredStore):
    """A vendor that is asked by a POST and answers by a signed webhook."""

    def __init__(self, definition: StoreDefinition, address: str) -> None:
        place, _, self._secret = address.partition("#")
        if not self._secret:
            raise InvalidError(ADDRESS)
        check_secret(self._secret)
        rest = {name: one for name, one in definition.options.items() if name not in _OWN}
        self._definition = definition
        self._manners = manners_of(replace(definition, options=rest))
        self._terms = terms_of(definition, Way.VENDOR)
        self._conversation = Conversation(place, self._manners)

    @property
    def terms(self) -> Terms:
        """Return on which terms the vendor is asked."""
        return self._terms

    @property
    def signing_secret(self) -> str:
        """Return what the vendor signs its answers with."""
        return self._secret

    def ask(self, *, key: str, document: Mapping[str, Any]) -> None:
        """Hand the question over, by a POST with the key as `Idempotency-Key`."""
        answer = self._conversation.ask("POST", "", document, {"Idempotency-Key": key})
        self._ensure_taken(answer.status)

    @override
    def check(self) -> None:
        if self._manners.check:
            self._ensure_taken(self._conversation.ask("GET", self._manners.check).status)

    @override
    def _matching(
        self, collection: Collection, columns: Columns, values: Values[Key]
    ) -> Iterator[Row]:
        raise AwaitedError(f"The data store {self._definition.name} answers later.")

    @override
    def close(self) -> None:
        self._conversation.close()

    def _ensure_taken(self, status: int) -> None:
        name = self._definition.name
        if status in REFUSED:
            raise UnavailableError(f"The data store {name} refuses the account of its address.")
        if status >= 500:
            raise UnavailableError(f"The data store {name} has a fault of its own.")
        if not 200 <= status < 300:
            raise InvalidError(f"The data store {name} does not take the question ({status}).")


def http_store(definition: StoreDefinition, address: str) -> Store:
    """Return what speaks to an HTTP interface, as its options say: at once or later."""
    answers = definition.options.get("answers")
    if answers is None:
        return HttpConnector(definition, address)
    if answers != LATER:
        raise InvalidError("options: {answers: later}, or no such option.")
    return LaterConnector(definition, address)
