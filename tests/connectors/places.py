"""Where the contract suite puts its rows: in memory, in an SQLite file, in PostgreSQL."""

import csv
import json
import re
import sqlite3
import tomllib
from abc import ABC, abstractmethod
from collections.abc import Collection as Values
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pymysql
from typing_extensions import override

from privacy.stores.connectors.files.connector import FilesConnector
from privacy.stores.connectors.http.connector import HttpConnector
from privacy.stores.connectors.mysql.connector import MysqlConnector
from privacy.stores.connectors.postgres.connector import PostgresConnector
from privacy.stores.connectors.sql import SqlConnector
from privacy.stores.connectors.sqlite.connector import SqliteConnector
from privacy.stores.definition import Collection, Columns, Field, Identity, StoreDefinition
from privacy.stores.protocol import Capability, Key, Row, Store
from privacy.stores.registry import connector_for, connector_of
from privacy.stores.terms import DataCategory
from tests.connectors.web import Service
from tests.stores.fake_store import FakeStore, same


@dataclass(frozen=True)
class Table:
    """A table to make: its columns with their SQL types, and its rows in column order."""

    name: str
    columns: Mapping[str, str]
    rows: Sequence[Sequence[Any]]
    key: tuple[str, ...] = ("id",)
    normalise: Mapping[str, str] | None = None
    schema: str = ""

    def collection(self, number: int) -> Collection:
        """Return its declaration under a plain name."""
        normalise = self.normalise or {}
        return Collection(
            f"t{number}",
            same(self.name),
            self.key,
            tuple(
                Field(name, same(name), DataCategory.IDENTITY, normalise.get(name, "exact"))
                for name in self.columns
            ),
            (Identity("any", (next(iter(self.columns)),)),),
            table=self.name,
            schema=self.schema,
        )


def definition_of(*tables: Table) -> StoreDefinition:
    """Return a definition of tables; their collections are t0, t1 …"""
    collections = tuple(table.collection(number) for number, table in enumerate(tables))
    return StoreDefinition("place", same("place"), (), collections)


def quoted(name: str) -> str:
    """Return a name as SQL takes it whatever it contains."""
    return '"' + name.replace('"', '""') + '"'


class Place(ABC):
    """Something that can hold tables and be opened as a store."""

    impossible: frozenset[str] = frozenset()
    """Names that nothing can have here."""

    def __init__(self) -> None:
        self.opened: list[Store] = []

    def close(self) -> None:
        """Close every store that was opened here."""
        for store in self.opened:
            store.close()

    @abstractmethod
    def make(self, *tables: Table) -> Store:
        """Create the tables with their rows and open them."""


class Memory(Place):
    """Rows in memory."""

    @override
    def make(self, *tables: Table) -> Store:
        rows = {
            f"t{number}": [dict(zip(table.columns, row, strict=True)) for row in table.rows]
            for number, table in enumerate(tables)
        }
        return FakeStore(definition_of(*tables), rows)


def text_of_the_docs(language: str) -> str:
    """Return the first block in a language that docs/connectors.md shows under "Write a …"."""
    page = (Path(__file__).parents[2] / "docs" / "connectors.md").read_text("utf-8")
    page = page[page.index("## Write a connector") :]
    pattern = rf"^```{language}\n(.*?)^```"
    return str(re.findall(pattern, page, re.MULTILINE | re.DOTALL)[0])


def install_the_docs(folder: Path) -> None:
    """Lay out the package that the documentation describes, as pip would."""
    project = tomllib.loads(text_of_the_docs("toml"))["project"]
    ((group, points),) = project["entry-points"].items()
    ((name, target),) = points.items()
    info = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir(parents=True)
    module = folder / f"{target.partition(':')[0]}.py"
    module.write_text(text_of_the_docs("python"), "utf-8")
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    (info / "entry_points.txt").write_text(f"[{group}]\n{name} = {target}\n")


class JsonLines(Place):
    """A folder of JSON Lines, read by the connector that the documentation shows."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    @override
    def make(self, *tables: Table) -> Store:
        for table in tables:
            lines = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
            text = "".join(f"{json.dumps(line)}\n" for line in lines)
            (self.folder / f"{quote(table.name, safe='')}.jsonl").write_text(text, "utf-8")
        address = f"jsonl://{self.folder}"
        return connector_for(connector_of(address))(definition_of(*tables), address)


class TypedStore(Store):
    """A store whose texts are read as numbers where the test's table says so: CSV has no types."""

    def __init__(self, inner: Store, numbers: Mapping[str, frozenset[str]]) -> None:
        self._inner = inner
        self._numbers = numbers

    @property
    @override
    def definition(self) -> StoreDefinition:
        return self._inner.definition

    @property
    @override
    def capabilities(self) -> frozenset[Capability]:
        return self._inner.capabilities

    @override
    def check(self) -> None:
        self._inner.check()

    @override
    def read(self, collection: Collection, columns: Columns, values: Values[Key]) -> Iterator[Row]:
        return self._typed(collection.name, self._inner.read(collection, columns, values))

    def _typed(self, name: str, rows: Iterator[Row]) -> Iterator[Row]:
        for row in rows:
            yield {
                column: int(str(value)) if column in self._numbers[name] and value else value
                for column, value in row.items()
            }

    @override
    def rectify(self, collection: Collection, key: Key, changes: Mapping[str, str | None]) -> int:
        return self._inner.rectify(collection, key, changes)

    @override
    def erase(self, collection: Collection, columns: Columns, values: Values[Key]) -> int:
        return self._inner.erase(collection, columns, values)

    @override
    def close(self) -> None:
        self._inner.close()


class Files(Place):
    """A folder of files, written as Python's own writers do."""

    def __init__(self, folder: Path, suffix: str) -> None:
        super().__init__()
        self.folder = folder
        self.suffix = suffix

    @override
    def make(self, *tables: Table) -> Store:
        definition = definition_of(*tables)
        collections = []
        for table, collection in zip(tables, definition.collections, strict=True):
            name = f"{quote(table.name, safe='')}{self.suffix}"
            self.write(name, table)
            collections.append(replace(collection, table=name))
        definition = replace(definition, collections=tuple(collections))
        store: Store = FilesConnector(definition, f"file://{self.folder}")
        if self.suffix == ".csv":
            numbers = {
                f"t{number}": frozenset(n for n, kind in table.columns.items() if "INT" in kind)
                for number, table in enumerate(tables)
            }
            store = TypedStore(store, numbers)
        self.opened.append(store)
        return store

    def write(self, name: str, table: Table) -> None:
        """Write a table as a file."""
        with (self.folder / name).open("w", encoding="utf-8", newline="") as file:
            if self.suffix == ".csv":
                writer = csv.writer(file)
                writer.writerow(table.columns)
                writer.writerows(table.rows)
                return
            for row in table.rows:
                file.write(json.dumps(dict(zip(table.columns, row, strict=True))) + "\n")


class Web(Place):
    """An interface over HTTP that lists everything, page by page."""

    def __init__(self, service: Service) -> None:
        super().__init__()
        self.service = service

    @override
    def make(self, *tables: Table) -> Store:
        definition = definition_of(*tables)
        collections = []
        for table, collection in zip(tables, definition.collections, strict=True):
            rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
            self.service.tables[collection.name] = rows
            collections.append(replace(collection, options=self._options(collection)))
        store = HttpConnector(
            replace(
                definition,
                collections=tuple(collections),
                options={"allow_hosts": ["127.0.0.1"], "per_second": 0},
            ),
            self.service.address,
        )
        self.opened.append(store)
        return store

    def _options(self, collection: Collection) -> Mapping[str, Any]:
        path = f"/{collection.name}"
        one = {"path": path, "query": {name: f"{{{name}}}" for name in collection.primary_key}}
        paging = {"kind": "page", "parameter": "page"}
        listing = {"path": path, "rows": "data.items", "paging": paging}
        return {"read": [listing], "erase": one, "rectify": one}


class SqlPlace(Place):
    """A database that speaks SQL."""

    mark = "?"

    @abstractmethod
    def run(self, statement: str, rows: Sequence[Sequence[Any]] = ((),)) -> None:
        """Run a statement for each row of parameters, with every right, and commit."""

    @abstractmethod
    def connector(self, definition: StoreDefinition, address: str = "") -> SqlConnector:
        """Return a connector for this database, or for another address of its kind."""

    def open(self, definition: StoreDefinition, address: str = "") -> SqlConnector:
        """Open this database as a store with a definition."""
        store = self.connector(definition, address)
        self.opened.append(store)
        return store

    def fill(self, *tables: Table) -> None:
        """Create tables with their rows."""
        for table in tables:
            columns = ", ".join(f"{quoted(name)} {kind}" for name, kind in table.columns.items())
            name = f"{quoted(table.schema)}." * bool(table.schema) + quoted(table.name)
            self.run(f"CREATE TABLE {name} ({columns})")
            marks = ", ".join([self.mark] * len(table.columns))
            insert = f"INSERT INTO {self._escaped(name)} VALUES ({marks})"  # noqa: S608 -- ours
            self.run(insert, table.rows)

    def _escaped(self, text: str) -> str:
        return text

    @override
    def make(self, *tables: Table) -> SqlConnector:
        self.fill(*tables)
        return self.open(definition_of(*tables))


class SqliteFile(SqlPlace):
    """A file of its own."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path

    @override
    def run(self, statement: str, rows: Sequence[Sequence[Any]] = ((),)) -> None:
        connection = sqlite3.connect(self.path)
        connection.executemany(statement, rows) if rows != ((),) else connection.execute(statement)
        connection.commit()
        connection.close()

    @override
    def connector(self, definition: StoreDefinition, address: str = "") -> SqlConnector:
        return SqliteConnector(definition, address or f"sqlite:///{self.path}")


class PostgresDatabase(SqlPlace):
    """A database of its own on a real server."""

    mark = "%s"

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url

    @override
    def run(self, statement: str, rows: Sequence[Sequence[Any]] = ((),)) -> None:
        with psycopg.connect(self.url) as connection, connection.cursor() as cursor:
            if rows == ((),):
                cursor.execute(statement.encode())
            else:
                cursor.executemany(statement.encode(), rows)

    def empty(self) -> None:
        """Drop all tables."""
        self.run("DROP SCHEMA public CASCADE")
        self.run("CREATE SCHEMA public")

    @override
    def _escaped(self, text: str) -> str:
        return text.replace("%", "%%")

    @override
    def connector(self, definition: StoreDefinition, address: str = "") -> SqlConnector:
        return PostgresConnector(definition, address or self.url)


class MysqlDatabase(SqlPlace):
    """A database of its own on a real server."""

    mark = "%s"
    # No name there may end with a space, and SQLAlchemy cannot read the types of such a column.
    impossible = frozenset({" leading and trailing ", "back`tick"})

    def __init__(self, address: str, port: int) -> None:
        super().__init__()
        self.address = address
        self.port = port

    @property
    def database(self) -> str:
        """Return its name on the server."""
        return self.address.rpartition("/")[2]

    @override
    def run(self, statement: str, rows: Sequence[Sequence[Any]] = ((),)) -> None:
        with (
            pymysql.connect(
                host="127.0.0.1",
                port=self.port,
                user="root",
                database=self.database,
                charset="utf8mb4",
                autocommit=False,
                sql_mode="ANSI_QUOTES,STRICT_ALL_TABLES",
            ) as connection,
            connection.cursor() as cursor,
        ):
            if rows == ((),):
                cursor.execute(statement)
            else:
                cursor.executemany(statement, rows)
            connection.commit()

    def empty(self) -> None:
        """Drop all tables."""
        self.run(f'DROP DATABASE "{self.database}"')
        self._recreate()

    def _recreate(self) -> None:
        with (
            pymysql.connect(host="127.0.0.1", port=self.port, user="root") as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(f"CREATE DATABASE `{self.database}` CHARACTER SET utf8mb4")

    @override
    def _escaped(self, text: str) -> str:
        return text.replace("%", "%%")

    @override
    def connector(self, definition: StoreDefinition, address: str = "") -> SqlConnector:
        return MysqlConnector(definition, address or self.address)
