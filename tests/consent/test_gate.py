"""The gate: only a valid grant of the present version opens a purpose."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.consent.gate import Answer, Reason, judge

NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


def test_a_valid_grant_of_the_present_version_permits():
    verdict = judge(Answer(True, LATER, 2), at=NOW, purpose_version=2)
    assert verdict.permitted
    assert verdict.reason is Reason.GIVEN


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (None, Reason.NEVER_ASKED),
        (Answer(False, LATER, 2), Reason.REFUSED),
        (Answer(False, LATER, 2, granted_before=True), Reason.WITHDRAWN),
        (Answer(True, NOW, 2), Reason.EXPIRED),
        (Answer(True, LATER, 1), Reason.SUPERSEDED),
    ],
)
def test_anything_else_is_closed_and_says_why(answer, reason):
    verdict = judge(answer, at=NOW, purpose_version=2)
    assert not verdict.permitted
    assert verdict.reason is reason


@given(
    answer=st.builds(
        Answer,
        granted=st.booleans(),
        valid_until=st.datetimes(timezones=st.just(UTC)),
        purpose_version=st.integers(1, 3),
        granted_before=st.booleans(),
        lacks_joint=st.booleans(),
    ),
    version=st.integers(1, 3),
)
def test_nothing_but_an_own_unexpired_yes_ever_permits(answer, version):
    own = answer.purpose_version == version and not answer.lacks_joint
    expected = answer.granted and answer.valid_until > NOW and own
    assert judge(answer, at=NOW, purpose_version=version).permitted == expected
