"""A throw-away object store (moto's server), and buckets in it with the tables of the contract."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from importlib import import_module
from itertools import count
from typing import Any
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

from typing_extensions import override

from privacy.stores.connectors.s3.connector import S3Connector
from privacy.stores.definition import StoreDefinition
from privacy.stores.protocol import Store
from tests.connectors.parquet import file_of
from tests.connectors.places import Place, Table, definition_of
from tests.postgres import KEEPER

PATIENCE = 30
ALLOWED = {"allow_hosts": ["127.0.0.1"]}
KEY, SECRET = "AKIDEXAMPLE", "s3cret/+%"
NUMBERS = count()


@dataclass(frozen=True)
class ObjectServer:
    """A running server that takes any credentials."""

    port: int

    @property
    def endpoint(self) -> str:
        """Return where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def address(self, place: str, *, key: str = KEY, secret: str = SECRET) -> str:
        """Return the address of a bucket and what is in it."""
        query = urlencode({"endpoint": self.endpoint, "region": "eu-west-3"})
        return f"s3://{quote(key, safe='')}:{quote(secret, safe='')}@{place}?{query}"

    def bucket(self) -> str:
        """Make an empty bucket and return its name."""
        name = f"bucket-{next(NUMBERS)}"
        self._system().mkdir(name)
        return name

    def put(self, path: str, data: bytes) -> None:
        """Write an object."""
        self._system().pipe_file(path, data)

    def _system(self) -> Any:
        return import_module("s3fs").S3FileSystem(
            key=KEY, secret=SECRET, endpoint_url=self.endpoint, use_listings_cache=False
        )

    @contextmanager
    def checking_accounts(self) -> Iterator[None]:
        """Refuse accounts that it does not know, which are all."""
        self._ask("/moto-api/reset-auth", b"0")
        try:
            yield
        finally:
            self._ask("/moto-api/reset-auth", b"inf")

    def _ask(self, path: str, data: bytes | None = None) -> None:
        plain = {"Content-Type": "text/plain"}
        request = Request(f"{self.endpoint}{path}", data, plain)  # noqa: S310 -- our own server
        with urlopen(request, timeout=PATIENCE):  # noqa: S310 -- as above
            pass

    def wait(self) -> None:
        """Return when it answers."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with suppress(OSError):
                self._ask("/moto-api/data.json")
                return
            time.sleep(0.05)
        raise TimeoutError


@contextmanager
def running_objects() -> Iterator[ObjectServer]:
    """Yield a server on this machine alone."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    program = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    keeper = subprocess.Popen(
        ["/bin/sh", "-c", KEEPER.replace("-INT", "-KILL"), "sh", *program],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        server = ObjectServer(port)
        server.wait()
        yield server
    finally:
        if keeper.stdin:
            keeper.stdin.close()
        keeper.wait(timeout=PATIENCE)


class Objects(Place):
    """A folder of a bucket with one object for each table."""

    def __init__(self, server: ObjectServer, suffix: str) -> None:
        super().__init__()
        self.server = server
        self.suffix = suffix
        self.place = f"{server.bucket()}/exports/today"

    def open(self, definition: StoreDefinition, address: str = "") -> S3Connector:
        """Open the folder as a store with a definition."""
        allowed = replace(definition, options=ALLOWED)
        store = S3Connector(allowed, address or self.server.address(self.place))
        self.opened.append(store)
        return store

    @override
    def make(self, *tables: Table) -> Store:
        definition = definition_of(*tables)
        collections = []
        for table, collection in zip(tables, definition.collections, strict=True):
            name = f"{quote(table.name, safe='')}{self.suffix}"
            self.server.put(f"{self.place}/{name}", self._data(table))
            collections.append(replace(collection, table=name))
        return self.open(replace(definition, collections=tuple(collections)))

    def _data(self, table: Table) -> bytes:
        if self.suffix == ".parquet":
            return file_of(table)
        rows = (dict(zip(table.columns, row, strict=True)) for row in table.rows)
        return "".join(f"{json.dumps(row)}\n" for row in rows).encode()
