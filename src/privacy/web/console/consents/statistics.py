"""How visitors answered over time, drawn; too few answers to hide among are not shown."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from privacy.consent import statistics
from privacy.consent.statistics import By, Count, Unit
from privacy.errors import InvalidError
from privacy.operators.roles import Permission
from privacy.purposes import queries as purposes
from privacy.purposes.models import Controller, Notice
from privacy.web import current, pages
from privacy.web.auth import operators_only
from privacy.web.console.audit.filters import YEARS
from privacy.web.console.surface import blueprint, chosen, page, purpose_titles, today_of

USUAL = timedelta(days=29)
"""How far back the page looks unless told."""


@blueprint.get("/consents/statistics")
@operators_only(Permission.CONSENTS_READ)
def statistics_page() -> str:
    """Show how visitors answered each purpose, by step of a period and by group."""
    controller = chosen(Permission.CONSENTS_READ)
    typed = {name: value for name, value in request.args.items() if value}
    by = By(typed["by"]) if typed.get("by") in {*By} else By.PURPOSE
    with current.runtime().database.reading() as session:
        sites = purposes.sites(session, controller_id=controller.id)
        asked, errors = _asked(controller, typed, {one.key: one.id for one in sites})
        titles = purpose_titles(session, controller)
        series = statistics.series(session, asked=asked)
        groups = statistics.groups(session, asked=asked, by=by)
        names = _names(session, controller, by, groups)
    totals = {code: _sum(counts) for code, counts in series.items()}
    return page(
        "statistics",
        controller,
        asked=asked,
        by=by.value,
        site=typed.get("site", ""),
        sites=[(one.key, one.name) for one in sites],
        charts=[
            chart(titles.get(code, code), counts, totals[code]) for code, counts in series.items()
        ],
        groups=[
            {"title": titles.get(code, code), "name": names.get(one.group, ""), "count": one}
            for code, counts in groups.items()
            for one in counts
        ],
        least=statistics.LEAST,
        errors=errors,
    )


def chart(title: str, counts: Sequence[Count], total: Count) -> dict[str, Any]:
    """Return what draws one purpose: a bar for each step, in a box 100 high, a step 1 wide."""
    return {
        "title": title,
        "rate": _percent(total),
        "width": len(counts),
        "steps": [
            {
                "day": date.fromisoformat(one.group),
                "count": one,
                "percent": _percent(one),
                "x": place + 0.1,
                "hidden": one.total is None,
            }
            for place, one in enumerate(counts)
        ],
    }


def _percent(one: Count) -> int | None:
    return None if one.rate is None else round(100 * one.rate)


def _sum(counts: Sequence[Count]) -> Count:
    """Return the sum of what is shown; nothing hidden can be told from it."""
    seen = [one for one in counts if one.total is not None]
    return Count(
        "",
        sum(one.granted or 0 for one in seen),
        sum(one.refused or 0 for one in seen),
        sum(one.withdrawn or 0 for one in seen),
    )


def _asked(
    controller: Controller, typed: Mapping[str, str], sites: Mapping[str, Any]
) -> tuple[statistics.Asked, dict[str, str]]:
    """Return what is asked for; where that makes no sense, the last thirty days and a fault."""
    until = today_of(controller)
    usual = statistics.Asked(
        controller.id, controller.zone, until - USUAL, until, Unit.DAY, sites.get(
            typed.get("site", "")
        ),
    )  # fmt: skip
    try:
        first = _day(typed.get("since")) or until - USUAL
        last = _day(typed.get("until")) or until
        unit = Unit(typed["unit"]) if "unit" in typed else statistics.fitting(first, last)
        asked = statistics.Asked(controller.id, controller.zone, first, last, unit, usual.site_id)
        return statistics.checked(asked), {}
    except (InvalidError, ValueError):
        return usual, {"since": "period.invalid"}


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    day = date.fromisoformat(text)
    if day.year not in YEARS:
        raise ValueError("a day is one of our age")
    return day


def _names(
    session: Session, controller: Controller, by: By, groups: Mapping[str, Sequence[Count]]
) -> dict[str, str]:
    """Return what each group is called; a notice by its day, its language and its digest."""
    found = {one.group for counts in groups.values() for one in counts}
    if by is By.LANGUAGE:
        return {one: _language(one) for one in found}
    if by is By.NOTICE:
        return {one: _notice(session, controller, one) for one in found}
    return {}


def _language(code: str) -> str:
    words, key = pages.words(), "language.names." + code
    return words.text(key) if words.has(key) else code


def _notice(session: Session, controller: Controller, digest: str) -> str:
    words = pages.words()
    shown = session.get(Notice, (controller.id, digest))
    if shown is None:
        return words.text("console.statistics.no_notice")
    day = words.day(shown.published_at.date(), weekday=False)
    return words.text(
        "console.statistics.of_notice", day=day, language=shown.language, digest=digest[:8]
    )
