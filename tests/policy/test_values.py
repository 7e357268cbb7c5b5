from datetime import date
from itertools import combinations

import pytest

from privacy.policy.checks import value_fault
from privacy.policy.values import BUILT_IN, LIMITS, PROPOSED, UNITS, WORDS, Force, Unit, built_in

TODAY = date(2026, 10, 1)
KEYS = sorted(UNITS)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("dsar.base", "P1M"),
        ("dsar.ext", "P2M"),
        ("dsar.pause.max_ask_delay", "5"),
        ("dsar.roll", "1182_71"),
        ("breach.sa.hours", "72"),
        ("breach.sa.threshold", "risk"),
        ("breach.template", "cnil_2023"),
        ("breach.entry_point", "cnil"),
        ("cookie.choice", "P6M"),
        ("cookie.audience", "P13M"),
        ("cookie.audience_data", "P25M"),
        ("cookie.regime", "lil82"),
        ("signal.gpc", "refusal"),
        ("child.age.FR", "15"),
        ("phone.regime", "optin"),
        ("phone.consent.max", "P1Y"),
        ("phone.proof", "P3Y"),
        ("phone.windows", "Mon-Fri 10-13,14-20"),
        ("phone.max", "4/30d"),
        ("email.pixel", "consent"),
        ("email.pixel.legacy_until", "2026-07-14"),
        ("soft_optin.free_account", "false"),
        ("prospect", "P3Y"),
        ("suppression.min", "P3Y"),
        ("logs", "P12M"),
        ("register.exempt", "250"),
        ("transfer.dpf", "valid"),
        ("partner.named", "true"),
    ],
)
def test_the_law_of_october_2026_is_built_in(key: str, expected: str):
    value = built_in(key, TODAY)
    assert value is not None
    assert value.value == expected


def test_no_built_in_value_is_only_proposed():
    assert all(value.force is not Force.PROP for value in BUILT_IN)
    for key, (proposed, source) in PROPOSED.items():
        value = built_in(key, TODAY)
        assert value is not None
        assert value.value != proposed
        assert source


def test_calls_needed_no_consent_before_11_august_2026():
    before, since = (
        built_in("phone.regime", date(2026, 8, 10)),
        built_in("phone.regime", date(2026, 8, 11)),
    )
    assert before is not None
    assert since is not None
    assert (before.value, since.value) == ("bloctel", "optin")
    assert built_in("phone.consent.max", date(2026, 8, 10)) is None


def test_two_built_in_values_of_a_key_never_hold_on_the_same_day():
    for one, other in combinations(BUILT_IN, 2):
        if one.key == other.key:
            assert one.to_on is not None
            assert one.to_on < other.from_on


@pytest.mark.parametrize("value", BUILT_IN, ids=lambda value: f"{value.key}={value.value}")
def test_every_built_in_value_passes_its_own_checks(value):
    assert value_fault(value.key, value.value) == ""
    assert value.unit is UNITS[value.key]
    assert value.source
    assert len(value.source) <= 200


def test_what_is_proposed_could_be_set_if_it_became_law():
    assert all(not value_fault(key, text) for key, (text, _source) in PROPOSED.items())


def test_words_and_limits_belong_to_keys_that_exist():
    assert {key for key in KEYS if UNITS[key] is Unit.WORD} == set(WORDS)
    assert set(LIMITS) <= set(KEYS)
