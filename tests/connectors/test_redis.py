"""What is particular to Redis: names of keys, kinds of values, walking, and watching."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from privacy.errors import ConflictError, InvalidError, UnavailableError
from privacy.stores.connectors.redis import conversation
from privacy.stores.connectors.redis.connector import RedisConnector
from privacy.stores.connectors.redis.pattern import pattern_of
from privacy.stores.definition import StoreDefinition
from privacy.stores.definition_file import from_document
from privacy.stores.gate import ensure_covered
from privacy.stores.protocol import Capability
from privacy.stores.registry import connector_for, connector_of, introspect
from tests.connectors.redis_server import RedisKeys, RedisServer
from tests.connectors.test_faults import wire_to
from tests.fakes import FakeClock


def declared(table: str, columns: str, key: str, **options: Any) -> StoreDefinition:
    fields = [{"name": name, "data_category": "identity"} for name in columns.split()]
    one = {"name": "t", "table": table, "primary_key": key.split(), "fields": fields}
    return from_document(
        {"name": "kv", "purposes": [], "collections": [one | {"options": options}]}
    )


@pytest.fixture
def keys(redis_server: RedisServer) -> Iterator[RedisKeys]:
    place = RedisKeys(redis_server, "hash")
    yield place
    place.close()


def run(keys: RedisKeys, *command: object) -> Any:
    with keys.server.client() as client:
        return client.execute_command(*command)


def read(store: RedisConnector, columns: str, *values: tuple[str, ...]) -> list[dict[str, Any]]:
    found = store.read(store.definition.collection("t"), tuple(columns.split()), values)
    return [dict(row) for row in found]


def commands(keys: RedisKeys) -> set[str]:
    with keys.server.client() as client:
        return {name.removeprefix("cmdstat_") for name in client.info("commandstats")}


def test_a_key_is_read_by_its_name_without_walking_and_never_by_keys(keys: RedisKeys) -> None:
    run(keys, "HSET", "session:42", "email", "ada@example.com")
    run(keys, "CONFIG", "RESETSTAT")
    store = keys.open(declared("hash session:{id}", "id email", "id"))
    assert read(store, "id", ("42",), ("43",), ("4*",), ("42:x",)) == [
        {"id": "42", "email": "ada@example.com"}
    ]
    assert "scan" not in commands(keys)
    assert len(read(store, "email", ("ada@example.com",))) == 1
    assert "scan" in commands(keys)
    assert "keys" not in commands(keys)


def test_the_signs_of_globs_in_a_pattern_are_only_signs(keys: RedisKeys) -> None:
    for name in ("a[b]*?\\:1", "aXb:1", "ab:2", "a[b]*?\\:", "a[b]*?\\:1:2", "{a}:1"):
        run(keys, "HSET", name, "x", name)
    store = keys.open(declared("hash a[b]*?\\:{id}", "id x", "id"))
    assert [row["x"] for row in read(store, "x", ("a[b]*?\\:1",), ("ab:2",))] == ["a[b]*?\\:1"]
    store = keys.open(declared("hash {{a}}:{id}", "id x", "id"))
    assert read(store, "id", ("1",)) == [{"id": "1", "x": "{a}:1"}]


def test_documents_have_paths_types_and_a_time_to_live(keys: RedisKeys) -> None:
    run(keys, "SET", "cart:7", '{"who": {"mails": ["a@x.fr"]}, "n": 3, "é": null}', "EX", 1000)
    store = keys.open(
        declared(
            "json cart:{id}", "id mail n é left", "id", ttl="left",
            fields={"mail": "who.mails[0]"},
        )
    )  # fmt: skip
    (row,) = read(store, "mail n", ("a@x.fr", "3"))
    assert 900 < row.pop("left") <= 1000
    assert row == {"id": "7", "mail": "a@x.fr", "n": 3, "é": None}
    assert store.rectify(store.definition.collection("t"), ("7",), {"n": "5", "é": "été"}) == 1
    (row,) = read(store, "n", ("5",))
    assert row["é"] == "été"
    assert row["left"] > 900
    with pytest.raises(InvalidError):
        store.rectify(store.definition.collection("t"), ("7",), {"left": "5"})
    with pytest.raises(InvalidError):
        store.rectify(store.definition.collection("t"), ("7",), {"id": "8"})


def test_a_string_that_is_no_document_fails_its_collection_and_is_not_quoted(
    keys: RedisKeys,
) -> None:
    run(keys, "SET", "cart:8", "s3cret {")
    with pytest.raises(InvalidError) as refused:
        read(keys.open(declared("json cart:{id}", "id n", "id")), "id", ("8",))
    assert "s3cret" not in f"{refused.value} {refused.value.__cause__}"


@pytest.mark.parametrize(
    ("kind", "write", "more"),
    [("list", "RPUSH", "position"), ("set", "SADD", ""), ("zset", "ZADD", "score")],
)
def test_each_element_is_a_row_and_is_erased_alone(
    keys: RedisKeys, kind: str, write: str, more: str
) -> None:
    words = ["red", "Zoë", "", "42"]
    scored = [part for n, word in enumerate(words) for part in ([n] * (kind == "zset") + [word])]
    run(keys, write, "likes:7", *scored)
    run(keys, write, "likes:8", *scored)
    run(keys, "SET", "likes:9", "of another kind")
    store = keys.open(declared(f"{kind} likes:{{id}}", f"id value {more}", "id value"))
    assert {row["value"] for row in read(store, "id", ("7",), ("9",))} == set(words)
    assert len(read(store, "value", ("Zoë",))) == 2
    collection = store.definition.collection("t")
    assert store.erase(collection, ("id", "value"), [("7", "Zoë"), ("9", "x")]) == 1
    assert [row["id"] for row in read(store, "value", ("Zoë",))] == ["8"]
    assert store.count(collection, ("id",), [("7",)]) == 3
    assert store.capabilities == {Capability.ERASE}
    with pytest.raises(InvalidError, match="cannot rectify"):
        store.rectify(collection, ("7", "red"), {"value": "x"})


def test_an_element_is_not_erased_by_its_place(keys: RedisKeys) -> None:
    run(keys, "RPUSH", "likes:7", "a", "b", "a")
    store = keys.open(declared("list likes:{id}", "id value position", "id position"))
    with pytest.raises(InvalidError, match="by its value"):
        store.erase(store.definition.collection("t"), ("id", "position"), [("7", "0")])
    assert len(read(store, "id", ("7",))) == 3


def test_a_long_list_and_a_large_set_are_read_in_steps(keys: RedisKeys) -> None:
    run(keys, "RPUSH", "l:1", *range(1500))
    run(keys, "SADD", "s:1", *(f"m{n}" for n in range(1500)))
    listed = keys.open(declared("list l:{id}", "id value position", "id position"))
    assert [row["position"] for row in read(listed, "id", ("1",))] == list(range(1500))
    members = read(keys.open(declared("set s:{id}", "id value", "id value")), "id", ("1",))
    assert len({row["value"] for row in members}) == 1500


def test_bytes_that_are_no_text_come_as_bytes(keys: RedisKeys) -> None:
    run(keys, "SET", b"raw:\xff", b"\x00\xfe")
    store = keys.open(declared("text raw:{id}", "id value", "id"))
    assert read(store, "value", ("00fe",)) == [{"id": b"\xff", "value": b"\x00\xfe"}]


def test_a_key_that_somebody_else_writes_meanwhile_is_not_erased(
    keys: RedisKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(keys, "HSET", "session:1", "email", "ada@example.com")
    store = keys.open(declared("hash session:{id}", "id email", "id"))
    committed = store._committed  # noqa: SLF001 -- to step between reading and writing

    def late(asked: Any) -> list[int]:
        run(keys, "HSET", "session:1", "email", "bob@example.com")
        return committed(asked)

    monkeypatch.setattr(store, "_committed", late)
    with pytest.raises(ConflictError):
        store.erase(store.definition.collection("t"), ("email",), [("ada@example.com",)])
    assert len(read(store, "email", ("bob@example.com",))) == 1


def test_an_account_that_may_only_read_reads_and_cannot_erase(keys: RedisKeys) -> None:
    run(keys, "HSET", "session:1", "email", "x")
    run(keys, "ACL", "SETUSER", "reader", "on", ">pass word/@", "~*", "+@read", "+ping", "+select",
        "+@transaction")  # fmt: skip
    address = f"redis://reader:pass%20word%2F%40@127.0.0.1:{keys.server.port}/0"
    store = keys.open(declared("hash session:{id}", "id email", "id"), address)
    store.check()
    with pytest.raises(UnavailableError, match="write"):
        store.erase(store.definition.collection("t"), ("id",), [("1",)])
    assert len(read(store, "id", ("1",))) == 1


def test_a_wrong_password_is_unavailable_and_not_told(keys: RedisKeys) -> None:
    address = f"redis://nobody:s3cret@127.0.0.1:{keys.server.port}/0"
    with pytest.raises(UnavailableError) as refused:
        keys.open(declared("hash x:{id}", "id", "id"), address).check()
    assert "s3cret" not in f"{refused.value} {refused.value.__cause__}"


@pytest.mark.parametrize("database", ["99", "1"])
def test_another_database_is_another_place(keys: RedisKeys, database: str) -> None:
    run(keys, "HSET", "session:1", "email", "x")
    address = keys.server.address[:-1] + database
    store = keys.open(declared("hash session:{id}", "id email", "id"), address)
    if database == "1":
        assert read(store, "id", ("1",)) == []
    else:
        with pytest.raises(UnavailableError):
            store.check()


@pytest.mark.parametrize(
    "address",
    [
        "redis://",
        "redis://h/x",
        "redis://h/0?db=1",
        "redis://h:x/0",
        "rediss://h/0#x",
        "http://h/",
    ],
)
def test_an_address_of_another_form_is_refused(address: str) -> None:
    with pytest.raises(InvalidError):
        RedisConnector(declared("hash x:{id}", "id", "id"), address)


@pytest.mark.parametrize("table", ["session:{id}", "hash", "hash {}", "hash {a", "hash {a}:{a}",
                                   "stream x:{id}", "hash {a!r}"])  # fmt: skip
def test_a_table_that_is_no_kind_and_pattern_is_refused(table: str) -> None:
    with pytest.raises(InvalidError):
        pattern_of(table)


def test_columns_that_a_kind_cannot_have_are_refused() -> None:
    with pytest.raises(InvalidError):
        RedisConnector(declared("set x:{id}", "id email", "id"), "redis://h/0")


def test_check_names_fields_that_no_key_has(keys: RedisKeys) -> None:
    run(keys, "HSET", "session:1", "email", "x")
    with pytest.raises(InvalidError) as refused:
        keys.open(declared("hash session:{id}", "id email phone", "id")).check()
    assert set(refused.value.fields) == {"t.phone"}


def test_a_server_that_is_away_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(UnavailableError):
        RedisConnector(declared("hash x:{id}", "id", "id"), f"redis://127.0.0.1:{port}/0").check()


@pytest.mark.timeout(30)
def test_a_port_that_accepts_and_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "CONNECT_PATIENCE", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"redis://u:p@127.0.0.1:{silent.getsockname()[1]}/0"
        with pytest.raises(UnavailableError, match="in time"):
            RedisConnector(declared("hash x:{id}", "id", "id"), address).check()


def test_a_connection_that_the_server_ended_is_replaced(keys: RedisKeys) -> None:
    run(keys, "HSET", "session:1", "email", "x")
    store = keys.open(declared("hash session:{id}", "id email", "id"))
    for _ in range(2):
        assert len(read(store, "id", ("1",))) == 1
        run(keys, "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    assert store.erase(store.definition.collection("t"), ("id",), [("1",)]) == 1


@pytest.mark.timeout(30)
def test_a_server_that_falls_silent_is_given_up(
    keys: RedisKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(keys, "HSET", "session:1", "email", "x")
    monkeypatch.setattr(conversation, "PATIENCE", 0.3)
    with wire_to("127.0.0.1", keys.server.port) as (port, cut):
        store = keys.open(
            declared("hash session:{id}", "id email", "id"), f"redis://127.0.0.1:{port}/0"
        )
        assert len(read(store, "id", ("1",))) == 1
        cut.set()
        with pytest.raises(UnavailableError, match="in time"):
            read(store, "id", ("1",))
        store.close()


def test_a_draft_groups_keys_by_pattern_and_kind_and_can_be_registered(
    keys: RedisKeys, clock: FakeClock
) -> None:
    for number in range(12):
        run(keys, "HSET", f"session:{number}", "email", f"p{number}@example.com", "n", number)
        run(keys, "SET", f"cart:p{number}@example.com:open", '{"total": 3}')
        run(keys, "SADD", f"user:name{'abcdefghijkl'[number]}:likes", "x")
    run(keys, "SET", "session:lock", "1")
    address = keys.server.address
    draft = introspect("kv", address)
    tables = {c.table: c.columns for c in draft.definition.collections}
    assert tables == {
        "hash session:{session_id}": ("session_id", "email", "n"),
        "json cart:{email}:open": ("email", "total"),
        "set user:{user_id}:likes": ("user_id", "value"),
        "text session:lock": ("value",),
    }
    store = connector_for(connector_of(address))(draft.definition, address)
    assert isinstance(store, RedisConnector)
    store.check()
    ensure_covered(store.definition, store.survey(), today=clock().date())
    run(keys, "XADD", "news:1", "*", "a", "b")
    with pytest.raises(InvalidError) as refused:
        ensure_covered(store.definition, store.survey(), today=clock().date())
    assert list(refused.value.fields) == ["stream news:{news_id}"]
    emails = {c.table: [i.kind for i in c.identities] for c in draft.definition.collections}
    assert emails["hash session:{session_id}"] == ["email"]
    store.close()
