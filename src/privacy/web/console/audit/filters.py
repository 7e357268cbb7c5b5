"""What an operator may narrow the audit log by, read from a query; what is no filter is None."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from privacy.audit.actions import Action
from privacy.web.intake import LARGEST

FILTERS = ("action", "actor", "since", "until", "subject")
YEARS = range(1970, 9000)
"""Years whose days exist in every zone and every database."""
_ACTOR = re.compile(r"subject|system|(?:operator|job):[A-Za-z0-9._-]{1,60}")


def filters_of(typed: Mapping[str, str], zone: str) -> dict[str, Any] | None:
    """Return the filters for a query of the log, days in a zone; None if one makes no sense."""
    try:
        return {
            "action": Action(typed["action"]).value if "action" in typed else None,
            "actor": _actor(typed.get("actor")),
            "subject_id": _subject(typed.get("subject")),
            "since": _start(typed.get("since"), zone),
            "until": _start(typed.get("until"), zone, days=1),
        }
    except ValueError:
        return None


def index_of(text: str | None) -> int | None:
    """Return the index of an entry that was typed, or None for what is none."""
    if not text or not re.fullmatch(r"[0-9]{1,16}", text):
        return None
    return min(int(text), LARGEST)


def _actor(text: str | None) -> str | None:
    if text is not None and not _ACTOR.fullmatch(text):
        raise ValueError("an actor is subject, system, operator:<id> or job:<name>")
    return text


def _subject(text: str | None) -> UUID | None:
    return UUID(text) if text is not None else None


def _start(text: str | None, zone: str, *, days: int = 0) -> datetime | None:
    """Return when a day begins, or one so many days later."""
    if text is None:
        return None
    day = date.fromisoformat(text)
    if day.year not in YEARS:
        raise ValueError("a day is one of our age")
    return datetime.combine(day + timedelta(days=days), time.min, ZoneInfo(zone))
