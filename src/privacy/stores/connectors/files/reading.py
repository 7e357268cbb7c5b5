"""Reads files of records as a store, wherever the files lie."""

from collections.abc import Collection as Values
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import PurePosixPath

from typing_extensions import override

from privacy.errors import InvalidError
from privacy.stores.connectors.asking import matcher
from privacy.stores.connectors.declared import DeclaredStore
from privacy.stores.connectors.files.parquet import ParquetTable
from privacy.stores.connectors.files.sources import Folder, Source
from privacy.stores.connectors.files.table import (
    PARQUET,
    SUFFIXES,
    Table,
    TextTable,
    options_of,
    suffix_of,
)
from privacy.stores.definition import Collection, Columns, StoreDefinition
from privacy.stores.document import Faults
from privacy.stores.proposals.facts import TableFacts
from privacy.stores.protocol import Key, Row

LOOKED_AT = 200
"""Records whose values are judged for a proposal."""


class FolderStore(DeclaredStore):
    """Reads record by record; what is asked is matched here."""

    def __init__(self, definition: StoreDefinition, folder: Folder) -> None:
        self._definition = definition
        self._folder = folder
        for collection in definition.collections:
            options_of(collection.options, f"{collection.name}.options")

    @property
    @override
    def looks_inside(self) -> bool:
        return True

    @override
    def check(self) -> None:
        faults = Faults()
        for collection in self._definition.collections:
            for name in self._missing(collection):
                faults.add(f"{collection.name}.{name}", "the file has no such column")
        faults.raise_all(f"The data store {self._definition.name} is not as its definition says.")

    def _missing(self, collection: Collection) -> Sequence[str]:
        there = self.table(collection).columns()
        # An empty file of JSON Lines names no columns, and lacks none.
        return [name for name in collection.columns if there and name not in there]

    @override
    def _matching(
        self, collection: Collection, columns: Columns, values: Values[Key]
    ) -> Iterator[Row]:
        matches = matcher(collection, columns, values)
        for values_there in self.table(collection).rows(collection.columns):
            row = {name: values_there.get(name) for name in collection.columns}
            if matches(row):
                yield row

    def survey(self) -> Sequence[TableFacts]:
        """Return every file of the folder with its columns; hidden ones are left out."""
        found = []
        for source in self._folder.sources():
            if suffix_of(source.name) in SUFFIXES and not source.name.startswith("."):
                columns = tuple(_table_of(source).columns())
                found += [TableFacts(source.name, columns, ())] if columns else []
        return found

    def look(self, table: TableFacts) -> TableFacts:
        """Return what is known of a file with a few of its values, for a proposal."""
        there = _table_of(self._folder.source(table.name))
        rows = list(islice(there.rows(table.columns), LOOKED_AT))
        texts = {
            name: [str(row[name]) for row in rows if isinstance(row.get(name), str | int)]
            for name in table.columns
        }
        return replace(table, samples=texts, types=there.kinds())

    @override
    def close(self) -> None:
        self._folder.close()

    def table(self, collection: Collection) -> Table:
        """Return the file of a collection; InvalidError for what is no name of one."""
        name = collection.source_table
        if PurePosixPath(name).name != name or suffix_of(name) not in SUFFIXES:
            raise InvalidError(
                f"The table of {collection.name} is the name of a file, such as orders.csv."
            )
        options = options_of(collection.options, f"{collection.name}.options")
        return _table_of(self._folder.source(name), *options)


def _table_of(source: Source, delimiter: str = "", encoding: str = "") -> Table:
    if suffix_of(source.name) in PARQUET:
        return ParquetTable(source)
    return TextTable(source, delimiter, encoding)
