"""One connection to a Redis server, and what its errors mean."""

import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, TypeAlias
from urllib.parse import unquote, urlsplit

from privacy.errors import InvalidError, UnavailableError
from privacy.stores.connectors.drivers import driver
from privacy.stores.connectors.watchdog import WATCHDOG

ADDRESS = "The address of a Redis store is redis://account:password@host:6379/0, or rediss://."
CONNECT_PATIENCE = 5
"""Seconds until a server that does not accept a connection counts as unreachable."""
PATIENCE = 30
"""Seconds that it may take for one batch of commands."""

UNKNOWN = (
    "The Redis server does not speak TLS, or shows a certificate that is of another name or of an"
    " authority that this machine does not know."
)

Command: TypeAlias = tuple[str | bytes | int, ...]


class Conversation:
    """Sends batches of commands; any number of threads may share it, and take turns."""

    def __init__(self, address: str) -> None:
        self._redis = driver("redis", "redis")
        self._make = self._maker(address)
        self._connection: Any = None
        self._turn = threading.RLock()
        self._is_alone = False

    def _maker(self, address: str) -> "partial[Any]":
        """Return what makes a connection; nothing is connected yet."""
        try:
            parts = urlsplit(address)
            port, number = parts.port, parts.path.strip("/") or "0"
        except ValueError:
            raise InvalidError(ADDRESS) from None
        odd = parts.query or parts.fragment or not parts.hostname or not number.isdecimal()
        if parts.scheme not in {"redis", "rediss"} or odd:
            raise InvalidError(ADDRESS)
        secure = parts.scheme == "rediss"
        return partial(
            self._redis.SSLConnection if secure else self._redis.Connection,
            host=parts.hostname,
            port=port or 6379,
            db=int(number),
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            driver_info=None,
            protocol=2,
        )

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let nobody else speak meanwhile, and forget afterwards which keys were watched."""
        with self._turn:
            self.ask(("PING",))  # so that a connection which died unseen is replaced before
            self._is_alone = True
            try:
                yield
            finally:
                self._is_alone = False
                if self._connection is not None:
                    self.ask(("UNWATCH",))

    def ask(self, *commands: Command) -> list[Any]:
        """Return the answer to each command; a kind of value that does not fit gives None.

        UnavailableError when the server is away, slow, or refuses the account; InvalidError for
        commands that it does not understand. What it says is not passed on: it may quote a value.
        """
        with self._turn:
            known = self._connection is not None
            try:
                answers = self._exchanged(commands)
            except BaseException:
                self._hang_up()
                raise
            if answers is None and known and not self._is_alone:
                # It died since it was last used, and shows it only now.
                return self.ask(*commands)
            if answers is None:
                raise UnavailableError("The Redis server cannot be reached.")
            return answers

    def _exchanged(self, commands: Sequence[Command]) -> list[Any] | None:
        """Return the answers; None when the connection broke."""
        errors, late = self._redis.exceptions, threading.Event()
        try:
            return self._exchanged_in_time(commands, late)
        except (errors.TimeoutError, errors.ConnectionError, OSError) as error:
            self._hang_up()
            if late.is_set() or isinstance(error, errors.TimeoutError | TimeoutError):
                raise UnavailableError("The Redis server does not answer in time.") from None
            if isinstance(error, errors.AuthenticationError | errors.AuthorizationError):
                raise UnavailableError("The Redis server refuses the account.") from None
            if isinstance(error.__context__, ssl.SSLError):
                raise UnavailableError(UNKNOWN) from None
            return None
        except errors.ResponseError:  # of the greeting: no such account or database
            raise UnavailableError("The Redis server refuses the account or database.") from None

    def _exchanged_in_time(self, commands: Sequence[Command], late: threading.Event) -> list[Any]:
        if self._connection is None:
            # The greeting of TLS is waited for as long as an answer.
            made = self._make(
                socket_connect_timeout=CONNECT_PATIENCE, socket_timeout=CONNECT_PATIENCE
            )
            with WATCHDOG.limit(CONNECT_PATIENCE, partial(_cut, made, late)):
                made.connect()
            _give_time(made)
            self._connection = made
        connection = self._connection
        with WATCHDOG.limit(PATIENCE, partial(_cut, connection, late)):
            connection.send_packed_command(connection.pack_commands(commands))
            return [self._answer(connection) for _command in commands]

    def _answer(self, connection: Any) -> Any:
        errors = self._redis.exceptions
        try:
            return connection.read_response()
        except errors.NoPermissionError:
            raise UnavailableError(
                "The Redis server does not let the account do this: it needs to read, and to"
                " write where rows are erased or rectified."
            ) from None
        except errors.ResponseError as error:
            if str(error).startswith("WRONGTYPE"):
                return None
            raise refused_by(error) from None

    def close(self) -> None:
        """End the conversation; another one may begin."""
        with self._turn:
            self._hang_up()

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.disconnect()
        self._connection = None


_AWAY = ("READONLY", "LOADING", "BUSY", "MASTERDOWN", "NOAUTH", "OOM", "CLUSTERDOWN", "MISCONF")


def refused_by(error: Exception) -> InvalidError | UnavailableError:
    """Return the error that a caller can answer for what a server said."""
    if str(error).startswith(_AWAY) or type(error).__name__ in {
        "BusyLoadingError",
        "ReadOnlyError",
    }:
        return UnavailableError("The Redis server does not do this now, or not for this account.")
    return InvalidError("The Redis server does not understand what it is asked.")


def _give_time(connection: Any) -> None:
    """Let a connection that is made wait for answers as long as one may take."""
    connection.socket_timeout = PATIENCE
    connection._sock.settimeout(PATIENCE)  # noqa: SLF001 -- the driver sets it only when it is made


def _cut(connection: Any, late: threading.Event) -> None:
    """End a conversation at once, from another thread."""
    late.set()
    with suppress(OSError, AttributeError):  # it may have ended by itself, or not begun
        connection._sock.shutdown(socket.SHUT_RDWR)  # noqa: SLF001 -- the driver has no other way
