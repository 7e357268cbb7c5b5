"""What a value must look like, by the unit of its key."""

from collections.abc import Callable, Mapping
from datetime import date

from privacy.errors import InvalidError
from privacy.policy.months import Period
from privacy.policy.values import LIMITS, UNITS, WORDS, Unit

LONGEST = 200
"""Characters of a text."""

_SOME_DAY = date(2001, 1, 1)
"""A day from which periods are laid out, to compare them."""


def text_fault(name: str, text: str) -> str:
    """Say what is wrong with a text, or nothing."""
    fits = bool(text.strip()) and len(text) <= LONGEST and text.isprintable()
    return "" if fits else f"Give a {name} of at most {LONGEST} characters, on one line."


def value_fault(key: str, text: str) -> str:
    """Say what is wrong with the value of a known key, or nothing."""
    unit = UNITS[key]
    if unit is Unit.WORD:
        return "" if text in WORDS[key] else f"Choose one of: {', '.join(sorted(WORDS[key]))}."
    if unit is Unit.TEXT:
        return text_fault("value", text)
    size, example = _SIZES.get(unit, (_number, "5"))
    try:
        fits = _is_within(size(text), [size(limit) for limit in LIMITS.get(key, ())])
    except (InvalidError, ValueError):
        return f"Write the value as {unit}, such as {example}."
    return "" if fits else f"Choose a value from {' to '.join(LIMITS[key])}."


def _is_within(size: int, limits: list[int]) -> bool:
    return not limits or limits[0] <= size <= limits[1]


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise InvalidError("no whole number")
    return int(text)


def _period(text: str) -> int:
    return (Period.parse(text).after(_SOME_DAY) - _SOME_DAY).days


def _day(text: str) -> int:
    return date.fromisoformat(text).toordinal()


_SIZES: Mapping[Unit, tuple[Callable[[str], int], str]] = {
    Unit.PERIOD: (_period, "P6M"),
    Unit.DAY: (_day, "2026-07-14"),
    Unit.FLAG: (("false", "true").index, "true"),
}
