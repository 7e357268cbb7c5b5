"""Telling a recipient by a signed POST (Standard Webhooks), to addresses of the internet only.

The name is looked up once for each message and the connection goes to the very address that was
checked, so a name that changes between the two leads nowhere. No redirect is followed.
"""

import base64
import binascii
import hmac
import http.client
import ipaddress
import secrets
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Final, Protocol
from urllib.parse import urlsplit
from uuid import UUID

from privacy.errors import InvalidError
from privacy.outbox.mailer import Scope, UndeliveredError
from privacy.outbox.pinned import Pinned, ended_after
from privacy.outbox.trust import usual_tls

PREFIX: Final = "whsec_"
"""How a signing secret begins, in the form that libraries of Standard Webhooks read."""
PATIENCE: Final = 10.0
"""Seconds that one delivery may take in all, from the look-up of the name to the status line."""
LEAST_SECRET: Final = 24
"""Octets of a signing secret, as Standard Webhooks asks."""
LONGEST_URL: Final = 2000
MOST_READ: Final = 64 * 1024
GONE: Final = 410
_USUAL: Final = 443
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
_Ip = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class Target:
    """Where a message goes and what signs it; its repr shows neither."""

    url: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Call:
    """What is asked of an address, and whether the answer is read; its repr shows no secret."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    method: str = "POST"
    reads: bool = False


@dataclass(frozen=True)
class Reply:
    """With which status something was taken, and the beginning of what was answered."""

    status: int
    body: bytes = field(default=b"", repr=False)


class Poster(Protocol):
    """What delivers one webhook."""

    def post(self, target: Target, *, message_id: UUID, at: datetime, body: bytes) -> int:
        """Return the status with which it was taken; raise UndeliveredError otherwise."""


def new_secret() -> str:
    """Return a fresh signing secret of 256 bits."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def headers(secret: str, *, message_id: UUID, at: datetime, body: bytes) -> dict[str, str]:
    """Return what a message carries: its id, the instant of this try, and the signature of both.

    A receiver drops an id that it knows and an instant that is minutes old.
    """
    told = _headers(message_id, at)
    return told | {"webhook-signature": signature(secret, *told.values(), body=body)}


def public_headers(
    sign: Callable[[bytes], bytes], *, message_id: UUID, at: datetime, body: bytes
) -> dict[str, str]:
    """Return the headers of a message to somebody who shares no secret: an Ed25519 signature.

    It is verified by the public key alone (Standard Webhooks, `v1a`).
    """
    told = _headers(message_id, at)
    signed = b".".join([*(value.encode() for value in told.values()), body])
    return told | {"webhook-signature": f"v1a,{base64.b64encode(sign(signed)).decode()}"}


def _headers(message_id: UUID, at: datetime) -> dict[str, str]:
    return {"webhook-id": str(message_id), "webhook-timestamp": str(int(at.timestamp()))}


def signature(secret: str, message_id: str, timestamp: str, *, body: bytes) -> str:
    """Return what `webhook-signature` says of a message: `v1,` and its HMAC-SHA256 in base64."""
    signed = b".".join([message_id.encode(), timestamp.encode(), body])
    mac = hmac.new(_key(secret), signed, sha256).digest()
    return f"v1,{base64.b64encode(mac).decode()}"


def check_secret(secret: str) -> None:
    """Raise InvalidError for what cannot sign: not whsec_ and base64, or under 192 bits."""
    if not secret.startswith(PREFIX) or len(_key(secret)) < LEAST_SECRET:
        raise InvalidError("A signing secret is whsec_ and at least 24 octets in base64.")


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise InvalidError("A signing secret is whsec_ and base64.") from None


@dataclass(frozen=True)
class Place:
    """An address taken apart: the name, the port, and what is asked for there."""

    host: str
    port: int
    path: str


def place_of(url: str) -> Place:
    """Return the parts of a webhook's address.

    Raises InvalidError unless it is https with a host, without a name, password or fragment.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").encode("idna").decode().rstrip("."), parts.port
    except ValueError:  # an impossible port, or a name that IDNA refuses
        raise _refused() from None
    plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= LONGEST_URL
    if parts.scheme != "https" or not host or not plain or "@" in parts.netloc or parts.fragment:
        raise _refused()
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(host, _USUAL if port is None else port, path)


def _refused() -> InvalidError:
    message = "Give an address such as https://partner.example/hooks, without a password."
    return InvalidError(message, fields={"url": [message]})


def is_public(address: str) -> bool:
    """Whether an address is one of the internet, and no way around to a private one."""
    ip = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    return all(one.is_global and not one.is_multicast for one in (ip, *_inside(ip)))


def _inside(ip: _Ip) -> Iterator[_Ip]:
    """Yield the IPv4 addresses that an IPv6 one stands for."""
    if isinstance(ip, ipaddress.IPv6Address):
        if ip in _NAT64:
            yield ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
        yield from (one for one in (ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())) if one)


Lookup = Callable[[str, int], list[str]]
"""From a name and a port to the addresses behind it; raises OSError when there are none."""


def look_up(host: str, port: int) -> list[str]:
    """Return the addresses of a name, as this machine resolves it."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


class HttpPoster:
    """Posts over TLS; `private` lets it reach addresses that are not of the internet."""

    def __init__(
        self,
        *,
        private: bool = False,
        tls: ssl.SSLContext | None = None,
        look_up: Lookup = look_up,
        patience: float = PATIENCE,
    ) -> None:
        self._private = private
        self._tls = tls
        self._look_up = look_up
        self._patience = patience

    def check(self, url: str) -> Place:
        """Return the parts of an address that may be registered; asks the name service.

        Raises InvalidError when it has the wrong form or leads into a private network.
        """
        place = place_of(url)
        try:
            self._address(place)
        except UndeliveredError as error:
            raise InvalidError(
                "This address cannot be used.", fields={"url": [_REFUSALS[error.reason]]}
            ) from None
        return place

    def post(self, target: Target, *, message_id: UUID, at: datetime, body: bytes) -> int:
        """Return the status with which it was taken; raise UndeliveredError otherwise."""
        signed = headers(target.secret, message_id=message_id, at=at, body=body)
        return self.send(target.url, signed=signed, body=body)

    def send(self, url: str, *, signed: Mapping[str, str], body: bytes) -> int:
        """Post JSON with these headers; return and raise as `post`."""
        told = {"Content-Type": "application/json", "User-Agent": "privacy-webhooks"}
        return self.ask(Call(url, told | dict(signed), body)).status

    def ask(self, call: Call) -> Reply:
        """Return what an address answers, at most `MOST_READ` octets of it; raise as `post`."""
        place = place_of(call.url)
        tls = self._tls or usual_tls()
        connection = Pinned((place.host, place.port), self._address(place), tls, self._patience)
        try:
            with ended_after(self._patience, connection):
                reply = _exchange(connection, place, call)
        except (OSError, http.client.HTTPException, ValueError) as error:
            # Not chained: the other side's words may repeat what it was told.
            reason = "timeout" if isinstance(error, TimeoutError) else type(error).__name__
            raise UndeliveredError(reason, Scope.SERVER) from None
        finally:
            connection.close()
        if 200 <= reply.status < 300:
            return reply
        raise UndeliveredError(f"http-{reply.status}", _scope(reply.status))

    def _address(self, place: Place) -> str:
        """Return the address to connect to, if none behind the name is private."""
        try:
            found = self._look_up(place.host, place.port)
        except (OSError, UnicodeError):
            found = []
        if not found:
            raise UndeliveredError("no-such-host", Scope.SERVER)
        if not self._private and not all(is_public(one) for one in found):
            raise UndeliveredError("private-address", Scope.SERVER)
        return found[0]


_REFUSALS: Final = {
    "no-such-host": "there is no such host",
    "private-address": "it leads to a private network",
}


def _scope(status: int) -> Scope:
    """Tell apart a message that is refused and an endpoint that takes none now."""
    if status == GONE:
        return Scope.FOREVER
    return Scope.SERVER if status >= 500 or status in {408, 425, 429} else Scope.MESSAGE


def _exchange(connection: Pinned, place: Place, call: Call) -> Reply:
    """Send the message and return the answer; of one that is wanted, as much as is read."""
    connection.request(call.method, place.path, body=call.body, headers=dict(call.headers))
    response = connection.getresponse()
    return Reply(response.status, response.read(MOST_READ) if call.reads else b"")
