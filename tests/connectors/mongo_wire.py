"""A server that speaks MongoDB's wire protocol just enough to answer as a test tells it to."""

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import bson

Answer: TypeAlias = Callable[[Mapping[str, Any]], Mapping[str, Any] | None]
"""What is said to a command; None for nothing at all, ever."""
_HEADER = struct.Struct("<iiii")
_OLD_QUESTION, _OLD_ANSWER, _MESSAGE = 2004, 1, 2013
_LIMITS = {
    "maxBsonObjectSize": 16 * 1024 * 1024,
    "maxMessageSizeBytes": 48_000_000,
    "maxWriteBatchSize": 100_000,
    "minWireVersion": 0,
    "maxWireVersion": 21,
    "isWritablePrimary": True,
    "helloOk": True,
    "logicalSessionTimeoutMinutes": 30,
}


@dataclass
class WireServer:
    """A listening server; `heard` has the commands other than greetings."""

    answer: Answer
    is_replica_set: bool = False
    port: int = 0
    heard: list[dict[str, Any]] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Return where a database of it is."""
        return f"mongodb://127.0.0.1:{self.port}/place"

    def names(self) -> list[str]:
        """Return the names of the commands that were heard."""
        return [next(iter(command)) for command in self.heard]

    def reply(self, command: dict[str, Any]) -> Mapping[str, Any] | None:
        """Return what is said to a command."""
        name = next(iter(command))
        if name in {"hello", "ismaster", "isMaster"}:
            here = f"127.0.0.1:{self.port}"
            member = {"setName": "rs", "hosts": [here], "me": here, "primary": here}
            return _LIMITS | (member if self.is_replica_set else {}) | {"ok": 1.0}
        self.heard.append(command)
        found = self.answer(command)
        return None if found is None else {"ok": 1.0, **found}


@contextmanager
def wire_server(
    answer: Answer, *, is_replica_set: bool = False, tls: ssl.SSLContext | None = None
) -> Iterator[WireServer]:
    """Yield a server on loopback; its connections end with the block."""
    server, open_ends = WireServer(answer, is_replica_set), list[socket.socket]()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server.port = int(listening.getsockname()[1])

        def accept() -> None:
            with suppress(OSError):
                while True:
                    end, _address = listening.accept()
                    open_ends.append(end)
                    threading.Thread(target=_serve, args=(server, end, tls), daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield server
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(5)
    for end in open_ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def _serve(server: WireServer, end: socket.socket, tls: ssl.SSLContext | None) -> None:
    with (
        suppress(OSError, struct.error),
        end,
        tls.wrap_socket(end, server_side=True) if tls else end as line,
    ):
        while _exchange(server, line):
            pass


def _exchange(server: WireServer, line: socket.socket) -> bool:
    header = _received(line, _HEADER.size)
    length, number, _to, kind = _HEADER.unpack(header)
    body = _received(line, length - _HEADER.size)
    said = server.reply(_command(kind, body))
    if said is None:
        line.recv(1)  # until the other side has had enough
        return False
    start = struct.pack("<iqii", 8, 0, 0, 1) if kind == _OLD_QUESTION else b"\0\0\0\0\0"
    data = start + bson.encode(said)
    back = _OLD_ANSWER if kind == _OLD_QUESTION else _MESSAGE
    line.sendall(_HEADER.pack(len(data) + _HEADER.size, 1, number, back) + data)
    return True


def _command(kind: int, body: bytes) -> dict[str, Any]:
    """Return a command with the documents that were sent beside it."""
    if kind == _OLD_QUESTION:
        return bson.decode(body[body.index(b"\0", 4) + 9 :])
    size = struct.unpack_from("<i", body, 5)[0]
    command, rest = bson.decode(body[5 : 5 + size]), body[5 + size :]
    while rest[:1] == b"\1":
        length = struct.unpack_from("<i", rest, 1)[0]
        name, _nul, documents = rest[5 : 1 + length].partition(b"\0")
        command[name.decode()] = bson.decode_all(documents)
        rest = rest[1 + length :]
    return command


def _received(line: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = line.recv(size - len(data))
        if not part:
            raise OSError("the other side is gone")
        data += part
    return data
