from datetime import timedelta

import pytest

from privacy.crypto import DataKey
from privacy.errors import GoneError, NotFoundError
from privacy.outbox.backoff import MAX_TRIES, wait
from privacy.outbox.mailer import Scope, UndeliveredError
from privacy.outbox.models import MessageState, OutboxMessage
from privacy.outbox.tries import LEASE
from tests.outbox.owed import Desk, FakeMailer

GREYLISTED = UndeliveredError("smtp-451", Scope.MESSAGE)
UNKNOWN = UndeliveredError("smtp-550", Scope.FOREVER)
DOWN = UndeliveredError("ConnectionRefusedError", Scope.SERVER)


def is_wiped(row: OutboxMessage) -> bool:
    return row.address_sealed is None and row.variables_sealed is None


def test_what_is_owed_is_sent_once_and_then_forgotten(desk: Desk, mailer: FakeMailer):
    (message_id,) = desk.owe()
    assert desk.deliver() == 1
    assert desk.deliver() == 0
    assert mailer.sent == [("mail0@example.org", "request-confirm fr link0", message_id)]
    row = desk.row(message_id)
    assert (row.state, row.sent_at, row.attempts) == (MessageState.SENT, desk.clock(), 1)
    assert (row.last_error, row.claimed_until) == ("", None)
    assert is_wiped(row)


def test_the_longest_owed_goes_first_and_a_pass_has_its_limit(desk: Desk, mailer: FakeMailer):
    first = desk.owe(2)
    desk.clock.advance(minutes=1)
    desk.owe(1)
    assert desk.deliver(limit=2) == 2
    assert [message_id for _address, _text, message_id in mailer.sent] == first
    assert desk.deliver(limit=2) == 1


def test_what_is_refused_for_now_waits_and_is_sent_once(desk: Desk, mailer: FakeMailer):
    (message_id,) = desk.owe()
    mailer.fail(GREYLISTED)
    assert desk.deliver() == 0
    row = desk.row(message_id)
    assert (row.state, row.last_error) == (MessageState.PENDING, "smtp-451")
    assert wait(1, 0) <= row.next_at - desk.clock() <= wait(1, 1)
    assert not is_wiped(row)
    desk.clock.now = row.next_at - timedelta(seconds=1)
    assert desk.deliver() == 0
    desk.clock.now = row.next_at
    assert desk.deliver() == 1
    assert len(mailer.sent) == 1
    assert desk.row(message_id).attempts == 2


def test_what_is_refused_for_good_is_never_tried_again(desk: Desk, mailer: FakeMailer):
    (message_id,) = desk.owe()
    mailer.fail(UNKNOWN)
    desk.deliver()
    row = desk.row(message_id)
    assert (row.state, row.last_error, row.sent_at) == (MessageState.FAILED, "smtp-550", None)
    assert is_wiped(row)
    desk.clock.advance(days=9)
    assert desk.deliver() == 0


def test_a_message_that_fails_does_not_stop_the_next(desk: Desk, mailer: FakeMailer):
    desk.owe(3)
    mailer.fail(GREYLISTED)
    mailer.fail(UNKNOWN)
    assert desk.deliver() == 1
    assert [address for address, _text, _id in mailer.sent] == ["mail2@example.org"]


def test_a_fault_of_the_server_ends_the_pass_and_spares_the_others(desk: Desk, mailer: FakeMailer):
    tried, spared = desk.owe(2)
    mailer.fail(DOWN)
    assert desk.deliver() == 0
    assert (desk.row(tried).attempts, desk.row(spared).attempts) == (1, 0)
    assert desk.deliver() == 1  # the first waits; the second is free to go


def test_a_message_is_given_up_after_many_tries(desk: Desk, mailer: FakeMailer):
    (message_id,) = desk.owe()
    mailer.fail(DOWN, times=MAX_TRIES)
    for tries in range(1, MAX_TRIES + 1):
        assert desk.row(message_id).state is MessageState.PENDING
        desk.deliver()
        assert desk.row(message_id).attempts == tries
        desk.clock.advance(hours=5)
    row = desk.row(message_id)
    assert (row.state, row.last_error) == (MessageState.DEAD, "ConnectionRefusedError")
    assert is_wiped(row)
    assert desk.deliver() == 0


def test_a_message_whose_key_was_destroyed_is_dropped_and_says_so(desk: Desk, mailer: FakeMailer):
    (message_id,) = desk.owe()
    desk.key = DataKey.generate()
    assert desk.deliver() == 0
    row = desk.row(message_id)
    assert (row.state, row.last_error, row.attempts) == (MessageState.FAILED, "keys-gone", 1)
    assert is_wiped(row)
    assert mailer.sent == []


@pytest.mark.parametrize("error", [GoneError("erased"), NotFoundError("erased")])
def test_a_subject_that_is_gone_gets_no_message(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, error: Exception
):
    def gone(_message: OutboxMessage) -> None:
        raise error

    (message_id,) = desk.owe()
    monkeypatch.setattr(desk, "open_message", gone)
    desk.deliver()
    assert desk.row(message_id).last_error == "keys-gone"


def test_a_template_that_breaks_is_tried_again_and_stops_nobody(desk: Desk):
    (broken,) = desk.owe(template="unknown")
    desk.owe()
    assert desk.deliver() == 1
    row = desk.row(broken)
    assert (row.state, row.last_error) == (MessageState.PENDING, "KeyError")


def test_no_connection_is_held_while_a_mail_is_sent(desk: Desk, mailer: FakeMailer):
    held: list[str] = []
    desk.owe()
    mailer.next.append(lambda: held.append(desk.database.engine.pool.status()))
    desk.deliver()
    assert "Current Checked out connections: 0" in held[0]


def test_two_that_deliver_at_once_do_not_send_the_same_message(desk: Desk, mailer: FakeMailer):
    desk.owe(2)
    inner: list[int] = []
    mailer.next.append(lambda: inner.append(desk.deliver()))
    assert desk.deliver() == 1
    assert inner == [1]
    assert sorted(address for address, _text, _id in mailer.sent) == [
        "mail0@example.org",
        "mail1@example.org",
    ]


def test_what_another_tried_since_the_list_was_read_is_left_alone(desk: Desk, mailer: FakeMailer):
    _first, second = desk.owe(2)

    def other_pass() -> None:
        mailer.fail(GREYLISTED)
        assert desk.deliver() == 0

    mailer.next.append(other_pass)
    assert desk.deliver() == 1
    row = desk.row(second)
    assert (row.state, row.attempts, row.last_error) == (MessageState.PENDING, 1, "smtp-451")


def test_a_process_that_dies_while_sending_is_replaced_after_its_lease(
    desk: Desk, mailer: FakeMailer
):
    (message_id,) = desk.owe()
    mailer.fail(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        desk.deliver()
    desk.clock.advance(seconds=LEASE.total_seconds() - 1)
    assert desk.deliver() == 0
    desk.clock.advance(seconds=1)
    assert desk.deliver() == 1
    assert [sent[2] for sent in mailer.sent] == [message_id]
    assert desk.row(message_id).attempts == 2


def test_who_lost_its_claim_writes_nothing_more(
    desk: Desk, mailer: FakeMailer, caplog: pytest.LogCaptureFixture
):
    (message_id,) = desk.owe()

    def sleep_too_long() -> None:
        desk.clock.advance(seconds=LEASE.total_seconds())
        assert desk.deliver() == 1
        raise GREYLISTED

    mailer.next.append(sleep_too_long)
    desk.deliver()
    row = desk.row(message_id)
    assert (row.state, row.last_error, row.fence) == (MessageState.SENT, "", 2)
    assert [record.message for record in caplog.records] == ["outbox.claim-lost"]


def test_a_late_failure_does_not_hide_what_happened_since(desk: Desk, mailer: FakeMailer):
    (message_id,) = desk.owe()

    def sleep_too_long() -> None:
        desk.clock.advance(seconds=LEASE.total_seconds())
        mailer.fail(DOWN)
        assert desk.deliver() == 0
        raise GREYLISTED

    mailer.next.append(sleep_too_long)
    desk.deliver()
    row = desk.row(message_id)
    assert (row.last_error, row.attempts, row.fence) == ("ConnectionRefusedError", 2, 2)


def test_a_message_whose_last_try_killed_the_process_is_given_up(desk: Desk, mailer: FakeMailer):
    (message_id,) = desk.owe()
    for _try in range(MAX_TRIES):
        mailer.fail(KeyboardInterrupt())
        with pytest.raises(KeyboardInterrupt):
            desk.deliver()
        desk.clock.advance(seconds=LEASE.total_seconds())
    assert desk.deliver() == 0
    row = desk.row(message_id)
    assert (row.state, row.last_error) == (MessageState.DEAD, "abandoned")
    assert mailer.sent == []


def test_a_failure_is_logged_by_its_code_without_the_address(
    desk: Desk, mailer: FakeMailer, caplog: pytest.LogCaptureFixture
):
    (message_id,) = desk.owe()
    mailer.fail(UNKNOWN)
    desk.deliver()
    (record,) = caplog.records
    assert record.message == "outbox.undelivered"
    assert (vars(record)["message_id"], vars(record)["error"]) == (str(message_id), "smtp-550")
    assert "example.org" not in str(vars(record))
