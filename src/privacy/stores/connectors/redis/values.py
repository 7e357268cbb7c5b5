"""What stands behind keys, as rows: which commands ask for it, and how answers are read."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import count
from typing import Any

from privacy.errors import InvalidError
from privacy.stores.connectors.redis.conversation import Command, Conversation
from privacy.stores.connectors.redis.pattern import Kind

STEP = 500
"""Elements of one value, or keys, that are in memory together."""

Fields = Mapping[str, Any]


def text_of_bytes(raw: bytes) -> str | bytes:
    """Return a text; the bytes themselves where they are none."""
    with suppress(UnicodeDecodeError):
        return raw.decode()
    return raw


def values_of(
    conversation: Conversation, kind: Kind, keys: Sequence[bytes]
) -> Iterator[tuple[bytes, Fields]]:
    """Yield each key with the fields of each of its rows; keys of another kind have none."""
    if kind in _WHOLE:
        answers = conversation.ask(*((_WHOLE[kind], key) for key in keys))
        for key, answer in zip(keys, answers, strict=True):
            if answer not in (None, []):
                yield key, fields_of(kind, answer)
        return
    for key in keys:
        for fields in _elements(conversation, kind, key):
            yield key, fields


_WHOLE: Mapping[Kind, str] = {Kind.HASH: "HGETALL", Kind.JSON: "GET", Kind.TEXT: "GET"}


def fields_of(kind: Kind, answer: Any) -> Fields:
    """Return what a whole value says; InvalidError for a string that is no JSON object."""
    if kind is Kind.HASH:
        pairs = zip(answer[::2], answer[1::2], strict=True)
        return {str(text_of_bytes(name)): text_of_bytes(value) for name, value in pairs}
    return {"value": text_of_bytes(answer)} if kind is Kind.TEXT else object_of(answer)


def object_of(answer: bytes) -> dict[str, Any]:
    """Return the JSON object in a string; InvalidError, without its text, when there is none."""
    with suppress(ValueError, RecursionError):
        found = json.loads(answer)
        if isinstance(found, dict):
            return found
    raise InvalidError("A key that is declared as JSON holds no JSON object.")


def _elements(conversation: Conversation, kind: Kind, key: bytes) -> Iterator[Fields]:
    if kind is Kind.LIST:
        yield from _listed(conversation, key)
        return
    verb, cursor = _SCANS[kind], b"0"
    while True:
        (answer,) = conversation.ask((verb, key, cursor, "COUNT", STEP))
        if answer is None:
            return
        cursor, found = answer
        yield from _READ[kind](found)
        if cursor == b"0":
            return


def _listed(conversation: Conversation, key: bytes) -> Iterator[Fields]:
    for start in count(0, STEP):
        (found,) = conversation.ask(("LRANGE", key, start, start + STEP - 1))
        for position, value in enumerate(found or (), start):
            yield {"value": text_of_bytes(value), "position": position}
        if len(found or ()) < STEP:
            return


def _members(found: Sequence[bytes]) -> Iterator[Fields]:
    return ({"value": text_of_bytes(value)} for value in found)


def _scored(found: Sequence[bytes]) -> Iterator[Fields]:
    for value, score in zip(found[::2], found[1::2], strict=True):
        yield {"value": text_of_bytes(value), "score": float(score)}


_SCANS: Mapping[Kind, str] = {Kind.SET: "SSCAN", Kind.ZSET: "ZSCAN"}
_READ: Mapping[Kind, Callable[[Sequence[bytes]], Iterator[Fields]]] = {
    Kind.SET: _members,
    Kind.ZSET: _scored,
}


_REMOVE: Mapping[Kind, str] = {Kind.SET: "SREM", Kind.ZSET: "ZREM"}
ELEMENTS = frozenset({Kind.LIST, Kind.SET, Kind.ZSET})
"""Kinds of which each element is a row."""


def removal(kind: Kind, key: bytes, fields: Fields) -> Command:
    """Return the command that takes away what a row was read from."""
    if kind not in ELEMENTS:
        return ("UNLINK", key)
    value = raw_of(fields["value"])
    return ("LREM", key, 0, value) if kind is Kind.LIST else (_REMOVE[kind], key, value)


def raw_of(value: Any) -> bytes:
    """Return a text, or bytes that were none, as the server holds it."""
    return value if isinstance(value, bytes) else str(value).encode()
