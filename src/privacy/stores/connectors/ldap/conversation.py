"""Connections to an LDAP directory (RFC 4511), and what its errors mean."""

import os
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import unquote, urlsplit

from privacy.errors import ConflictError, InvalidError, PrivacyError, UnavailableError
from privacy.stores.connectors.drivers import driver
from privacy.stores.connectors.sockets import opening
from privacy.stores.connectors.watchdog import WATCHDOG

ADDRESS = "The address of a directory is ldaps://account:password@host/dc=example,dc=org."
CONNECT_PATIENCE = 5
"""Seconds until a server that does not accept a connection counts as unreachable."""
PATIENCE = 30
"""Seconds that it may take for one page."""
MISFITS = (
    "CONSTRAINT_VIOLATION", "FILTER_ERROR", "INVALID_DN_SYNTAX", "INVALID_SYNTAX",
    "NAMING_VIOLATION", "NO_SUCH_OBJECT", "NOT_ALLOWED_ON_RDN", "OBJECT_CLASS_VIOLATION",
    "TYPE_OR_VALUE_EXISTS", "UNDEFINED_TYPE",
)  # fmt: skip
"""Errors that say that names or values do not fit."""
UNKNOWN = (
    "The directory does not speak TLS as it should, or shows a certificate that is of another name"
    " or of an authority that OpenLDAP's library does not know here (LDAPTLS_CACERT)."
)
PAGE = 500
"""Entries that are asked for, and are in memory, together."""

Attributes: TypeAlias = Mapping[str, Sequence[bytes]]
"""The values of an entry by the names of their attributes in small letters."""


class Entry(NamedTuple):
    """One entry of the directory."""

    dn: str
    attributes: Attributes


class Address(NamedTuple):
    """Where a directory is; the secret is never shown."""

    uri: str
    host: str
    port: int
    base: str
    account: str
    secret: str
    wants_starttls: bool


def address_of(text: str) -> Address:
    """Return the parts of an address; InvalidError when it is none.

    `ldap://` begins TLS before anything is said (StartTLS), unless it ends with `?tls=none`.
    """
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise InvalidError(ADDRESS) from None
    is_plain = parts.query == "tls=none" and parts.scheme == "ldap"
    odd = parts.fragment or (parts.query and not is_plain)
    base = unquote(parts.path.strip("/"))
    if parts.scheme not in {"ldap", "ldaps"} or odd or not host or not base:
        raise InvalidError(ADDRESS)
    place = f"[{host}]" if ":" in host else host
    port = port or (636 if parts.scheme == "ldaps" else 389)
    return Address(
        f"{parts.scheme}://{place}:{port}",
        host,
        port,
        base,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        parts.scheme == "ldap" and not is_plain,
    )


class Line:
    """A connection and the socket below it."""

    def __init__(self, handle: Any, end: socket.socket) -> None:
        self.handle = handle
        self.end = end

    def cut(self) -> None:
        """End it at once, from another thread."""
        with suppress(OSError):  # it may have ended by itself
            self.end.shutdown(socket.SHUT_RDWR)


class Conversation:
    """Asks one directory; each search that is under way has a connection of its own."""

    def __init__(self, address: str) -> None:
        self.address = address_of(address)
        self._ldap = driver("ldap", "ldap")
        # For the whole process: a context of one connection would forget which issuers are known.
        self._ldap.set_option(self._ldap.OPT_X_TLS_REQUIRE_CERT, self._ldap.OPT_X_TLS_DEMAND)
        self._control = driver("ldap.controls.libldap", "ldap").SimplePagedResultsControl
        self._idle: list[Line] = []
        self._lock = threading.Lock()

    def entries(self, base: str, wanted: str, names: Sequence[str]) -> Iterator[Entry]:
        """Yield the entries at and below a DN that a filter lets pass, a page in memory."""
        cookie = b""
        with self._connected() as connection:
            while True:
                page = self._control(criticality=True, size=PAGE, cookie=cookie)
                number = connection.search_ext(
                    base,
                    self._ldap.SCOPE_SUBTREE,
                    wanted,
                    list(names) or None,
                    serverctrls=[page],
                )
                found, controls = self._result(connection, number)
                for dn, attributes in found:
                    if dn is not None:  # a reference to another server is not followed
                        yield Entry(dn, {n.lower(): values for n, values in attributes.items()})
                cookie = next(
                    (c.cookie for c in controls if c.controlType == page.controlType), b""
                )
                if not cookie:
                    return

    def schema(self) -> Any:
        """Return what the directory says of its attributes and classes; None when nothing."""
        subentry = driver("ldap.schema", "ldap").SubSchema
        with self._connected() as connection:
            place = connection.search_subschemasubentry_s(self.address.base)
            found = connection.read_subschemasubentry_s(place) if place else None
        return subentry(found) if found else None

    def erase(self, dn: str) -> bool:
        """Delete an entry, and say whether it was there."""
        with self._connected() as connection, suppress(self._ldap.NO_SUCH_OBJECT):
            self._result(connection, connection.delete_ext(dn))
            return True
        return False

    def take(self, dn: str, name: str, value: bytes) -> bool:
        """Take one value of an attribute away, and say whether it was there."""
        ldap = self._ldap
        gone = (ldap.NO_SUCH_OBJECT, ldap.NO_SUCH_ATTRIBUTE)
        with self._connected() as connection, suppress(*gone):
            number = connection.modify_ext(dn, [(ldap.MOD_DELETE, name, [value])])
            self._result(connection, number)
            return True
        return False

    def change(self, dn: str, values: Mapping[str, bytes | None]) -> None:
        """Put values in the place of an entry's; None takes one away."""
        changes = [
            (self._ldap.MOD_REPLACE, name, None if value is None else [value])
            for name, value in values.items()
        ]
        with self._connected() as connection:
            self._result(connection, connection.modify_ext(dn, changes))

    def _result(self, connection: Any, number: int) -> tuple[Sequence[Any], Sequence[Any]]:
        _kind, found, _number, controls = connection.result3(number, 1, PATIENCE)
        return found or (), controls

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        """Yield a connection; it is kept for the next one unless it was left half-way."""
        line: Line | None = None
        try:
            line = self._greeted() or self._opened()
            yield line.handle
        except (self._ldap.LDAPError, OSError) as error:
            self._leave(line)
            raise self._told(error) from None
        except BaseException:
            self._leave(line)
            raise
        with self._lock:
            self._idle.append(line)

    def _greeted(self) -> "Line | None":
        """Return a connection that was kept, if it still lives."""
        with self._lock:
            line = self._idle.pop() if self._idle else None
        if line is None:
            return None
        try:
            with WATCHDOG.limit(CONNECT_PATIENCE, line.cut):
                line.handle.whoami_s()
        except self._ldap.LDAPError:
            self._leave(line)
            return None
        return line

    def _opened(self) -> "Line":
        return self._opened_with_tls() if self.address.uri.startswith("ldaps:") else self._begun()

    def _begun(self) -> "Line":
        """Return a connection on a socket of ours, which ends what the driver would wait for."""
        ldap, address = self._ldap, self.address
        end = socket.create_connection((address.host, address.port), CONNECT_PATIENCE)
        end.settimeout(None)
        line = Line(None, end)
        with WATCHDOG.limit(CONNECT_PATIENCE, line.cut):
            try:
                line.handle = ldap.initialize(address.uri, fileno=os.dup(end.fileno()))
                self._set_up(line.handle)
                if address.wants_starttls:
                    line.handle.start_tls_s()
                line.handle.simple_bind_s(address.account, address.secret)
            except BaseException:
                self._leave(line)
                raise
        return line

    def _opened_with_tls(self) -> "Line":
        """Return a connection that the driver opens: it takes no socket of ours for TLS.

        Nor does it stop waiting for a server that accepts and says nothing, until its socket,
        which it does not tell of before, is cut.
        """
        ldap, address, late = self._ldap, self.address, threading.Event()
        handle = ldap.initialize(address.uri)
        self._set_up(handle)
        try:
            with opening(CONNECT_PATIENCE, address.host, address.port, late):
                handle.simple_bind_s(address.account, address.secret)
            return Line(handle, socket.socket(fileno=os.dup(handle.get_option(ldap.OPT_DESC))))
        except BaseException as error:
            handle.unbind_ext()
            if isinstance(error, ldap.SERVER_DOWN):
                raise self._why_down(is_late=late.is_set()) from None
            raise

    def _why_down(self, *, is_late: bool) -> PrivacyError:
        """Return what it means that the driver came to no conversation with TLS."""
        if is_late:
            return UnavailableError("The directory does not answer in time.")
        anybody = ssl.create_default_context()
        anybody.check_hostname = False
        anybody.verify_mode = ssl.CERT_NONE  # nothing is said; it only shows who speaks TLS at all
        there = (self.address.host, self.address.port)
        try:
            with (
                socket.create_connection(there, CONNECT_PATIENCE) as end,
                anybody.wrap_socket(end, server_hostname=self.address.host),
            ):
                return UnavailableError(UNKNOWN)
        except OSError:
            return UnavailableError("The directory cannot be reached, or does not speak TLS.")

    def _set_up(self, handle: Any) -> None:
        handle.set_option(self._ldap.OPT_PROTOCOL_VERSION, self._ldap.VERSION3)
        handle.set_option(self._ldap.OPT_REFERRALS, 0)
        handle.set_option(self._ldap.OPT_NETWORK_TIMEOUT, CONNECT_PATIENCE)
        handle.set_option(self._ldap.OPT_TIMEOUT, PATIENCE)

    def _leave(self, line: "Line | None") -> None:
        if line is None:
            return
        with suppress(self._ldap.LDAPError):
            if line.handle is not None:
                line.handle.unbind_ext()
        line.end.close()

    def close(self) -> None:
        """End what is not under way; the conversation may go on."""
        with self._lock:
            idle, self._idle = self._idle, []
        for line in idle:
            self._leave(line)

    def _told(self, error: Exception) -> PrivacyError:
        """Return an error that quotes nothing of the driver's."""
        ldap = self._ldap
        if isinstance(error, (ldap.NOT_ALLOWED_ON_NONLEAF, ldap.BUSY)):
            return ConflictError("The directory refuses the change: other entries stand below it.")
        if isinstance(error, ldap.CONNECT_ERROR):  # of StartTLS
            return UnavailableError(UNKNOWN)
        if isinstance(error, tuple(getattr(ldap, name) for name in MISFITS)):
            return InvalidError("The directory does not take this DN, filter, attribute or value.")
        return UnavailableError(
            "The directory cannot be read: see that it runs in time, that its address is right and"
            " its certificate known, and that its account may read, and write where entries are"
            " erased or rectified."
        )
