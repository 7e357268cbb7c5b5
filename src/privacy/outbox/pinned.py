"""A connection that goes to one checked address, and ends when its time is over."""

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from typing_extensions import override


class Pinned(http.client.HTTPSConnection):
    """A connection to one address, whose certificate must name the host all the same."""

    def __init__(
        self, at: tuple[str, int], address: str, tls: ssl.SSLContext, patience: float
    ) -> None:
        super().__init__(*at, timeout=patience, context=tls)
        self._address = address
        self._tls = tls

    @override
    def connect(self) -> None:
        raw = socket.create_connection((self._address, self.port), self.timeout)
        # Known before the handshake, so that a slow one can be cut as well.
        self.sock: ssl.SSLSocket | None = self._tls.wrap_socket(
            raw, server_hostname=self.host, do_handshake_on_connect=False
        )
        self.sock.do_handshake()

    def cut(self) -> None:
        """End the conversation at once, from another thread."""
        if self.sock is not None:
            with suppress(OSError):  # it may have ended by itself
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


@contextmanager
def ended_after(seconds: float, connection: Pinned) -> Iterator[None]:
    """Cut a conversation that takes longer, however often the other side says a little."""
    late = threading.Event()

    def cut() -> None:
        late.set()
        connection.cut()

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
        if late.is_set():  # what was cut off may still look like the end of an answer
            raise TimeoutError
    except (OSError, http.client.HTTPException, ValueError):
        if late.is_set():
            raise TimeoutError from None
        raise
    finally:
        timer.cancel()
