"""What fits into a text for a phone: the GSM 7-bit alphabet and its segments (3GPP TS 23.038)."""

import math
import re
import unicodedata
from typing import Final

BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED: Final = frozenset("^{}\\[~]|€\f")
"""Characters that take two places."""
ONE: Final = 160
"""Places of a text that is one segment."""
EACH: Final = 153
"""Places of each segment of a longer one."""
_SPELLED: Final = {
    "’": "'", "\u2018": "'", "“": '"', "”": '"', "«": '"', "»": '"', "\u2013": "-", "—": "-",
    "…": "...", "œ": "oe", "Œ": "OE", "\u00a0": " ", "\u202f": " ", "·": "-",
}  # fmt: skip
_INSIDE: Final = re.compile(r"«\s*|\s*»")
"""French marks with the space that belongs to them."""


def spelled(text: str) -> str:
    """Return a text in the alphabet: accents that it lacks are left out, the rest becomes `?`.

    One other character would make a phone company send the whole in UCS-2, at 70 places.
    """
    quoted = _INSIDE.sub('"', unicodedata.normalize("NFC", text))
    return "".join(_spelled(one) for one in quoted)


def places(text: str) -> int:
    """Return how many places a text of the alphabet takes."""
    return len(text) + sum(one in EXTENDED for one in text)


def segments(text: str) -> int:
    """Return as how many segments a text of the alphabet is sent and paid for."""
    taken = places(text)
    return 1 if taken <= ONE else math.ceil(taken / EACH)


def shortened(text: str, most: int) -> str:
    """Return the beginning of a text that takes so many places at most, with dots if cut."""
    if places(text) <= most:
        return text
    kept = text
    while kept and places(kept) > max(most - 1, 0):
        kept = kept[:-1]
    return f"{kept.rstrip()}." if most > 0 else ""


def _spelled(one: str) -> str:
    if one in BASIC or one in EXTENDED:
        return one
    if one in _SPELLED:
        return _SPELLED[one]
    plain = unicodedata.normalize("NFKD", one)
    kept = "".join(part for part in plain if not unicodedata.combining(part))
    return kept if kept and all(part in BASIC for part in kept) else "?"
