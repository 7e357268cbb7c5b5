from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.errors import InvalidError
from privacy.policy.months import Holidays, Region
from privacy.requests.deadline import (
    Deadline,
    Pause,
    Stage,
    Terms,
    days_left,
    deadline,
    may_extend,
    received_on,
    stage,
)

PARIS = ZoneInfo("Europe/Paris")


def day(text: str) -> date:
    """Read a day written as `Sat 31 Jan 2026`, and check that its weekday is right."""
    found = datetime.strptime(text, "%a %d %b %Y").replace(tzinfo=UTC).date()
    assert found.strftime("%a") == text[:3]
    return found


def doubt(asked: str, answered: str) -> Pause:
    """Return a question for a recorded doubt."""
    return Pause(day(asked), day(answered), doubt_recorded=True)


# Received; then target and last lawful day, without and with the extension.
TABLE = """
Sat 31 Jan 2026, Sat 28 Feb 2026, Mon 02 Mar 2026, Thu 30 Apr 2026, Thu 30 Apr 2026
Sun 31 Jan 2027, Sun 28 Feb 2027, Mon 01 Mar 2027, Fri 30 Apr 2027, Fri 30 Apr 2027
Mon 31 Jan 2028, Tue 29 Feb 2028, Tue 29 Feb 2028, Sun 30 Apr 2028, Tue 02 May 2028
Thu 05 Mar 2026, Sun 05 Apr 2026, Tue 07 Apr 2026, Fri 05 Jun 2026, Fri 05 Jun 2026
Mon 31 Aug 2026, Wed 30 Sep 2026, Wed 30 Sep 2026, Mon 30 Nov 2026, Mon 30 Nov 2026
Wed 01 Apr 2026, Fri 01 May 2026, Mon 04 May 2026, Wed 01 Jul 2026, Wed 01 Jul 2026
Tue 14 Apr 2026, Thu 14 May 2026, Fri 15 May 2026, Tue 14 Jul 2026, Wed 15 Jul 2026
Sun 11 Oct 2026, Wed 11 Nov 2026, Thu 12 Nov 2026, Mon 11 Jan 2027, Mon 11 Jan 2027
Wed 25 Nov 2026, Fri 25 Dec 2026, Mon 28 Dec 2026, Thu 25 Feb 2027, Thu 25 Feb 2027
Mon 30 Nov 2026, Wed 30 Dec 2026, Wed 30 Dec 2026, Sun 28 Feb 2027, Mon 01 Mar 2027
"""
CASES = [[day(text) for text in row.split(", ")] for row in TABLE.strip().splitlines()]


@pytest.mark.parametrize(("received", "target", "latest"), [row[:3] for row in CASES])
def test_a_request_is_due_one_month_after_receipt(received: date, target: date, latest: date):
    assert deadline(received) == Deadline(target, latest)


@pytest.mark.parametrize(("received", "target", "latest"), [[row[0], *row[3:]] for row in CASES])
def test_an_extension_makes_it_three_months_from_receipt(
    received: date, target: date, latest: date
):
    assert deadline(received, extended=True) == Deadline(target, latest)


def test_the_time_of_a_question_asked_at_once_is_added():
    pause = doubt("Thu 05 Mar 2026", "Thu 12 Mar 2026")
    due = deadline(day("Tue 03 Mar 2026"), pauses=[pause])
    assert due.target_on == day("Fri 10 Apr 2026")


def test_the_time_of_a_question_asked_late_is_not_added_unless_the_dpo_says_so():
    asked, answered = day("Mon 30 Mar 2026"), day("Mon 06 Apr 2026")
    received = day("Tue 03 Mar 2026")
    late = deadline(received, pauses=[Pause(asked, answered, doubt_recorded=True)])
    assert late.target_on == day("Fri 03 Apr 2026")
    overridden = deadline(received, pauses=[Pause(asked, answered, overridden=True)])
    assert overridden.target_on == day("Fri 10 Apr 2026")


def test_a_question_may_be_asked_within_five_working_days():
    received = day("Tue 03 Mar 2026")
    last = doubt("Tue 10 Mar 2026", "Wed 11 Mar 2026")
    assert deadline(received, pauses=[last]).target_on == day("Sat 04 Apr 2026")
    after = doubt("Wed 11 Mar 2026", "Thu 12 Mar 2026")
    assert deadline(received, pauses=[after]).target_on == day("Fri 03 Apr 2026")
    patient = Terms(max_ask_delay=6)
    assert deadline(received, pauses=[after], terms=patient).target_on == day("Sat 04 Apr 2026")


def test_a_question_without_a_recorded_doubt_adds_nothing():
    pause = Pause(day("Thu 05 Mar 2026"), day("Thu 12 Mar 2026"))
    due = deadline(day("Tue 03 Mar 2026"), pauses=[pause])
    assert due.target_on == day("Fri 03 Apr 2026")


def test_days_of_two_questions_at_once_count_once():
    pauses = [
        doubt("Fri 06 Mar 2026", "Tue 10 Mar 2026"),
        doubt("Thu 05 Mar 2026", "Thu 12 Mar 2026"),
        doubt("Mon 09 Mar 2026", "Sat 14 Mar 2026"),
    ]
    due = deadline(day("Tue 03 Mar 2026"), pauses=pauses)
    assert due.target_on == day("Sun 12 Apr 2026")  # 5 to 14 March: nine days


def test_holidays_are_those_of_the_controllers_region():
    due = deadline(day("Tue 03 Mar 2026"), terms=Terms(region=Region.ALSACE_MOSELLE))
    assert due == Deadline(day("Fri 03 Apr 2026"), day("Tue 07 Apr 2026"))


def test_an_extension_is_refused_from_the_target_on():
    target_on = deadline(day("Sat 31 Jan 2026")).target_on
    assert may_extend(day("Fri 27 Feb 2026"), target_on)
    assert not may_extend(day("Sat 28 Feb 2026"), target_on)
    assert not may_extend(day("Mon 02 Mar 2026"), target_on)


def test_the_numbers_of_months_are_policy():
    terms = Terms(base_months=2, extension_months=1)
    assert deadline(day("Mon 30 Nov 2026"), terms=terms).target_on == day("Sat 30 Jan 2027")
    both = deadline(day("Mon 30 Nov 2026"), extended=True, terms=terms)
    assert both.target_on == day("Sun 28 Feb 2027")


def test_an_answer_before_its_question_is_refused():
    with pytest.raises(InvalidError, match="before its question"):
        Pause(day("Thu 12 Mar 2026"), day("Thu 05 Mar 2026"))


def test_a_question_before_receipt_is_refused():
    pause = Pause(day("Mon 02 Mar 2026"), day("Thu 05 Mar 2026"))
    with pytest.raises(InvalidError, match="before the request was received"):
        deadline(day("Tue 03 Mar 2026"), pauses=[pause])


def test_a_request_is_received_on_the_day_of_the_controllers_calendar():
    at = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
    assert received_on(at, PARIS) == day("Sun 01 Feb 2026")
    assert received_on(at, ZoneInfo("America/Martinique")) == day("Sat 31 Jan 2026")


@pytest.mark.parametrize(
    ("today", "left", "expected"),
    [
        ("Tue 17 Feb 2026", 11, Stage.OK),
        ("Wed 18 Feb 2026", 10, Stage.D_10),
        ("Sun 22 Feb 2026", 6, Stage.D_10),
        ("Mon 23 Feb 2026", 5, Stage.D_5),
        ("Wed 25 Feb 2026", 3, Stage.D_5),
        ("Thu 26 Feb 2026", 2, Stage.D_2),
        ("Sat 28 Feb 2026", 0, Stage.D_2),
        ("Mon 02 Mar 2026", -2, Stage.D_2),  # past the target, still lawful
        ("Tue 03 Mar 2026", -3, Stage.LATE),
    ],
)
def test_alerts_run_on_the_target_and_lateness_on_the_law(today: str, left: int, expected: Stage):
    due = deadline(day("Sat 31 Jan 2026"))
    assert days_left(day(today), due.target_on) == left
    assert stage(day(today), due) is expected


DAYS = st.dates(date(2018, 5, 25), date(2100, 1, 1))
REGIONS = st.sampled_from(Region)


@st.composite
def pauses_after(draw: st.DrawFn, received: date) -> list[Pause]:
    starts = st.integers(0, 40)
    lengths = st.integers(0, 40)
    found = []
    for start, length in draw(st.lists(st.tuples(starts, lengths), max_size=4)):
        asked = received + timedelta(days=start)
        found.append(
            Pause(
                asked,
                asked + timedelta(days=length),
                doubt_recorded=draw(st.booleans()),
                overridden=draw(st.booleans()),
            )
        )
    return found


@given(data=st.data(), received=DAYS, region=REGIONS, extended=st.booleans())
def test_the_last_lawful_day_is_a_working_day_not_before_the_target(
    data: st.DataObject, received: date, region: Region, *, extended: bool
):
    pauses = data.draw(pauses_after(received))
    due = deadline(received, extended=extended, pauses=pauses, terms=Terms(region=region))
    assert received < due.target_on <= due.legal_latest_on
    assert due.legal_latest_on - due.target_on <= timedelta(days=5)
    assert due.legal_latest_on.weekday() < 5
    assert due.legal_latest_on not in Holidays(region)


@given(data=st.data(), one=DAYS, other=DAYS, region=REGIONS, extended=st.booleans())
def test_what_is_received_later_is_never_due_earlier(
    data: st.DataObject, one: date, other: date, region: Region, *, extended: bool
):
    first, last = sorted((one, other))
    pauses, terms = data.draw(pauses_after(last)), Terms(region=region)
    before = deadline(first, extended=extended, pauses=pauses, terms=terms)
    after = deadline(last, extended=extended, pauses=pauses, terms=terms)
    assert before.target_on <= after.target_on
    assert before.legal_latest_on <= after.legal_latest_on


@given(st.data(), DAYS)
def test_pauses_add_each_of_their_days_at_most_once(data: st.DataObject, received: date):
    pauses = data.draw(pauses_after(received))
    credited = deadline(received, pauses=pauses).target_on - deadline(received).target_on
    covered = {
        pause.asked_on + timedelta(days=n)
        for pause in pauses
        for n in range((pause.answered_on - pause.asked_on).days)
    }
    assert timedelta(0) <= credited <= timedelta(days=len(covered))
    doubled = deadline(received, pauses=pauses * 2).target_on
    assert doubled == deadline(received, pauses=pauses).target_on


@given(DAYS, st.integers(0, 100))
def test_a_request_never_becomes_less_urgent(received: date, after: int):
    due, today = deadline(received), received + timedelta(days=after)
    order = list(Stage)
    tomorrow = stage(today + timedelta(days=1), due)
    assert order.index(stage(today, due)) <= order.index(tomorrow)
