"""Telling recipients: what arrives, what is tried again, and what is given up."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from privacy.consent.telling.endpoints import (
    EndpointFacts,
    remove_endpoint,
    reseal_endpoints,
    set_endpoint,
    warn_dpo,
)
from privacy.errors import InvalidError, NotFoundError
from privacy.outbox import acts as outbox
from privacy.outbox import queries
from privacy.outbox.backoff import MAX_TRIES
from privacy.outbox.mailer import Scope, UndeliveredError
from privacy.outbox.models import MessageState, OutboxMessage
from privacy.outbox.tries import LEASE
from privacy.outbox.webhook import HttpPoster
from privacy.purposes.queries import Asked
from privacy.subjects.acts import destroy_subject_key
from privacy.subjects.identify import Claim
from privacy.subjects.rotation import rotate_controller_key
from tests.consent.asking import VISITOR, answer, visitor
from tests.consent.told import URL, FakePoster, Town
from tests.entries import waiting_entries
from tests.make import ACTOR, EMAIL, make_subject
from tests.outbox import partner as partners

ADS, EMBEDS = "audience_consent", "social_sharing"


def entries(town: Town, action: str) -> list[dict[str, object]]:
    return [one.details for one in waiting_entries(town.database, action)]


def test_the_receipt_of_a_delivery_is_kept_and_logged(owing: Town, poster: FakePoster):
    assert owing.deliver(poster).sent == 1
    (message,) = owing.owed()
    assert (message.state, message.sent_at) == (MessageState.SENT, owing.clock())
    assert poster.posted[0][1] == message.id
    assert poster.posted[0][0].url == URL
    (told,) = entries(owing, "recipient.told")
    assert told == {
        "event": "consent.withdrawn",
        "message": str(message.id),
        "outcome": "sent",
        "recipient": str(message.recipient_id),
        "status": "http-204",
        "tries": 1,
    }
    assert owing.deliver(poster).sent == 0


def test_a_message_is_tried_again_under_the_same_id(owing: Town, poster: FakePoster):
    poster.faults = [UndeliveredError("http-500", Scope.SERVER)] * 2
    for _ in range(3):
        owing.deliver(poster)
        owing.clock.advance(hours=5)
    (message,) = owing.owed()
    assert (message.state, message.attempts, message.last_error) == (MessageState.SENT, 3, "")
    assert [one[1] for one in poster.posted] == [message.id]
    assert len(entries(owing, "recipient.told")) == 1


def test_a_process_that_dies_after_posting_posts_once_more_under_the_same_id(
    owing: Town, poster: FakePoster, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as patch:
        patch.setattr("privacy.outbox.jobs.settle", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            owing.deliver(poster)
    assert owing.deliver(poster).sent == 0
    owing.clock.advance(seconds=LEASE.total_seconds())
    assert owing.deliver(poster).sent == 1
    first, second = poster.posted
    assert first == second


def test_a_recipient_that_is_down_delays_no_other(town: Town, asked: Asked, poster: FakePoster):
    town.recipient("A", ADS)
    town.recipient("B", ADS)
    for n in range(3):
        town.record(answer(asked, subject_id=visitor(n)))
        town.record(answer(asked, subject_id=visitor(n), granted=False))
    poster.faults = [UndeliveredError("timeout", Scope.SERVER)]
    assert town.deliver(poster).sent == 3
    tries = sorted(one.attempts for one in town.owed())
    assert tries == [0, 0, 1, 1, 1, 1]


def test_what_is_refused_for_good_is_given_up_and_can_be_retried(owing: Town, poster: FakePoster):
    poster.faults = [UndeliveredError("http-410", Scope.FOREVER)]
    passed = owing.deliver(poster)
    (message,) = owing.owed()
    assert passed.given_up == {message.recipient_id}
    assert (message.state, message.last_error) == (MessageState.FAILED, "http-410")
    (told,) = entries(owing, "recipient.told")
    assert (told["outcome"], told["status"]) == ("failed", "http-410")
    owing.clock.advance(days=9)
    assert owing.deliver(poster).sent == 0
    assert retry(owing, message.recipient_id) == 1
    assert owing.deliver(poster).sent == 1
    assert retry(owing, message.recipient_id) == 0
    assert entries(owing, "recipient.retried") == [
        {"messages": 1, "recipient": str(message.recipient_id)}
    ]


def retry(town: Town, recipient_id: UUID | None) -> int:
    assert recipient_id is not None
    with town.database.transaction() as session:
        return outbox.retry(
            session,
            actor=ACTOR,
            at=town.clock(),
            controller_id=town.controller_id,
            recipient_id=recipient_id,
        )


def test_after_many_tries_a_message_is_dead_and_counted(owing: Town, poster: FakePoster):
    poster.faults = [UndeliveredError("timeout", Scope.SERVER)] * MAX_TRIES
    for _ in range(MAX_TRIES):
        owing.deliver(poster)
        owing.clock.advance(hours=5)
    (message,) = owing.owed()
    assert (message.state, message.attempts) == (MessageState.DEAD, MAX_TRIES)
    with owing.database.reading() as session:
        found = queries.traffic(session, controller_id=owing.controller_id)
        listed = queries.webhooks(
            session,
            controller_id=owing.controller_id,
            recipient_id=message.recipient_id or VISITOR,
            states=queries.GIVEN_UP,
        )
    assert message.recipient_id is not None
    assert found == {message.recipient_id: queries.Traffic(given_up=1)}
    assert [one.id for one in listed] == [message.id]


def test_a_recipient_without_an_endpoint_any_more_fails_openly(owing: Town, poster: FakePoster):
    (message,) = owing.owed()
    assert message.recipient_id is not None
    with owing.database.transaction() as session:
        remove_endpoint(
            session,
            actor=ACTOR,
            at=owing.clock(),
            controller_id=owing.controller_id,
            recipient_id=message.recipient_id,
        )
    owing.deliver(poster)
    assert owing.owed()[0].last_error == "no-endpoint"
    assert poster.posted == []


def test_a_mail_job_leaves_webhooks_alone(owing: Town):
    with owing.database.reading() as session:
        assert queries.waiting(session, at=owing.clock()) == []
        assert queries.undelivered(session, controller_id=owing.controller_id) == []


def test_a_recipient_gets_the_identifier_by_which_it_knows_the_subject(
    town: Town, asked: Asked, poster: FakePoster
):
    town.recipient("Mailer", ADS, kind="email")
    town.recipient("Other", EMBEDS)
    claims = (
        Claim("email", EMAIL, verified=True),
        Claim("email", "claimed@courrier.example"),
        Claim("phone", "+33612345678", verified=True),
    )
    with town.database.transaction() as session:
        subject_id = make_subject(
            session,
            at=town.clock(),
            cabinet=town.cabinet,
            controller_id=asked.controller_id,
            claims=claims,
        )
    town.record(answer(asked, subject_id=subject_id))
    town.record(answer(asked, subject_id=subject_id, granted=False))
    assert all(EMAIL not in (one.body or "") for one in town.owed())
    town.deliver(poster)
    told = {tuple(one["data"]["purposes"]): one["data"] for one in map(body, poster.posted)}
    assert told[ADS,]["identifiers"] == [{"kind": "email", "value": EMAIL}]
    assert "identifiers" not in told[EMBEDS,]


def body(posted: tuple[object, UUID, bytes]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(posted[2])
    return found


def test_of_a_subject_whose_key_is_gone_only_the_number_is_told(
    town: Town, asked: Asked, poster: FakePoster
):
    town.recipient("Mailer", ADS, kind="email")
    with town.database.transaction() as session:
        subject_id = make_subject(
            session, at=town.clock(), cabinet=town.cabinet, controller_id=asked.controller_id
        )
    town.record(answer(asked, subject_id=subject_id))
    town.record(answer(asked, subject_id=subject_id, granted=False))
    with town.database.transaction() as session:
        destroy_subject_key(
            session, actor=ACTOR, at=town.clock(), subject_id=subject_id, reason="erasure"
        )
    assert town.deliver(poster).sent == 1
    assert "identifiers" not in body(poster.posted[0])["data"]


def test_it_all_holds_with_a_real_server_that_fails_first(owing: Town, tmp_path: Path):
    with partners.opened(tmp_path) as partner:
        target = owing.owed()[0].recipient_id
        assert target is not None
        with owing.database.transaction() as session:
            set_endpoint(
                session,
                actor=ACTOR,
                at=owing.clock(),
                cabinet=owing.cabinet,
                recipient_id=target,
                facts=EndpointFacts(partner.url),
            )
        real = HttpPoster(private=True, tls=partner.trust, look_up=lambda *_: ["127.0.0.1"])
        partner.replies.extend([503, 302])
        for _ in range(3):
            owing.deliver(real)
            owing.clock.advance(hours=5)
        assert [one.headers["webhook-id"] for one in partner.received] == [
            str(owing.owed()[0].id)
        ] * 3
        assert owing.owed()[0].state is MessageState.SENT
        assert len({one.body for one in partner.received}) == 1


def test_an_endpoint_asks_for_a_kind_of_identifier_that_exists(town: Town):
    with pytest.raises(InvalidError) as told:
        town.recipient("Ads", ADS, kind="shoe_size")
    assert "email" in told.value.fields["identifier_kind"]


def test_an_endpoint_belongs_to_a_recipient_of_the_register(town: Town):
    with town.database.transaction() as session, pytest.raises(NotFoundError):
        set_endpoint(
            session,
            actor=ACTOR,
            at=town.clock(),
            cabinet=town.cabinet,
            recipient_id=uuid4(),
            facts=EndpointFacts(URL),
        )


def test_a_new_key_of_the_controller_opens_endpoints_again(owing: Town, poster: FakePoster):
    def act(name: object) -> object:
        with owing.database.transaction() as session:
            return name(  # type: ignore[operator] # one of two acts
                session,
                actor=ACTOR,
                at=owing.clock(),
                cabinet=owing.cabinet,
                controller_id=owing.controller_id,
            )

    act(rotate_controller_key)
    owing.clock.advance(seconds=60)  # until a process reads the keys again
    assert (act(reseal_endpoints), act(reseal_endpoints)) == (1, 0)
    assert owing.deliver(poster).sent == 1


def test_the_dpo_is_warned_once_a_day_at_most(owing: Town):
    (message,) = owing.owed()

    def warn() -> bool:
        assert message.recipient_id is not None
        with owing.database.transaction() as session:
            return warn_dpo(
                session,
                at=owing.clock(),
                cabinet=owing.cabinet,
                recipient_id=message.recipient_id,
                link="https://privacy.example/console/recipients",
            )

    assert (warn(), warn()) == (True, False)
    owing.clock.advance(days=1)
    assert warn()
    with owing.database.reading() as session:
        templates = session.scalars(
            select(OutboxMessage.template).where(OutboxMessage.channel == "mail")
        ).all()
    assert templates == ["dpo_recipient_silent"] * 2
