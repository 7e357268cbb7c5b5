from uuid import uuid4

from privacy.outbox import queries
from privacy.outbox.mailer import Scope, UndeliveredError
from tests.outbox.owed import SHOP, Desk, FakeMailer


def test_a_controller_sees_what_never_arrived_of_its_own(desk: Desk, mailer: FakeMailer):
    refused, *_others = desk.owe(2)
    mailer.fail(UndeliveredError("smtp-550", Scope.FOREVER))
    desk.deliver()
    with desk.database.reading() as session:
        found = queries.undelivered(session, controller_id=SHOP)
        assert [message.id for message in found] == [refused]
        assert queries.undelivered(session, controller_id=uuid4()) == []


def test_a_message_waits_from_the_instant_of_its_act_on(desk: Desk):
    desk.owe()
    with desk.database.reading() as session:
        assert len(queries.waiting(session, at=desk.clock())) == 1
        assert queries.waiting(session, at=desk.clock.advance(days=-1)) == []
