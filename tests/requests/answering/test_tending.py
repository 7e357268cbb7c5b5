"""Not forgetting what was asked: half-time, the last day, and what must not be told twice."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

import pytest

from privacy.assignments.answers import Answer, Result
from privacy.audit.actions import Action
from privacy.requests.answering.tending import Tending, tend_assignments
from privacy.requests.jobs import fulfil_access
from privacy.requests.letters import dpo_address
from privacy.stores.protocol import Store
from tests.requests.answering.test_awaiting import answered, asked, waiting
from tests.requests.office import EMAIL, Office
from tests.stores.paper import KEEPER, archive


def tend(office: Office, *stores: Store) -> int:
    def opened(_controller_id: UUID) -> Mapping[str, Store]:
        return {one.definition.name: one for one in stores or (archive(),)}

    return tend_assignments(Tending(office.database, office.clock, office.desk, opened))


def test_a_keeper_is_reminded_at_half_time_once_with_a_link_that_works(office: Office):
    waiting(office)
    office.clock.advance(days=3)
    assert tend(office) == 0
    office.clock.advance(days=1)
    assert [tend(office), tend(office)] == [1, 0]
    (letter,) = office.letters("assignment_reminder")
    assert letter.address == KEEPER
    first, second = office.token("assignment_opened"), office.token("assignment_reminder")
    assert first != second
    assert EMAIL not in str(letter.variables)
    assert len(office.entries(Action.ASSIGNMENT_REMINDED)) == 1


def test_the_dpo_is_told_on_the_last_day_and_before_the_lawful_one(office: Office):
    request_id = waiting(office)
    office.clock.advance(days=8)
    assert [tend(office), tend(office)] == [1, 0]
    (letter,) = office.letters("dpo_assignment_late")
    assert letter.address == dpo_address(office.controller)
    assert office.clock().date() < office.request(request_id).legal_latest_on - timedelta(days=6)
    assert office.messages("dpo_store_failing") == []
    assert len(office.entries(Action.ASSIGNMENT_ESCALATED)) == 1


def test_what_was_answered_is_left_in_peace(office: Office):
    waiting(office)
    answered(office, Answer(Result.EMPTY))
    office.clock.advance(days=9)
    assert tend(office) == 0
    fulfil_access(office.bench(archive()))
    assert tend(office) == 0
    assert office.messages("dpo_assignment_late") == []


def test_a_store_that_was_removed_stops_no_other(office: Office):
    waiting(office)
    office.clock.advance(days=4)
    assert tend(office, archive()) == 1
    office.clock.advance(days=4)

    def nothing(_controller_id: UUID) -> Mapping[str, Store]:
        return {}

    tending = Tending(office.database, office.clock, office.desk, nothing)
    assert tend_assignments(tending) == 1
    assert len(office.messages("dpo_assignment_late")) == 1


@pytest.mark.parametrize("days", [4, 8])
def test_letters_are_owed_with_their_entries_alone(office: Office, days: int):
    waiting(office)
    (one,) = asked(office)
    office.clock.advance(days=days)
    tend(office)
    (after,) = asked(office)
    assert (one.reminded_at, one.escalated_at) == (None, None)
    assert after.reminded_at == office.clock()
    assert (after.escalated_at is not None) == (days == 8)
