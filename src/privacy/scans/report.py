"""Visits of a site, judged: from addresses to one report."""

from collections.abc import Sequence

from privacy.scans import browser
from privacy.scans.match import Register, Report, judge, summary
from privacy.scans.visit import Tour, tour_of


def scan(
    urls: Sequence[str], *, register: Register, tour: Tour, chromium: str = "", further: int = 0
) -> Report:
    """Visit pages with a real browser and say what may not be.

    Raises NoBrowserError without Chromium, and UnavailableError for a page that does not load.
    """
    with browser.running(chromium) as running:
        visited = tour_of(running, urls, tour, further=further)
    seen = [sighting for one in visited for sighting in one.sightings]
    findings = judge(seen, register, controls={one.page: one.controls for one in visited})
    tried = [phase for one in visited for phase in one.phases]
    return Report(
        findings,
        summary(findings, tried),
        [one.page for one in visited],
        visited[0].controls,
    )
