"""Parquet files that hold the tables of the contract."""

import io
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from importlib import import_module
from typing import Any

from typing_extensions import override

from tests.connectors.places import Files, Table

arrow: Any = import_module("pyarrow")
parquet: Any = import_module("pyarrow.parquet")

GROUP = 100
"""Rows of one group, so that most tables have several."""


def written(columns: Mapping[str, Any], rows: Sequence[Sequence[Any]]) -> bytes:
    """Return a file with columns of Arrow's types."""
    schema = arrow.schema(list(columns.items()))
    values = [dict(zip(columns, row, strict=True)) for row in rows]
    file = io.BytesIO()
    parquet.write_table(arrow.Table.from_pylist(values, schema), file, row_group_size=GROUP)
    return file.getvalue()


def file_of(table: Table) -> bytes:
    """Return a file that holds a table of the contract, in types as near as there are."""
    types = {name: _type(kind) for name, kind in table.columns.items()}
    rows = [
        [_value(kind, value) for kind, value in zip(table.columns.values(), row, strict=True)]
        for row in table.rows
    ]
    return written(types, rows)


def _type(kind: str) -> Any:
    if "INT" in kind:
        return arrow.int64()
    known = {"DATE": arrow.date32(), "TIMESTAMP": arrow.timestamp("us")}
    known["NUMERIC(9,2)"] = arrow.decimal128(9, 2)
    return known.get(kind, arrow.string())


def _value(kind: str, value: Any) -> Any:
    if kind == "DATE" and value:
        return date.fromisoformat(value)
    return Decimal(value) if kind.startswith("NUMERIC") and value is not None else value


class ParquetFiles(Files):
    """A folder of Parquet files."""

    @override
    def write(self, name: str, table: Table) -> None:
        (self.folder / name).write_bytes(file_of(table))
