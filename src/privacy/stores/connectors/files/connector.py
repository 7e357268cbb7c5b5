"""Files of records on a disk: one file, or a folder with one for each collection."""

from collections.abc import Collection as Values
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from urllib.parse import unquote, urlsplit

from typing_extensions import override

from privacy.errors import InvalidError
from privacy.stores.connectors.asking import declared_of, matcher
from privacy.stores.connectors.files.formats import Format, Record
from privacy.stores.connectors.files.reading import FolderStore
from privacy.stores.connectors.files.rewriting import Change, rewrite
from privacy.stores.connectors.files.sources import LocalFolder
from privacy.stores.connectors.files.table import PARQUET, TextTable, suffix_of
from privacy.stores.definition import Collection, Columns, StoreDefinition
from privacy.stores.protocol import Capability, Key, Row, refusal

ADDRESS = "The address of files is file:///path/to/folder, or to one file, and nothing more."


class FilesConnector(FolderStore):
    """Erases and rectifies by putting a new file in the old one's place; Parquet is read only."""

    def __init__(self, definition: StoreDefinition, address: str) -> None:
        parts = urlsplit(address)
        path = Path(unquote(parts.path))
        odd = parts.netloc or parts.query or parts.fragment or "\x00" in parts.path
        if parts.scheme != "file" or odd or not path.is_absolute():
            raise InvalidError(ADDRESS)
        self._place = LocalFolder(path)
        super().__init__(definition, self._place)

    @property
    @override
    def capabilities(self) -> frozenset[Capability]:
        """Return what every collection can do; one that cannot speaks for the whole store."""
        names = (collection.source_table for collection in self._definition.collections)
        if any(suffix_of(name) in PARQUET for name in names):
            return frozenset()
        return frozenset({Capability.RECTIFY, Capability.ERASE})

    @override
    def erase(self, collection: Collection, columns: Columns, values: Values[Key]) -> int:
        self._ensure_can(Capability.ERASE)
        declared = declared_of(self._definition, collection, columns)
        erased = 0
        if not any(True for _row in self.read(declared, columns, values)):
            return 0
        matches = matcher(declared, columns, values)

        def change(_form: Format, record: Record) -> str | None:
            nonlocal erased
            doomed = matches(_declared_values(declared, record))
            erased += doomed
            return None if doomed else record.raw

        self._rewrite(declared, change)
        return erased

    @override
    def rectify(self, collection: Collection, key: Key, changes: Mapping[str, str | None]) -> int:
        self._ensure_can(Capability.RECTIFY)
        own = collection.primary_key
        declared = declared_of(self._definition, collection, (*changes, *own))
        found = sum(1 for _row in islice(self.read(declared, own, [key]), 2))
        if found > 1:
            raise InvalidError(f"The primary key of {declared.name} meets several rows.")
        if found:
            matches = matcher(declared, own, [key])

            def change(form: Format, record: Record) -> str:
                is_it = matches(_declared_values(declared, record))
                return form.changed(record, changes) if is_it else record.raw

            self._rewrite(declared, change)
        return found

    def _ensure_can(self, capability: Capability) -> None:
        if capability not in self.capabilities:
            raise refusal(self._definition, capability)

    def _rewrite(self, collection: Collection, change: Change) -> None:
        table = self.table(collection)
        if isinstance(table, TextTable):  # Parquet was refused before
            rewrite(table, self._place.source(table.source.name).path, change)


def _declared_values(collection: Collection, record: Record) -> Row:
    values = record.values or {}
    return {name: values.get(name) for name in collection.columns}
