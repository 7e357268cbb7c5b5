"""What is particular to files: spelling, encodings, atomic rewriting, and files of others."""

import os
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from privacy.errors import ConflictError, InvalidError, PrivacyError, UnavailableError
from privacy.stores.connectors.files import formats as files
from privacy.stores.connectors.files import rewriting
from privacy.stores.connectors.files.connector import FilesConnector
from privacy.stores.protocol import Store
from privacy.stores.registry import introspect
from tests.connectors.places import Table, definition_of

COLUMNS = {"id": "INTEGER", "nom": "TEXT"}


def opened(path: Path, **options: str) -> Store:
    definition = definition_of(Table(path.name, COLUMNS, []))
    collection = replace(definition.collections[0], options=options)
    return FilesConnector(replace(definition, collections=(collection,)), f"file://{path.parent}")


def rows(store: Store, *ids: str) -> list[dict[str, Any]]:
    keys = [(one,) for one in ids]
    return [dict(row) for row in store.read(store.definition.collection("t0"), ("id",), keys)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('id;nom\n1;"Éa;b"\n', "Éa;b"),
        ('\ufeffid,nom\r\n1,"Éa\r\nb"\r\n', "Éa\r\nb"),
        ("id\tnom\n1\tÉ\n", "É"),
        ('"id"|"nom"\n\n1|É\n', "É"),
    ],
)
def test_spellings_of_csv_are_understood(tmp_path: Path, text: str, name: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode())
    store = opened(path)
    store.check()
    assert rows(store, "1") == [{"id": "1", "nom": name}]


def test_another_encoding_is_read_when_it_is_declared_and_else_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("id;nom\n1;Zoé\n".encode("cp1252"))
    with pytest.raises(InvalidError, match="encoding"):
        rows(opened(path), "1")
    store = opened(path, encoding="cp1252")
    assert rows(store, "1")[0]["nom"] == "Zoé"
    assert store.rectify(store.definition.collection("t0"), ("1",), {"nom": "Éva"}) == 1
    assert path.read_bytes() == "id;nom\n1;Éva\n".encode("cp1252")


def test_what_is_not_changed_stays_as_it_was_to_the_byte(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    text = '\ufeffid;nom\r\n1;"plain"\r\n\r\n2;"a ""b"" ;\r\nc"\r\n"3";x'
    path.write_bytes(text.encode())
    path.chmod(0o640)
    store = opened(path)
    people = store.definition.collection("t0")
    assert store.erase(people, ("id",), [("1",)]) == 1
    assert path.read_bytes() == text.replace('1;"plain"\r\n', "").encode()
    assert store.rectify(people, ("3",), {"nom": "y;z"}) == 1
    assert path.read_bytes().endswith(b'c"\r\n3;"y;z"')
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [one.name for one in tmp_path.iterdir()] == ["a.csv"]


def test_json_keeps_its_kinds_and_what_is_not_declared(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": 1, "nom": "é", "n": [1.50, true]}\n{"id":2 ,"n":null}\n')
    store = opened(path)
    people = store.definition.collection("t0")
    assert rows(store, "1", "2") == [{"id": 1, "nom": "é"}, {"id": 2, "nom": None}]
    assert store.rectify(people, ("1",), {"nom": "ï"}) == 1
    assert path.read_text() == '{"id": 1, "nom": "ï", "n": [1.5, true]}\n{"id":2 ,"n":null}\n'
    with pytest.raises(InvalidError):
        store.rectify(people, ("1",), {"id": "one"})
    assert store.erase(people, ("id",), [("1",)]) == 1
    assert path.read_text() == '{"id":2 ,"n":null}\n'


def test_a_writer_in_between_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,nom\n1,a\n2,b\n")
    store = opened(path)
    take = rewriting.take_place

    def interrupted(place: Path, draft: str, before: os.stat_result) -> None:
        with path.open("a") as file:
            file.write("3,c\n")
        take(place, draft, before)

    monkeypatch.setattr(rewriting, "take_place", interrupted)
    with pytest.raises(ConflictError):
        store.erase(store.definition.collection("t0"), ("id",), [("1",)])
    assert path.read_text() == "id,nom\n1,a\n2,b\n3,c\n"
    assert [one.name for one in tmp_path.iterdir()] == ["a.csv"]


@pytest.mark.parametrize(
    "text", ["id,nom\n1\n", 'id,nom\n1,"s3cret\n', '{"id": 1', "[1]\n", '"s3cret"\n']
)
def test_a_file_that_is_broken_says_where_and_not_what(tmp_path: Path, text: str) -> None:
    path = tmp_path / ("a.csv" if text.startswith("id") else "a.jsonl")
    path.write_text(text)
    with pytest.raises(InvalidError, match="Line") as refused:
        rows(opened(path), "1")
    assert "s3cret" not in f"{refused.value} {refused.value.__cause__}"


def test_check_names_columns_that_are_missing(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,other\n")
    with pytest.raises(InvalidError) as refused:
        opened(path).check()
    assert list(refused.value.fields) == ["t0.nom"]


@pytest.mark.parametrize("name", ["../a.csv", "/etc/passwd", "sub/a.csv", "..", "a.txt", ".csv/x"])
def test_only_files_of_the_folder_are_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.csv").write_text("id,nom\n1,a\n")
    folder = tmp_path / "folder"
    folder.mkdir()
    definition = definition_of(Table(name, COLUMNS, []))
    store = FilesConnector(definition, f"file://{folder}")
    with pytest.raises((InvalidError, UnavailableError)):
        rows(store, "1")


def test_a_pipe_keeps_nobody_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.csv")
    with pytest.raises(UnavailableError):
        rows(opened(tmp_path / "a.csv"), "1")


def test_one_file_may_be_a_store(tmp_path: Path) -> None:
    path = tmp_path / "clients été.csv"
    path.write_text("id,nom\n1,a\n")
    definition = definition_of(Table(path.name, COLUMNS, []))
    store = FilesConnector(definition, f"file://{tmp_path}/clients%20été.csv")
    store.check()
    assert rows(store, "1") == [{"id": "1", "nom": "a"}]


@pytest.mark.parametrize(
    "address",
    ["file://host/x", "file:relative", "file:///x?a=b", "file:///x#y", "http://x", "file://"],
)
def test_another_address_is_refused(address: str) -> None:
    with pytest.raises(InvalidError):
        FilesConnector(definition_of(), address)


@pytest.mark.parametrize("options", [{"encoding": "rot13"}, {"delimiter": ";;"}, {"x": "y"}])
def test_unknown_options_are_refused(tmp_path: Path, options: dict[str, str]) -> None:
    with pytest.raises(InvalidError):
        opened(tmp_path / "a.csv", **options)


def test_a_folder_that_is_away_is_unavailable_and_stays_unnamed(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError) as refused:
        introspect("x", f"file://{tmp_path}/nowhere")
    assert "nowhere" not in str(refused.value)


def test_a_folder_is_surveyed(tmp_path: Path) -> None:
    (tmp_path / "clients.csv").write_text("id;email;prénom\n1;a@example.com;A\n")
    (tmp_path / "events.jsonl").write_text('{"at": 1}\n{"at": 2, "ip": "192.0.2.1"}\n')
    (tmp_path / ".hidden.csv").write_text("id\n")
    (tmp_path / "notes.txt").write_text("x")
    found = introspect("folder", f"file://{tmp_path}").definition
    assert [(c.name, c.source_table, c.columns) for c in found.collections] == [
        ("clients", "clients.csv", ("id", "email", "prénom")),
        ("events", "events.jsonl", ("at", "ip")),
    ]


def test_a_large_file_is_streamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,nom\n" + "1,x\n" * 50_000)
    taken = 0
    parse = files.Csv.records

    def counting(form: files.Csv, lines: Any) -> Any:
        nonlocal taken
        for record in parse(form, lines):
            taken += 1
            yield record

    monkeypatch.setattr(files.Csv, "records", counting)
    store = opened(path)
    stream = store.read(store.definition.collection("t0"), ("id",), [("1",)])
    next(stream)
    assert taken < 10
    assert not isinstance(stream, list)
    with pytest.raises(PrivacyError):
        store.read(store.definition.collection("t0"), ("x",), [("1",)])
