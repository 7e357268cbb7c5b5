"""Identifiers inside text: where others may be recognised in what is written about a subject.

Only what has a shape or a check of its own is found: e-mail addresses, telephone numbers, bank
accounts (ISO 13616), payment cards (ISO/IEC 7812) and French social security numbers (NIR). A
name is not; whoever reads a text must look for these.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Collection as Values
from enum import StrEnum
from typing import NamedTuple

from privacy.stores.normalise import fold

STRUCK = "█████"
"""What stands in the place of a passage that is left out: always as long, to say nothing."""


class Mark(StrEnum):
    """What a passage looks like."""

    EMAIL = "email"
    PHONE = "phone"
    IBAN = "iban"
    CARD = "card"
    NIR = "nir"
    KNOWN = "known"
    """It has no shape, but is kept as an identifier of another subject."""


class Passage(NamedTuple):
    """A part of a text, by the positions of its characters."""

    start: int
    end: int
    mark: Mark


_WAYS: Mapping[Mark, str] = {Mark.EMAIL: "email", Mark.PHONE: "phone"}
"""How passages are compared; by letters and digits alone where nothing is said."""


class Own:
    """The subject's own identifiers, however they are written; they are never marked."""

    def __init__(self, values: Iterable[str]) -> None:
        known = list(values)
        self._texts = {
            way: {fold(way, one) for one in known} for way in ("email", "phone", "code")
        }

    def has(self, value: str, mark: Mark) -> bool:
        """Say whether a passage is the subject's own."""
        way = _WAYS.get(mark, "code")
        return fold(way, value) in self._texts[way]


def passages(text: str) -> list[Passage]:
    """Return what looks like an identifier of anybody, in order and without overlaps."""
    found: list[Passage] = []
    for mark, search in _SEARCHES.items():
        for start, end in search(text):
            if all(end <= other.start or other.end <= start for other in found):
                found.append(Passage(start, end, mark))
    return sorted(found)


def foreign(text: str, own: Own, known: Values[str] = ()) -> list[Passage]:
    """Return the passages that are not the subject's own.

    `known` are words, as `words` gives them, that are identifiers of other subjects.
    """
    found = [one for one in passages(text) if not own.has(text[one.start : one.end], one.mark)]
    for match in _WORD.finditer(text) if known else ():
        start, end = match.span()
        is_free = all(end <= other.start or other.end <= start for other in found)
        if is_free and match[0] in known and not own.has(match[0], Mark.KNOWN):
            found.append(Passage(start, end, Mark.KNOWN))
    return sorted(found)


def words(text: str) -> set[str]:
    """Return what could be a number that somebody is known by: words with a digit in them."""
    return {match[0] for match in _WORD.finditer(text)}


def struck(text: str, found: Iterable[Passage]) -> str:
    """Return a text without these passages."""
    parts, last = [], 0
    for start, end, _mark in sorted(found):
        parts += [text[last:start], STRUCK]
        last = end
    return "".join([*parts, text[last:]])


Spans = Iterator[tuple[int, int]]

_WORD = re.compile(r"(?<![\w-])(?=[\w-]*\d)[\w-]{3,40}(?![\w-])")
_EMAIL = re.compile(r"[\w!#$%&'*+/=?^`{|}~.-]{1,64}@(?:[\w-]{1,63}\.)+[^\W\d_]{2,63}")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}[0-9]{2}(?:[ -]?[A-Za-z0-9]){11,32}")
_DIGITS = re.compile(r"(?<![\w])[0-9](?:[ .-]?[0-9]){12,18}(?![\w])")
_NIR = re.compile(
    r"(?<!\w)[1-478](?:[ .-]?[0-9]){4}[ .-]?[0-9][ .-]?[0-9AaBb](?:[ .-]?[0-9]){8}(?!\w)"
)
_PHONE = re.compile(
    r"(?<![\w+])(?:(?:\+|00)[1-9](?:[ .()/-]{0,2}[0-9]){6,14}"
    r"|(?:\(0\)|0)[ .-]?[1-9](?:[ .-]?[0-9]{2}){4})(?!\w)"
)
_IBAN_LENGTHS = {
    "AD": 24, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18,
    "EE": 20, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GI": 23, "GR": 27, "HR": 21, "HU": 28,
    "IE": 22, "IS": 26, "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MT": 31,
    "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SE": 24, "SI": 19, "SK": 24, "SM": 27,
    "VA": 22, "TR": 26, "MA": 28, "TN": 24,
}  # fmt: skip
"""Letters and digits of an account's number by its country (IBAN registry)."""


def _emails(text: str) -> Spans:
    for match in _EMAIL.finditer(text):
        yield match.span()


def _ibans(text: str) -> Spans:
    for match in _IBAN.finditer(text):
        end = _iban_end(match)
        if end is not None:
            yield match.start(), end


def _iban_end(match: re.Match[str]) -> int | None:
    """Return where the number ends, since words that follow it look like more of it."""
    length = _IBAN_LENGTHS.get(match[0][:2].upper())
    taken = 0
    for offset, character in enumerate(match[0]):
        taken += character.isalnum()
        if taken == length:
            number = "".join(filter(str.isalnum, match[0][: offset + 1])).upper()
            return match.start() + offset + 1 if is_iban(number) else None
    return None


def is_iban(number: str) -> bool:
    """Say whether letters and digits are an account's number by its check digits."""
    turned = number[4:] + number[:4]
    return int("".join(str(int(one, 36)) for one in turned)) % 97 == 1


def _cards(text: str) -> Spans:
    for match in _DIGITS.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if digits[0] in "23456" and is_card(digits):
            yield match.span()


def is_card(digits: str) -> bool:
    """Say whether digits are a card's number by its check digit (Luhn)."""
    doubled = [int(one) * (1 + place % 2) for place, one in enumerate(reversed(digits))]
    return sum(one // 10 + one % 10 for one in doubled) % 10 == 0


def _nirs(text: str) -> Spans:
    for match in _NIR.finditer(text):
        if is_nir(re.sub(r"[ .-]", "", match[0]).upper()):
            yield match.span()


def is_nir(number: str) -> bool:
    """Say whether 15 characters are a French social security number by its key."""
    body = re.sub("(?<=^.{5})2A", "19", re.sub("(?<=^.{5})2B", "18", number[:13]))
    return body.isdigit() and 97 - int(body) % 97 == int(number[13:])


def _phones(text: str) -> Spans:
    for match in _PHONE.finditer(text):
        if 8 <= sum(one.isdigit() for one in match[0]) <= 17:
            yield match.span()


_SEARCHES: Mapping[Mark, Callable[[str], Spans]] = {
    Mark.EMAIL: _emails,
    Mark.IBAN: _ibans,
    Mark.NIR: _nirs,
    Mark.CARD: _cards,
    Mark.PHONE: _phones,
}
"""What is looked for, what is told apart most surely first."""


def is_whole(value: object, marks: Values[Mark]) -> bool:
    """Say whether a value is, from its first to its last character, one of these."""
    text = value.strip() if isinstance(value, str) else ""
    return any(
        (one.start, one.end) == (0, len(text)) and one.mark in marks for one in passages(text)
    )
