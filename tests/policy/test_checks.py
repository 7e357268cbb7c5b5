import pytest

from privacy.policy.checks import text_fault, value_fault


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("cookie.choice", "P12M"),
        ("breach.sa.hours", "96"),
        ("logs", "P6M"),
        ("logs", "P3Y"),
        ("logs", "P36M"),
        ("child.age.FR", "13"),
        ("partner.named", "false"),
        ("breach.sa.threshold", "high_risk"),
        ("email.pixel.legacy_until", "2026-12-31"),
        ("phone.max", "2/30d"),
    ],
)
def test_a_value_of_its_keys_unit_is_accepted(key: str, text: str):
    assert value_fault(key, text) == ""


@pytest.mark.parametrize(
    ("key", "text", "fault"),
    [
        ("cookie.choice", "6", "such as P6M"),
        ("breach.sa.hours", "seventy-two", "Write the value as hours, such as 5"),
        ("breach.sa.hours", "-72", "such as 5"),
        ("breach.sa.hours", "٧٢", "such as 5"),
        ("breach.sa.hours", "9999999999", "such as 5"),
        ("logs", "P5M", "from P6M to P3Y"),
        ("logs", "P37M", "from P6M to P3Y"),
        ("child.age.FR", "12", "from 13 to 16"),
        ("child.age.FR", "17", "from 13 to 16"),
        ("partner.named", "yes", "such as true"),
        ("breach.sa.threshold", "none", "Choose one of: high_risk, risk"),
        ("email.pixel.legacy_until", "14/07/2026", "such as 2026-07-14"),
        ("phone.max", " ", "at most 200 characters"),
    ],
)
def test_any_other_is_refused_and_told_why(key: str, text: str, fault: str):
    assert fault in value_fault(key, text)


@pytest.mark.parametrize("text", ["", "  ", "x" * 201, "two\nlines", "nul\x00"])
def test_a_text_is_one_line_of_some_characters(text: str):
    assert "Give a reason" in text_fault("reason", text)
