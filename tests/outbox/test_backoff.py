from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.outbox.backoff import LONGEST, MAX_TRIES, wait

TRIES = st.integers(1, 1000)
SHARES = st.floats(0, 1)


@pytest.mark.parametrize(
    ("tries", "minutes"), [(1, 1), (2, 2), (3, 4), (8, 128), (9, 240), (16, 240)]
)
def test_the_wait_doubles_from_a_minute_to_four_hours(tries: int, minutes: int):
    assert wait(tries, 1) == timedelta(minutes=minutes)


@given(TRIES, SHARES)
def test_the_share_spreads_the_wait_over_its_second_half(tries: int, share: float):
    assert wait(tries, 1) / 2 <= wait(tries, share) <= wait(tries, 1) <= LONGEST


@given(TRIES, SHARES)
def test_the_wait_never_shrinks(tries: int, share: float):
    assert wait(tries, share) <= wait(tries + 1, share)


def test_a_message_is_given_up_after_16_to_32_hours():
    least = sum((wait(tries, 0) for tries in range(1, MAX_TRIES)), timedelta())
    most = sum((wait(tries, 1) for tries in range(1, MAX_TRIES)), timedelta())
    assert timedelta(hours=16) < least < most < timedelta(hours=33)
