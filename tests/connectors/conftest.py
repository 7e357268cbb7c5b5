"""Each test of the contract runs on each kind of place, against real servers."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.connectors.certificates import Certificates, certificates_in
from tests.connectors.directory import (
    Directory,
    DirectoryServer,
    NoDirectoryError,
    running_directory,
)
from tests.connectors.mariadb import MariadbServer, NoServerError, running_server
from tests.connectors.mongodb import (
    MongoDatabase,
    MongoServer,
    NoMongodbError,
    RealServer,
    StandIn,
    running_mongodb,
)
from tests.connectors.object_store import Objects, ObjectServer, running_objects
from tests.connectors.parquet import ParquetFiles
from tests.connectors.places import (
    Files,
    JsonLines,
    Memory,
    MysqlDatabase,
    Place,
    PostgresDatabase,
    SqliteFile,
    SqlPlace,
    Web,
    install_the_docs,
)
from tests.connectors.redis_server import NoRedisError, RedisKeys, RedisServer, running_redis
from tests.connectors.web import running_service
from tests.postgres import PostgresServer

POSTGRESQL = pytest.param("postgresql", marks=pytest.mark.postgresql)
WRITABLE = [
    "csv",
    "jsonl",
    "http",
    "redis-hash",
    "redis-json",
    "ldap",
    "mongomock",
    "mongodb",
    "sqlite",
    POSTGRESQL,
    "mysql",
]
READ_ONLY = ["parquet", "s3-jsonl", "s3-parquet"]


@pytest.fixture(scope="module")
def postgresql_place(postgresql: PostgresServer) -> Iterator[PostgresDatabase]:
    """Return one database for the tests of a file; making one for each would take a minute."""
    name = f"place_{os.getpid()}"
    yield PostgresDatabase(postgresql.create(name).replace("+psycopg", ""))
    postgresql.drop(name)


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariadbServer]:
    """Return a real server that lives as long as this run, or skip and say why."""
    try:
        with running_server() as server:
            yield server
    except NoServerError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Return what servers of this run show, and who vouches for them."""
    return certificates_in(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def redis_server(certificates: Certificates) -> Iterator[RedisServer]:
    """Return a real server that lives as long as this run, or skip and say why."""
    try:
        with running_redis(certificates) as server:
            yield server
    except NoRedisError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def slapd(certificates: Certificates) -> Iterator[DirectoryServer]:
    """Return a real directory that lives as long as this run, or skip and say why."""
    try:
        with running_directory(certificates) as server:
            yield server
    except NoDirectoryError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def object_server() -> Iterator[ObjectServer]:
    """Return an object store that lives as long as this run."""
    with running_objects() as server:
        yield server


@pytest.fixture(scope="session")
def mongodb_server() -> Iterator[RealServer]:
    """Return a real server that lives as long as this run, or skip and say why."""
    try:
        with running_mongodb() as server:
            yield server
    except NoMongodbError as missing:
        pytest.skip(str(missing))


@pytest.fixture
def mongo_stand_in(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """Return a server of mongomock, which the connector takes for a real one."""
    stand_in = StandIn()
    stand_in.install(monkeypatch)
    return stand_in


@pytest.fixture(params=["mongomock", "mongodb"])
def mongo_place(request: pytest.FixtureRequest) -> Iterator[MongoDatabase]:
    """Return an empty database, for what only MongoDB can do."""
    yield from _mongo_database(request)


def _mongo_database(request: pytest.FixtureRequest) -> Iterator[MongoDatabase]:
    is_real = request.param == "mongodb"
    server: MongoServer = request.getfixturevalue(
        "mongodb_server" if is_real else "mongo_stand_in"
    )
    database = MongoDatabase(server)
    yield database
    database.close()


@pytest.fixture
def mysql_place(mariadb: MariadbServer) -> Iterator[MysqlDatabase]:
    """Return an empty database."""
    database = MysqlDatabase(f"mysql://root@127.0.0.1:{mariadb.port}/place", mariadb.port)
    mariadb.run("DROP DATABASE IF EXISTS place", "CREATE DATABASE place CHARACTER SET utf8mb4")
    yield database
    database.close()


@pytest.fixture(params=["memory", "docs", *READ_ONLY, *WRITABLE])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Return an empty place for tables."""
    if request.param == "memory":
        yield Memory()
    elif request.param == "docs":
        install_the_docs(tmp_path / "site")
        request.getfixturevalue("monkeypatch").syspath_prepend(str(tmp_path / "site"))
        yield JsonLines(tmp_path)
    else:
        yield from _place(request, tmp_path)


def _place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param in {"csv", "jsonl"}:
        yield Files(tmp_path, f".{request.param}")
    elif request.param == "parquet":
        yield ParquetFiles(tmp_path, ".parquet")
    elif request.param.startswith("s3-"):
        objects = Objects(request.getfixturevalue("object_server"), f".{request.param[3:]}")
        yield objects
        objects.close()
    elif request.param == "http":
        with running_service() as service:
            web = Web(service)
            yield web
            web.close()
    elif request.param == "ldap":
        directory = Directory(request.getfixturevalue("slapd"))
        yield directory
        directory.close()
    elif request.param.startswith("mongo"):
        yield from _mongo_database(request)
    elif request.param.startswith("redis-"):
        keys = RedisKeys(request.getfixturevalue("redis_server"), request.param[6:])
        yield keys
        keys.close()
    else:
        yield from _database(request, tmp_path)


@pytest.fixture(params=["sqlite", POSTGRESQL, "mysql"])
def sql_place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlPlace]:
    """Return an empty database, for what only a database can do."""
    yield from _database(request, tmp_path)


def _database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlPlace]:
    if request.param == "sqlite":
        file = SqliteFile(tmp_path / "place.sqlite3")
        yield file
        file.close()
        return
    if request.param == "mysql":
        yield request.getfixturevalue("mysql_place")
        return
    database: PostgresDatabase = request.getfixturevalue("postgresql_place")
    database.empty()
    yield database
    database.close()


@pytest.fixture(params=WRITABLE)
def writable_place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Return an empty place whose connector can write."""
    yield from _place(request, tmp_path)
