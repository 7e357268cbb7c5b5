"""A calendar that says what RFC 5545 has it say: read back by a reader of our own."""

import re
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from privacy.requests.deadlines.calendar import ALARMS, LONGEST_LINE, Event, calendar

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
EVENT = Event(
    "r1@boutique", date(2026, 4, 7), "Accès 7F3A-9C21", "Fin.", "https://x.example/r", AT
)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=200)


def unfolded(text: str) -> list[str]:
    """Return the lines of a calendar as they were before folding (section 3.1)."""
    assert text.endswith("\r\n")
    return text.replace("\r\n ", "").split("\r\n")[:-1]


def read(value: str) -> str:
    """Return a text without its escapes (section 3.3.11)."""
    return re.sub(r"\\([\\;,nN])", lambda found: found[1].replace("n", "\n"), value)


def value_of(text: str, name: str) -> str:
    (line,) = [one for one in unfolded(text) if one.startswith(name)][:1]
    return read(line.partition(":")[2])


def test_an_event_is_a_whole_day_with_its_reminders():
    lines = unfolded(calendar("Demandes", [EVENT]))
    assert lines[:3] == ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//privacy//deadlines//EN"]
    assert "DTSTART;VALUE=DATE:20260407" in lines
    assert "DTEND;VALUE=DATE:20260408" in lines
    assert "DTSTAMP:20260302T090000Z" in lines
    assert [one for one in lines if one.startswith("TRIGGER")] == [
        f"TRIGGER:-P{days}D" for days in ALARMS
    ]
    opened = [one.partition(":")[2] for one in lines if one.startswith("BEGIN:")]
    ended = [one.partition(":")[2] for one in lines if one.startswith("END:")]
    assert sorted(opened) == sorted(ended)


def test_an_empty_calendar_is_a_calendar():
    assert unfolded(calendar("Rien", []))[-1] == "END:VCALENDAR"


@given(title=TEXT, name=TEXT)
def test_every_text_is_read_back_and_no_line_is_too_long(title: str, name: str):
    event = Event("u", EVENT.on, title, "", "https://x.example", AT)
    text = calendar(name, [event])
    lines = text.encode().split(b"\r\n")
    assert all(len(line) <= LONGEST_LINE for line in lines)
    assert all(line.decode() is not None for line in lines)
    kept = re.sub(r"[\x00-\x09\x0b-\x1f\x7f]", "", title)
    assert value_of(text, "SUMMARY") == kept
    assert unfolded(text).count("BEGIN:VEVENT") == 1


def test_a_text_cannot_make_a_line_of_its_own():
    hostile = "x\r\nEND:VCALENDAR\r\nATTACH:https://evil.example"
    event = Event("u", EVENT.on, hostile, "", "https://x.example", AT)
    lines = unfolded(calendar("x", [event]))
    assert not any(one.startswith("ATTACH") for one in lines)
