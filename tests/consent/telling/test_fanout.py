"""Whoever got data on a consent is told when it ends (CJEU C-129/21)."""

import base64
import json
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import event, select

from privacy.consent.acts import Answered, ReplayedError
from privacy.consent.models import Consent, Method
from privacy.consent.statements import Statement
from privacy.consent.telling.fanout import FRESH, tell_expired
from privacy.db import Database
from privacy.outbox.models import OutboxMessage
from privacy.purposes.queries import Asked
from privacy.subjects.keys import KeyCabinet
from tests.consent.asking import VISITOR, answer, visitor
from tests.consent.talking import say
from tests.consent.told import Town
from tests.fakes import FakeClock
from tests.make import make_purpose

ADS, EMBEDS = "audience_consent", "social_sharing"


def by(one: Answered, method: Method) -> Answered:
    return replace(one, said=replace(one.said, method=method))


def data(message: OutboxMessage) -> dict[str, object]:
    told = json.loads(message.body or "")
    found: dict[str, object] = told["data"]
    return found


def test_a_withdrawal_owes_each_recipient_of_the_purpose_one_message(town: Town, asked: Asked):
    ads, both = town.recipient("Ads", ADS), town.recipient("Both", ADS, EMBEDS)
    town.recipient("Post", "mk_post")
    town.recipient("Silent", ADS, endpoint=None)
    town.record(answer(asked))
    assert town.owed() == []
    no = by(answer(asked, granted=False), Method.WITHDRAWAL)
    town.record(no)
    told = {one.recipient_id: data(one) for one in town.owed()}
    assert {who: one["purposes"] for who, one in told.items()} == {
        ads: [ADS],
        both: [ADS, EMBEDS],
    }
    with town.database.reading() as session:
        row = session.scalars(select(Consent).where(~Consent.granted)).first()
    assert row is not None
    assert told[ads] == {
        "controller": str(asked.controller_id),
        "subject": str(VISITOR),
        "purposes": [ADS],
        "receipt": str(no.said.answer_id),
        "leaf": base64.b64encode(row.leaf).decode(),
    }


def test_what_is_told_names_the_event_and_its_instant(town: Town, asked: Asked):
    town.recipient("Ads", ADS)
    town.record(answer(asked))
    town.record(answer(asked, granted=False))
    (message,) = town.owed()
    told = json.loads(message.body or "")
    assert (told["type"], told["timestamp"]) == ("consent.withdrawn", "2026-03-02T09:00:02.000Z")
    assert message.template == "consent.withdrawn"


def test_a_refusal_of_what_was_never_granted_tells_nobody(town: Town, asked: Asked):
    town.recipient("Ads", ADS)
    town.record(answer(asked, granted=False), answer(asked, granted=False, subject_id=visitor(1)))
    assert town.owed() == []


def test_a_second_refusal_tells_nobody_again(town: Town, asked: Asked):
    town.recipient("Ads", ADS)
    for granted in (True, False, False):
        town.record(answer(asked, granted=granted))
    assert len(town.owed()) == 1


def test_each_withdrawal_after_a_new_grant_is_told(town: Town, asked: Asked):
    town.recipient("Ads", ADS)
    for granted in (True, False, True, False):
        town.record(answer(asked, granted=granted))
    assert len(town.owed()) == 2


def test_only_those_of_a_batch_who_withdrew_are_told_of(town: Town, asked: Asked):
    town.recipient("Ads", ADS)
    town.record(*(answer(asked, subject_id=visitor(n)) for n in range(4)))
    mixed = [answer(asked, subject_id=visitor(n), granted=n % 2 == 0) for n in range(6)]
    town.record(*mixed)
    assert {one.subject_id for one in town.owed()} == {visitor(1), visitor(3)}


def test_a_deliberate_no_is_told_even_if_nothing_is_known_of_a_yes(town: Town, asked: Asked):
    town.recipient("Ads", ADS)
    statement = Statement(
        VISITOR, asked.controller_id, {ADS: False}, Method.PREFERENCE_CENTRE, "fr"
    )
    say(town.database, statement, town.clock())
    (message,) = town.owed()
    assert message.subject_id == VISITOR


def test_a_statement_that_withdraws_is_told(town: Town, asked: Asked):
    town.recipient("Ads", ADS)
    yes = Statement(VISITOR, asked.controller_id, {ADS: True}, Method.FORM, "fr")
    say(town.database, yes, town.clock())
    town.clock.advance(seconds=1)
    say(town.database, replace(yes, answers={ADS: False}), town.clock())
    assert len(town.owed()) == 1


def test_a_replayed_withdrawal_leaves_nothing_behind(town: Town, asked: Asked):
    town.recipient("Ads", ADS)
    town.record(answer(asked))
    no = answer(asked, granted=False, answer_id=uuid4())
    town.record(no)
    with pytest.raises(ReplayedError):
        town.record(no)
    assert len(town.owed()) == 1


def test_recipients_of_another_controller_hear_nothing(
    town: Town, asked: Asked, database: Database, clock: FakeClock, cabinet: KeyCabinet
):
    from_other = Town(database, clock, cabinet, uuid4())
    assert from_other.owed() == []
    town.recipient("Ads", ADS)
    town.record(answer(asked))
    town.record(answer(asked, granted=False))
    assert {one.controller_id for one in town.owed()} == {asked.controller_id}


def test_while_nobody_is_to_be_told_an_answer_costs_no_query_more(town: Town, asked: Asked):
    town.record(answer(asked, granted=False))
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(town.database.engine, "before_cursor_execute", note)
    town.record(answer(asked, granted=False))
    event.remove(town.database.engine, "before_cursor_execute", note)
    assert [one for one in statements if "consent" in one or "webhook" in one] == []


def test_an_endpoint_of_another_process_counts_within_seconds(
    town: Town, asked: Asked, monkeypatch: pytest.MonkeyPatch
):
    town.record(answer(asked, granted=False))
    monkeypatch.setattr("privacy.consent.telling.endpoints.forget_watched", lambda *_: None)
    town.recipient("Ads", ADS)
    town.record(answer(asked))
    town.record(answer(asked, granted=False))
    assert town.owed() == []
    town.clock.advance(seconds=FRESH.total_seconds())
    town.record(answer(asked))
    town.record(answer(asked, granted=False))
    assert len(town.owed()) == 1


def test_a_consent_that_runs_out_is_told_once(town: Town, asked: Asked):
    town.recipient("Ads", ADS)
    town.record(answer(asked), answer(asked, subject_id=visitor(1)))
    town.clock.advance(days=100)
    town.record(answer(asked, subject_id=visitor(1)))  # renewed in time
    expire(town)
    assert town.owed() == []
    town.clock.advance(days=85)
    expire(town)
    town.clock.advance(hours=1)
    expire(town)
    (message,) = town.owed()
    assert (message.subject_id, message.template) == (VISITOR, "consent.expired")
    assert data(message)["purposes"] == [ADS]


def expire(town: Town) -> None:
    with town.database.transaction() as session:
        tell_expired(session, at=town.clock(), controller_id=town.controller_id)


def test_what_was_withdrawn_before_it_ran_out_is_told_once(town: Town, asked: Asked):
    town.recipient("Ads", ADS)
    town.record(answer(asked))
    town.record(answer(asked, granted=False))
    town.clock.advance(days=186)
    expire(town)
    assert [one.template for one in town.owed()] == ["consent.withdrawn"]


def test_purposes_published_later_reach_recipients_too(town: Town, asked: Asked):
    with town.database.transaction() as session:
        make_purpose(session, at=town.clock(), controller_id=asked.controller_id, code="mk_email")
    town.recipient("Mailer", "mk_email")
    yes = Statement(VISITOR, asked.controller_id, {"mk_email": True}, Method.FORM, "fr")
    say(town.database, yes, town.clock())
    town.clock.advance(seconds=1)
    no = replace(yes, answers={"mk_email": False}, method=Method.ONE_CLICK)
    say(town.database, no, town.clock())
    assert [data(one)["purposes"] for one in town.owed()] == [["mk_email"]]
