"""Rules of a scan: declared or not, essential or not, and what may be proposed."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.scans.match import (
    Finding,
    Register,
    Verdict,
    judge,
    proposals,
    register_of,
    summary,
    without_site,
)
from privacy.scans.observe import Cause, Controls, Kind, Phase, Sighting, bare, same_site

PAGE = "https://shop.example/"
COOKIE = Sighting(Phase.FIRST, Kind.COOKIE, "_ga_1", "shop.example", PAGE, days=390)
REQUEST = Sighting(
    Phase.FIRST, Kind.REQUEST, "script", "cdn.stats.example", PAGE, third_party=True
)
AUDIENCE: dict[str, Any] = {
    "cookies": [{"name": "_ga_*", "lifetime": "P13M"}],
    "vendors": [{"name": "Stats", "hosts": ["https://stats.example"]}],
}
SITE = register_of(
    [("audience", "consent", AUDIENCE), ("essential", "strictly_necessary", {"cookies": [
        {"name": "basket", "lifetime": "P1M"}]})],
    ours=["https://privacy.example"],
)  # fmt: skip


def verdict(one: Sighting, register: Register = SITE) -> tuple[Verdict, bool]:
    found = judge([one], register, controls={})[0]
    return found.verdict, found.fails


@pytest.mark.parametrize("phase", [Phase.FIRST, Phase.REFUSED, Phase.GPC])
def test_what_needs_consent_fails_wherever_it_was_not_given(phase: Phase):
    assert verdict(replace(COOKIE, phase=phase)) == (Verdict.UNGRANTED, True)
    assert verdict(replace(REQUEST, phase=phase)) == (Verdict.UNGRANTED, True)
    unknown = replace(COOKIE, name="_fbp", phase=phase)
    assert verdict(unknown) == (Verdict.UNDECLARED, True)
    assert verdict(unknown, without_site()) == (Verdict.UNDECLARED, True)


def test_after_acceptance_only_what_was_not_declared_fails():
    accepted = replace(COOKIE, phase=Phase.ACCEPTED)
    assert verdict(accepted) == (Verdict.GRANTED, False)
    unknown = replace(accepted, name="_fbp")
    assert verdict(unknown) == (Verdict.UNDECLARED, True)
    assert verdict(unknown, without_site()) == (Verdict.UNDECLARED, False)


@pytest.mark.parametrize("name", ["basket", "privacy_choice", "privacy_pending"])
def test_what_is_strictly_necessary_may_be_there_in_every_phase(name: str):
    for phase in Phase:
        assert verdict(replace(COOKIE, name=name, phase=phase)) == (Verdict.EXEMPT, False)


def test_our_own_address_is_no_third_party_to_answer_for():
    assert verdict(replace(REQUEST, host="privacy.example")) == (Verdict.EXEMPT, False)
    assert verdict(replace(REQUEST, host="evilprivacy.example"))[1]


def test_a_tracker_of_two_purposes_is_exempt_only_if_both_are():
    both = register_of(
        [
            ("essential", "strictly_necessary", {"cookies": [{"name": "id"}]}),
            ("ads", "consent", {"cookies": [{"name": "id"}]}),
        ]
    )
    assert verdict(replace(COOKIE, name="id"), both) == (Verdict.UNGRANTED, True)


def test_other_legal_bases_exempt_no_tracker():
    claimed = register_of([("x", "legitimate_interests", {"cookies": [{"name": "_ga_*"}]})])
    assert verdict(COOKIE, claimed) == (Verdict.UNGRANTED, True)


def test_a_pattern_covers_only_what_it_says():
    assert verdict(replace(COOKIE, name="x_ga_1"))[0] is Verdict.UNDECLARED
    dotted = register_of([("x", "consent", {"cookies": [{"name": "a.b"}]})])
    assert verdict(replace(COOKIE, name="aXb"), dotted)[0] is Verdict.UNDECLARED


def test_three_weak_readings_of_one_script_are_a_fingerprint_and_two_are_none():
    cause = Cause("https://x.example/f.js", 1, "script")
    read = [
        Sighting(Phase.FIRST, Kind.FINGERPRINT, name, "x.example", PAGE, cause)
        for name in ("navigator.plugins", "navigator.deviceMemory", "navigator.mimeTypes")
    ]
    assert not any(one.fails for one in judge(read[:2], SITE, controls={}))
    assert all(one.fails for one in judge(read, SITE, controls={}))
    canvas = replace(read[0], name="canvas")
    assert judge([canvas], SITE, controls={})[0].fails


def test_a_banner_must_be_there_and_offer_a_refusal():
    def named(controls: Controls, register: Register) -> list[tuple[str, bool]]:
        found = judge([], register, controls={PAGE: controls})
        return [(one.sighting.name, one.fails) for one in found]

    assert named(Controls("hook", "hook"), SITE) == []
    assert named(Controls("label", ""), without_site()) == [("no-refusal", True)]
    assert named(Controls(), SITE) == [("no-banner", True)]
    assert named(Controls(), without_site()) == [("no-banner", False)]


def test_thirteen_months_are_allowed_and_a_day_more_is_marked():
    def is_long(days: float) -> bool:
        return Finding(replace(COOKIE, days=days), Verdict.GRANTED, fails=False).is_long

    assert not is_long(395.9)
    assert is_long(396)


def test_proposals_name_each_thing_once_and_only_what_came_after_acceptance():
    accepted = replace(COOKIE, phase=Phase.ACCEPTED, name="_fbp", days=89.6)
    request = replace(REQUEST, phase=Phase.ACCEPTED, host="pixel.example")
    seen = [COOKIE, accepted, replace(accepted, page=PAGE + "2"), request]
    assert proposals(judge(seen, SITE, controls={})) == {
        "cookies": [{"name": "_fbp", "lifetime": "P90D", "kind": "cookie"}],
        "vendors": [{"name": "pixel.example", "policy_url": "", "hosts": ["pixel.example"]}],
    }


def test_what_was_proposed_is_granted_once_a_purpose_declares_it():
    seen = [
        replace(COOKIE, phase=Phase.ACCEPTED, name="a*b"),
        replace(REQUEST, phase=Phase.ACCEPTED),
    ]
    offered = proposals(judge(seen, without_site(), controls={}))
    declared = register_of([("p", "consent", offered)])
    assert {one.verdict for one in judge(seen, declared, controls={})} == {Verdict.GRANTED}


def test_a_phase_that_could_not_be_tried_is_not_called_passed():
    found = judge([COOKIE], SITE, controls={})
    assert summary(found, [Phase.FIRST, Phase.ACCEPTED]) == {
        "first": "failed", "refused": "untested", "accepted": "passed", "gpc": "untested",
    }  # fmt: skip


@given(st.text(max_size=30), st.sampled_from(Phase), st.sampled_from(Kind))
def test_nothing_fails_after_acceptance_of_a_site_that_is_not_known(
    name: str, phase: Phase, kind: Kind
):
    seen = Sighting(phase, kind, name, "x.example", PAGE)
    (found,) = judge([seen], without_site(), controls={})
    assert not (found.fails and phase is Phase.ACCEPTED)
    assert found.verdict is not Verdict.UNGRANTED


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("www.shop.example", "cdn.shop.example", True),
        (".shop.example", "shop.example", True),
        ("shop.example", "shopexample", False),
        ("a.co.uk", "b.co.uk", False),
        ("x.a.co.uk", "a.co.uk", True),
        ("127.0.0.1", "127.0.0.2", False),
        ("127.0.0.1", "localhost", False),
    ],
)
def test_hosts_belong_together_by_what_was_registered(one: str, other: str, same: bool):  # noqa: FBT001 -- a case of a table
    assert same_site(one, other) is same


def test_an_address_keeps_nothing_that_could_identify():
    assert bare("https://a:b@x.example:81/p?mail=c@d#e") == "https://x.example:81/p"
    assert bare("data:text/plain,secret") == "data:"
