"""What a few values of a column look like: pure, and nothing of them is kept."""

import ipaddress
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from enum import StrEnum

FEWEST = 3
"""Values that it takes to judge at all."""
MOST_OF_THEM = 0.7
"""The share of values that must look alike; people mistype the rest."""
WORDS_OF_PROSE = 5


class Look(StrEnum):
    """What values are, whatever their column is called."""

    EMAIL = "email"
    PHONE = "phone"
    IBAN = "iban"
    CARD = "card"
    SSN = "ssn"
    IP = "ip"
    PROSE = "prose"
    """Free text, in which anything may be told of anybody."""
    OTHER = "other"


def look_of(values: Sequence[str]) -> Look | None:
    """Return what most of the values are; None where too few are known."""
    given = [value.strip() for value in values if value.strip()]
    if len(given) < FEWEST:
        return None
    for look, fits in _TESTS:
        if sum(map(fits, given)) >= MOST_OF_THEM * len(given):
            return look
    return Look.OTHER


_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_PHONE = re.compile(r"(\+|0|\()[\d .()/-]{7,22}")
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_SSN = re.compile(r"[1-478]\d{2}(0[1-9]|1[0-2]|[2-9]\d)(\d{2}|2[AB])\d{6}(\d{2})?")


def _is_email(text: str) -> bool:
    return _EMAIL.fullmatch(text) is not None


def _is_phone(text: str) -> bool:
    digits = sum(c.isdecimal() for c in text)
    return _PHONE.fullmatch(text) is not None and 9 <= digits <= 15


def _is_iban(text: str) -> bool:
    compact = text.replace(" ", "").upper()
    if not _IBAN.fullmatch(compact):
        return False
    turned = compact[4:] + compact[:4]
    return int("".join(str(int(c, 36)) for c in turned)) % 97 == 1


def _is_card(text: str) -> bool:
    digits = text.replace(" ", "").replace("-", "")
    if not (digits.isdecimal() and digits.isascii() and 13 <= len(digits) <= 19):
        return False
    doubled = (int(c) * (1 + place % 2) for place, c in enumerate(reversed(digits)))
    return sum(number - 9 * (number > 9) for number in doubled) % 10 == 0


def _is_ssn(text: str) -> bool:
    """Whether a text is a French social security number (NIR)."""
    return _SSN.fullmatch(text.replace(" ", "").upper()) is not None


def _is_ip(text: str) -> bool:
    with suppress(ValueError):
        ipaddress.ip_address(text)
        return True
    return False


def _is_prose(text: str) -> bool:
    return len(text.split()) >= WORDS_OF_PROSE


_TESTS: Sequence[tuple[Look, Callable[[str], bool]]] = (
    (Look.EMAIL, _is_email),
    (Look.IP, _is_ip),
    (Look.IBAN, _is_iban),
    (Look.CARD, _is_card),
    (Look.SSN, _is_ssn),
    (Look.PHONE, _is_phone),
    (Look.PROSE, _is_prose),
)
