"""One conversation with an HTTP interface: to public addresses, in time, and politely.

The name is looked up here and the connection goes to the very address that was checked. A
redirect is followed only within the same host.
"""

import base64
import http.client
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any, Final
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from typing_extensions import override

from privacy.errors import InvalidError, UnavailableError
from privacy.outbox.trust import usual_tls
from privacy.outbox.webhook import is_public, look_up
from privacy.stores.connectors.http.wording import Auth, Manners
from privacy.stores.connectors.watchdog import WATCHDOG

ADDRESS: Final = "The address of an HTTP interface is https://account:secret@host/path."
LONGEST_ANSWER: Final = 16 * 1024 * 1024
"""Bytes of one answer; more rows come in pages."""
TRIES: Final = 4
LONGEST_PAUSE: Final = 60.0
"""Seconds that an interface may ask us to wait in all, before its store counts as away."""
REDIRECTS: Final = 3
_PASSING: Final = frozenset({429, 502, 503, 504})

Pause = Callable[[float], None]


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    """By name in small letters."""
    body: Any


@dataclass(frozen=True)
class Base:
    """An address taken apart; its repr has no secret because there is none."""

    scheme: str
    host: str
    port: int
    path: str

    def holds(self, url: SplitResult) -> bool:
        """Whether a URL leads to the same scheme, host and port."""
        port = url.port or (443 if url.scheme == "https" else 80)
        return (url.scheme, url.hostname, port) == (self.scheme, self.host, self.port)


def base_of(address: str, manners: Manners) -> tuple[Base, str]:
    """Return the parts of an address, and the header that presents its secret."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise InvalidError(ADDRESS) from None
    if parts.scheme not in {"http", "https"} or not host or parts.query or parts.fragment:
        raise InvalidError(ADDRESS)
    if parts.scheme == "http" and host not in manners.allow_hosts:
        raise InvalidError("Without TLS only a host that options: {allow_hosts: [...]} names.")
    account, secret = unquote(parts.username or ""), unquote(parts.password or "")
    usual = 443 if parts.scheme == "https" else 80
    return Base(parts.scheme, host, port or usual, parts.path.rstrip("/")), _presented(
        manners.auth, account, secret
    )


def _presented(auth: Auth, account: str, secret: str) -> str:
    if auth is Auth.BASIC:
        return f"Basic {base64.b64encode(f'{account}:{secret}'.encode()).decode()}"
    if auth is not Auth.NONE and not secret:
        raise InvalidError("The secret belongs into the address: https://:SECRET@host/path.")
    if not (secret.isascii() and secret.isprintable()):
        raise InvalidError("A secret for a header has only plain signs.")
    return f"Bearer {secret}" if auth is Auth.BEARER else secret


class Conversation:
    """Asks one interface; any number of threads may share it, and take turns."""

    def __init__(self, address: str, manners: Manners, *, pause: Pause = time.sleep) -> None:
        self._base, self._secret = base_of(address, manners)
        self._manners = manners
        self._pause = pause
        self._connection: _Pinned | None = None
        self._turn = threading.Lock()
        self._next_at = 0.0
        self._further: Mapping[str, str] = {}

    @property
    def base(self) -> Base:
        """Return where it leads, without the secret."""
        return self._base

    def ask(
        self,
        method: str,
        target: str,
        content: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Return what the interface answers at a path below its address.

        Waits and tries again as it is told. UnavailableError when it does not answer in time or
        refuses the account, InvalidError for an answer that cannot be understood.
        """
        body = None if content is None else json.dumps(content).encode()
        path = self._base.path + target
        with self._turn:
            self._further = headers or {}
            for _hop in range(REDIRECTS + 1):
                answer = self._tried(method, path, body)
                if method != "GET" or not 300 <= answer.status < 400:
                    return answer
                path = self._within(path, answer.headers.get("location", ""))
        raise InvalidError("The interface redirects without end.")

    def path_of(self, target: str, link: str) -> str:
        """Return the path below the address that a link in an answer leads to.

        InvalidError when it leads to another host, which would be told the secret.
        """
        return self._within(self._base.path + target, link).removeprefix(self._base.path)

    def close(self) -> None:
        """End the conversation; another one may begin."""
        with self._turn:
            self._hang_up()

    def _within(self, path: str, link: str) -> str:
        here = f"{self._base.scheme}://{self._base.host}:{self._base.port}{path}"
        try:
            url = urlsplit(urljoin(here, link))
            known = bool(link) and self._base.holds(url)
        except ValueError:
            url, known = urlsplit(here), False
        if not known:
            raise InvalidError("The interface leads to another host, which is not followed.")
        return url.path + (f"?{url.query}" if url.query else "")

    def _tried(self, method: str, path: str, body: bytes | None) -> Answer:
        waited = 0.0
        for number in range(1, TRIES + 1):
            answer = self._once(method, path, body)
            if answer is not None and answer.status not in _PASSING:
                return answer
            rest = _rest(answer, number)
            waited += rest
            if number == TRIES or waited > LONGEST_PAUSE:
                break
            self._pause(rest)
        raise UnavailableError("The interface cannot be reached, or asks us to come back later.")

    def _once(self, method: str, path: str, body: bytes | None) -> Answer | None:
        """Return an answer; None when the connection failed and may be tried again."""
        self._keep_pace()
        late = threading.Event()
        answer = None
        try:
            with WATCHDOG.limit(self._manners.seconds, partial(self._cut, late)):
                answer = self._exchange(method, path, body)
        except TimeoutError:
            late.set()
        except (OSError, http.client.HTTPException):
            pass  # a connection that broke: the next try makes another
        finally:
            if answer is None or late.is_set():
                self._hang_up()
        if late.is_set():  # even what looks like an answer was cut off
            raise UnavailableError("The interface does not answer in time.")
        return answer

    def _exchange(self, method: str, path: str, body: bytes | None) -> Answer:
        if self._connection is None:
            self._connection = self._connected()
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        headers |= {"User-Agent": "privacy", **self._further}
        if self._secret:
            headers[self._manners.header or "Authorization"] = self._secret
        if body is not None:
            headers["Content-Type"] = "application/json"
        self._connection.request(method, path, body=body, headers=headers)
        response = self._connection.getresponse()
        data = response.read(LONGEST_ANSWER + 1)
        if len(data) > LONGEST_ANSWER:
            raise InvalidError("An answer of the interface is too long; ask for smaller pages.")
        told = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, told, _body_of(response.status, data))

    def _connected(self) -> "_Pinned":
        allowed = self._base.host in self._manners.allow_hosts
        found = look_up(self._base.host, self._base.port)
        if not found or not (allowed or all(is_public(one) for one in found)):
            raise InvalidError(
                "The interface has a private address; name its host in options: {allow_hosts: …}."
            )
        return _Pinned(self._base, found[0], self._manners.seconds)

    def _keep_pace(self) -> None:
        if self._manners.per_second:
            now = time.monotonic()
            if self._next_at > now:
                self._pause(self._next_at - now)
            self._next_at = max(now, self._next_at) + 1 / self._manners.per_second

    def _cut(self, late: threading.Event) -> None:
        late.set()
        if self._connection is not None:
            self._connection.cut()

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def _body_of(status: int, data: bytes) -> Any:
    if not data or not 200 <= status < 300:
        return None
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise InvalidError("An answer of the interface is no JSON.") from None


def _rest(answer: Answer | None, number: int) -> float:
    """Return for how many seconds to wait, as the answer asks or else longer each time."""
    asked = answer.headers.get("retry-after", "") if answer else ""
    if answer and asked.isdecimal():
        return float(asked[:6])
    if answer and asked:
        with suppress(ValueError, TypeError):
            # By the interface's own clock, not by ours.
            now = parsedate_to_datetime(answer.headers.get("date", ""))
            return max(0.0, (parsedate_to_datetime(asked) - now).total_seconds())
    return float(2**number) / 4


class _Pinned(http.client.HTTPConnection):
    """A connection to one address, whose certificate must name the host all the same."""

    def __init__(self, base: Base, address: str, seconds: float) -> None:
        super().__init__(base.host, base.port, timeout=seconds)
        self._address = address
        self._tls = usual_tls() if base.scheme == "https" else None

    @override
    def connect(self) -> None:
        raw = socket.create_connection((self._address, self.port), self.timeout)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock: socket.socket | ssl.SSLSocket | None = raw
        if self._tls is not None:
            secure = self._tls.wrap_socket(
                raw, server_hostname=self.host, do_handshake_on_connect=False
            )
            self.sock = secure
            secure.do_handshake()

    def cut(self) -> None:
        """End the conversation at once, from another thread."""
        if self.sock is not None:
            with suppress(OSError):  # it may have ended by itself
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)
