"""A recipient's real HTTPS server on this machine, that behaves as a test tells it to."""

import ssl
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from typing_extensions import override

from tests.outbox.post import server_tls

HANG = 0
"""As a reply: say nothing, until the test ends."""
DRIP = -1
"""As a reply: send one byte after the other, and never come to an end."""


@dataclass(frozen=True)
class Received:
    """One message as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Partner:
    """What a recipient's server got, and what it answers next; each reply is used once."""

    port: int
    trust: ssl.SSLContext
    received: list[Received] = field(default_factory=list)
    replies: deque[int] = field(default_factory=deque)
    location: str = ""
    answer: bytes = b""
    """What is said with every status."""
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """Return where it wants to be told."""
        return f"https://localhost:{self.port}/hooks?of=shop"


class Server(ThreadingHTTPServer):
    """The server of one partner."""

    daemon_threads = True
    partner: Partner

    @override
    def handle_error(self, *_args: Any) -> None:
        """Let the other side hang up."""


class Desk(BaseHTTPRequestHandler):
    """Takes one message in."""

    server: Server

    def do_POST(self) -> None:
        """Keep the message, and do what stands first in `replies`."""
        partner = self.server.partner
        body = self.rfile.read(int(self.headers["Content-Length"]))
        partner.received.append(Received(self.path, dict(self.headers), body))
        status = partner.replies.popleft() if partner.replies else 204
        if status == DRIP:
            self.drip(partner)
        elif status == HANG:
            partner.ended.wait(30)
        else:
            self.reply(partner, status)

    def reply(self, partner: Partner, status: int) -> None:
        """Answer with a status, and a body where there is one to say."""
        self.send_response(status)
        if partner.location:
            self.send_header("Location", partner.location)
        self.send_header("Content-Length", str(len(partner.answer)))
        self.end_headers()
        self.wfile.write(partner.answer)

    def drip(self, partner: Partner) -> None:
        """Answer without an end."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        while not partner.ended.wait(0.05):
            self.wfile.write(b"x")

    @override
    def log_message(self, *_args: Any) -> None:
        """Say nothing."""


@contextmanager
def opened(folder: Path) -> Iterator[Partner]:
    """Serve on a free port of this machine for as long as the block lasts."""
    server_side, trust = server_tls(folder)
    server = Server(("127.0.0.1", 0), Desk)
    server.socket = server_side.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    server.partner = partner = Partner(server.server_address[1], trust)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield partner
    finally:
        partner.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()
