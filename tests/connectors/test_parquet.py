"""What is particular to Parquet: its types, its columns and groups, and what it refuses."""

import sys
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from privacy.errors import InvalidError, UnavailableError
from privacy.stores.connectors.files import parquet
from privacy.stores.connectors.files.connector import FilesConnector
from privacy.stores.connectors.files.sources import LocalFile
from privacy.stores.protocol import Store
from privacy.stores.registry import introspect
from tests.connectors.parquet import arrow, written
from tests.connectors.places import Table, definition_of


def opened(path: Path, *columns: str) -> Store:
    definition = definition_of(Table(path.name, dict.fromkeys(columns, "TEXT"), []))
    return FilesConnector(definition, f"file://{path.parent}")


def rows(store: Store, *keys: str) -> list[dict[str, Any]]:
    asked = [(key,) for key in keys]
    collection = store.definition.collection("t0")
    return [dict(row) for row in store.read(collection, ("id",), asked)]


TYPED = {
    "id": (arrow.int32(), 1),
    "day": (arrow.date32(), date(2026, 3, 1)),
    "at": (arrow.timestamp("ms", "UTC"), datetime(2026, 3, 1, 12, 30, tzinfo=UTC)),
    "hour": (arrow.time64("us"), time(12, 30)),
    "lasted": (arrow.duration("s"), timedelta(seconds=90)),
    "amount": (arrow.decimal128(9, 2), Decimal("12.30")),
    "share": (arrow.float64(), 0.5),
    "agreed": (arrow.bool_(), True),
    "photo": (arrow.binary(), b"\x00\xff"),
    "tags": (arrow.list_(arrow.string()), ["a", "é"]),
    "address": (arrow.struct([("city", arrow.string())]), {"city": "Lyon"}),
    "label": (arrow.dictionary(arrow.int8(), arrow.string()), "red"),
    "nothing": (arrow.null(), None),
}


def test_types_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    types = {name: type_ for name, (type_, _value) in TYPED.items()}
    path.write_bytes(written(types, [[value for _type, value in TYPED.values()]]))
    store = opened(path, *TYPED)
    store.check()
    assert rows(store, "1") == [{name: value for name, (_type, value) in TYPED.items()}]


def test_nanoseconds_are_cut_to_what_python_knows(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    types = {"id": arrow.int8(), "at": arrow.timestamp("ns"), "hour": arrow.time64("ns")}
    path.write_bytes(written(types, [(1, 1_700_000_000_123_456_789, 1_234_567)]))
    assert rows(opened(path, *types), "1") == [
        {
            "id": 1,
            "at": datetime(2023, 11, 14, 22, 13, 20, 123456),  # noqa: DTZ001 -- the file has no zone
            "hour": time(0, 0, 0, 1234),
        }
    ]


def test_only_declared_columns_are_read_a_few_rows_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.parquet"
    types = {"id": arrow.int64(), "name": arrow.string(), "secret": arrow.string()}
    path.write_bytes(written(types, [(1, "x", "s3cret")] * 5000))
    taken: list[list[str]] = []
    convert = parquet._python_values  # noqa: SLF001 -- where a batch becomes rows

    def counting(batch: Any, names: Any) -> Any:
        taken.append(batch.schema.names)
        return convert(batch, names)

    monkeypatch.setattr(parquet, "_python_values", counting)
    store = opened(path, "id", "name")
    stream = store.read(store.definition.collection("t0"), ("id",), [("1",)])
    assert next(stream) == {"id": 1, "name": "x"}
    assert taken == [["id", "name"]]
    assert sum(1 for _row in stream) == 4999
    assert len(taken) == 5


def test_a_file_without_rows_has_columns_and_lacks_others(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(written({"id": arrow.int8()}, []))
    assert rows(opened(path, "id"), "1") == []
    with pytest.raises(InvalidError) as refused:
        opened(path, "id", "name").check()
    assert list(refused.value.fields) == ["t0.name"]


@pytest.mark.parametrize("data", [b"", b"id,nom\n1,s3cret\n", b"PAR1s3cretPAR1", b"PAR1" * 9])
def test_what_is_no_parquet_is_told_without_quoting_it(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(data)
    with pytest.raises((InvalidError, UnavailableError)) as refused:
        rows(opened(path, "id"), "1")
    assert "s3cret" not in f"{refused.value} {refused.value.__cause__}"
    assert str(tmp_path) not in str(refused.value)


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    twice = arrow.table([[1], [2]], names=["id", "id"])
    import_module("pyarrow.parquet").write_table(twice, path)
    with pytest.raises(InvalidError, match="same name"):
        opened(path, "id").check()


def test_a_file_that_is_away_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError):
        opened(tmp_path / "a.parquet", "id").check()


def test_a_store_with_one_file_of_parquet_can_only_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(written({"id": arrow.int8()}, [(1,)]))
    (tmp_path / "b.csv").write_text("id\n1\n")
    tables = [Table(name, {"id": "INTEGER"}, []) for name in ("b.csv", "a.parquet")]
    store = FilesConnector(definition_of(*tables), f"file://{tmp_path}")
    before = [path.read_bytes() for path in sorted(tmp_path.iterdir())]
    assert store.capabilities == frozenset()
    for collection in store.definition.collections:
        with pytest.raises(InvalidError, match="cannot erase"):
            store.erase(collection, ("id",), [("1",)])
        with pytest.raises(InvalidError, match="cannot rectify"):
            store.rectify(collection, ("1",), {"id": "2"})
    assert [path.read_bytes() for path in sorted(tmp_path.iterdir())] == before
    only_text = replace(store.definition, collections=store.definition.collections[:1])
    assert FilesConnector(only_text, f"file://{tmp_path}").capabilities


def test_parquet_is_surveyed_beside_text(tmp_path: Path) -> None:
    types = {"id": arrow.int64(), "email": arrow.string(), "born": arrow.date32()}
    path = tmp_path / "clients.parquet"
    path.write_bytes(written(types, [(1, "ada@example.com", date(1990, 1, 1))]))
    (tmp_path / "events.jsonl").write_text('{"at": 1}\n')
    found = introspect("folder", f"file://{tmp_path}").definition
    assert [(c.source_table, c.columns) for c in found.collections] == [
        ("clients.parquet", ("id", "email", "born")),
        ("events.jsonl", ("at",)),
    ]
    assert [one.kind for one in found.collections[0].identities] == ["email"]


def test_types_are_named_as_proposals_name_them(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(written({name: type_ for name, (type_, _value) in TYPED.items()}, []))
    kinds = parquet.ParquetTable(LocalFile(path)).kinds()
    texts = {"label": "text", "agreed": "boolean", "amount": "number", "day": "date"}
    texts |= {"at": "date", "tags": "document", "photo": "bytes", "hour": "unknown"}
    assert {name: kinds[name] for name in texts} == texts


def test_without_the_extra_it_is_said_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(InvalidError, match=r"privacy\[parquet\]"):
        opened(tmp_path / "a.parquet", "id").check()
