"""A request is approved, refused or extended, by one operator at a time."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from privacy.audit.actions import Action
from privacy.errors import ConflictError, RefusedError
from privacy.requests import deciding
from privacy.requests.deciding import RefusalGround
from privacy.requests.letters import reason_of
from privacy.requests.models import RequestState
from tests.requests.office import DPO, EMAIL, REASON, Office
from tests.requests.together import at_once


def test_approving_leaves_its_entry(office: Office):
    request_id = office.approved()
    about = office.request(request_id)
    assert (about.state, about.decided_at) == (RequestState.APPROVED, office.clock())
    (entry,) = office.entries(Action.REQUEST_APPROVED)
    assert (entry.actor, entry.subject_id) == (DPO, about.subject_id)
    assert entry.details["due_on"] == about.legal_latest_on.isoformat()


@pytest.mark.parametrize("act", ["approve", "refuse", "extend"])
def test_a_request_that_nobody_confirmed_is_not_decided(office: Office, act: str):
    request_id = office.submit()
    before = office.entries()
    with pytest.raises(ConflictError):
        getattr(office, act)(request_id)
    assert office.request(request_id).state is RequestState.SUBMITTED
    assert office.entries() == before


def test_a_refusal_owes_its_subject_the_reason_and_the_remedies(office: Office):
    request_id = office.opened()
    office.refuse(request_id)
    about = office.request(request_id)
    assert (about.state, about.decided_at) == (RequestState.REFUSED, office.clock())
    assert about.closed_at == office.clock()
    assert about.reason_sealed is not None
    assert b"hier" not in about.reason_sealed
    with office.database.reading() as session:
        assert reason_of(session, cabinet=office.desk.cabinet, about=about) == REASON
    (letter,) = office.letters("request_refused")
    assert (letter.address, letter.variables["reason"]) == (EMAIL, REASON)
    assert letter.variables["contact"] == office.controller.contact_email
    (entry,) = office.entries(Action.REQUEST_REFUSED)
    assert entry.details == {"request": str(request_id), "ground": "excessive"}


@pytest.mark.parametrize(
    ("ground", "reason"), [(None, REASON), (RefusalGround.OTHER, ""), (RefusalGround.OTHER, " \n")]
)
def test_a_refusal_without_ground_or_reason_is_refused(
    office: Office, ground: RefusalGround | None, reason: str
):
    request_id = office.opened()
    with pytest.raises(RefusedError, match="needs its ground"):
        office.refuse(request_id, ground=ground, reason=reason)
    assert office.request(request_id).state is RequestState.OPEN
    assert office.messages("request_refused") == []


def test_an_extension_counts_from_receipt_and_is_told_with_its_reason(office: Office):
    request_id = office.opened()
    office.clock.now = datetime(2026, 4, 1, 9, tzinfo=UTC)
    office.extend(request_id)
    about = office.request(request_id)
    assert (about.state, about.extended_at) == (RequestState.OPEN, office.clock())
    assert about.target_on == about.legal_latest_on == date(2026, 6, 2)
    (letter,) = office.letters("request_extended")
    assert (letter.variables["reason"], letter.variables["due_on"]) == (REASON, "2026-06-02")
    (entry,) = office.entries(Action.REQUEST_EXTENDED)
    assert entry.details == {"request": str(request_id), "due_on": "2026-06-02"}


def test_an_extension_is_as_long_as_the_law_was_on_receipt(office: Office):
    request_id = office.opened()
    office.clock.advance(days=10)
    office.set_period("dsar.ext", "P1M")
    office.extend(request_id)
    assert office.request(request_id).target_on == date(2026, 6, 2)


def test_an_extension_after_the_first_month_is_refused(office: Office):
    request_id = office.opened()
    office.clock.now = datetime(2026, 4, 1, 22, 30, tzinfo=UTC)  # the 2nd of April in Paris
    with pytest.raises(RefusedError, match="first month"):
        office.extend(request_id)
    assert office.request(request_id).extended_at is None
    assert office.messages("request_extended") == []


def test_an_extension_needs_its_reason(office: Office):
    request_id = office.opened()
    with pytest.raises(RefusedError, match="reason"):
        office.extend(request_id, reason="  ")
    assert office.request(request_id).extended_at is None


def test_a_request_is_extended_once(office: Office):
    request_id = office.opened()
    office.extend(request_id)
    with pytest.raises(RefusedError, match="once"):
        office.extend(request_id)
    assert len(office.messages("request_extended")) == 1


@pytest.mark.parametrize(
    ("one", "two"),
    [("approve", "refuse"), ("refuse", "approve"), ("extend", "extend"), ("approve", "extend")],
)
def test_of_two_operators_who_saw_the_same_page_the_second_is_told(
    office: Office, one: str, two: str
):
    request_id = office.opened()
    seen = office.request(request_id)
    getattr(office, one)(request_id)
    before, letters = office.entries(), len(office.messages())
    why = deciding.Decision(office.controller, REASON, RefusalGround.OTHER)
    more = {} if two == "approve" else {"desk": office.desk, "why": why}

    def decide_on_what_was_seen() -> None:
        with office.database.transaction() as session:
            session.add(seen)
            getattr(deciding, two)(session, actor=DPO, at=office.clock(), about=seen, **more)

    with pytest.raises(ConflictError):
        decide_on_what_was_seen()
    assert office.entries() == before
    assert len(office.messages()) == letters


def test_of_two_operators_at_once_one_decides(office: Office):
    request_id = office.opened()
    outcomes = at_once(lambda: office.approve(request_id), lambda: office.refuse(request_id))
    assert sum(isinstance(one, ConflictError) for one in outcomes) == 1
    decided = office.entries(Action.REQUEST_APPROVED, Action.REQUEST_REFUSED)
    assert len(decided) == 1
    approved = office.request(request_id).state is RequestState.APPROVED
    assert approved == (decided[0].action == Action.REQUEST_APPROVED)
    assert len(office.messages("request_refused")) == (0 if approved else 1)


def test_every_entry_of_a_request_names_its_subject_and_nothing_personal(office: Office):
    request_id: UUID = office.opened()
    office.extend(request_id)
    office.refuse(request_id)
    told = str([one.details for one in office.entries()]).casefold()
    for secret in ("camille", "durand", REASON[:10].casefold(), "example.fr"):
        assert secret not in told
