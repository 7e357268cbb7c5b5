"""A request is made, confirmed and forgotten; each act with its entry."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from privacy.audit.actions import Action
from privacy.crypto import tokens
from privacy.errors import ConflictError, GoneError, InvalidError, NotFoundError, TooManyError
from privacy.purposes.models import Controller
from privacy.requests import acts
from privacy.requests.models import LinkUse, RequestKind, RequestState
from privacy.subjects.acts import add_identifier
from privacy.subjects.identify import Claim
from privacy.subjects.models import Subject
from tests.make import make_subject
from tests.requests.office import EMAIL, Office
from tests.requests.together import at_once


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


def test_how_long_a_link_to_confirm_lasts_is_policy(office: Office):
    office.set_period("request.confirm", "P1D")
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


def test_one_mailbox_is_not_flooded(office: Office):
    for _ in range(acts.MOST_MAILS):
        office.submit()
    with pytest.raises(TooManyError):
        office.submit(f" {EMAIL.upper()}")
    office.submit("somebody@else.example")
    assert len(office.letters("confirm_request")) == acts.MOST_MAILS + 1
    office.clock.advance(days=1)
    office.submit()


def test_what_was_confirmed_counts_no_more(office: Office):
    for _ in range(acts.MOST_MAILS + 2):
        office.opened()
    assert all(one.contact_index is None for one in office.all())
