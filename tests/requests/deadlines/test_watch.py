"""The DPO is told once at each stage, and an open pause moves its deadline day by day."""

from datetime import UTC, date, datetime
from uuid import UUID

from privacy.audit.actions import Action
from privacy.requests.annexes import QuestionKind
from privacy.requests.deadlines.watch import MOST_NAMED, named, watch_deadlines
from privacy.requests.models import RequestState
from tests.requests.deadlines.test_questions import ask
from tests.requests.office import Office


def watch(office: Office, day: date) -> int:
    office.clock.now = datetime(day.year, day.month, day.day, 8, tzinfo=UTC)
    return watch_deadlines(office.database, clock=office.clock, desk=office.desk)


def told(office: Office) -> list[str]:
    return [one.template for one in office.messages() if one.template.startswith("dpo_deadline")]


def opened(office: Office) -> UUID:
    office.clock.now = datetime(2026, 3, 3, 9, tzinfo=UTC)
    return office.opened()


def test_each_stage_is_told_once(office: Office):
    request_id = opened(office)
    days = {
        date(2026, 3, 23): 0,
        date(2026, 3, 24): 1,
        date(2026, 3, 25): 0,
        date(2026, 3, 29): 1,
        date(2026, 4, 1): 1,
        date(2026, 4, 3): 0,
        date(2026, 4, 4): 1,
        date(2026, 4, 20): 0,
    }
    assert {day: watch(office, day) for day in days} == days
    assert told(office) == [f"dpo_deadline_{one}" for one in ("d-10", "d-5", "d-2", "late")]
    entries = office.entries(Action.REQUEST_REMINDED)
    assert [one.details["stage"] for one in entries] == ["d-10", "d-5", "d-2", "late"]
    letter = office.letters("dpo_deadline_late")[0]
    assert letter.variables["link"].endswith(f"/console/requests/{request_id}")
    assert letter.address == office.controller.dpo_contact


def test_many_at_once_are_told_in_one_letter(office: Office):
    office.clock.now = datetime(2026, 3, 3, 9, tzinfo=UTC)
    first, second = office.opened(), office.approved("two@example.fr")
    assert watch(office, date(2026, 3, 30)) == 2
    (letter,) = office.letters("dpo_deadline_d-5")
    numbers = named([office.request(first), office.request(second)])
    assert set(letter.variables["requests"].split(", ")) == set(numbers.split(", "))
    assert letter.variables["link"].endswith("/console/requests")


def test_what_is_answered_refused_or_unconfirmed_is_not_told(office: Office):
    request_id = opened(office)
    office.refuse(request_id)
    office.submit("other@example.fr")
    assert watch(office, date(2026, 4, 20)) == 0


def test_a_pause_moves_its_deadline_while_it_is_open(office: Office):
    request_id = opened(office)
    ask(office, request_id, QuestionKind.IDENTITY)
    watch(office, date(2026, 3, 10))
    about = office.request(request_id)
    assert (about.state, about.target_on) == (RequestState.PAUSED, date(2026, 4, 10))
    assert watch(office, date(2026, 4, 1)) == 0
    assert office.request(request_id).target_on == date(2026, 5, 2)


def test_a_pause_without_credit_moves_nothing_and_is_told(office: Office):
    request_id = opened(office)
    office.clock.now = datetime(2026, 3, 30, 9, tzinfo=UTC)
    ask(office, request_id, QuestionKind.IDENTITY)
    assert watch(office, date(2026, 4, 2)) == 1
    assert office.request(request_id).target_on == date(2026, 4, 3)


def test_a_long_list_is_cut_and_counted(office: Office):
    about = office.request(opened(office))
    assert named([about] * (MOST_NAMED + 2)).endswith("(+ 2)")
