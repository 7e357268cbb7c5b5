"""Files of CSV or JSON Lines on a disk: one file, or a folder with one for each collection."""

from collections.abc import Collection as Values
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from urllib.parse import unquote, urlsplit

from typing_extensions import override

from privacy.errors import InvalidError, UnavailableError
from privacy.stores.connectors.asking import declared_of, matcher
from privacy.stores.connectors.files.formats import Record
from privacy.stores.connectors.files.table import SUFFIXES, FileTable, options_of
from privacy.stores.definition import Collection, Columns, StoreDefinition
from privacy.stores.document import Faults
from privacy.stores.proposals import TableFacts
from privacy.stores.protocol import Capability, Key, Row, Store

LOOKED_AT = 200
"""Records whose values are judged for a proposal."""
ADDRESS = "The address of files is file:///path/to/folder, or to one file, and nothing more."


class FilesConnector(Store):
    """Reads line by line; erases and rectifies by putting a new file in the old one's place."""

    def __init__(self, definition: StoreDefinition, address: str) -> None:
        parts = urlsplit(address)
        path = Path(unquote(parts.path))
        odd = parts.netloc or parts.query or parts.fragment or "\x00" in parts.path
        if parts.scheme != "file" or odd or not path.is_absolute():
            raise InvalidError(ADDRESS)
        self._definition = definition
        self._path = path
        for collection in definition.collections:
            options_of(collection.options, f"{collection.name}.options")

    @property
    @override
    def definition(self) -> StoreDefinition:
        return self._definition

    @property
    @override
    def capabilities(self) -> frozenset[Capability]:
        return frozenset({Capability.RECTIFY, Capability.ERASE})

    @override
    def check(self) -> None:
        faults = Faults()
        for collection in self._definition.collections:
            for name in self._missing(collection):
                faults.add(f"{collection.name}.{name}", "the file has no such column")
        faults.raise_all(f"The data store {self._definition.name} is not as its definition says.")

    def _missing(self, collection: Collection) -> Sequence[str]:
        there = self._table(collection).columns()
        # An empty file of JSON Lines names no columns, and lacks none.
        return [name for name in collection.columns if there and name not in there]

    @override
    def read(self, collection: Collection, columns: Columns, values: Values[Key]) -> Iterator[Row]:
        declared = declared_of(self._definition, collection, columns)
        return self._matching(declared, columns, values) if values else iter(())

    def _matching(
        self, collection: Collection, columns: Columns, values: Values[Key]
    ) -> Iterator[Row]:
        matches = matcher(collection, columns, values)
        for values_there in self._table(collection).rows():
            row = {name: values_there.get(name) for name in collection.columns}
            if matches(row):
                yield row

    @override
    def erase(self, collection: Collection, columns: Columns, values: Values[Key]) -> int:
        declared = declared_of(self._definition, collection, columns)
        erased = 0
        if not any(True for _row in self.read(declared, columns, values)):
            return 0
        matches = matcher(declared, columns, values)

        def change(record: Record) -> str | None:
            nonlocal erased
            doomed = matches(_declared_values(declared, record))
            erased += doomed
            return None if doomed else record.raw

        self._table(declared).rewrite(change)
        return erased

    @override
    def rectify(self, collection: Collection, key: Key, changes: Mapping[str, str | None]) -> int:
        own = collection.primary_key
        declared = declared_of(self._definition, collection, (*changes, *own))
        found = sum(1 for _row in islice(self.read(declared, own, [key]), 2))
        if found > 1:
            raise InvalidError(f"The primary key of {declared.name} meets several rows.")
        if found:
            table = self._table(declared)
            form, matches = table.format(), matcher(declared, own, [key])

            def change(record: Record) -> str:
                is_it = matches(_declared_values(declared, record))
                return form.changed(record, changes) if is_it else record.raw

            table.rewrite(change)
        return found

    def survey(self) -> Sequence[TableFacts]:
        """Return every file of the folder with its columns; hidden ones are left out."""
        try:
            paths = sorted(self._path.iterdir()) if self._path.is_dir() else [self._path]
        except OSError:
            raise UnavailableError("The folder cannot be read.") from None
        if not self._path.exists():
            raise UnavailableError("The folder cannot be read.")
        tables = [FileTable(p) for p in paths if p.suffix.lower() in SUFFIXES]
        return [
            TableFacts(table.path.name, tuple(table.columns()), ())
            for table in tables
            if not table.path.name.startswith(".") and table.columns()
        ]

    def look(self, table: TableFacts) -> TableFacts:
        """Return what is known of a file with a few of its values, for a proposal."""
        path = self._path / table.name if self._path.is_dir() else self._path
        rows = list(islice(FileTable(path).rows(), LOOKED_AT))
        texts = {
            name: [str(row[name]) for row in rows if isinstance(row.get(name), str | int)]
            for name in table.columns
        }
        return replace(table, samples=texts, types=dict.fromkeys(table.columns, "unknown"))

    @override
    def close(self) -> None:
        """Nothing stays open."""

    def _table(self, collection: Collection) -> FileTable:
        name = collection.source_table
        path = self._path if self._path.name == name and not self._path.is_dir() else None
        if path is None:
            if Path(name).name != name or Path(name).suffix.lower() not in SUFFIXES:
                raise InvalidError(
                    f"The table of {collection.name} is the name of a file, such as orders.csv."
                )
            path = self._path / name
        return FileTable(path, *options_of(collection.options, f"{collection.name}.options"))


def _declared_values(collection: Collection, record: Record) -> Row:
    values = record.values or {}
    return {name: values.get(name) for name in collection.columns}
