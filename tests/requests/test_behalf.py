"""Asking in the portal for somebody else: sealed, told to nobody, and proof of nothing."""

from typing import Any
from uuid import UUID

import pytest

from privacy.audit.actions import Action
from privacy.errors import ConflictError, InvalidError, RefusedError
from privacy.requests import acts, agreeing, deciding
from privacy.requests.acting import Acting, acting_for
from privacy.requests.acts import Submission
from privacy.requests.annexes import AgeBand, Capacity
from privacy.requests.behalf import Behalf, Standing
from privacy.requests.intake import representing
from privacy.requests.intake.representing import Proof
from privacy.requests.jobs import seeds_of
from privacy.requests.models import RequestKind, RequestState
from privacy.subjects.identify import Claim, IdentifierKind
from tests.make import make_subject
from tests.requests.office import DPO, EMAIL, Office

AGENT = "agent@cabinet.example"
NUMBER = Claim(IdentifierKind.ACCOUNT_NUMBER, "C-1042")
ADDRESS = Claim(IdentifierKind.EMAIL, EMAIL)


def said(standing: Standing = Standing.MANDATE, *claims: Claim, **changes: Any) -> Behalf:
    told = {"name": "Maître Renard", "subject_name": "Camille Durand", "words": "Mandat du 2 mars"}
    return Behalf(standing, claims=claims or (ADDRESS, NUMBER), **told | changes)


def submit(office: Office, behalf: Behalf) -> UUID:
    made = Submission(RequestKind.ACCESS, AGENT, "fr", behalf=behalf)
    with office.database.transaction() as session:
        return acts.submit_request(
            session,
            actor="subject",
            at=office.clock(),
            desk=office.desk,
            to=office.controller,
            made=made,
        ).id


def asked(office: Office, behalf: Behalf) -> UUID:
    """Submit and confirm."""
    request_id = submit(office, behalf)
    office.confirm(office.token("confirm_request"))
    return request_id


def acting(office: Office, request_id: UUID) -> Acting:
    with office.database.reading() as session:
        found = acting_for(session, cabinet=office.desk.cabinet, about=office.request(request_id))
    assert found is not None
    return found


def accept(office: Office, request_id: UUID, proof: Proof = representing.NO_PROOF) -> None:
    with office.taken(request_id) as (session, about):
        representing.accept_mandate(
            session,
            actor=DPO,
            at=office.clock(),
            cabinet=office.desk.cabinet,
            about=about,
            proof=proof,
        )


def seeds(office: Office, request_id: UUID) -> dict[str, set[str]]:
    with office.database.reading() as session:
        about = office.request(request_id)
        found = dict(seeds_of(session, desk=office.desk, about=about))
    found.pop("subject_id")
    return found


def known(office: Office, *claims: Claim) -> UUID:
    """Add a subject whom the controller knows."""
    with office.database.transaction() as session:
        return make_subject(
            session,
            at=office.clock(),
            cabinet=office.desk.cabinet,
            controller_id=office.controller.id,
            claims=claims,
        )


def test_before_it_is_confirmed_nothing_of_it_can_be_read_and_nobody_is_told(office: Office):
    about = office.request(submit(office, said()))
    assert about.acting_sealed is not None
    assert b"Camille" not in about.acting_sealed
    assert [one.address for one in office.letters("confirm_request")] == [AGENT]
    assert len(office.messages()) == 1


def test_the_representative_gets_the_letters_and_is_told_of_the_check(office: Office):
    request_id = asked(office, said())
    assert [one.address for one in office.letters("request_received_acting")] == [AGENT]
    found = acting(office, request_id)
    assert (found.name, found.email, found.subject_name) == (
        "Maître Renard", AGENT, "Camille Durand",
    )  # fmt: skip
    assert (found.words, found.claims) == ("Mandat du 2 mars", (ADDRESS, NUMBER))
    assert office.request(request_id).acting_sealed is None
    (entry,) = office.entries(Action.REQUEST_VERIFIED)
    assert entry.details["method"] == "representative"


def test_what_a_representative_says_finds_nothing_before_it_was_accepted(office: Office):
    request_id = asked(office, said())
    assert seeds(office, request_id) == {}
    with pytest.raises(RefusedError, match="Accept the mandate"):
        office.approve(request_id)
    accept(office, request_id, Proof("Original vu au guichet."))
    assert seeds(office, request_id) == {"email": {EMAIL}, "customer_number": {"C-1042"}}
    office.approve(request_id)


def test_what_is_not_the_persons_is_left_out(office: Office):
    request_id = asked(office, said())
    accept(office, request_id, Proof("Vu.", [NUMBER]))
    assert seeds(office, request_id) == {"email": {EMAIL}}


def test_an_identifier_of_somebody_else_is_not_taken(office: Office):
    known(office, Claim(NUMBER.kind, NUMBER.value, verified=True))
    request_id = asked(office, said())
    with pytest.raises(ConflictError, match="another subject"):
        accept(office, request_id, Proof("Vu."))
    assert acting(office, request_id).row.checked_at is None
    accept(office, request_id, Proof("Vu.", [NUMBER]))


@pytest.mark.parametrize("standing", Standing)
def test_each_standing_has_its_capacity_and_age(office: Office, standing: Standing):
    row = acting(office, asked(office, said(standing))).row
    wanted = {
        Standing.MANDATE: (Capacity.MANDATE, AgeBand.ADULT),
        Standing.LAWYER: (Capacity.LAWYER, AgeBand.ADULT),
        Standing.PARENT_UNDER_15: (Capacity.PARENT, AgeBand.UNDER_15),
        Standing.PARENT_15_17: (Capacity.PARENT, AgeBand.FROM_15_TO_17),
        Standing.GUARDIAN: (Capacity.GUARDIAN, AgeBand.ADULT),
    }
    assert (row.capacity, row.age_band) == wanted[standing]


@pytest.mark.parametrize("standing", Standing)
def test_only_who_may_say_no_is_asked_without_an_operator(office: Office, standing: Standing):
    request_id = asked(office, said(standing))
    told = [one.address for one in office.letters("agreement_question")]
    assert told == ([EMAIL] if standing in {Standing.MANDATE, Standing.LAWYER} else [])
    with office.database.reading() as session:
        about = office.request(request_id)
        may = agreeing.may_ask(session, desk=office.desk, about=about)
    assert may is (standing in {Standing.PARENT_15_17, Standing.GUARDIAN})


def test_an_address_that_the_person_proved_goes_before_the_one_that_was_said(office: Office):
    number = Claim(NUMBER.kind, NUMBER.value, verified=True)
    proven = Claim(IdentifierKind.EMAIL, "camille@maison.example", verified=True)
    known(office, number, proven)
    asked(office, said(Standing.MANDATE, number, ADDRESS))
    assert [one.address for one in office.letters("agreement_question")] == [proven.value]


def test_nobody_is_asked_where_no_address_is_known(office: Office):
    request_id = asked(office, said(Standing.MANDATE, NUMBER))
    assert office.messages("agreement_question") == []
    assert acting(office, request_id).row.asked_at is None


def test_a_person_is_not_flooded_by_one_representative_after_the_other(office: Office):
    for _ in range(2):
        asked(office, said())
    assert len(office.messages("agreement_question")) == 1
    office.clock.advance(days=8)
    asked(office, said())
    assert len(office.messages("agreement_question")) == 2


def reply(office: Office, *, agreed: bool) -> None:
    token = office.token("agreement_question")
    with office.database.transaction() as session:
        agreeing.reply(
            session,
            at=office.clock(),
            desk=office.desk,
            to=office.controller,
            token=token,
            agreed=agreed,
        )


def test_the_persons_own_word_is_proof_enough(office: Office):
    request_id = asked(office, said())
    with pytest.raises(RefusedError, match="what shows"):
        accept(office, request_id)
    reply(office, agreed=True)
    assert len(office.messages("dpo_agreement_given")) == 1
    accept(office, request_id)
    office.approve(request_id)
    assert office.request(request_id).state is RequestState.APPROVED


def test_against_the_persons_word_no_mandate_is_accepted(office: Office):
    request_id = asked(office, said())
    reply(office, agreed=False)
    assert len(office.messages("dpo_agreement_denied")) == 1
    with pytest.raises(RefusedError, match="not their wish"):
        accept(office, request_id, Proof("Original vu au guichet."))
    office.refuse(request_id, ground=deciding.RefusalGround.IDENTITY)
    assert [one.address for one in office.letters("request_refused")] == [AGENT]
    (entry,) = office.entries(Action.REQUEST_AGREEMENT_GIVEN)
    assert (entry.actor, entry.details["outcome"]) == ("subject", "denied")


def test_who_never_confirms_leaves_nothing(office: Office):
    request_id = submit(office, said())
    with office.taken(request_id) as (session, about):
        acts.expire(session, actor="job:expire-requests", at=office.clock(), about=about)
    assert office.request(request_id).acting_sealed is None


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"name": " "}, "name"),
        ({"subject_name": ""}, "subject_name"),
        ({"subject_name": "x" * 201}, "subject_name"),
        ({"words": "x" * 2001}, "words"),
    ],
)
def test_both_are_named_and_no_text_is_without_end(changes: dict[str, Any], fault: str):
    with pytest.raises(InvalidError) as told:
        said(**changes)
    assert set(told.value.fields) == {fault}


def test_somebody_is_known_by_something():
    with pytest.raises(InvalidError) as told:
        Behalf(Standing.MANDATE, "A", "B", ())
    assert set(told.value.fields) == {"claims"}
