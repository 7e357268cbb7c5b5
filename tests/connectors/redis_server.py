"""A throw-away Redis server, and keys in it that hold the tables of the contract."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from json import dumps
from typing import Any

from redis import Redis
from redis.exceptions import ConnectionError as NoConnectionError
from typing_extensions import override

from privacy.stores.connectors.redis.connector import RedisConnector
from privacy.stores.connectors.redis.pattern import escaped
from privacy.stores.definition import StoreDefinition
from privacy.stores.protocol import Store
from tests.connectors.certificates import Certificates
from tests.connectors.places import Place, Table, TypedStore, definition_of
from tests.postgres import KEEPER

PATIENCE = 30


class NoRedisError(Exception):
    """The program of a server is not on this machine; the message says which."""


@dataclass(frozen=True)
class RedisServer:
    """A running server without a password."""

    port: int
    tls_port: int

    @property
    def address(self) -> str:
        """Return where its first database is."""
        return f"redis://127.0.0.1:{self.port}/0"

    @contextmanager
    def client(self) -> Iterator[Any]:
        """Yield a client with every right."""
        with Redis(port=self.port, socket_timeout=PATIENCE) as client:
            yield client


@contextmanager
def running_redis(tls: Certificates) -> Iterator[RedisServer]:
    """Yield a server; raise NoRedisError when this machine has no program for one."""
    program = shutil.which("redis-server")
    if not program:
        raise NoRedisError("no Redis server on this machine: install redis-server")
    server = RedisServer(free_port(), free_port())
    options = [
        "--port",
        str(server.port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--appendonly",
        "no",
    ]
    options += ["--tls-port", str(server.tls_port), "--tls-auth-clients", "no"]
    options += ["--tls-cert-file", str(tls.server), "--tls-key-file", str(tls.key)]
    options += ["--tls-ca-cert-file", str(tls.authority)]
    keeper = subprocess.Popen(
        ["/bin/sh", "-c", KEEPER.replace("-INT", "-KILL"), "sh", program, *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait(server)
        yield server
    finally:
        if keeper.stdin:
            keeper.stdin.close()
        keeper.wait(timeout=PATIENCE)


def free_port() -> int:
    """Return a port of loopback where nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(server: RedisServer) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with suppress(NoConnectionError), server.client() as client:
            client.ping()
            return
        time.sleep(0.02)
    raise NoRedisError("the Redis server does not start")


class RedisKeys(Place):
    """One key for each row: a hash, whose values are texts, or a JSON object."""

    def __init__(self, server: RedisServer, kind: str) -> None:
        super().__init__()
        self.server = server
        self.kind = kind
        with server.client() as client:
            client.flushall()

    def open(self, definition: StoreDefinition, address: str = "") -> RedisConnector:
        """Open the server as a store with a definition."""
        store = RedisConnector(definition, address or self.server.address)
        self.opened.append(store)
        return store

    @override
    def make(self, *tables: Table) -> Store:
        definition = definition_of(*tables)
        collections = []
        for table, collection in zip(tables, definition.collections, strict=True):
            rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
            names = table.key if _tells_apart(rows, table.key) else ("row number",)
            literal = escaped(table.name)
            pattern = ":".join([literal, *(f"{{{name}}}" for name in names)])
            collections.append(replace(collection, table=f"{self.kind} {pattern}"))
            self._write(table.name, rows, names)
        store: Store = self.open(replace(definition, collections=tuple(collections)))
        numbers = {
            f"t{number}": frozenset(n for n, kind in table.columns.items() if "INT" in kind)
            for number, table in enumerate(tables)
        }
        return TypedStore(store, numbers)

    def _write(self, name: str, rows: Sequence[dict[str, Any]], names: Sequence[str]) -> None:
        with self.server.client() as client, client.pipeline(transaction=False) as pipe:
            for number, row in enumerate(rows):
                key = ":".join([name, *(str({**row, "row number": number}[n]) for n in names)])
                if self.kind == "json":
                    pipe.set(key, dumps(row))
                else:
                    values = {n: v for n, v in row.items() if v is not None}
                    pipe.hset(key, mapping=values)
            pipe.execute()


def _tells_apart(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> bool:
    """Whether these columns can stand in the names of keys."""
    keys = [tuple(row.get(name) for name in names) for row in rows]
    return len(set(keys)) == len(keys) and all(
        part not in (None, "") and ":" not in str(part) for key in keys for part in key
    )
