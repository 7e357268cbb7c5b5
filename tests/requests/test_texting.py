"""Reaching people who have a phone and no mailbox, and what that may cost."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from privacy.audit.actions import Action
from privacy.errors import InvalidError, NotFoundError, TooManyError
from privacy.outbox.budget import forget_counts, spent_on
from privacy.outbox.gateway import Gateway, Wording
from privacy.outbox.mailer import Scope, UndeliveredError
from privacy.outbox.models import TEXT, MessageState, TextGateway
from privacy.outbox.texting import Counter, Sent, deliver_texts
from privacy.outbox.webhook import Call, Reply
from privacy.requests import acts, texting
from privacy.requests.acts import Submission
from privacy.requests.behalf import Behalf, Standing
from privacy.requests.letters import open_letter
from privacy.requests.models import RequestKind, RequestState
from privacy.subjects.identify import Claim, IdentifierKind
from privacy.subjects.queries import identifiers_of
from privacy.subjects.rotation import rotate_controller_key
from privacy.web.texts import render_text
from tests.requests.office import Office

NUMBER = "+33612345678"
TYPED = "06 12 34 56 78"
TOLD: dict[str, Any] = {
    "url": "https://sms.example/send",
    "headers": {"Authorization": "Bearer s3cret"},
    "body": {"to": "{to}", "text": "{text}", "id": "{id}"},
}
GATEWAY = Gateway(Wording.read(TOLD), "Boutique", price=100, budget=300)


class Phones:
    """A gateway that remembers; raises what stands in `fails` first."""

    def __init__(self) -> None:
        self.got: list[bytes] = []
        self.fails: list[UndeliveredError] = []

    def ask(self, call: Call) -> Reply:
        """Take a text over."""
        if self.fails:
            raise self.fails.pop(0)
        self.got.append(call.body)
        return Reply(200)


@pytest.fixture
def phones() -> Phones:
    return Phones()


@pytest.fixture
def texted(office: Office) -> Office:
    """Return an office that sends texts."""
    put(office, GATEWAY)
    return office


def put(office: Office, gateway: Gateway) -> None:
    with office.database.transaction() as session:
        texting.set_gateway(
            session,
            actor="system",
            at=office.clock(),
            cabinet=office.desk.cabinet,
            controller_id=office.controller.id,
            gateway=gateway,
        )


def deliver(office: Office, phones: Phones) -> Sent:
    def gateway(controller_id: UUID) -> Gateway:
        with office.database.reading() as session:
            return texting.gateway_of(
                session, cabinet=office.desk.cabinet, controller_id=controller_id
            )

    def opened(message: Any) -> Any:
        with office.database.reading() as session:
            return open_letter(session, cabinet=office.desk.cabinet, message=message)

    counter = Counter(office.database, office.clock, opened, render_text, gateway, phones)
    return deliver_texts(counter)


def test_a_number_is_proven_by_a_text_and_every_letter_goes_there(texted: Office, phones: Phones):
    request_id = texted.submit(TYPED)
    assert [one.channel for one in texted.messages()] == [TEXT]
    assert texted.letters("confirm_request")[0].address == NUMBER
    texted.confirm(texted.token("confirm_request"))
    assert [one.address for one in texted.letters("request_received")] == [NUMBER]
    subject_id = texted.request(request_id).subject_id
    assert subject_id is not None
    with texted.database.reading() as session:
        (known,) = identifiers_of(session, cabinet=texted.desk.cabinet, subject_id=subject_id)
    assert (known.kind, known.value, known.verified_at) == ("phone", NUMBER, texted.clock())
    (entry,) = texted.entries(Action.REQUEST_VERIFIED)
    assert entry.details["method"] == "text-link"
    assert deliver(texted, phones) == Sent(2, frozenset())
    assert b"confirmez" not in phones.got[1]
    assert b"/status/" in phones.got[1]


def test_a_letter_with_many_words_becomes_a_link_to_them(texted: Office):
    request_id = texted.opened(TYPED)
    texted.refuse(request_id)
    (letter,) = texted.letters("request_refused")
    assert letter.variables.keys() == {"controller", "link"}
    assert "/status/" in letter.variables["link"]
    assert texted.request(request_id).state is RequestState.REFUSED


def test_without_a_gateway_no_number_is_taken(office: Office):
    with pytest.raises(InvalidError) as told:
        office.submit(TYPED)
    assert set(told.value.fields) == {"phone"}
    assert office.all() == []


def test_no_text_goes_to_a_country_that_is_not_served(texted: Office):
    with pytest.raises(InvalidError) as told:
        texted.submit("+2348012345678")
    assert set(told.value.fields) == {"phone"}


def test_one_number_gets_few_links_even_if_each_is_confirmed(texted: Office):
    put(texted, replace(GATEWAY, budget=100_000))
    for _ in range(3):
        texted.submit(TYPED)
        texted.confirm(texted.token("confirm_request"))
    with pytest.raises(TooManyError):
        texted.submit(TYPED)
    texted.submit("06 12 34 56 79")
    texted.clock.advance(days=1)
    texted.submit(TYPED)


def test_a_day_costs_no_more_than_its_budget(texted: Office, phones: Phones):
    for last in range(4):
        texted.submit(f"061234567{last}")
    done = deliver(texted, phones)
    assert (done.sent, done.stopped) == (3, frozenset({texted.controller.id}))
    waiting = [one for one in texted.messages() if one.state is MessageState.PENDING]
    assert [one.last_error for one in waiting] == ["budget"]
    assert waiting[0].next_at.isoformat() == "2026-03-03T00:00:00+00:00"
    with pytest.raises(InvalidError) as told:
        texted.submit("0612345679")
    assert set(told.value.fields) == {"texts"}
    texted.clock.advance(days=1)
    assert deliver(texted, phones).sent == 1
    with texted.database.reading() as session:
        spent = spent_on(session, controller_id=texted.controller.id, at=texted.clock())
    assert spent == (1, 100)


@pytest.mark.parametrize(
    ("reason", "spent"), [("http-503", 0), ("ConnectionRefusedError", 0), ("timeout", 100)]
)
def test_only_what_may_have_been_sent_is_paid(
    texted: Office, phones: Phones, reason: str, spent: int
):
    texted.submit(TYPED)
    phones.fails = [UndeliveredError(reason, Scope.SERVER)]
    assert deliver(texted, phones).sent == 0
    with texted.database.reading() as session:
        found = spent_on(session, controller_id=texted.controller.id, at=texted.clock())
    assert found[1] == spent
    texted.clock.advance(minutes=2)
    assert deliver(texted, phones).sent == 1


def test_a_gateway_that_fails_is_left_alone_for_the_rest_of_the_pass(
    texted: Office, phones: Phones
):
    texted.submit(TYPED)
    texted.submit("0612345670")
    phones.fails = [UndeliveredError("http-503", Scope.SERVER)]
    assert deliver(texted, phones).sent == 0
    assert sorted(one.attempts for one in texted.messages()) == [0, 1]


def test_what_is_owed_when_the_gateway_goes_can_never_be_sent(texted: Office, phones: Phones):
    texted.submit(TYPED)
    with texted.database.transaction() as session:
        texting.remove_gateway(
            session, actor="system", at=texted.clock(), controller_id=texted.controller.id
        )
    deliver(texted, phones)
    (row,) = texted.messages()
    assert (row.state, row.last_error, row.address_sealed) == (
        MessageState.FAILED, "no-gateway", None,
    )  # fmt: skip


def test_the_secrets_of_a_gateway_are_sealed_and_survive_a_new_key(texted: Office):
    controller_id, cabinet = texted.controller.id, texted.desk.cabinet
    with texted.database.transaction() as session:
        rotate_controller_key(
            session, actor="system", at=texted.clock(), cabinet=cabinet,
            controller_id=controller_id,
        )  # fmt: skip
    texted.clock.advance(seconds=60)  # until a process reads the keys again
    for moved in (1, 0):
        with texted.database.transaction() as session:
            assert moved == texting.reseal_gateway(
                session, actor="system", at=texted.clock(), cabinet=cabinet,
                controller_id=controller_id,
            )  # fmt: skip
    with texted.database.reading() as session:
        assert texting.gateway_of(session, cabinet=cabinet, controller_id=controller_id) == GATEWAY
        row = session.get_one(TextGateway, controller_id)
        assert b"s3cret" not in row.wording_sealed
        assert (row.host, row.sender) == ("sms.example", "Boutique")


def test_the_dpo_is_told_once_a_day_that_no_more_is_sent(texted: Office):
    for owed in (True, False):
        with texted.database.transaction() as session:
            assert owed is texting.warn_dpo(
                session,
                at=texted.clock(),
                cabinet=texted.desk.cabinet,
                controller_id=texted.controller.id,
                link="https://privacy.example/console/requests",
            )


def test_counts_of_numbers_are_forgotten(texted: Office, phones: Phones):
    texted.submit(TYPED)
    deliver(texted, phones)
    texted.clock.advance(days=5)
    with texted.database.transaction() as session:
        forget_counts(session, at=texted.clock())
        assert session.get(TextGateway, texted.controller.id) is not None
    texted.clock.advance(days=-5)
    with texted.database.reading() as session:
        spent = spent_on(session, controller_id=texted.controller.id, at=texted.clock())
    assert spent == (0, 0)


def test_nobody_removes_a_gateway_that_is_not_there(office: Office):
    with office.database.transaction() as session, pytest.raises(NotFoundError):
        texting.remove_gateway(
            session, actor="system", at=office.clock(), controller_id=office.controller.id
        )


def test_who_asks_for_another_may_do_so_by_phone(texted: Office):
    claims = (Claim(IdentifierKind.ACCOUNT_NUMBER, "C-1042"),)
    behalf = Behalf(Standing.PARENT_UNDER_15, "Alix Durand", "Noé Durand", claims)
    made = Submission(RequestKind.ACCESS, TYPED, "fr", behalf=behalf)
    with texted.database.transaction() as session:
        acts.submit_request(
            session,
            actor="subject",
            at=texted.clock(),
            desk=texted.desk,
            to=texted.controller,
            made=made,
        )
    texted.confirm(texted.token("confirm_request"))
    (letter,) = texted.letters("request_received_acting")
    assert letter.address == NUMBER
