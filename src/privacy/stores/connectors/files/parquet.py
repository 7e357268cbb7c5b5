"""Parquet files as tables: a batch of rows at a time, and only the columns that are asked."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from typing_extensions import override

from privacy.errors import InvalidError
from privacy.stores.connectors.drivers import driver
from privacy.stores.connectors.files.formats import Values
from privacy.stores.connectors.files.sources import Source
from privacy.stores.connectors.files.table import Table, faults_told

BATCH = 1000
"""Rows in memory at a time."""
BUFFER = 1024 * 1024
"""Bytes of each column that are read ahead."""


@dataclass(frozen=True)
class ParquetTable(Table):
    """One file of Parquet (the optional extra `parquet`), read by ranges."""

    source: Source

    @override
    def columns(self) -> Sequence[str]:
        with self._opened() as file:
            return list(file.schema_arrow.names)

    @override
    def rows(self, names: Sequence[str]) -> Iterator[Values]:
        with self._opened() as file:
            wanted = [name for name in file.schema_arrow.names if name in set(names)]
            for batch in file.iter_batches(BATCH, columns=wanted, use_threads=False):
                yield from _python_values(batch, wanted)

    @override
    def kinds(self) -> Mapping[str, str]:
        with self._opened() as file:
            return {one.name: _kind(one.type) for one in file.schema_arrow}

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        """Yield the file; InvalidError when it is none, or holds what cannot be read."""
        arrow, parquet = driver("pyarrow", "parquet"), driver("pyarrow.parquet", "parquet")
        with faults_told(), self.source.opened() as binary:
            try:
                with parquet.ParquetFile(binary, buffer_size=BUFFER, pre_buffer=False) as file:
                    _ensure_readable(file.schema_arrow.names)
                    yield file
            except (arrow.ArrowException, ValueError, OverflowError):
                # Not chained: it may quote a value.
                raise InvalidError("The file is no Parquet that can be read.") from None


def _ensure_readable(names: Sequence[str]) -> None:
    if len(set(names)) != len(names):
        raise InvalidError("Two columns of the file have the same name.")


def _python_values(batch: Any, names: Sequence[str]) -> Iterator[Values]:
    """Yield the rows of a batch in Python's own types, which know microseconds and no less."""
    columns = [_to_microseconds(batch.column(name)).to_pylist() for name in names]
    for number in range(batch.num_rows):
        yield {name: values[number] for name, values in zip(names, columns, strict=True)}


def _to_microseconds(column: Any) -> Any:
    arrow, types = driver("pyarrow", "parquet"), driver("pyarrow.types", "parquet")
    kind = column.type
    if getattr(kind, "unit", "") != "ns":
        return column
    if types.is_timestamp(kind):
        coarser = arrow.timestamp("us", kind.tz)
    else:
        coarser = arrow.time64("us") if types.is_time64(kind) else arrow.duration("us")
    return column.cast(coarser, safe=False)


def _kind(type_: Any) -> str:
    """Return one of `proposals.KINDS` for a type of Arrow."""
    types = driver("pyarrow.types", "parquet")
    if types.is_dictionary(type_):
        return _kind(type_.value_type)
    kinds = {
        "text": (types.is_string, types.is_large_string, types.is_string_view),
        "boolean": (types.is_boolean,),
        "number": (types.is_integer, types.is_floating, types.is_decimal),
        "date": (types.is_date, types.is_timestamp),
        "document": (types.is_nested,),
        "bytes": (types.is_binary, types.is_large_binary, types.is_fixed_size_binary),
    }
    return next((kind for kind, tests in kinds.items() if any(t(type_) for t in tests)), "unknown")
