"""A MongoDB database for the tests: a server's, or mongomock in the driver's place.

A server is used where `PRIVACY_TEST_MONGODB` names one, such as `mongodb://127.0.0.1:27017`, or
where the program `mongod` is on this machine.
"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Protocol
from uuid import uuid4

import mongomock
import pymongo
import pytest
from mongomock.store import ServerStore
from pymongo.errors import PyMongoError
from typing_extensions import override

from privacy.stores.connectors.mongodb.connector import MongodbConnector
from privacy.stores.definition import StoreDefinition
from privacy.stores.protocol import Store
from tests.connectors.places import Place, Table, definition_of
from tests.connectors.redis_server import free_port
from tests.postgres import KEEPER

PATIENCE = 30
VARIABLE = "PRIVACY_TEST_MONGODB"


class NoMongodbError(Exception):
    """No server is on this machine; the message says what to do."""


class MongoServer(Protocol):
    """Something that answers at an address, and gives clients with every right."""

    address: str

    def client(self) -> Any:
        """Return a client of the driver, or one that does as it does."""
        ...


@dataclass
class RealServer:
    """A running server, without an account."""

    address: str

    def client(self) -> Any:
        """Return the driver's own client."""
        return pymongo.MongoClient(self.address, serverSelectionTimeoutMS=1000)


@contextmanager
def running_mongodb() -> Iterator[RealServer]:
    """Yield a server; raise NoMongodbError when there is none."""
    named, program = os.environ.get(VARIABLE, ""), shutil.which("mongod")
    if named:
        yield RealServer(named.rstrip("/"))
    elif program:
        yield from _started(program)
    else:
        raise NoMongodbError(f"no MongoDB server: install mongod, or name one in {VARIABLE}")


def _started(program: str) -> Iterator[RealServer]:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        options = ["--port", str(port), "--bind_ip", "127.0.0.1", "--dbpath", folder]
        keeper = subprocess.Popen(
            ["/bin/sh", "-c", KEEPER, "sh", program, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            server = RealServer(f"mongodb://127.0.0.1:{port}")
            _wait(server)
            yield server
        finally:
            if keeper.stdin:
                keeper.stdin.close()
            keeper.wait(timeout=PATIENCE)


def _wait(server: RealServer) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        client = server.client()
        try:
            client.admin.command("ping")
        except PyMongoError:
            continue
        else:
            return
        finally:
            client.close()
    raise NoMongodbError("the MongoDB server does not start")


@dataclass
class StandIn:
    """One server of mongomock, which all its clients see."""

    address: str = "mongodb://stand-in.invalid"
    store: Any = field(default_factory=ServerStore)
    options: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """By collection what it was made with, such as a validator."""
    made: list[Mapping[str, Any]] = field(default_factory=list)
    """With which words each client was made."""

    def client(self, *_uri: object, **words: Any) -> Any:
        """Return a client that knows no network and takes no notice of limits."""
        self.made.append(words)
        client: Any = mongomock.MongoClient(
            tz_aware=True, uuidRepresentation="standard", _store=self.store
        )
        client.topology_description = SimpleNamespace(topology_type_name="Single")
        return client

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let the connector have it in the place of the driver's client."""
        monkeypatch.setattr("pymongo.MongoClient", self.client)
        monkeypatch.setattr(
            "mongomock.collection.Collection.options",
            lambda source, **_words: dict(self.options.get(source.name, {})),
            raising=False,
        )


class MongoDatabase(Place):
    """A database of its own; a row is a document, dots in names are documents inside."""

    # A collection's name has no such sign, or no such end.
    impossible = frozenset({"$"})

    def __init__(self, server: MongoServer) -> None:
        super().__init__()
        self.server = server
        self.name = f"place_{uuid4().hex[:12]}"
        self._client = server.client()
        self.database = self._client[self.name]

    @override
    def close(self) -> None:
        super().close()
        self._client.drop_database(self.name)
        self._client.close()

    def open(self, definition: StoreDefinition, address: str = "") -> MongodbConnector:
        """Open the database as a store with a definition."""
        store = MongodbConnector(definition, address or f"{self.server.address}/{self.name}")
        self.opened.append(store)
        return store

    @override
    def make(self, *tables: Table) -> Store:
        for table in tables:
            documents = [_nested(dict(zip(table.columns, row, strict=True))) for row in table.rows]
            if documents:
                self.database[table.name].insert_many(documents)
            else:
                self.database.create_collection(table.name)
        return self.open(definition_of(*tables))


def _nested(row: Mapping[str, Any]) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for name, value in row.items():
        *above, last = name.split(".")
        inner = document
        for step in above:
            inner = inner.setdefault(step, {})
        inner[last] = value
    return document
