"""A set that only says whether it has met a value before: 16 bytes a value, and no values.

A million rows are told apart in 32 MB, where their keys would take some hundred. The digests are
made under a random key, so that nobody can choose two values that look the same to it.
"""

import secrets
from array import array
from hashlib import blake2b

FIRST = 64
"""Places of a new set; a power of two."""


class Digests:
    """Remembers values by 127 bits of a digest of each."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(16)
        self._places = array("Q", bytes(16 * FIRST))
        self._count = 0

    def __len__(self) -> int:
        """Return how many different values were met."""
        return self._count

    def add(self, value: object) -> bool:
        """Return whether the value is new; values are equal when `repr` says so."""
        high, low = self._digest(value)
        at = _place(self._places, high, low)
        if self._places[at + 1]:
            return False
        self._places[at], self._places[at + 1] = high, low
        self._count += 1
        if self._count * 4 > len(self._places):  # half of the places, two numbers each
            self._grow()
        return True

    def __contains__(self, value: object) -> bool:
        """Whether the value was met."""
        return bool(self._places[_place(self._places, *self._digest(value)) + 1])

    def _digest(self, value: object) -> tuple[int, int]:
        text = repr(value).encode("utf-8", "backslashreplace")
        digest = blake2b(text, digest_size=16, key=self._key).digest()
        # An odd number is none that stands for a free place.
        return int.from_bytes(digest[:8], "big"), int.from_bytes(digest[8:], "big") | 1

    def _grow(self) -> None:
        old, self._places = self._places, array("Q", bytes(16 * len(self._places)))
        for start in range(0, len(old), 2):
            if old[start + 1]:
                at = _place(self._places, old[start], old[start + 1])
                self._places[at], self._places[at + 1] = old[start], old[start + 1]


def _place(places: "array[int]", high: int, low: int) -> int:
    """Return where a digest stands, or the free place where it would."""
    mask = len(places) - 1
    at = (high << 1) & mask
    while places[at + 1] and not (places[at] == high and places[at + 1] == low):
        at = (at + 2) & mask
    return at
