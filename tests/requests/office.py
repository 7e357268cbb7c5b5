"""A controller's office for requests: does by acts what subjects, operators and jobs do."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from privacy.audit import queries as audit
from privacy.audit.actions import Action
from privacy.audit.entry import Entry
from privacy.consent import store as consent_store
from privacy.db import Database
from privacy.outbox.mail import OpenedMessage
from privacy.outbox.models import OutboxMessage
from privacy.policy.acts import set_value
from privacy.policy.values import Force, Unit, Value
from privacy.purposes.models import Controller
from privacy.requests import acts, deciding, store
from privacy.requests.acts import Confirmed, Submission
from privacy.requests.deciding import Decision, RefusalGround
from privacy.requests.jobs import Bench
from privacy.requests.letters import Desk, open_letter
from privacy.requests.models import (
    Package,
    RequestClaim,
    RequestKind,
    RequestLink,
    RequestTask,
    SubjectRequest,
)
from privacy.stores.own import OwnStore
from privacy.stores.protocol import Store
from tests.fakes import FakeClock

EMAIL = "camille.durand@example.fr"
DPO = "operator:dpo"
REASON = "Cette demande répète celle d’hier, déjà répondue."


def plain_page(language: str, **context: Any) -> str:
    """Return the context of the readable page as JSON, in the place of its template."""
    context["controller"] = context["controller"].name
    return json.dumps({"language": language, **context}, default=str)


@dataclass(frozen=True)
class Office:
    """Everything that acts and jobs need, and ways to look at what they left."""

    database: Database
    clock: FakeClock
    desk: Desk
    controller: Controller

    def submit(
        self, email: str = EMAIL, *, language: str = "fr", to: Controller | None = None
    ) -> UUID:
        """Make a request and return its id."""
        made = Submission(RequestKind.ACCESS, email, language)
        with self.database.transaction() as session:
            return acts.submit_request(
                session,
                actor="subject",
                at=self.clock(),
                desk=self.desk,
                to=to or self.controller,
                made=made,
            ).id

    def confirm(self, token: str, *, at: Controller | None = None) -> Confirmed:
        """Press the button behind the link of the first mail."""
        with self.database.transaction() as session:
            return acts.verify_identity(
                session,
                actor="subject",
                at=self.clock(),
                desk=self.desk,
                to=at or self.controller,
                token=token,
            )

    def opened(self, email: str = EMAIL, *, language: str = "fr") -> UUID:
        """Make a request, confirm it and return its id."""
        request_id = self.submit(email, language=language)
        self.confirm(self.token("confirm_request"))
        return request_id

    def approved(self, email: str = EMAIL, *, language: str = "fr") -> UUID:
        """Make, confirm and approve a request and return its id."""
        request_id = self.opened(email, language=language)
        self.approve(request_id)
        return request_id

    def approve(self, request_id: UUID, actor: str = DPO) -> None:
        """Approve a request."""
        with self.taken(request_id) as (session, about):
            deciding.approve(session, actor=actor, at=self.clock(), about=about)

    def refuse(
        self,
        request_id: UUID,
        *,
        reason: str = REASON,
        ground: RefusalGround | None = RefusalGround.EXCESSIVE,
    ) -> None:
        """Refuse a request."""
        with self.taken(request_id) as (session, about):
            why = Decision(self.controller, reason, ground)
            deciding.refuse(
                session, actor=DPO, at=self.clock(), desk=self.desk, about=about, why=why
            )

    def extend(self, request_id: UUID, *, reason: str = REASON) -> None:
        """Take two further months for a request."""
        with self.taken(request_id) as (session, about):
            why = Decision(self.controller, reason)
            deciding.extend(
                session, actor=DPO, at=self.clock(), desk=self.desk, about=about, why=why
            )

    @contextmanager
    def taken(self, request_id: UUID) -> Iterator[tuple[Session, SubjectRequest]]:
        """Yield a request in a transaction."""
        with self.database.transaction() as session:
            yield session, session.get_one(SubjectRequest, request_id)

    def request(self, request_id: UUID) -> SubjectRequest:
        """Return a request as it is now."""
        with self.database.reading() as session:
            return session.get_one(SubjectRequest, request_id)

    def all(self) -> list[SubjectRequest]:
        """Return every request, oldest first."""
        with self.database.reading() as session:
            return list(session.scalars(select(SubjectRequest).order_by(SubjectRequest.id)))

    def tasks(self, request_id: UUID) -> dict[str, tuple[str, int, str]]:
        """Return state, count and detail of a request by store."""
        with self.database.reading() as session:
            rows = session.scalars(
                select(RequestTask).where(RequestTask.request_id == request_id)
            ).all()
        return {row.store_name: (row.state.value, row.found, row.detail) for row in rows}

    def claim(self, request_id: UUID) -> RequestClaim:
        """Return the claim on a request as it is now."""
        with self.database.reading() as session:
            return session.get_one(RequestClaim, request_id)

    def packages(self) -> list[Package]:
        """Return every package that is kept."""
        with self.database.reading() as session:
            return list(session.scalars(select(Package)))

    def links(self, request_id: UUID) -> list[RequestLink]:
        """Return every link that was sent for a request."""
        with self.database.reading() as session:
            return list(
                session.scalars(select(RequestLink).where(RequestLink.request_id == request_id))
            )

    def messages(self, template: str | None = None) -> list[OutboxMessage]:
        """Return the letters that are owed, oldest first."""
        with self.database.reading() as session:
            rows = session.scalars(
                select(OutboxMessage).order_by(OutboxMessage.created_at, OutboxMessage.id)
            ).all()
        return [row for row in rows if template in {None, row.template}]

    def letters(self, template: str) -> list[OpenedMessage]:
        """Return the letters of a template, open, oldest first."""
        with self.database.reading() as session:
            return [
                open_letter(session, cabinet=self.desk.cabinet, message=one)
                for one in self.messages(template)
            ]

    def token(self, template: str) -> str:
        """Return the token in the link of the newest letter, of a whole answer or one in part."""
        letters = self.letters(template) + self.letters(f"{template}_partial")
        return letters[-1].variables["link"].rsplit("/", 1)[1]

    def entries(self, *actions: Action) -> list[Entry]:
        """Return the entries of these kinds, oldest first; all where none is named."""
        with self.database.reading() as session:
            found = audit.entries(session, controller_ids=None, limit=10_000)
        return [one for one in found[::-1] if not actions or one.action in actions]

    def set_period(self, key: str, period: str) -> None:
        """Let a policy value hold from this day on."""
        today = self.clock().date()
        value = Value(key, period, Unit.PERIOD, today, None, "The DPO", Force.SOFT)
        with self.database.transaction() as session:
            set_value(session, actor=DPO, at=self.clock(), value=value, reason="For a test.")

    def own_store(self) -> Store:
        """Return our own rows as a data store."""
        parts = (consent_store.OWN, *store.own_collections(self.desk.cabinet))
        return OwnStore(self.database, store.definition(consent_store.CONSENTS), parts)

    def bench(self, *stores: Store, database: Database | None = None, page: Any = None) -> Bench:
        """Return what answering needs, with our own store and these ones."""

        def opened(_controller_id: UUID) -> Mapping[str, Store]:
            return {one.definition.name: one for one in (self.own_store(), *stores)}

        return Bench(database or self.database, self.clock, self.desk, opened, page or plain_page)
