"""Values as a preview shows them: their shape is kept, their content hidden."""

from collections.abc import Mapping, Sequence

from privacy.packages.package import plain
from privacy.requests.previews.passages import Mark, is_whole

DOT = "•"
LONGEST = 120
"""Characters of a masked text that are shown."""
TELLING = 4
"""A shorter text shows nothing but its length; its first letter would tell too much of it."""

LAST = 2
"""Characters of a telephone's, an account's or a card's number that stay: enough to tell two."""
NUMBERS = frozenset({Mark.PHONE, Mark.IBAN, Mark.CARD})


def masked(value: object) -> str:
    """Return a value of which letters and digits are dots.

    Of an address the first letters and the last part of the domain stay, so that whoever decides
    sees what it is; of a telephone's, an account's or a card's number the last two digits; of
    nothing else more than marks and spaces.
    """
    if isinstance(value, bytes | memoryview):
        return DOT * 3
    if isinstance(value, Mapping | Sequence) and not isinstance(value, str):
        return f"{DOT * 3} ({len(value)})"
    text = str(plain(value))
    if is_whole(text, NUMBERS):
        return _dotted(text.strip()[:-LAST]) + text.strip()[-LAST:]
    return _email(text) if _is_email(text) else _dotted(text)


def _is_email(text: str) -> bool:
    local, at, domain = text.strip().rpartition("@")
    return bool(local and at) and "." in domain and not any(map(str.isspace, text.strip()))


def _email(text: str) -> str:
    local, _, domain = text.strip().rpartition("@")
    host, _, last = domain.rpartition(".")
    return f"{_first(local)}@{_first(host)}.{last}"


def _first(text: str) -> str:
    return text[0] + DOT * 4 if len(text) >= TELLING else DOT * len(text)


def _dotted(text: str) -> str:
    shown = "".join(DOT if one.isalnum() else one for one in text[:LONGEST])
    return shown if len(text) <= LONGEST else f"{shown}… ({len(text)})"
