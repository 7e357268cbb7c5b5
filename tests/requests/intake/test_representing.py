"""Who acts for another gets the letters, and an answer only once their right to was accepted."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from privacy.audit.actions import Action
from privacy.errors import ConflictError, InvalidError, NotFoundError, RefusedError
from privacy.requests.acting import acting_for
from privacy.requests.annexes import AgeBand, Capacity
from privacy.requests.intake import representing, taking_in
from privacy.requests.intake.representing import Proof, Representative
from privacy.requests.intake.taking_in import Taken, Verification
from privacy.requests.models import Channel, RequestKind, RequestState
from privacy.requests.moves import Asked
from privacy.subjects.identify import Claim, IdentifierKind
from privacy.subjects.queries import identifiers_of
from tests.requests.office import DPO, EMAIL, Office

AGENT = "agent@cabinet.example"
PROOF = "Mandat écrit du 2 mars, montré au guichet."
CARD = Claim(IdentifierKind.LOYALTY_CARD, "L-77", verified=True)


def by(**changes: Any) -> Representative:
    told: dict[str, Any] = {
        "capacity": Capacity.MANDATE,
        "age_band": AgeBand.ADULT,
        "name": "Maître Renard",
        "email": AGENT,
        "proof": PROOF,
    }
    return Representative(**told | changes)


def take(office: Office, representative: Representative, *claims: Claim) -> UUID:
    today = office.clock().date()
    asked = Asked(RequestKind.ACCESS, "fr", today, Channel.PAPER)
    taken = Taken(asked, claims or (CARD,), Verification.MANDATE, representative=representative)
    with office.database.transaction() as session:
        return taking_in.take_in(
            session,
            actor=DPO,
            at=office.clock(),
            desk=office.desk,
            to=office.controller,
            taken=taken,
        ).id


def accept(office: Office, request_id: UUID, proof: str = "") -> None:
    with office.taken(request_id) as (session, about):
        representing.accept_mandate(
            session,
            actor=DPO,
            at=office.clock(),
            cabinet=office.desk.cabinet,
            about=about,
            proof=Proof(proof),
        )


def test_letters_go_to_who_acts_and_their_address_is_no_identifier(office: Office):
    request_id = take(office, by(), Claim(IdentifierKind.EMAIL, EMAIL, verified=True))
    assert [one.address for one in office.letters("request_received")] == [AGENT]
    subject_id = office.request(request_id).subject_id
    assert subject_id is not None
    with office.database.reading() as session:
        known = identifiers_of(session, cabinet=office.desk.cabinet, subject_id=subject_id)
    assert [one.value for one in known] == [EMAIL]


def test_a_child_without_an_address_is_known_by_a_number(office: Office):
    parent = by(capacity=Capacity.PARENT, age_band=AgeBand.UNDER_15)
    assert office.request(take(office, parent)).state is RequestState.OPEN
    assert office.letters("request_received")[0].address == AGENT


def test_what_is_kept_is_sealed_and_the_entry_has_no_name(office: Office):
    request_id = take(office, by())
    with office.database.reading() as session:
        about = office.request(request_id)
        acting = acting_for(session, cabinet=office.desk.cabinet, about=about)
    assert acting is not None
    assert (acting.name, acting.email, acting.proof) == ("Maître Renard", AGENT, PROOF)
    assert AGENT.encode() not in acting.row.contact_sealed
    assert b"guichet" not in (acting.row.proof_sealed or b"")
    (entry,) = office.entries(Action.REQUEST_REPRESENTED)
    assert {**entry.details} == {
        "request": str(request_id),
        "capacity": "mandate",
        "age": "adult",
        "proof": True,
    }


def test_nothing_is_answered_before_the_mandate_is_accepted(office: Office):
    request_id = take(office, by())
    with pytest.raises(RefusedError, match="Accept the mandate"):
        office.approve(request_id)
    accept(office, request_id)
    office.approve(request_id)
    assert office.request(request_id).state is RequestState.APPROVED
    assert len(office.entries(Action.REQUEST_MANDATE_CHECKED)) == 1


def test_a_mandate_without_proof_is_not_accepted(office: Office):
    request_id = take(office, by(proof=" "))
    with pytest.raises(RefusedError, match="what shows"):
        accept(office, request_id)
    accept(office, request_id, PROOF)
    office.approve(request_id)


def test_a_mandate_that_has_ended_opens_nothing(office: Office):
    today = office.clock().date()
    request_id = take(office, by(until_on=today + timedelta(days=1)))
    accept(office, request_id)
    office.clock.advance(days=2)
    with pytest.raises(RefusedError, match="ended"):
        office.approve(request_id)


def test_a_mandate_is_accepted_before_the_decision_only(office: Office):
    request_id = take(office, by())
    office.refuse(request_id)
    with pytest.raises(ConflictError):
        accept(office, request_id)


def test_where_the_subject_acts_alone_there_is_no_mandate(office: Office):
    request_id = office.opened()
    with pytest.raises(NotFoundError):
        accept(office, request_id)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"email": "nobody"}, "email"),
        ({"proof": "x" * 2001}, "proof"),
        ({"capacity": Capacity.PARENT}, "age_band"),
    ],
)
def test_who_acts_must_be_known(changes: dict[str, Any], field: str):
    with pytest.raises(InvalidError) as refusal:
        by(**changes)
    assert list(refusal.value.fields) == [field]


def test_without_anything_to_know_the_subject_by_nothing_is_taken_in(office: Office):
    asked = Asked(RequestKind.ACCESS, "fr", date(2026, 3, 2), Channel.PAPER)
    with pytest.raises(InvalidError):
        _ = Taken(asked, [], Verification.MANDATE, representative=by()).address
    assert office.all() == []
