"""A request is made, confirmed, decided on and forgotten; each act with its entry."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from privacy.audit.actions import Action
from privacy.crypto import tokens
from privacy.errors import ConflictError, GoneError, InvalidError, NotFoundError, RefusedError
from privacy.policy.acts import set_value
from privacy.policy.values import Force, Unit, Value
from privacy.purposes.models import Controller
from privacy.requests import acts
from privacy.requests.acts import RefusalGround
from privacy.requests.letters import reason_of
from privacy.requests.models import LinkUse, RequestKind, RequestState
from privacy.subjects.acts import add_identifier
from privacy.subjects.identify import Claim
from privacy.subjects.models import Subject
from tests.make import make_subject
from tests.requests.office import DPO, EMAIL, REASON, Office


def subjects(office: Office) -> int:
    with office.database.reading() as session:
        return session.scalars(select(func.count()).select_from(Subject)).one()


def test_a_request_is_kept_with_its_deadline_and_its_entry(office: Office):
    office.clock.now = datetime(2026, 1, 30, 23, 30, tzinfo=UTC)  # already the 31st in Paris
    about = office.request(office.submit())
    assert (about.state, about.subject_id) == (RequestState.SUBMITTED, None)
    assert about.received_on == date(2026, 1, 31)
    assert about.target_on == date(2026, 2, 28)
    assert about.legal_latest_on == date(2026, 3, 2)
    (entry,) = office.entries(Action.REQUEST_SUBMITTED)
    assert (entry.actor, entry.controller_id, entry.subject_id) == (
        "subject",
        office.controller.id,
        None,
    )
    assert entry.details == {
        "request": str(about.id),
        "kind": "access",
        "language": "fr",
        "channel": "portal",
        "received_on": "2026-01-31",
        "due_on": "2026-03-02",
    }


def test_nobody_is_looked_up_or_made_when_a_request_comes_in(office: Office):
    with office.database.transaction() as session:
        make_subject(
            session,
            at=office.clock(),
            cabinet=office.desk.cabinet,
            controller_id=office.controller.id,
            claims=(Claim("email", EMAIL, verified=True),),
        )
    known = office.request(office.submit(EMAIL))
    unknown = office.request(office.submit("nobody@example.fr"))
    assert known.subject_id is unknown.subject_id is None
    assert subjects(office) == 1


def test_the_typed_address_is_sealed_and_a_mail_asks_to_confirm_it(office: Office):
    about = office.request(office.submit(" Camille.DURAND@example.fr"))
    assert about.contact_sealed is not None
    assert b"camille" not in about.contact_sealed.lower()
    (letter,) = office.letters("confirm_request")
    assert letter.address == EMAIL
    assert letter.variables["kind"] == "access"
    assert letter.variables["controller"] == office.controller.name
    assert letter.variables["link"].startswith(
        "https://privacy.boutique.example/portal/boutique/confirm/"
    )
    (link,) = office.links(about.id)
    assert (link.use, link.used_at) == (LinkUse.CONFIRM, None)
    assert link.digest == tokens.digest(office.token("confirm_request"))
    assert link.expires_at == office.clock() + timedelta(days=3)
    assert letter.variables["expires_at"] == link.expires_at.isoformat()


def set_period(office: Office, key: str, period: str) -> None:
    """Let a policy value hold from this day on."""
    today = office.clock().date()
    value = Value(key, period, Unit.PERIOD, today, None, "The DPO", Force.SOFT)
    with office.database.transaction() as session:
        set_value(session, actor=DPO, at=office.clock(), value=value, reason="For a test.")


def test_how_long_a_link_to_confirm_lasts_is_policy(office: Office):
    set_period(office, "request.confirm", "P1D")
    (link,) = office.links(office.submit())
    assert link.expires_at == office.clock() + timedelta(days=1)


@pytest.mark.parametrize("typed", ["", "camille", "a@b", "a b@example.fr", "x" * 300 + "@x.fr"])
def test_what_is_no_address_leaves_nothing(office: Office, typed: str):
    before = len(office.entries())
    with pytest.raises(InvalidError) as caught:
        office.submit(typed)
    assert "email" in caught.value.fields
    assert len(office.entries()) == before
    assert office.messages() == []


def test_the_link_opens_the_request_for_a_new_subject(office: Office):
    request_id = office.submit()
    office.clock.advance(hours=1)
    confirmed = office.confirm(office.token("confirm_request"))
    about = office.request(request_id)
    assert confirmed.request_id == request_id
    assert (about.state, about.verified_at) == (RequestState.OPEN, office.clock())
    assert about.contact_sealed is None
    assert subjects(office) == 1
    used = {link.use: link.used_at for link in office.links(request_id)}
    assert used == {LinkUse.CONFIRM: office.clock(), LinkUse.STATUS: None}
    entry = office.entries(Action.REQUEST_VERIFIED)[-1]
    assert (entry.actor, entry.subject_id) == ("subject", about.subject_id)
    assert entry.details == {
        "request": str(request_id),
        "kind": "access",
        "method": "mail-link",
        "due_on": about.legal_latest_on.isoformat(),
    }


def test_confirming_owes_the_subject_the_way_to_follow_and_the_dpo_a_word(office: Office):
    request_id = office.submit(language="en")
    confirmed = office.confirm(office.token("confirm_request"))
    about = office.request(request_id)
    (received,) = office.letters("request_received")
    assert received.address == EMAIL
    assert received.variables["link"].endswith(f"/portal/boutique/status/{confirmed.status_token}")
    assert received.variables["due_on"] == about.legal_latest_on.isoformat()
    (told,) = office.letters("dpo_new_request")
    assert told.address == office.controller.dpo_contact
    assert told.variables["link"].endswith(f"/console/requests/{request_id}")
    assert EMAIL not in str(told.variables)
    assert office.messages("request_received")[0].language == "en"
    assert office.messages("dpo_new_request")[0].language == "fr"


def test_a_dpo_who_publishes_no_mail_address_is_written_to_at_the_contact(office: Office):
    with office.database.transaction() as session:
        controller = session.get_one(Controller, office.controller.id)
        controller.dpo_contact = "01 99 00 00 00"
        acts.submit_request(
            session,
            actor="subject",
            at=office.clock(),
            desk=office.desk,
            to=controller,
            made=acts.Submission(RequestKind.ACCESS, EMAIL, "fr"),
        )
    office.confirm(office.token("confirm_request"), at=controller)
    (told,) = office.letters("dpo_new_request")
    assert told.address == office.controller.contact_email


def test_a_known_address_opens_the_request_of_its_subject(office: Office):
    first = office.request(office.opened(EMAIL))
    again = office.request(office.opened(EMAIL.upper()))
    assert first.subject_id == again.subject_id
    assert first.identifier_id == again.identifier_id
    assert subjects(office) == 1


def test_letters_go_to_the_address_that_confirmed_and_not_to_an_older_one(office: Office):
    first = office.request(office.opened("old@example.fr"))
    assert first.subject_id is not None
    office.clock.advance(days=1)
    with office.database.transaction() as session:
        add_identifier(
            session,
            actor="system",
            at=office.clock(),
            cabinet=office.desk.cabinet,
            subject_id=first.subject_id,
            claim=Claim("email", "new@example.fr", verified=True),
        )
    second = office.opened("new@example.fr")
    assert office.request(second).subject_id == first.subject_id
    office.refuse(second)
    assert [one.address for one in office.letters("request_received")] == [
        "old@example.fr",
        "new@example.fr",
    ]
    assert office.letters("request_refused")[0].address == "new@example.fr"


def test_a_link_confirms_once(office: Office):
    office.submit()
    token = office.token("confirm_request")
    office.confirm(token)
    count = len(office.entries())
    with pytest.raises(GoneError):
        office.confirm(token)
    assert len(office.entries()) == count


def test_a_link_that_is_too_old_confirms_nothing(office: Office):
    request_id = office.submit()
    office.clock.advance(days=3)
    with pytest.raises(GoneError):
        office.confirm(office.token("confirm_request"))
    assert office.request(request_id).state is RequestState.SUBMITTED


def test_a_link_of_another_controller_is_unknown_and_stays_good(office: Office, other: Controller):
    office.submit()
    token = office.token("confirm_request")
    with pytest.raises(NotFoundError):
        office.confirm(token, at=other)
    office.confirm(token)
    with pytest.raises(NotFoundError):
        office.confirm(token, at=other)


@pytest.mark.parametrize("token", ["", "x", "é" * 43])
def test_a_made_up_link_is_unknown(office: Office, token: str):
    office.submit()
    with pytest.raises(NotFoundError):
        office.confirm(token)


def test_a_link_for_another_use_confirms_nothing(office: Office):
    office.opened()
    with pytest.raises(NotFoundError):
        office.confirm(office.token("request_received"))


def test_of_two_who_press_at_once_one_confirms(office: Office):
    office.submit()
    token = office.token("confirm_request")
    outcomes = at_once(lambda: office.confirm(token), lambda: office.confirm(token))
    assert sorted(type(one).__name__ for one in outcomes) == ["Confirmed", "GoneError"]
    assert len(office.entries(Action.REQUEST_VERIFIED)) == 1
    assert len(office.messages("request_received")) == 1


def test_what_was_forgotten_meanwhile_is_not_opened_again(office: Office):
    request_id = office.submit()
    with office.taken(request_id) as (session, about):
        acts.expire(session, actor="job:test", at=office.clock(), about=about)
    with pytest.raises(GoneError):
        office.confirm(office.token("confirm_request"))
    assert office.request(request_id).state is RequestState.EXPIRED


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
    set_period(office, "dsar.ext", "P1M")
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
    why = acts.Decision(office.controller, REASON, RefusalGround.OTHER)
    more = {} if two == "approve" else {"desk": office.desk, "why": why}

    def decide_on_what_was_seen() -> None:
        with office.database.transaction() as session:
            session.add(seen)
            getattr(acts, two)(session, actor=DPO, at=office.clock(), about=seen, **more)

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


def test_a_request_that_nobody_confirmed_is_forgotten_with_its_address(office: Office):
    request_id = office.submit()
    with office.taken(request_id) as (session, about):
        acts.expire(session, actor="job:test", at=office.clock(), about=about)
    about = office.request(request_id)
    assert (about.state, about.closed_at) == (RequestState.EXPIRED, office.clock())
    assert about.contact_sealed is None
    (entry,) = office.entries(Action.REQUEST_EXPIRED)
    assert entry.details == {"request": str(request_id), "reason": "not-confirmed"}


def test_what_was_confirmed_meanwhile_is_not_forgotten(office: Office):
    request_id = office.opened()
    with (
        pytest.raises(ConflictError),
        office.taken(request_id) as (session, about),
    ):
        acts.expire(session, actor="job:test", at=office.clock(), about=about)
    assert office.request(request_id).state is RequestState.OPEN


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Run the calls in threads that start together; return results and exceptions."""
    gate = threading.Barrier(len(calls))
    outcomes: list[object] = []

    def run(call: Callable[[], object]) -> None:
        gate.wait()
        try:
            outcomes.append(call())
        except (ConflictError, GoneError) as error:
            outcomes.append(error)

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_every_entry_of_a_request_names_its_subject_and_nothing_personal(office: Office):
    request_id: UUID = office.opened()
    office.extend(request_id)
    office.refuse(request_id)
    told = str([one.details for one in office.entries()]).casefold()
    for secret in ("camille", "durand", REASON[:10].casefold(), "example.fr"):
        assert secret not in told
