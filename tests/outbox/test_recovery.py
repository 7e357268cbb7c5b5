"""The outbox before a real mail server that has bad days."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from privacy.db import Database
from privacy.outbox.mailer import SmtpMailer
from privacy.outbox.models import MessageState
from tests.fakes import FakeClock
from tests.outbox.owed import Desk
from tests.outbox.post import PostOffice, free_port, opened


class Town:
    """A desk, and the post office where its mails go."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        self.port = free_port()
        self.office = PostOffice()
        url = f"smtp://127.0.0.1:{self.port}"
        self.desk = Desk(
            database, clock, SmtpMailer(url, "privacy@shop.example", clock=clock, patience=0.5)
        )

    def pass_days(self, passes: int) -> int:
        """Run the job again and again, hours apart."""
        sent = 0
        for _pass in range(passes):
            sent += self.desk.deliver()
            self.desk.clock.advance(hours=5)
        return sent

    def addresses(self) -> list[str]:
        """Return who received a mail, once for each."""
        return sorted(self.office.recipients)


@pytest.fixture
def town(database: Database, clock: FakeClock) -> Town:
    return Town(database, clock)


ALL = [f"mail{number}@example.org" for number in range(4)]


def test_after_an_outage_each_mail_arrives_once(town: Town):
    ids = town.desk.owe(4)
    assert town.pass_days(3) == 0
    with opened(town.office, port=town.port):
        assert town.pass_days(3) == 4
    assert town.addresses() == ALL
    assert {town.desk.row(one).state for one in ids} == {MessageState.SENT}


def test_after_greylisting_each_mail_arrives_once(town: Town):
    town.desk.owe(4)
    town.office.replies["RCPT"].extend(["451 greylisted"] * 4)
    with opened(town.office, port=town.port):
        assert town.pass_days(1) == 0
        assert town.pass_days(2) == 4
    assert town.addresses() == ALL


def test_after_a_server_that_hangs_each_mail_arrives_once(town: Town):
    town.desk.owe(4)
    town.office.pause = 2
    with opened(town.office, port=town.port):
        assert town.pass_days(1) == 0
        town.office.pause = 0
        assert town.pass_days(3) == 4
    assert town.addresses() == ALL


def test_one_mailbox_that_is_gone_costs_nobody_else_a_mail(town: Town):
    ids = town.desk.owe(4)
    town.office.replies["RCPT"].append("550 no such mailbox")
    with opened(town.office, port=town.port):
        assert town.pass_days(3) == 3
    assert town.addresses() == ALL[1:]
    assert town.desk.row(ids[0]).state is MessageState.FAILED


def test_a_bad_farewell_makes_no_second_mail(town: Town):
    town.desk.owe(4)
    town.office.replies["QUIT"].extend(["421 no", "500 no", "250 no", "421 no"])
    with opened(town.office, port=town.port):
        assert town.pass_days(3) == 4
    assert town.addresses() == ALL


def test_four_that_deliver_at_once_send_each_mail_once(town: Town):
    town.desk.owe(12)
    with opened(town.office, port=town.port), ThreadPoolExecutor(4) as pool:
        sent = sum(pool.map(lambda _n: town.desk.deliver(), range(4)))
    assert sent == 12
    assert len(town.office.recipients) == len(set(town.office.recipients)) == 12
