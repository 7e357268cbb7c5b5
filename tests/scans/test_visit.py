"""What a real browser sees on the fictional site, and by which script."""

from typing import Any

import pytest

from privacy.errors import UnavailableError
from privacy.scans.match import Finding, Verdict, proposals
from privacy.scans.observe import Cause, Controls, Kind, Phase
from privacy.scans.visit import Tour, tour_of, visit
from tests.scans.conftest import TOUR, Seen
from tests.scans.places import Places

pytestmark = pytest.mark.browser
BEFORE = [Phase.FIRST, Phase.GPC, Phase.REFUSED]


def failing(findings: list[Finding], phase: Phase) -> dict[tuple[Kind, str], Cause]:
    """Return what fails in a phase, with who caused it."""
    return {
        (one.sighting.kind, one.sighting.name): one.sighting.cause
        for one in findings
        if one.fails and one.sighting.phase is phase
    }


def test_a_page_that_waits_for_consent_passes_in_every_phase(seen: Seen, places: Places):
    visited, findings = seen("/good")
    assert [one for one in findings if one.fails] == []
    assert visited.phases == list(Phase)
    assert visited.controls == Controls("hook", "hook")
    stored = {
        (one.sighting.kind, one.sighting.name): one.sighting.cause
        for one in findings
        if one.sighting.phase is Phase.ACCEPTED and one.verdict is Verdict.UNDECLARED
    }
    tag = f"{places.foreign}/tag.js"
    assert stored.pop((Kind.REQUEST, "script")).script == f"{places.site}/good"
    assert stored == {
        (Kind.COOKIE, "_audience"): Cause(tag, 1, "script"),
        (Kind.LOCAL_STORAGE, "aud"): Cause(tag, 2, "script"),
        (Kind.LOCAL_STORAGE, "seen"): Cause(tag, 2, "script"),
        (Kind.SESSION_STORAGE, "tab"): Cause(tag, 2, "script"),
        (Kind.INDEXED_DB, "aud-db"): Cause(tag, 3, "script"),
    }


@pytest.mark.parametrize("phase", BEFORE)
def test_a_tag_before_the_choice_fails_and_is_named(seen: Seen, places: Places, phase: Phase):
    found = failing(seen("/early")[1], phase)
    assert found[Kind.COOKIE, "_audience"] == Cause(f"{places.foreign}/tag.js", 1, "script")
    assert found[Kind.REQUEST, "script"].script == f"{places.site}/early"
    assert (Kind.LOCAL_STORAGE, "seen") in found


def test_a_cookie_that_is_set_after_the_refusal_fails_there_alone(seen: Seen, places: Places):
    _, findings = seen("/after-refusal")
    assert failing(findings, Phase.FIRST) == {}
    cause = failing(findings, Phase.REFUSED)[Kind.COOKIE, "_refused"]
    assert (cause.script, cause.via) == (f"{places.site}/after-refusal", "script")


def test_a_pixel_and_a_beacon_are_told_with_the_script_that_sent_them(seen: Seen, places: Places):
    found = failing(seen("/pixel")[1], Phase.FIRST)
    script = Cause(f"{places.site}/pixel.js", 2, "script")
    assert found[Kind.PIXEL, "image"] == script
    assert found[Kind.PIXEL, "beacon"] == script


def test_readings_that_tell_terminals_apart_are_told_with_their_script(seen: Seen, places: Places):
    found = failing(seen("/canvas")[1], Phase.FIRST)
    script = f"{places.foreign}/canvas.js"
    assert found[Kind.FINGERPRINT, "canvas"] == Cause(script, 2, "script")
    assert found[Kind.FINGERPRINT, "fonts"] == Cause(script, 4, "script")
    assert found[Kind.FINGERPRINT, "audio"] == Cause(script, 5, "script")


def test_a_single_harmless_reading_is_noted_and_no_fault(seen: Seen):
    _, findings = seen("/weak")
    assert [one for one in findings if one.fails] == []
    assert {(one.sighting.name, one.verdict) for one in findings if one.sighting.kind
            is Kind.FINGERPRINT} == {("navigator.hardwareConcurrency", Verdict.NOTED)}  # fmt: skip


def test_what_an_answer_sets_is_told_by_the_answer_and_its_value_is_not_kept(
    seen: Seen, places: Places
):
    visited, findings = seen("/server")
    cause = failing(findings, Phase.FIRST)[Kind.COOKIE, "_from_server"]
    assert cause == Cause(f"{places.site}/server", 0, "response")
    cookie = next(one for one in visited.sightings if one.name == "_from_server")
    assert cookie.http_only
    assert "secret" not in repr(visited)


def test_what_a_foreign_frame_stores_is_foreign(seen: Seen, places: Places):
    visited, findings = seen("/frame")
    found = failing(findings, Phase.FIRST)
    assert found[Kind.LOCAL_STORAGE, "framed"].script == f"{places.foreign}/frame.html"
    framed = next(one for one in visited.sightings if one.name == "framed")
    assert (framed.host, framed.third_party) == ("localhost", True)


def test_a_signal_that_is_answered_with_a_cookie_fails_in_its_phase_alone(seen: Seen):
    _, findings = seen("/signal")
    assert failing(findings, Phase.FIRST) == {}
    assert (Kind.COOKIE, "_despite") in failing(findings, Phase.GPC)


def test_a_cookie_of_more_than_thirteen_months_is_marked(seen: Seen):
    _, findings = seen("/long")
    cookie = next(one for one in findings if one.sighting.name == "_years")
    assert cookie.is_long
    assert cookie.sighting.days > 395  # type: ignore[operator] # it has a lifetime


def test_another_banner_is_answered_by_the_labels_of_its_buttons(seen: Seen):
    visited, findings = seen("/foreign-banner")
    assert visited.controls == Controls("label", "label")
    assert Phase.REFUSED in visited.phases
    assert (Kind.COOKIE, "choice") in failing(findings, Phase.REFUSED)


def test_a_banner_that_hides_from_robots_is_seen(seen: Seen):
    visited, _ = seen("/hides-from-robots")
    assert visited.controls == Controls("label", "label")


def test_a_banner_without_refusal_fails(seen: Seen):
    visited, findings = seen("/no-refusal")
    assert (Kind.BANNER, "no-refusal") in failing(findings, Phase.FIRST)
    assert Phase.REFUSED not in visited.phases


def test_what_was_not_declared_is_proposed(seen: Seen):
    _, findings = seen("/vendor")
    offered = proposals(findings)
    assert [one["name"] for one in offered["cookies"]] == ["_other"]
    assert [one["hosts"] for one in offered["vendors"]] == [["localhost"]]


def test_further_pages_of_the_origin_are_visited_and_dead_links_passed_over(
    chromium: Any, places: Places
):
    quick = Tour(TOUR.clock, pause=50, quiet_within=1, phases=(Phase.FIRST,))
    visited = tour_of(chromium, [f"{places.site}/good"], quick, further=5)
    assert [one.page for one in visited] == [f"{places.site}/good", f"{places.site}/linked"]


def test_a_page_that_is_not_there_is_said(chromium: Any, places: Places):
    with pytest.raises(UnavailableError, match="404"):
        visit(chromium, f"{places.site}/nothing", TOUR)


def test_a_page_of_another_origin_is_not_opened(chromium: Any, places: Places):
    fenced = Tour(TOUR.clock, pause=50, origins=[places.site])
    with pytest.raises(UnavailableError, match="did not load"):
        visit(chromium, f"{places.foreign}/frame.html", fenced)


def test_a_redirect_to_another_origin_is_not_followed(chromium: Any, places: Places):
    fenced = Tour(TOUR.clock, pause=50, origins=[places.site])
    with pytest.raises(UnavailableError, match="did not load"):
        visit(chromium, f"{places.site}/moved", fenced)
    assert "/frame.html?moved" not in places.asked
