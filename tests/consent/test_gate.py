"""The gate: only a valid grant of the present version opens a purpose."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.consent.gate import Answer, Given, Reason, Verdict, judge, last

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


def said(
    minutes: int,
    *,
    granted: bool,
    answer_id: UUID | None = None,
    joint_id: UUID | None = None,
    child: bool = False,
) -> Given[datetime]:
    """Return an answer of some minutes ago, a child's or an adult's."""
    return Given(
        NOW - timedelta(minutes=minutes),
        granted,
        LATER,
        1,
        needs_joint=child or joint_id is not None,
        answer_id=answer_id or uuid4(),
        joint_id=joint_id,
    )


def reason(*given: Given[datetime]) -> Reason:
    """Return what answers come to, in every order alike."""
    found = {judge(last(order), at=NOW, purpose_version=1).reason for order in permutations(given)}
    assert len(found) == 1
    return found.pop()


def test_the_last_in_time_decides_and_of_one_instant_the_refusal():
    assert reason() is Reason.NEVER_ASKED
    assert reason(said(9, granted=False), said(5, granted=True)) is Reason.GIVEN
    assert reason(said(9, granted=True), said(5, granted=False)) is Reason.WITHDRAWN
    assert reason(said(5, granted=True), said(5, granted=False)) is Reason.WITHDRAWN


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=8))
def test_a_yes_counts_only_after_every_no(told):
    answers = [said(minutes, granted=granted) for minutes, granted in told]
    newest = min(minutes for minutes, _ in told)
    expected = all(granted for minutes, granted in told if minutes == newest)
    assert judge(last(answers), at=NOW, purpose_version=1).permitted == expected


def test_a_child_s_yes_counts_once_it_is_joined_and_until_either_says_no():
    child, other = uuid4(), uuid4()
    yes = said(9, granted=True, answer_id=child, child=True)
    joined = said(8, granted=True, joint_id=child)
    no = said(7, granted=False)
    assert reason(yes) is Reason.NEEDS_JOINT
    assert reason(yes, joined) is Reason.GIVEN
    assert reason(yes, said(8, granted=True, joint_id=other)) is Reason.NEEDS_JOINT
    assert reason(yes, joined, no) is Reason.WITHDRAWN
    assert reason(yes, joined, no, said(6, granted=True, joint_id=child)) is Reason.NEEDS_JOINT
    assert reason(yes, joined, no, said(6, granted=True)) is Reason.GIVEN, "alone, once of age"


def test_two_yeses_stand_no_longer_than_the_shorter_of_them():
    child = uuid4()
    yes = said(9, granted=True, answer_id=child, child=True)
    joined = said(8, granted=True, joint_id=child)
    assert reason(yes._replace(valid_until=NOW), joined) is Reason.EXPIRED
    assert reason(yes, joined._replace(valid_until=NOW)) is Reason.EXPIRED
    assert reason(yes._replace(purpose_version=0), joined) is Reason.SUPERSEDED


def test_another_basis_is_closed_by_a_refusal_and_by_nothing_else():
    for answer, expected in (
        (None, Reason.OTHER_BASIS),
        (Answer(True, NOW, 0), Reason.OTHER_BASIS),
        (Answer(False, NOW, 0), Reason.REFUSED),
    ):
        verdict = judge(answer, at=NOW, purpose_version=1, by_consent=False)
        assert verdict == Verdict(expected is Reason.OTHER_BASIS, expected)


@pytest.mark.parametrize("by_consent", [True, False])
def test_a_further_ground_closes_whatever_was_answered(*, by_consent: bool):
    verdict = judge(
        Answer(True, LATER, 1),
        at=NOW,
        purpose_version=1,
        closed_by=[Reason.REFUSED],
        by_consent=by_consent,
    )
    assert verdict == Verdict(permitted=False, reason=Reason.REFUSED)
