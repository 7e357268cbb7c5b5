import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from privacy.db import Database, new_id
from privacy.outbox.acts import enqueue
from privacy.outbox.models import NOBODY, Draft, MessageState, OutboxMessage
from tests.fakes import FakeClock
from tests.outbox.owed import SHOP


def draft(clock: FakeClock) -> Draft:
    return Draft(
        id=new_id(clock()),
        controller_id=SHOP,
        template="request-confirm",
        language="en",
        address_sealed=b"sealed address",
        variables_sealed=b"sealed variables",
    )


def test_a_message_is_owed_from_the_commit_on(database: Database, clock: FakeClock):
    with database.transaction() as session:
        message_id = enqueue(session, at=clock(), draft=draft(clock)).id
    with database.reading() as session:
        row = session.get_one(OutboxMessage, (NOBODY, message_id))
        assert (row.state, row.channel, row.attempts) == (MessageState.PENDING, "mail", 0)
        assert (row.template, row.language, row.controller_id) == ("request-confirm", "en", SHOP)
        assert (row.address_sealed, row.variables_sealed) == (
            b"sealed address",
            b"sealed variables",
        )
        assert (row.created_at, row.next_at) == (clock(), clock())


def test_an_act_that_fails_owes_nothing(database: Database, clock: FakeClock):
    def act(session: Session) -> None:
        enqueue(session, at=clock(), draft=draft(clock))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), database.transaction() as session:
        act(session)
    with database.reading() as session:
        assert session.scalars(select(OutboxMessage)).all() == []
