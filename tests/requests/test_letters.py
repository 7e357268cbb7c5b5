"""Letters: sealed where they wait, opened by the right key only."""

from dataclasses import replace

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from privacy.audit import log
from privacy.audit.actions import Action
from privacy.crypto import Keyring
from privacy.errors import GoneError, NotFoundError, SealError
from privacy.outbox.models import MessageState, OutboxMessage
from privacy.purposes.models import Controller
from privacy.requests.letters import Desk, confirmed_address, open_letter, reason_of
from privacy.subjects.acts import destroy_subject_key
from privacy.subjects.keys import KeyCabinet
from privacy.subjects.models import Identifier
from privacy.subjects.rotation import rotate_controller_key
from tests.requests.office import DPO, EMAIL, REASON, Office


def forget_addresses(session: Session, office: Office) -> None:
    """Take the proof from every identifier, as rectification does."""
    session.execute(update(Identifier).values(verified_at=None))
    log.append(session, Action.SUBJECT_IDENTIFIER_ADDED, at=office.clock(), actor=DPO)


def test_the_outbox_holds_nothing_in_clear(office: Office):
    office.extend(office.opened(EMAIL))
    office.refuse(office.opened(EMAIL))
    rows = str([vars(row) for row in office.messages()]).casefold()
    assert len(office.messages()) >= 7
    for secret in ("camille", "durand", "example.fr", "dpo@", "/confirm/", REASON[:12].casefold()):
        assert secret not in rows


def test_a_letter_to_a_subject_stands_under_the_subjects_own_key(office: Office):
    about = office.request(office.opened())
    (message,) = office.messages("request_received")
    assert message.subject_id == about.subject_id
    assert about.subject_id is not None
    with office.database.transaction() as session:
        destroy_subject_key(
            session,
            actor=DPO,
            at=office.clock(),
            subject_id=about.subject_id,
            reason="erasure",
        )
    with pytest.raises(GoneError):
        office.letters("request_received")


@pytest.mark.parametrize("template", ["confirm_request", "request_received"])
def test_a_letter_moved_to_another_row_does_not_open(office: Office, template: str):
    office.opened("one@example.fr")
    office.opened("two@example.fr")
    one, two = office.messages(template)
    one.address_sealed = two.address_sealed
    with pytest.raises(SealError), office.database.reading() as session:
        open_letter(session, cabinet=office.desk.cabinet, message=one)


def test_a_letter_of_one_controller_does_not_open_as_anothers(office: Office, other: Controller):
    office.submit()
    (message,) = office.messages("confirm_request")
    message.controller_id = other.id
    with pytest.raises(SealError), office.database.reading() as session:
        open_letter(session, cabinet=office.desk.cabinet, message=message)


def test_a_settled_letter_has_nothing_to_open(office: Office):
    office.submit()
    (message,) = office.messages()
    message.address_sealed = message.variables_sealed = None
    message.state = MessageState.SENT
    with pytest.raises(NotFoundError), office.database.reading() as session:
        open_letter(session, cabinet=office.desk.cabinet, message=message)


def test_a_letter_sealed_after_another_process_renewed_the_key_opens(
    office: Office, keyring: Keyring
):
    delivering = KeyCabinet(keyring, office.clock)
    office.submit("before@example.fr")
    with office.database.reading() as session:
        open_letter(session, cabinet=delivering, message=office.messages()[0])
    with office.database.transaction() as session:
        rotate_controller_key(
            session,
            actor="system",
            at=office.clock(),
            cabinet=office.desk.cabinet,
            controller_id=office.controller.id,
        )
    renewed = Desk(KeyCabinet(keyring, office.clock), office.desk.links)
    replace(office, desk=renewed).submit("after@example.fr")
    before, after = office.messages("confirm_request")
    with office.database.reading() as session:
        opened = [open_letter(session, cabinet=delivering, message=one) for one in (after, before)]
    assert [one.address for one in opened] == ["after@example.fr", "before@example.fr"]


def test_an_address_that_is_not_proven_any_more_gets_no_letter_but_a_person_posts_it(
    office: Office,
):
    request_id = office.opened()
    with office.database.transaction() as session:
        forget_addresses(session, office)
    office.refuse(request_id)
    assert [one.channel for one in office.messages("request_refused")] == ["post"]
    assert EMAIL not in {one.address for one in office.letters("request_refused")}
    assert len(office.messages("dpo_letter_to_post")) == 1


def test_nothing_personal_is_told_before_a_request_is_confirmed(office: Office):
    about = office.request(office.submit())
    cabinet = office.desk.cabinet
    with office.database.reading() as session:
        assert confirmed_address(session, cabinet=cabinet, about=about) is None
        assert reason_of(session, cabinet=cabinet, about=about) is None


def test_owed_letters_are_rows_of_their_controller(office: Office):
    office.opened()
    rows: list[OutboxMessage] = office.messages()
    assert {row.controller_id for row in rows} == {office.controller.id}
    assert [row.template for row in rows] == [
        "confirm_request",
        "request_received",
        "dpo_new_request",
    ]
