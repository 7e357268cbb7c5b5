"""A small interface over HTTP, as vendors have them: it pages, throttles, fails and hangs."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from typing_extensions import override

Rows = list[dict[str, Any]]
SIZE = 500
"""Rows on a page."""


class Service:
    """What the interface holds, what it was asked, and how it misbehaves next."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.tables: dict[str, Rows] = {}
        self.asked: list[str] = []
        self.headers: list[Mapping[str, str]] = []
        self.size = SIZE
        self.answers: list[Callable[[Handler], None]] = []
        """Each is used once, instead of the true answer."""

    @property
    def address(self) -> str:
        """Return where it is."""
        return f"http://127.0.0.1:{self.port}"


class Handler(BaseHTTPRequestHandler):
    """Answers from the service's tables."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    service: Service

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def tell(self, status: int, body: object = None, **headers: str) -> None:
        """Send an answer in JSON; underscores in the names of headers are dashes."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _answer(self) -> None:
        service = self.service
        service.asked.append(f"{self.command} {self.path}")
        service.headers.append(dict(self.headers))
        length = int(self.headers.get("Content-Length", 0))
        content = json.loads(self.rfile.read(length)) if length else {}
        if service.answers:
            service.answers.pop(0)(self)
            return
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        table = url.path.strip("/")
        if table not in service.tables:
            self.tell(404, {"error": "not found"})
        elif self.command in {"GET", "POST"}:
            self._list(service.tables[table], query | content)
        else:
            self._change(service.tables, table, query, content)

    do_GET = _answer  # noqa: N815 -- so the base class wants it
    do_POST = _answer  # noqa: N815 -- the same
    do_DELETE = _answer  # noqa: N815 -- the same
    do_PATCH = _answer  # noqa: N815 -- the same

    def _list(self, rows: Rows, query: dict[str, Any]) -> None:
        size, start = self.service.size, 0
        if "page" in query:
            start = (int(query.pop("page")) - 1) * size
        if "offset" in query:
            start = int(query.pop("offset"))
        if "after" in query:
            start = int(query.pop("after"))
        found = [row for row in rows if all(str(row.get(n)) == v for n, v in query.items())]
        page, more = found[start : start + size], start + size < len(found)
        after = str(start + size) if more else None
        there = f"http://127.0.0.1:{self.service.port}{urlsplit(self.path).path}?after={after}"
        link = f'<{there}>; rel="next"' if more else '</first>; rel="first"'
        self.tell(200, {"data": {"items": page}, "meta": {"next": after}}, Link=link)

    def _change(
        self, tables: dict[str, Rows], table: str, query: dict[str, str], content: dict[str, Any]
    ) -> None:
        met = [row for row in tables[table] if all(str(row[n]) == v for n, v in query.items())]
        if not met:
            self.tell(404)
        elif self.command == "DELETE":
            tables[table] = [row for row in tables[table] if row not in met]
            self.tell(204, b"")
        else:
            met[0].update(content)
            self.tell(200, met[0])


def hang(seconds: float) -> Callable[[Handler], None]:
    """Return an answer that says a little, and then nothing for long."""

    def answer(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        handler.wfile.flush()
        time.sleep(seconds)
        handler.close_connection = True

    return answer


def drop(handler: Handler) -> None:
    """Close the connection instead of answering."""
    handler.close_connection = True
    handler.connection.close()


def status(number: int, body: object = None, **headers: str) -> Callable[[Handler], None]:
    """Return an answer with a status of its own."""
    return lambda handler: handler.tell(number, body, **headers)


@contextmanager
def running_service() -> Iterator[Service]:
    """Yield a service on loopback, which ends with the block."""
    handler = type("OwnHandler", (Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.handle_error = lambda *_args: None  # type: ignore[method-assign]  # what we drop is meant
    handler.service = Service(server.server_port)  # type: ignore[attr-defined]  # made just above
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
    )
    thread.start()
    try:
        yield handler.service  # type: ignore[attr-defined]  # made just above
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
