"""A controller whose recipients are told, and what delivers to them."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from privacy.consent.acts import Answered, record_answers
from privacy.consent.telling.endpoints import EndpointFacts, set_endpoint, telling
from privacy.db import Database
from privacy.outbox.jobs import Passed, Telling, deliver_webhooks
from privacy.outbox.models import WEBHOOK, OutboxMessage
from privacy.outbox.webhook import Poster, Target
from privacy.purposes.acts import RecipientFacts, register_recipient
from privacy.purposes.models import RecipientRole
from privacy.subjects.keys import KeyCabinet
from tests.fakes import FakeClock
from tests.make import ACTOR

URL = "https://partner.example/hooks"


@dataclass
class FakePoster:
    """Remembers what it posted; raises what stands first in `faults` instead."""

    posted: list[tuple[Target, UUID, bytes]] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)

    def post(self, target: Target, *, message_id: UUID, at: datetime, body: bytes) -> int:
        """Take a message."""
        assert at.tzinfo is not None
        if self.faults:
            raise self.faults.pop(0)
        self.posted.append((target, message_id, body))
        return 204


@dataclass(frozen=True)
class Town:
    """One controller's recipients, and the means to tell them."""

    database: Database
    clock: FakeClock
    cabinet: KeyCabinet
    controller_id: UUID

    def recipient(
        self, name: str, *codes: str, endpoint: str | None = URL, kind: str = ""
    ) -> UUID:
        """Register a recipient for these purposes, with an endpoint unless that is None."""
        with self.database.transaction() as session:
            made = register_recipient(
                session,
                actor=ACTOR,
                at=self.clock(),
                controller_id=self.controller_id,
                facts=RecipientFacts(name, RecipientRole.SEPARATE, "FR", codes),
            )
            if endpoint is not None:
                set_endpoint(
                    session,
                    actor=ACTOR,
                    at=self.clock(),
                    cabinet=self.cabinet,
                    recipient_id=made.id,
                    facts=EndpointFacts(endpoint, kind),
                )
            return made.id

    def record(self, *answers: Answered) -> None:
        """Record what visitors answered, together; the clock goes on by a second."""
        self.clock.advance(seconds=1)
        with self.database.transaction() as session:
            record_answers(
                session, actor="subject", at=self.clock(), answers=answers, origin="log.example"
            )

    def owed(self) -> list[OutboxMessage]:
        """Return every webhook, the oldest first."""
        with self.database.reading() as session:
            return list(
                session.scalars(
                    select(OutboxMessage)
                    .where(OutboxMessage.channel == WEBHOOK)
                    .order_by(OutboxMessage.created_at, OutboxMessage.body)
                )
            )

    def deliver(self, poster: Poster) -> Passed:
        """Run the job once."""

        def tell(message: OutboxMessage) -> Telling:
            with self.database.reading() as session:
                return telling(session, cabinet=self.cabinet, message=message)

        return deliver_webhooks(self.database, clock=self.clock, tell=tell, poster=poster)
