"""How values are made comparable, so that one subject written in two ways is found once.

Each way has two sides. `fold` decides, in Python: two values are the same when they fold to the
same text. `spellings` are what a store may hold for a folded value once the store itself has
applied the cheap part (lower case, separators removed), so that an index can find candidates.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import TypeAlias

from privacy.errors import InvalidError

Fold: TypeAlias = Callable[[str], str]

SEPARATORS = " .-/()\u00a0\u202f"
"""What people write between the digits of a number; removed before comparing."""

_NO_SEPARATORS = str.maketrans("", "", SEPARATORS)
_FIRST_BEYOND_ASCII = "\u0080"


@dataclass(frozen=True)
class Normaliser:
    """One way of comparing; see the module."""

    fold: Fold
    spellings: Callable[[str], tuple[str, ...]]


def text_of(value: object) -> str | None:
    """Return a scalar as the text that is compared across stores; None for null.

    A number and its digits are the same text, so 1042 in one store meets '1042' in another.
    Raises InvalidError for a list or a document: those are not identifiers.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float | Decimal):
        return str(int(value)) if _is_whole(value) else str(value)
    if isinstance(value, list | tuple | dict | set):
        raise InvalidError("A column that identifies or links rows holds a list or a document.")
    return str(int(value)) if isinstance(value, bool) else str(value)


def _is_whole(number: float | Decimal) -> bool:
    return math.isfinite(number) and number == int(number)


def fold(name: str, value: object) -> str | None:
    """Return what a value is compared by; None when there is nothing to compare."""
    text = text_of(value)
    if text is None:
        return None
    return NORMALISERS[name].fold(text) or None


def _same(text: str) -> str:
    return text


def _fold_email(text: str) -> str:
    local, at, domain = text.strip(" ").lower().rpartition("@")
    return f"{local}{at}{_ascii_domain(domain)}"


def _ascii_domain(domain: str) -> str:
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain


def _email_spellings(folded: str) -> tuple[str, ...]:
    local, at, domain = folded.rpartition("@")
    written = {folded, f"{local}{at}{_unicode_domain(domain)}"}
    # An embedded store lowers A to Z only, so É is also looked for as it stands in capitals.
    return tuple(sorted(written | {_capitals_beyond_ascii(text) for text in written}))


def _unicode_domain(domain: str) -> str:
    try:
        return domain.encode("ascii").decode("idna")
    except UnicodeError:
        return domain


def _capitals_beyond_ascii(text: str) -> str:
    return "".join(c.upper() if c >= _FIRST_BEYOND_ASCII else c for c in text)


_PHONE_SHAPES = (
    (re.compile(r"^00(?=[1-9])"), "+"),
    (re.compile(r"^0(?=[1-9][0-9]{8}$)"), "+33"),
    (re.compile(r"^33(?=[1-9][0-9]{8}$)"), "+33"),
    (re.compile(r"^\+330(?=[1-9])"), "+33"),
)


def _fold_phone(text: str) -> str:
    """Return E.164 (ITU-T); ten digits after one zero, or eleven after 33, are French."""
    number = text.translate(_NO_SEPARATORS)
    for pattern, international in _PHONE_SHAPES:
        number = pattern.sub(international, number)
    return number


def _phone_spellings(folded: str) -> tuple[str, ...]:
    if not folded.startswith("+"):
        return (folded,)
    spellings = [folded, folded[1:], f"00{folded[1:]}"]
    if folded.startswith("+33"):
        spellings += [f"0{folded[3:]}", f"+330{folded[3:]}", f"00330{folded[3:]}"]
    return tuple(spellings)


def _fold_code(text: str) -> str:
    return text.translate(_NO_SEPARATORS).upper()


def _itself(folded: str) -> tuple[str, ...]:
    return (folded,)


NORMALISERS: Mapping[str, Normaliser] = {
    "exact": Normaliser(_same, _itself),
    "email": Normaliser(_fold_email, _email_spellings),
    "phone": Normaliser(_fold_phone, _phone_spellings),
    "code": Normaliser(_fold_code, _itself),
}
"""`exact` as it is; `email` without case; `phone` as E.164; `code` without case and separators."""

USUAL: Mapping[str, str] = {"email": "email", "phone": "phone"}
"""The way of comparing that a kind of identifier has when its definition says nothing."""
