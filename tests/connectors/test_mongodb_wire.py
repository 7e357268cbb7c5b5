"""What the driver is told and what its errors mean, against a server that speaks its protocol."""

import logging
import socket
from collections.abc import Mapping
from typing import Any

import pytest

from privacy.errors import ConflictError, InvalidError, PrivacyError, UnavailableError
from privacy.stores.connectors.mongodb import conversation
from privacy.stores.connectors.mongodb.connector import MongodbConnector
from privacy.stores.definition import StoreDefinition
from tests.connectors.mongo_wire import wire_server
from tests.connectors.test_mongodb import declared, part

NOTHING: Mapping[str, Any] = {"cursor": {"id": 0, "ns": "place.people", "firstBatch": []}}


def people(**options: Any) -> StoreDefinition:
    return declared(part("t", "people", "_id email score", options=options))


def batch(*documents: Mapping[str, Any], name: str = "firstBatch") -> Mapping[str, Any]:
    return {"cursor": {"id": 0, "ns": "place.people", name: list(documents)}}


def rows(store: MongodbConnector) -> list[Any]:
    collection = store.definition.collection("t")
    try:
        return list(store.read(collection, ("email",), [("ada@example.com",)]))
    finally:
        store.close()


def erase(store: MongodbConnector) -> int:
    try:
        return store.erase(store.definition.collection("t"), ("score",), [("7",)])
    finally:
        store.close()


def test_a_question_has_a_limit_a_size_and_only_what_is_declared() -> None:
    with wire_server(lambda _command: NOTHING) as server:
        rows(MongodbConnector(people(collation="fr"), server.address))
    (question,) = [one for one in server.heard if "find" in one]
    assert question["maxTimeMS"] == conversation.WHOLE_READING * 1000
    assert question["batchSize"] == conversation.BATCH
    assert question["projection"] == {"_id": 1, "email": 1, "score": 1}
    assert question["collation"] == {"locale": "fr", "strength": 2}
    assert question["filter"] == {"email": {"$in": ["ada@example.com"]}}
    assert not {"insert", "update", "delete"} & set(server.names())


def test_a_set_of_replicas_is_read_from_others_only_when_it_has_no_primary() -> None:
    with wire_server(lambda _command: NOTHING, is_replica_set=True) as server:
        rows(MongodbConnector(people(), server.address))
    (question,) = [one for one in server.heard if "find" in one]
    assert question.get("$readPreference", {}).get("mode", "primary") == "primaryPreferred"


class Erasing:
    """Answers an erasure: a document is found, and afterwards is gone, or is not."""

    def __init__(self, *, remains: bool) -> None:
        self.remains = remains
        self.deleted = False

    def __call__(self, command: Mapping[str, Any]) -> Mapping[str, Any]:
        if "delete" in command:
            self.deleted = True
            return {"n": 1}
        if "find" in command:
            gone = self.deleted and not self.remains
            return NOTHING if gone else batch({"_id": 1, "email": "x", "score": 7})
        return {}


def test_where_there_are_transactions_an_erasure_is_one() -> None:
    with wire_server(Erasing(remains=False), is_replica_set=True) as server:
        assert erase(MongodbConnector(people(), server.address)) == 1
    asked = [one for one in server.heard if {"find", "delete", "commitTransaction"} & set(one)]
    assert [next(iter(one)) for one in asked] == ["find", "delete", "find", "commitTransaction"]
    assert len({one["txnNumber"] for one in asked}) == 1
    assert asked[0]["startTransaction"]
    assert asked[-1]["writeConcern"]["w"] == "majority"


def test_an_erasure_that_leaves_a_row_is_taken_back() -> None:
    with (
        wire_server(Erasing(remains=True), is_replica_set=True) as server,
        pytest.raises(ConflictError, match="still there"),
    ):
        erase(MongodbConnector(people(), server.address))
    assert "abortTransaction" in server.names()
    assert "commitTransaction" not in server.names()


def test_a_server_that_stands_alone_is_asked_for_no_transaction() -> None:
    with wire_server(Erasing(remains=False)) as server:
        assert erase(MongodbConnector(people(), server.address)) == 1
    assert not [one for one in server.heard if "txnNumber" in one]


REFUSED: Mapping[int, tuple[type[PrivacyError], str]] = {
    13: (UnavailableError, "role read"),
    18: (UnavailableError, "account"),
    50: (UnavailableError, "in time"),
    112: (ConflictError, "Somebody else"),
    11000: (ConflictError, "index or a validator"),
    121: (ConflictError, "index or a validator"),
    2: (InvalidError, "names, paths or values"),
    99999: (UnavailableError, "now"),
}


@pytest.mark.parametrize("code", REFUSED)
def test_what_a_server_refuses_is_told_without_its_words(code: int) -> None:
    kind, told = REFUSED[code]

    def answer(command: Mapping[str, Any]) -> Mapping[str, Any]:
        found = "find" in command
        return {"ok": 0.0, "code": code, "errmsg": "s3cret"} if found else {}

    with wire_server(answer) as server, pytest.raises(kind, match=told) as refused:
        rows(MongodbConnector(people(), server.address))
    shown = f"{refused.value} {refused.value.__cause__} {refused.value.__suppress_context__}"
    assert "s3cret" not in shown
    assert shown.endswith("None True")


def test_an_error_of_one_change_is_told_too() -> None:
    def answer(command: Mapping[str, Any]) -> Mapping[str, Any]:
        if "delete" in command:
            wrong = {"index": 0, "code": 121, "errmsg": "s3cret"}
            return {"n": 0, "writeErrors": [wrong]}
        return batch({"_id": 1, "score": 7}) if "find" in command else {}

    with wire_server(answer) as server, pytest.raises(ConflictError, match="validator") as refused:
        erase(MongodbConnector(people(), server.address))
    assert "s3cret" not in str(refused.value)


def test_a_wrong_password_is_told_as_such() -> None:
    def answer(command: Mapping[str, Any]) -> Mapping[str, Any]:
        refuse = {"ok": 0.0, "code": 18, "errmsg": "Authentication failed."}
        return refuse if "saslStart" in command else {}

    with wire_server(answer) as server:
        address = server.address.replace("//", "//acc:s3cret@")
        store = MongodbConnector(people(), f"{address}?authMechanism=SCRAM-SHA-256")
        with pytest.raises(UnavailableError, match="password") as told:
            rows(store)
    assert "s3cret" not in str(told.value)


@pytest.mark.timeout(30)
def test_a_server_that_falls_silent_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "PATIENCE", 0.3)
    monkeypatch.setattr(conversation, "CONNECT_PATIENCE", 0.3)

    def answer(command: Mapping[str, Any]) -> Mapping[str, Any] | None:
        return None if "find" in command else {}

    with wire_server(answer) as server, pytest.raises(UnavailableError, match="in time"):
        rows(MongodbConnector(people(), server.address))


@pytest.mark.timeout(30)
def test_a_port_that_accepts_and_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "CONNECT_PATIENCE", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        address = f"mongodb://127.0.0.1:{nobody.getsockname()[1]}/place"
        with pytest.raises(UnavailableError, match="reached"):
            rows(MongodbConnector(people(), address))


@pytest.mark.timeout(30)
def test_a_server_that_is_away_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "CONNECT_PATIENCE", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(UnavailableError):
        rows(MongodbConnector(people(), f"mongodb://127.0.0.1:{port}/place"))


def test_a_connection_that_broke_is_replaced() -> None:
    broken: list[bool] = []

    def answer(command: Mapping[str, Any]) -> Mapping[str, Any]:
        if "find" in command and not broken:
            broken.append(True)
            raise OSError("the line breaks")
        return batch({"_id": 1, "email": "ada@example.com", "score": 7})

    with wire_server(answer) as server:
        assert len(rows(MongodbConnector(people(), server.address))) == 1
    assert server.names().count("find") == 2


def test_a_stream_comes_in_batches_and_one_that_is_left_ends_on_the_server() -> None:
    def answer(command: Mapping[str, Any]) -> Mapping[str, Any]:
        number = len([one for one in server.heard if {"find", "getMore"} & set(one)])
        documents = [{"_id": number, "email": "ada@example.com", "score": 1}]
        name = "firstBatch" if "find" in command else "nextBatch"
        return {"cursor": {"id": 7, "ns": "place.people", name: documents}}

    with wire_server(answer) as server:
        store = MongodbConnector(people(), server.address)
        collection = store.definition.collection("t")
        stream = store.read(collection, ("email",), [("ada@example.com",)])
        assert [next(stream)["_id"] for _turn in range(3)] == [1, 2, 3]
        stream.close()  # type: ignore[attr-defined]  # a generator
        store.close()
    asked = [name for name in server.names() if name != "endSessions"]
    assert asked == ["find", "getMore", "getMore", "killCursors"]
    assert all(one["batchSize"] == conversation.BATCH for one in server.heard if "getMore" in one)


def test_nothing_that_is_asked_stands_in_a_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), wire_server(lambda _command: NOTHING) as server:
        rows(MongodbConnector(people(), server.address))
    assert "ada@" not in caplog.text
