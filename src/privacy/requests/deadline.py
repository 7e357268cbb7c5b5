"""When a request must be answered (Art. 12(3) GDPR, Regulation 1182/71 Art. 3).

Work aims at `target_on`; whether the law was broken is judged on `legal_latest_on`, which is the
same day moved to the next working day. An extension counts from receipt, never from a day that
was moved already.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from privacy.errors import InvalidError
from privacy.policy.months import (
    ONE_DAY,
    Holidays,
    Region,
    add_months,
    day_of,
    roll_forward,
    working_days,
)

received_on = day_of
"""The civil day, in the controller's zone, of the instant at which a request came in."""


class Stage(StrEnum):
    """How near the end is, in days before the target; LATE is past the last lawful day."""

    OK = "ok"
    D_10 = "d-10"
    D_5 = "d-5"
    D_2 = "d-2"
    LATE = "late"


@dataclass(frozen=True)
class Terms:
    """The policy values in force on the day of receipt, and where the controller works."""

    base_months: int = 1
    extension_months: int = 2
    max_ask_delay: int = 5
    """Working days after receipt in which a question is still asked without undue delay."""
    region: Region = Region.FRANCE


@dataclass(frozen=True)
class Pause:
    """A question to the subject on which the answer depends (Art. 12(6) or recital 63 GDPR).

    While the subject has not answered, pass the present day as `answered_on`.
    """

    asked_on: date
    answered_on: date
    doubt_recorded: bool = False
    """Whether it was written down why the question was necessary."""
    overridden: bool = False
    """Whether the DPO decided, with a reason, that the time counts although it would not."""

    def __post_init__(self) -> None:
        if self.answered_on < self.asked_on:
            raise InvalidError("An answer cannot come before its question.")


@dataclass(frozen=True)
class Deadline:
    """The day to aim at, and the last day on which the law is kept."""

    target_on: date
    legal_latest_on: date


def deadline(
    received_on: date,
    *,
    extended: bool = False,
    pauses: Sequence[Pause] = (),
    terms: Terms = Terms(),
) -> Deadline:
    """Return when a request received on a day is due.

    Only pauses that the law admits (see `is_admissible`) move the target, by whole days, and
    days of two pauses at once count once. Raises InvalidError for a question before receipt.
    """
    months = terms.base_months + (terms.extension_months if extended else 0)
    admitted = (pause for pause in pauses if is_admissible(pause, received_on, terms))
    target_on = add_months(received_on, months) + _merged_days(admitted) * ONE_DAY
    return Deadline(target_on, roll_forward(target_on, Holidays(terms.region)))


def is_admissible(pause: Pause, received_on: date, terms: Terms) -> bool:
    """Tell whether the time of a pause counts: asked soon enough and for a recorded doubt."""
    if pause.asked_on < received_on:
        raise InvalidError("A question cannot be asked before the request was received.")
    delay = working_days(received_on, pause.asked_on, Holidays(terms.region))
    return pause.overridden or (pause.doubt_recorded and delay <= terms.max_ask_delay)


def _merged_days(pauses: Iterable[Pause]) -> int:
    total, counted_until = 0, date.min
    for pause in sorted(pauses, key=lambda pause: pause.asked_on):
        start = max(pause.asked_on, counted_until)
        total += max((pause.answered_on - start).days, 0)
        counted_until = max(counted_until, pause.answered_on)
    return total


def days_left(today: date, target_on: date) -> int:
    """Return the days until the target; zero on the day itself, negative after it."""
    return (target_on - today).days


def stage(today: date, due: Deadline) -> Stage:
    """Return how urgent a request is, by its target, until the last lawful day has passed."""
    if today > due.legal_latest_on:
        return Stage.LATE
    left = days_left(today, due.target_on)
    alerts = ((2, Stage.D_2), (5, Stage.D_5), (10, Stage.D_10))
    return next((alert for days, alert in alerts if left <= days), Stage.OK)


def may_extend(today: date, target_on: date) -> bool:
    """Tell whether the subject can still be told of an extension in time (Art. 12(3) GDPR).

    `target_on` is the target without the extension. The day itself is refused already: the safe
    side of "within one month of receipt".
    """
    return today < target_on
