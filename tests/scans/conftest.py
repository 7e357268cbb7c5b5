"""Fixtures of scans: the fictional places, and one Chromium for all visits."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser

from privacy.clock import system_clock
from privacy.scans import browser
from privacy.scans.match import Finding, Register, judge, without_site
from privacy.scans.observe import Phase
from privacy.scans.visit import Tour, Visited, visit
from tests.browser import running_chromium
from tests.scans.places import Places, serving

TOUR = Tour(system_clock, pause=300, quiet_within=1)


@pytest.fixture(scope="session")
def places() -> Iterator[Places]:
    """Return the running fictional site and its third parties."""
    with serving() as running:
        yield running


@pytest.fixture(scope="session")
def chromium() -> Browser:
    """Return a browser that is started as scans start theirs, or skip."""
    return running_chromium((*browser.FLAGS, "--no-sandbox"))


ONLY = {
    "/after-refusal": (Phase.FIRST, Phase.REFUSED),
    "/canvas": (Phase.FIRST,),
    "/foreign-banner": (Phase.FIRST, Phase.REFUSED),
    "/frame": (Phase.FIRST,),
    "/hides-from-robots": (Phase.FIRST,),
    "/long": (Phase.ACCEPTED,),
    "/no-refusal": (Phase.FIRST, Phase.REFUSED),
    "/pixel": (Phase.FIRST,),
    "/server": (Phase.FIRST,),
    "/signal": (Phase.FIRST, Phase.GPC),
    "/vendor": (Phase.ACCEPTED,),
    "/weak": (Phase.FIRST,),
}
"""The phases that are of interest on a page, where not all are: each costs a visit."""

Seen = Callable[..., tuple[Visited, list[Finding]]]


@pytest.fixture(scope="session")
def seen(chromium: Any, places: Places) -> Seen:
    """Return a function that visits a page, once, and judges it by a register."""
    visited: dict[str, Visited] = {}

    def look(path: str, register: Register | None = None) -> tuple[Visited, list[Finding]]:
        if path not in visited:
            tour = replace(TOUR, phases=ONLY.get(path, tuple(Phase)))
            visited[path] = visit(chromium, places.site + path, tour)
        one = visited[path]
        controls = {one.page: one.controls}
        return one, judge(one.sightings, register or without_site(), controls=controls)

    return look
