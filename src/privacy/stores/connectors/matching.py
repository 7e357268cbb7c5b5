"""Which rows have one of these keys, as conditions that SQLAlchemy turns into SQL.

Values are always bound, never written into a statement; a composite key is compared as a tuple,
never column by column.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from itertools import islice, product
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    String,
    and_,
    cast,
    func,
    or_,
    tuple_,
    type_coerce,
)
from sqlalchemy.types import (
    BigInteger,
    Enum,
    Integer,
    NullType,
    Numeric,
    SmallInteger,
    TypeEngine,
)

from privacy.stores.normalise import NORMALISERS, SEPARATORS, fold, text_of
from privacy.stores.protocol import Key

CHUNK = 500
"""Tuples in one statement: with any key that is likely, far below most parameter limits."""

Value = TypeVar("Value")
Number = TypeVar("Number", Decimal, float)


@dataclass(frozen=True)
class KeyColumn:
    """A column of the store as keys are compared with it."""

    element: ColumnElement[Any]
    type_: TypeEngine[Any]
    normalise: str
    as_text: Callable[[ColumnElement[Any]], ColumnElement[Any]] = lambda one: cast(one, String)
    """How the database gives what is no text as one."""

    def comparable(self) -> ColumnElement[Any]:
        """Return what stands on the left of the comparison."""
        if self.normalise != "exact":
            is_text = isinstance(self.type_, String)
            text = type_coerce(self.element, String) if is_text else self.as_text(self.element)
            return _FOLDED[self.normalise](text)
        if isinstance(self.type_, NullType):
            return self.as_text(self.element)
        return type_coerce(self.element, self.type_)

    def candidates(self, text: str) -> Sequence[object]:
        """Return what the store may hold for a text; nothing when the column cannot hold it."""
        folded = fold(self.normalise, text)
        if folded is None or not _is_storable(folded):
            return ()
        if self.normalise != "exact":
            return NORMALISERS[self.normalise].spellings(folded)
        value = converted(self.type_, folded)
        return () if value is None else (value,)


def conditions(
    columns: Sequence[KeyColumn],
    keys: Iterable[Key],
    *,
    most_values: int = CHUNK,
    has_tuples: bool = True,
) -> Iterator[ColumnElement[bool]]:
    """Yield conditions of at most `CHUNK` tuples and `most_values` values; they cover all keys.

    A database without tuples compares the columns of each key one by one, all of them together.
    """
    tuples = (
        candidate
        for key in keys
        for candidate in product(
            *(column.candidates(text) for column, text in zip(columns, key, strict=True))
        )
    )
    size = max(1, min(CHUNK, most_values // len(columns))) if not has_tuples else CHUNK
    compared = [column.comparable() for column in columns]
    for chunk in chunks(tuples, size):
        if len(columns) == 1:
            yield compared[0].in_([value for (value,) in chunk])
        elif has_tuples:
            yield tuple_(*compared).in_(chunk)
        else:
            yield or_(*(_all_equal(compared, values) for values in chunk))


def _all_equal(
    compared: Sequence[ColumnElement[Any]], values: Sequence[object]
) -> ColumnElement[bool]:
    return and_(*(one == value for one, value in zip(compared, values, strict=True)))


def chunks(values: Iterable[Value], size: int) -> Iterator[list[Value]]:
    """Yield lists of at most `size` values, in order."""
    source = iter(values)
    while chunk := list(islice(source, size)):
        yield chunk


def converted(type_: TypeEngine[Any], text: str) -> object | None:
    """Return the value of a column's type whose text this is; None when there is none."""
    if isinstance(type_, Enum):
        return text if text in type_.enums else None
    if isinstance(type_, Integer):
        return _integer(type_, text)
    with suppress(ValueError, InvalidOperation):
        value = _converter(type_)(text)
        return value if _fits(type_, value) else None
    return None


def _fits(type_: TypeEngine[Any], value: object) -> bool:
    """Whether a number has no more digits before the point than its column."""
    if not isinstance(type_, Numeric) or not isinstance(value, Decimal) or not type_.precision:
        return True
    return value.adjusted() < type_.precision - (type_.scale or 0)


def _converter(type_: TypeEngine[Any]) -> Callable[[str], object]:
    try:
        return _CONVERT.get(type_.python_type, str)
    except NotImplementedError:  # a type of one database only: the database itself reads the text
        return str


_BITS = ((SmallInteger, 15), (BigInteger, 63))
"""How wide the integers are that are not 32 bits wide, without the sign."""


def _integer(type_: Integer, text: str) -> int | None:
    limit = 1 << next((bits for kind, bits in _BITS if isinstance(type_, kind)), 31)
    with suppress(ValueError):
        number = int(text)
        # 01042 is another code than 1042, although it is the same number.
        return number if text_of(number) == text and -limit <= number < limit else None
    return None


def _boolean(text: str) -> bool:
    return bool(("0", "1").index(text))


def _amount(text: str) -> Decimal:
    return _finite(Decimal(text), text)


def _approximate(text: str) -> float:
    return _finite(float(text), text)


def _finite(number: Number, text: str) -> Number:
    """Return the number; ValueError for what is none, or is a whole one in another spelling."""
    if not math.isfinite(number) or (number == int(number) and text_of(number) != text):
        raise ValueError("not a number, or not this text")
    return number


_CONVERT: Mapping[type, Callable[[str], object]] = {
    bool: _boolean,
    bytes: bytes.fromhex,
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
    time: time.fromisoformat,
    Decimal: _amount,
    float: _approximate,
    UUID: UUID,
}


def _is_storable(text: str) -> bool:
    """Whether a database can hold the text at all: no NUL, no half of a surrogate pair."""
    return "\x00" not in text and not any("\ud800" <= c <= "\udfff" for c in text)


def _lower(text: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.lower(func.trim(text, type_=String), type_=String)


def _without_separators(text: ColumnElement[Any]) -> ColumnElement[Any]:
    for separator in SEPARATORS:
        text = func.replace(text, separator, "", type_=String)
    return text


def _code(text: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.upper(_without_separators(text), type_=String)


_FOLDED: Mapping[str, Callable[[ColumnElement[Any]], ColumnElement[Any]]] = {
    "email": _lower,
    "phone": _without_separators,
    "code": _code,
}
"""What the store does itself, so that an index on the same expression serves."""
