"""What was answered, counted: sets of rows only, and no group so small that it could be somebody.

A group of fewer than ten answers is not shown. Where only so few are hidden that the total would
tell them, the next smallest group is hidden with them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, case, func, literal, select
from sqlalchemy.orm import Session

from privacy.consent.models import Consent, Method
from privacy.errors import InvalidError
from privacy.policy.months import add_months

LEAST = 10
"""Answers of the smallest group that is shown."""
MOST = 120
"""Steps of one series."""
CHANGES = (Method.WITHDRAWAL, Method.PREFERENCE_CENTRE, Method.ONE_CLICK)
"""Methods by which an answer is taken back, rather than a question answered."""


class By(StrEnum):
    """What answers may be grouped by; of the device nothing is kept, so it is not here."""

    PURPOSE = "purpose"
    LANGUAGE = "language"
    NOTICE = "notice"


class Unit(StrEnum):
    """The length of a step."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class Asked:
    """Which answers are counted: whole civil days of a controller, `until` included."""

    controller_id: UUID
    zone: str
    since: date
    until: date
    unit: Unit
    site_id: UUID | None = None


@dataclass(frozen=True)
class Count:
    """How many answers a group has; None where they are too few to be shown."""

    group: str
    granted: int | None
    refused: int | None
    withdrawn: int | None

    @property
    def total(self) -> int | None:
        """All answers of the group."""
        if self.granted is None or self.refused is None or self.withdrawn is None:
            return None
        return self.granted + self.refused + self.withdrawn

    @property
    def rate(self) -> float | None:
        """The part of those asked who granted, from 0 to 1; withdrawals are not asked for."""
        if self.granted is None or self.refused is None:
            return None
        answered = self.granted + self.refused
        return self.granted / answered if answered else None


def checked(asked: Asked) -> Asked:
    """Return what was asked; raise InvalidError for days in the wrong order or too many steps."""
    if asked.until < asked.since:
        raise InvalidError("The last day lies before the first.", fields={"until": ["too early"]})
    if len(steps(asked)) > MOST:
        raise InvalidError(
            f"That is more than {MOST} steps; take longer ones or fewer days.",
            fields={"unit": ["too short for this period"]},
        )
    return asked


def fitting(since: date, until: date) -> Unit:
    """Return the unit in which a period has a readable number of steps."""
    days = (until - since).days
    if days <= 45:
        return Unit.DAY
    return Unit.WEEK if days <= 400 else Unit.MONTH


def steps(asked: Asked) -> list[date]:
    """Return the first day of each step, at most one more than are allowed."""
    day, found = _start(asked.since, asked.unit), list[date]()
    while day <= asked.until and len(found) <= MOST:
        found.append(day)
        day = _next(day, asked.unit)
    return found


def groups(session: Session, *, asked: Asked, by: By) -> dict[str, list[Count]]:
    """Return by purpose how many answers each group has, the largest first."""
    column: Mapping[By, ColumnElement[str]] = {
        By.PURPOSE: Consent.purpose_code,  # type: ignore[dict-item] # a mapped column is one
        By.LANGUAGE: Consent.language,  # type: ignore[dict-item] # the same
        By.NOTICE: Consent.notice,  # type: ignore[dict-item] # the same
    }
    found = _counted(session, asked, column[by])
    return {
        code: sorted(shown(counts.values()), key=lambda one: -(one.total or 0))
        for code, counts in found.items()
    }


def series(session: Session, *, asked: Asked) -> dict[str, list[Count]]:
    """Return by purpose how many answers each step has, in order; a step is named by its day."""
    days = steps(asked)
    latest_first = reversed(list(enumerate(days)))
    place = case(
        *((Consent.at >= _begin(day, asked.zone), str(number)) for number, day in latest_first),
        else_="0",
    )
    found = _counted(session, asked, place)
    none = Count("", 0, 0, 0)
    return {
        code: shown(
            [_named(counts.get(str(n), none), day.isoformat()) for n, day in enumerate(days)]
        )
        for code, counts in found.items()
    }


def shown(counts: Iterable[Count]) -> list[Count]:
    """Return the groups with those hidden that are too small, so that no total tells them."""
    all_of_them = list(counts)
    by_size = sorted((one for one in all_of_them if one.total), key=lambda one: one.total or 0)
    hidden, answers = set[str](), 0
    for one in by_size:
        size = one.total or 0
        if size >= LEAST and not 0 < answers < LEAST:
            break
        hidden.add(one.group)
        answers += size
    return [
        Count(one.group, None, None, None) if one.group in hidden else one for one in all_of_them
    ]


def _counted(
    session: Session, asked: Asked, column: ColumnElement[str]
) -> dict[str, dict[str, Count]]:
    rows = (
        select(
            Consent.purpose_code.label("code"),
            column.label("place"),
            case((Consent.granted, 1), else_=0).label("granted"),
            case((and_(~Consent.granted, Consent.method.in_(CHANGES)), 1), else_=0).label("taken"),
            literal(1).label("one"),
        )
        .where(*_conditions(asked))
        .subquery()
    )
    counted = session.execute(
        select(
            rows.c.code,
            rows.c.place,
            func.sum(rows.c.granted),
            func.sum(rows.c.taken),
            func.sum(rows.c.one),
        )
        .group_by(rows.c.code, rows.c.place)
        .order_by(rows.c.code, rows.c.place)
    )
    found: dict[str, dict[str, Count]] = {}
    for code, place, granted, taken, total in counted:
        one = Count(place, int(granted), int(total - granted - taken), int(taken))
        found.setdefault(code, {})[place] = one
    return found


def _conditions(asked: Asked) -> Sequence[ColumnElement[bool]]:
    """Imports are left out: another banner asked for those."""
    conditions = [
        Consent.controller_id == asked.controller_id,
        Consent.at >= _begin(asked.since, asked.zone),
        Consent.at < _begin(asked.until + timedelta(days=1), asked.zone),
        Consent.method != Method.IMPORT,
    ]
    if asked.site_id is not None:
        conditions.append(Consent.site_id == asked.site_id)
    return conditions


def _named(one: Count, group: str) -> Count:
    return Count(group, one.granted, one.refused, one.withdrawn)


def _begin(day: date, zone: str) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(zone))


def _start(day: date, unit: Unit) -> date:
    if unit is Unit.MONTH:
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if unit is Unit.WEEK else day


def _next(day: date, unit: Unit) -> date:
    if unit is Unit.MONTH:
        return add_months(day, 1)
    return day + timedelta(days=7 if unit is Unit.WEEK else 1)
