"""Deadlines as a calendar that other programs read (RFC 5545); it says nothing of a person."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from privacy.policy.months import ONE_DAY

ALARMS = (10, 5, 2)
"""Days before the event on which a program reminds."""
LONGEST_LINE = 75
"""Octets of a line without its end (RFC 5545 section 3.1)."""
_MARKS = {"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"}


@dataclass(frozen=True)
class Event:
    """One day on which something is due."""

    uid: str
    on: date
    title: str
    text: str
    url: str
    changed_at: datetime


def calendar(name: str, events: Iterable[Event]) -> str:
    """Return a whole calendar, its lines ended and folded as the standard has it."""
    head = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//privacy//deadlines//EN")
    lines = [*head, "CALSCALE:GREGORIAN", "METHOD:PUBLISH", f"X-WR-CALNAME:{_text(name)}"]
    for event in events:
        lines += _event(event)
    return "".join(f"{folded}\r\n" for folded in _folded([*lines, "END:VCALENDAR"]))


def _event(event: Event) -> Sequence[str]:
    return (
        "BEGIN:VEVENT",
        f"UID:{_text(event.uid)}",
        f"DTSTAMP:{event.changed_at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{event.on:%Y%m%d}",
        f"DTEND;VALUE=DATE:{event.on + ONE_DAY:%Y%m%d}",
        f"SUMMARY:{_text(event.title)}",
        f"DESCRIPTION:{_text(event.text)}",
        f"URL:{event.url}",
        "TRANSP:TRANSPARENT",
        *(line for days in ALARMS for line in _alarm(event, days)),
        "END:VEVENT",
    )


def _alarm(event: Event, days: int) -> Sequence[str]:
    return (
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"TRIGGER:-P{days}D",
        f"DESCRIPTION:{_text(event.title)}",
        "END:VALARM",
    )


def _text(value: str) -> str:
    """Escape a text; what is no sign of a text, such as a lone carriage return, is dropped."""
    kept = re.sub(r"[\x00-\x09\x0b-\x1f\x7f]", "", value)
    return "".join(_MARKS.get(sign, sign) for sign in kept)


def _folded(lines: Iterable[str]) -> Iterator[str]:
    """Fold lines by octets, never inside a character."""
    for line in lines:
        part, size = "", 0
        for sign in line:
            width = len(sign.encode())
            if size + width > LONGEST_LINE:
                yield part
                part, size = " ", 1
            part, size = part + sign, size + width
        yield part
