"""What MongoDB calls values, as this service knows them, and the way back."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from uuid import UUID

from privacy.errors import InvalidError
from privacy.stores.connectors.asking import like
from privacy.stores.connectors.drivers import driver
from privacy.stores.normalise import NORMALISERS, SEPARATORS, fold

_PLAIN: Mapping[str, Callable[[Any], object]] = {
    "Binary": lambda value: value.as_uuid() if value.subtype == _UUID else bytes(value),
    "Code": str,
    "DBRef": lambda value: plain(value.as_doc()),
    "DatetimeMS": lambda value: str(int(value)),  # a year that Python does not know
    "Decimal128": lambda value: value.to_decimal(),
    "Int64": int,
    "MaxKey": lambda _value: "MaxKey",
    "MinKey": lambda _value: "MinKey",
    "ObjectId": str,
    "Regex": lambda value: value.pattern,
    "Timestamp": lambda value: value.as_datetime(),
}
"""By the driver's name of a type, what its values are here."""
_WIDEST: Final = 1 << 63
_OBJECT_ID = re.compile("[0-9a-f]{24}")
_UUID: Final = 4
_SUBTYPES = (0, 3, _UUID, 5)
"""Kinds of binary values: bytes, two of UUIDs, digests. The server tells them apart."""


def plain(value: Any) -> Any:
    """Return a value without the driver's types, whatever is inside of it."""
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    convert = _PLAIN.get(type(value).__name__)
    return convert(value) if convert else value


def at(value: Any, steps: Sequence[str]) -> Any:
    """Return what stands at a path of names; of a list that it meets, what stands in each."""
    if not steps:
        return value
    if isinstance(value, Mapping):
        return at(value.get(steps[0]), steps[1:])
    if not isinstance(value, list):
        return None
    if steps[0].isdecimal():
        return at(value[int(steps[0])], steps[1:]) if int(steps[0]) < len(value) else None
    found = [at(one, steps) for one in value]
    return [
        inner
        for one in found
        if one is not None
        for inner in (one if isinstance(one, list) else [one])
    ]


def wanted(way: str, text: str, *, is_collated: bool) -> list[Any]:
    """Return what a server may hold for a key, as values and patterns that it can look for.

    They find candidates; `normalise.fold` decides. Nothing for what it cannot hold.
    """
    folded = fold(way, text)
    if folded is None or not _is_text(folded):
        return []
    if way == "exact":
        return list(_stored_as(folded))
    spellings = NORMALISERS[way].spellings(folded)
    texts = spellings if is_collated else (_pattern(way, one) for one in spellings)
    numbers = [one for text in spellings for one in _numbers(text)]
    return [*texts, *numbers]


def _stored_as(text: str) -> Iterator[Any]:
    yield text
    yield from _numbers(text)
    if text in {"0", "1"}:
        yield text == "1"
    if _OBJECT_ID.fullmatch(text):
        yield driver("bson.objectid", "mongodb").ObjectId(text)
    with suppress(ValueError):
        yield from _bytes(UUID(text).bytes)
    with suppress(ValueError):
        yield from _bytes(bytes.fromhex(text))
    with suppress(ValueError, OverflowError):
        yield _instant(text)


def _bytes(raw: bytes) -> Iterator[Any]:
    binary = driver("bson.binary", "mongodb").Binary
    yield from (binary(raw, subtype) for subtype in _SUBTYPES if subtype == 0 or len(raw) == 16)


def _numbers(text: str) -> Iterator[Any]:
    """Yield a text's number; the server finds it whatever kind of number it holds."""
    with suppress(ValueError, InvalidOperation, ArithmeticError):
        number = Decimal(text)
        if not number.is_finite():
            return
        if number == int(number) and -_WIDEST <= number < _WIDEST:
            yield int(number)
            return
        yield driver("bson.decimal128", "mongodb").Decimal128(number)
        yield float(text)


def _instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _is_text(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= c <= "\udfff" for c in text)


def _pattern(way: str, spelling: str) -> Any:
    """Return a pattern for a text in any case, with spaces around or separators between."""
    between = "" if way == "email" else f"[{re.escape(SEPARATORS)}]*"
    around = " *" if way == "email" else between
    letters = between.join(map(re.escape, spelling))
    return driver("bson.regex", "mongodb").Regex(f"^{around}{letters}{around}$", "i")


_MADE: Mapping[str, tuple[str, str, Callable[[Any, str], object]]] = {
    "Binary": ("bson.binary", "Binary", lambda made, text: made(bytes.fromhex(text))),
    "Decimal128": ("bson.decimal128", "Decimal128", lambda made, text: made(text)),
    "Int64": ("bson.int64", "Int64", lambda made, text: made(text)),
    "ObjectId": ("bson.objectid", "ObjectId", lambda made, text: made(text)),
    "UUID": ("bson.binary", "Binary", lambda made, text: made.from_uuid(UUID(text))),
}
"""By the type that was there, how the driver makes one of it."""


def like_stored(before: Any, text: str | None) -> Any:
    """Return a text as the kind of value that was there; InvalidError when it is none of it."""
    if text is None:
        return None
    wrong: tuple[type[Exception], ...] = (ValueError, TypeError, ArithmeticError)
    try:
        return _as_kind(before, text)
    except (*wrong, driver("bson.errors", "mongodb").BSONError):
        raise InvalidError("A new value does not fit what its field holds.") from None


def _as_kind(before: Any, text: str) -> Any:
    kind = type(before).__name__
    if getattr(before, "subtype", None) == _UUID:
        kind = "UUID"
    if kind in _MADE:
        module, name, make = _MADE[kind]
        return make(getattr(driver(module, "mongodb"), name), text)
    return _instant(text) if isinstance(before, datetime) else like(before, text)
