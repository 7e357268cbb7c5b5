"""How long an answer stands."""

from datetime import UTC, datetime

import pytest

from privacy.consent.term import kept_days, kept_until

PARIS = "Europe/Paris"


@pytest.mark.parametrize(
    ("said", "until"),
    [
        # A refusal of 31 August stands to the end of the last day of February.
        (datetime(2026, 8, 31, 10, tzinfo=UTC), datetime(2027, 2, 28, 23, tzinfo=UTC)),
        # 23:30 in UTC is the next day in Paris.
        (datetime(2026, 8, 30, 23, 30, tzinfo=UTC), datetime(2027, 2, 28, 23, tzinfo=UTC)),
        # Said in winter, it ends in summer time.
        (datetime(2026, 1, 15, 8, tzinfo=UTC), datetime(2026, 7, 15, 22, tzinfo=UTC)),
    ],
)
def test_an_answer_stands_to_the_end_of_its_last_day(said, until):
    assert kept_until(said, "P6M", PARIS) == until


def test_a_browser_keeps_it_whole_days_and_never_longer():
    said = datetime(2026, 8, 31, 10, tzinfo=UTC)
    assert kept_days(said, "P6M", PARIS) == 181
