"""The same asked again is shown beside the first, and answered, joined or refused by a person."""

from uuid import UUID

import pytest

from privacy.audit.actions import Action
from privacy.errors import ConflictError, NotFoundError
from privacy.requests import acts
from privacy.requests.acts import Submission
from privacy.requests.behalf import Behalf, Standing
from privacy.requests.intake import duplicates
from privacy.requests.models import RequestKind, RequestState
from privacy.subjects.identify import Claim, IdentifierKind
from tests.requests.office import DPO, EMAIL, Office


def others(office: Office, request_id: UUID) -> list[UUID]:
    about = office.request(request_id)
    with office.database.reading() as session:
        return [one.id for one in duplicates.others(session, about=about, at=office.clock())]


def merge(office: Office, request_id: UUID, into: UUID) -> None:
    with office.taken(request_id) as (session, about):
        duplicates.merge(
            session, actor=DPO, at=office.clock(), desk=office.desk, about=about, into_id=into
        )


def twice(office: Office) -> tuple[UUID, UUID]:
    first = office.opened()
    office.clock.advance(days=1)
    return first, office.opened()


def test_requests_of_one_subject_stand_beside_each_other(office: Office):
    first, second = twice(office)
    office.opened("somebody.else@example.fr")
    assert (others(office, first), others(office, second)) == ([second], [first])


def test_nothing_is_joined_where_somebody_acts_for_the_subject(office: Office):
    first = office.opened()
    behalf = Behalf(Standing.MANDATE, "A", "B", (Claim(IdentifierKind.EMAIL, EMAIL),))
    made = Submission(RequestKind.ACCESS, "agent@cabinet.example", "fr", behalf=behalf)
    with office.database.transaction() as session:
        second = acts.submit_request(
            session,
            actor="subject",
            at=office.clock(),
            desk=office.desk,
            to=office.controller,
            made=made,
        ).id
    office.confirm(office.token("confirm_request"))
    assert others(office, first) == [second]
    with pytest.raises(ConflictError):
        merge(office, second, first)


def test_a_third_request_in_a_month_is_answered_like_any_other(office: Office):
    twice(office)
    third = office.opened()
    office.approve(third)
    assert office.request(third).state is RequestState.APPROVED


def test_what_was_closed_long_ago_is_not_shown(office: Office):
    first = office.opened()
    office.refuse(first)
    office.clock.advance(days=80)
    near = office.opened()
    assert others(office, near) == [first]
    office.refuse(near)
    office.clock.advance(days=91)
    assert others(office, office.opened()) == []


def test_one_answer_serves_for_both_and_the_subject_is_told(office: Office):
    first, second = twice(office)
    merge(office, second, first)
    about = office.request(second)
    assert (about.state, about.merged_into) == (RequestState.MERGED, first)
    assert about.closed_at == about.decided_at == office.clock()
    (letter,) = office.letters("request_merged")
    assert letter.address == EMAIL
    due_on = office.request(first).legal_latest_on.isoformat()
    assert (letter.variables["due_on"], letter.variables["authority"]) == (due_on, "FR")
    (entry,) = office.entries(Action.REQUEST_MERGED)
    assert entry.details == {"request": str(second), "into": str(first)}


def test_an_earlier_request_is_not_joined_to_a_later_one(office: Office):
    first, second = twice(office)
    with pytest.raises(ConflictError, match="earlier"):
        merge(office, first, second)


def test_what_is_decided_already_answers_no_other(office: Office):
    first, second = twice(office)
    office.refuse(first)
    with pytest.raises(ConflictError, match="not answered yet"):
        merge(office, second, first)
    assert office.request(second).state is RequestState.OPEN


def test_a_request_of_somebody_else_is_unknown(office: Office):
    mine, theirs = office.opened(), office.opened("somebody.else@example.fr")
    with pytest.raises(NotFoundError):
        merge(office, theirs, mine)


def test_what_was_decided_meanwhile_is_not_joined(office: Office):
    first, second = twice(office)
    office.approve(second)
    with pytest.raises(ConflictError, match="decided"):
        merge(office, second, first)
    assert office.messages("request_merged") == []
