"""Connections to a MongoDB server, and what its errors mean.

MongoDB has no session that only reads. Reading and writing have a client each: what reads is
given no way to write, and the one that writes is made for an erasure or a rectification alone.
"""

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

from privacy.errors import ConflictError, InvalidError, PrivacyError, UnavailableError
from privacy.stores.connectors.drivers import driver
from privacy.stores.connectors.mongodb.address import ADDRESS, address_of

CONNECT_PATIENCE = 5
"""Seconds until a server that does not accept a connection counts as unreachable."""
PATIENCE = 30
"""Seconds that it may take for one batch of documents."""
WHOLE_READING = PATIENCE * 20
"""Seconds of its own work after which the server ends a reading."""
BATCH = 500
"""Documents that are fetched together and are in memory together."""

_WITH_TRANSACTIONS: Final = frozenset({"ReplicaSetWithPrimary", "Sharded", "LoadBalanced"})


class Writing(NamedTuple):
    """A database that may be written, and the transaction around it, if there is one."""

    database: Any
    session: Any


class Conversation:
    """Asks one database; threads may share it."""

    def __init__(self, address: str) -> None:
        self._driver = driver("pymongo", "mongodb")
        self._errors = driver("pymongo.errors", "mongodb")
        self._address = address_of(address)
        self._clients: dict[bool, Any] = {}
        self._lock = threading.Lock()
        # It would write down whole questions, with what is asked for.
        logging.getLogger("pymongo").setLevel(logging.WARNING)

    @contextmanager
    def reading(self) -> Iterator[Any]:
        """Yield the database for questions; errors that leave the block quote nothing of it.

        UnavailableError when the server is away, slow, or refuses the account; InvalidError for
        names and values that it does not take.
        """
        with self._explained():
            yield self._client(writing=False).get_database(self._address.database)

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """Yield the database for changes: all or none of them, where the server can do that.

        A server that stands alone has no transactions; there each change is kept at once.
        """
        with self._explained(), self._driver.timeout(PATIENCE):
            client = self._client(writing=True)
            database = client.get_database(self._address.database)
            client.admin.command("ping")  # from now on it is known what kind of server it is
            if client.topology_description.topology_type_name not in _WITH_TRANSACTIONS:
                yield Writing(database, None)
                return
            with client.start_session() as session, session.start_transaction():
                yield Writing(database, session)

    def close(self) -> None:
        """End all connections; others may be made."""
        with self._lock:
            clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            client.close()

    def _client(self, *, writing: bool) -> Any:
        with self._lock:
            if writing not in self._clients:
                self._clients[writing] = self._made(writing=writing)
            return self._clients[writing]

    def _made(self, *, writing: bool) -> Any:
        address = self._address
        account = {"username": address.account, "password": address.secret}
        return self._driver.MongoClient(
            address.uri,
            **(account if address.account else {}),
            **_MANNERS,
            **_limits(),
            readPreference="primary" if writing else address.reads_from,
            # A write that was sent twice may have been done twice; a question may be asked again.
            retryWrites=False,
            **({"w": "majority"} if writing else {}),
        )

    @contextmanager
    def _explained(self) -> Iterator[None]:
        errors, bson = self._errors, driver("bson.errors", "mongodb")
        try:
            yield
        except (errors.ConfigurationError, errors.InvalidName):
            raise InvalidError(ADDRESS) from None
        except errors.PyMongoError as error:
            raise self._told(error) from None
        except (bson.BSONError, OverflowError):
            raise InvalidError(
                "MongoDB cannot hold, or cannot give, one of these values."
            ) from None

    def _told(self, error: Any) -> PrivacyError:
        """Return the error that a caller can answer; the driver's may quote a document."""
        errors = self._errors
        if isinstance(error, errors.BulkWriteError | errors.OperationFailure):
            return _refused_by(error.code)
        if isinstance(error, errors.DocumentTooLarge):
            return InvalidError("A document would become larger than MongoDB allows.")
        if getattr(error, "timeout", False) and not isinstance(
            error, errors.ServerSelectionTimeoutError
        ):
            return UnavailableError(_SLOW)
        return UnavailableError(
            "The MongoDB server cannot be reached: see that it runs, that its address is right,"
            " and, with TLS, that its certificate is known and names the host."
        )


_MANNERS: Mapping[str, Any] = {
    "appname": "privacy",
    "connect": False,
    "datetime_conversion": "DATETIME_AUTO",
    "retryReads": True,
    "tz_aware": True,
    "unicode_decode_error_handler": "replace",
    "uuidRepresentation": "standard",
}


def _limits() -> Mapping[str, int]:
    return {
        "serverSelectionTimeoutMS": int(CONNECT_PATIENCE * 1000),
        "connectTimeoutMS": int(CONNECT_PATIENCE * 1000),
        "socketTimeoutMS": int(PATIENCE * 1000),
        "waitQueueTimeoutMS": int(PATIENCE * 1000),
        "maxPoolSize": 4,
    }


_SLOW = "The MongoDB server does not answer in time."
_ACCOUNT = "The MongoDB server refuses the account: see its name and password."
_RIGHTS = (
    "The MongoDB server does not let the account do this: it needs the role read, and readWrite"
    " where rows are erased or rectified."
)
_MEANWHILE = "Somebody else is writing these documents; try again."
_RULES = "MongoDB refuses the change: an index or a validator forbids it."
_MISFIT = "MongoDB does not take one of these names, paths or values."
_MEANINGS: Mapping[type[PrivacyError], Mapping[str, frozenset[int]]] = {
    UnavailableError: {
        _SLOW: frozenset({24, 50, 262}),
        _ACCOUNT: frozenset({11, 18, 8000}),
        _RIGHTS: frozenset({13}),
    },
    ConflictError: {
        _MEANWHILE: frozenset({112, 246, 251}),
        _RULES: frozenset({121, 11000, 11001, 12582}),
    },
    InvalidError: {_MISFIT: frozenset({2, 9, 14, 16, 17, 26, 28, 52, 66, 73, 166, 167})},
}
"""By the numbers of errors that the server gives, what they mean."""


def _refused_by(code: int | None) -> PrivacyError:
    for kind, told in _MEANINGS.items():
        for text, codes in told.items():
            if code in codes:
                return kind(text)
    return UnavailableError("The MongoDB server does not do this now, or not for this account.")
