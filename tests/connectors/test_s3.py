"""What is particular to object stores: addresses, accounts, ranges, and what they refuse."""

import socket
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from typing_extensions import override

from privacy.errors import InvalidError, UnavailableError
from privacy.stores.connectors.s3 import bucket
from privacy.stores.connectors.s3.address import place_of
from privacy.stores.connectors.s3.connector import S3Connector
from privacy.stores.definition import StoreDefinition
from privacy.stores.proposals.facts import TableFacts
from privacy.stores.registry import connector_of, proposal
from tests.connectors.object_store import ALLOWED, KEY, SECRET, Objects, ObjectServer
from tests.connectors.parquet import arrow, written
from tests.connectors.places import Table, definition_of

COLUMNS = {"id": "INTEGER", "nom": "TEXT"}


def declared(name: str = "a.csv", **options: Any) -> StoreDefinition:
    found = definition_of(Table(name, COLUMNS, []))
    return replace(found, options=options or ALLOWED)


def rows(store: S3Connector, *ids: str) -> list[dict[str, Any]]:
    keys = [(one,) for one in ids]
    return [dict(row) for row in store.read(store.definition.collection("t0"), ("id",), keys)]


@pytest.fixture
def objects(object_server: ObjectServer) -> Any:
    place = Objects(object_server, ".csv")
    yield place
    place.close()


def test_csv_of_a_bucket_is_read_with_its_options(objects: Objects) -> None:
    objects.server.put(f"{objects.place}/a.csv", "id;nom\n1;Zoé\n".encode("cp1252"))
    definition = declared()
    (collection,) = definition.collections
    collection = replace(collection, options={"delimiter": ";", "encoding": "cp1252"})
    store = objects.open(replace(definition, collections=(collection,)))
    store.check()
    assert rows(store, "1") == [{"id": "1", "nom": "Zoé"}]


def test_a_large_object_is_read_by_ranges(
    objects: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = b"2," + b"x" * 1000 + b"\n"
    objects.server.put(f"{objects.place}/a.csv", b"id,nom\n1,first\n" + line * 6000 + b"3,last\n")
    sizes: list[int] = []
    part = bucket.Object.part

    def counting(source: bucket.Object, start: int, size: int, etag: str) -> bytes:
        sizes.append(size)
        return part(source, start, size, etag)

    monkeypatch.setattr(bucket.Object, "part", counting)
    store = objects.open(declared())
    stream = store.read(store.definition.collection("t0"), ("id",), [("1",), ("3",)])
    assert next(stream) == {"id": "1", "nom": "first"}
    assert len(sizes) == 1
    assert [row["nom"] for row in stream] == ["last"]
    assert max(sizes) <= bucket.RANGE
    assert len(sizes) == 6


def test_of_parquet_only_the_declared_columns_are_fetched(
    objects: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    noise = [f"{number:064x}"[::-1] * 40 for number in range(3000)]
    types = {"id": arrow.int64(), "noise": arrow.string(), "nom": arrow.string()}
    data = written(types, [(n, text, f"n{n}") for n, text in enumerate(noise)])
    objects.server.put(f"{objects.place}/a.parquet", data)
    monkeypatch.setattr(bucket, "RANGE", 4096)
    fetched = 0
    part = bucket.Object.part

    def counting(source: bucket.Object, start: int, size: int, etag: str) -> bytes:
        nonlocal fetched
        fetched += size
        return part(source, start, size, etag)

    monkeypatch.setattr(bucket.Object, "part", counting)
    assert rows(objects.open(declared("a.parquet")), "7") == [{"id": 7, "nom": "n7"}]
    assert fetched < len(data)


def test_an_object_that_is_replaced_meanwhile_makes_the_collection_fail(objects: Objects) -> None:
    path = f"{objects.place}/a.csv"
    line = b"1," + b"x" * 1000 + b"\n"
    objects.server.put(path, b"id,nom\n" + line * 3000)
    store = objects.open(declared())
    stream = store.read(store.definition.collection("t0"), ("id",), [("1",)])
    next(stream)
    objects.server.put(path, b"id,nom\n" + line.replace(b"x", b"y") * 3000)
    with pytest.raises(UnavailableError):
        list(stream)


def test_one_object_may_be_a_store(objects: Objects) -> None:
    objects.server.put(f"{objects.place}/clients été.csv", b"id,nom\n1,a\n")
    address = objects.server.address(f"{objects.place}/clients%20%C3%A9t%C3%A9.csv")
    store = objects.open(declared("clients été.csv"), address)
    store.check()
    assert rows(store, "1") == [{"id": "1", "nom": "a"}]
    assert [facts.name for facts in store.survey()] == ["clients été.csv"]


def test_a_folder_is_surveyed_without_what_lies_deeper(objects: Objects) -> None:
    put, place = objects.server.put, objects.place
    put(f"{place}/clients.csv", b"id,email\n1,ada@example.com\n")
    put(f"{place}/days.parquet", written({"day": arrow.date32()}, []))
    put(f"{place}/deeper/other.csv", b"id\n1\n")
    put(f"{place}/.hidden.csv", b"id\n1\n")
    put(f"{place}/notes.txt", b"x")
    put(f"{place}-else/x.csv", b"id\n1\n")
    store = objects.open(replace(definition_of(), options=ALLOWED))
    assert connector_of(objects.server.address(place)) == "s3"
    found = proposal("bucket", store).definition
    assert [(c.source_table, c.columns) for c in found.collections] == [
        ("clients.csv", ("id", "email")),
        ("days.parquet", ("day",)),
    ]
    assert [one.kind for one in found.collections[0].identities] == ["email"]
    facts = store.look(TableFacts("clients.csv", ("id", "email"), ()))
    assert facts.samples == {"id": ["1"], "email": ["ada@example.com"]}


def test_it_is_never_written(objects: Objects) -> None:
    objects.server.put(f"{objects.place}/a.csv", b"id,nom\n1,a\n")
    store = objects.open(declared())
    collection = store.definition.collection("t0")
    assert store.capabilities == frozenset()
    with pytest.raises(InvalidError, match="cannot erase"):
        store.erase(collection, ("id",), [("1",)])
    with pytest.raises(InvalidError, match="cannot rectify"):
        store.rectify(collection, ("1",), {"nom": "b"})
    assert len(rows(store, "1")) == 1


def secretless(error: BaseException) -> bool:
    """Whether nothing that an error leads to quotes an account."""
    told = f"{error!r} {error.__cause__!r}"
    return KEY not in told and SECRET not in told


def test_a_bucket_or_object_that_is_not_there_is_unavailable(objects: Objects) -> None:
    nowhere = objects.open(declared(), objects.server.address("no-such-bucket/x"))
    for ask in (nowhere.check, nowhere.survey):
        with pytest.raises(UnavailableError) as refused:
            ask()
        assert secretless(refused.value)
    empty = objects.open(declared())
    for ask in (empty.check, empty.survey):
        with pytest.raises(UnavailableError):
            ask()


def test_a_wrong_account_is_unavailable_and_stays_unnamed(objects: Objects) -> None:
    objects.server.put(f"{objects.place}/a.csv", b"id,nom\n1,a\n")
    store = objects.open(declared())
    with objects.server.checking_accounts():
        for ask in (store.check, store.survey):
            with pytest.raises(UnavailableError) as refused:
                ask()
            assert secretless(refused.value)
    store.check()


def test_a_server_that_is_away_is_unavailable() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        store = S3Connector(declared(), f"s3://a:b@bucket/x?endpoint={endpoint}")
        with pytest.raises(UnavailableError):
            store.check()
        store.close()


@pytest.mark.timeout(30)
def test_a_server_that_is_silent_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket, "PATIENCE", 0.5)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        store = S3Connector(declared(), f"s3://a:b@bucket/x?endpoint={endpoint}")
        with pytest.raises(UnavailableError, match="in time"):
            store.check()
        store.close()


class Whole(BaseHTTPRequestHandler):
    """Gives all of an object or its beginning, whatever is asked of it."""

    protocol_version = "HTTP/1.1"
    size = 3_000_000

    def do_HEAD(self) -> None:
        self._begin(3_000_000)

    def do_GET(self) -> None:
        self._begin(self.size)
        with suppress(OSError):  # who asked may have heard enough
            self.wfile.write(b"x" * self.size)

    def _begin(self, size: int) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(size))
        self.send_header("ETag", '"1"')
        self.end_headers()

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.mark.parametrize(("size", "told"), [(3_000_000, "what is asked"), (10, "announced")])
def test_a_server_that_gives_another_part_than_was_asked_is_not_believed(
    size: int, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Whole, "size", size)
    with ThreadingHTTPServer(("127.0.0.1", 0), Whole) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        endpoint = f"http://127.0.0.1:{server.server_port}"
        store = S3Connector(declared(), f"s3://a:b@bucket/x?endpoint={endpoint}")
        with pytest.raises(UnavailableError, match=told):
            store.check()
        store.close()
        server.shutdown()


@pytest.mark.parametrize(
    "endpoint",
    ["http://minio.example", "https://127.0.0.1:9", "https://[::1]", "https://169.254.169.254"],
)
def test_a_private_or_plain_endpoint_needs_a_word_of_the_definition(endpoint: str) -> None:
    with pytest.raises(InvalidError, match="allow_hosts"):
        S3Connector(declared(allow_hosts=["other"]), f"s3://a:b@bucket?endpoint={endpoint}")


def test_a_name_with_a_private_address_is_not_connected_to() -> None:
    store = S3Connector(declared(allow_hosts=[]), "s3://a:b@bucket?endpoint=https://localhost:9")
    with pytest.raises(InvalidError, match="allow_hosts"):
        store.check()


def test_a_name_that_turns_private_later_is_not_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bucket, "look_up", lambda _host, _port: ["93.184.215.14"])
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.settimeout(0.1)
        endpoint = f"https://localhost:{listening.getsockname()[1]}"
        store = S3Connector(declared(allow_hosts=[]), f"s3://a:b@bucket?endpoint={endpoint}")
        with pytest.raises(UnavailableError):
            store.check()
        store.close()
        with pytest.raises(TimeoutError):
            listening.accept()


@pytest.mark.parametrize(
    "address",
    [
        "s3://",
        "s3://Bucket/x",
        "s3://a/x",
        "s3://key@bucket/x",
        "s3://bucket/x?region=EU west",
        "s3://bucket/x?token=1",
        "s3://bucket/x#y",
        "s3://bucket?endpoint=ftp://host",
        "s3://bucket?endpoint=https://a:b@host",
        "s3://bucket?endpoint=https://host/path",
        "s3://bucket?endpoint=https://host:x",
        "https://bucket",
    ],
)
def test_another_address_is_refused(address: str) -> None:
    with pytest.raises(InvalidError):
        S3Connector(declared(), address)


def test_an_address_is_taken_apart_and_its_secret_is_not_shown() -> None:
    found = place_of("s3://AK%2F1:s%2F%2B%25@my.bucket/a/b%20c/?region=eu-west-3", frozenset())
    assert (found.bucket, found.prefix, found.region) == ("my.bucket", "a/b c", "eu-west-3")
    assert (found.key, found.secret, found.endpoint) == ("AK/1", "s/+%", "")
    assert "AK/1" not in repr(found)
    assert "s/+%" not in repr(found)


@pytest.mark.parametrize("options", [{"x": 1}, {"allow_hosts": "host"}, {"allow_hosts": [1]}])
def test_unknown_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(InvalidError):
        S3Connector(declared(**options), "s3://bucket/x")


def test_the_account_and_the_way_are_the_address_s_and_not_the_machine_s(
    objects: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.setenv(name, "of-the-machine")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    objects.server.put(f"{objects.place}/a.csv", b"id,nom\n1,a\n")
    objects.open(declared()).check()
    address = objects.server.address(objects.place)
    unsigned = f"s3://{address.partition('@')[2]}"
    with pytest.raises(UnavailableError, match="refuses the account"):
        objects.open(declared(), unsigned).check()


def test_a_whole_bucket_may_be_a_store(objects: Objects) -> None:
    name = objects.place.partition("/")[0]
    objects.server.put(f"{name}/a.csv", b"id,nom\n1,a\n")
    store = objects.open(declared(), objects.server.address(name))
    assert rows(store, "1") == [{"id": "1", "nom": "a"}]
    assert [facts.name for facts in store.survey()] == ["a.csv"]


def test_a_listing_of_several_pages_is_read_to_its_end(
    objects: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        objects.server.put(f"{objects.place}/{number}.csv", b"id\n1\n")
    ask = bucket.Bucket.ask

    def by_two(place: bucket.Bucket, method: str, **words: Any) -> dict[str, Any]:
        fewer = {"MaxKeys": 2} if method == "list_objects_v2" else {}
        return ask(place, method, **words, **fewer)

    monkeypatch.setattr(bucket.Bucket, "ask", by_two)
    store = objects.open(replace(definition_of(), options=ALLOWED))
    assert len(store.survey()) == 5


def test_what_the_extra_brings_is_loaded_at_the_first_question_alone() -> None:
    program = (
        "import sys, privacy.stores.registry as r; from privacy.stores.definition import *;"
        "r.connector_for('s3')(StoreDefinition('x', {}, (), ()), 's3://a:b@bucket/x');"
        "print({'s3fs', 'fsspec', 'aiohttp', 'botocore', 'pyarrow'} & set(sys.modules))"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "set()"


def test_without_the_extra_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    store = S3Connector(declared(), "s3://a:b@bucket/x")
    with pytest.raises(InvalidError, match=r"privacy\[s3\]"):
        store.check()
