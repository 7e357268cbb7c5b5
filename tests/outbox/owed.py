"""Messages that are owed, with real seals, and a mailer that remembers."""

import json
from collections import deque
from collections.abc import Callable, Mapping
from uuid import UUID

from privacy.crypto import DataKey
from privacy.db import Database, new_id
from privacy.errors import SealError
from privacy.outbox.acts import enqueue
from privacy.outbox.jobs import deliver
from privacy.outbox.mail import Mail, OpenedMessage
from privacy.outbox.mailer import Mailer
from privacy.outbox.models import Draft, OutboxMessage, address_context, variables_context
from tests.fakes import FakeClock

SHOP = UUID("019b0000-0000-7000-8000-00000000000a")
LEA = UUID("019b0000-0000-8000-8000-00000000000b")


def render(template: str, language: str, variables: Mapping[str, str]) -> Mail:
    """Write the variables into the mail, so that a test can read them there."""
    if template == "unknown":
        raise KeyError(template)
    body = f"{template} {language} {variables['link']}"
    return Mail(f"{template} {variables['link']}", body, f"<p>{body}</p>")


class FakeMailer:
    """Remembers what it sent; does what stands first in `next` instead, if anything does."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, UUID]] = []
        self.next: deque[Callable[[], None]] = deque()

    def send(self, mail: Mail, *, address: str, message_id: UUID) -> None:
        """Take a mail over."""
        if self.next:
            self.next.popleft()()
        self.sent.append((address, mail.text, message_id))

    def fail(self, error: BaseException, *, times: int = 1) -> None:
        """Raise an error the next times."""

        def fall() -> None:
            raise error

        self.next.extend([fall] * times)


class Desk:
    """A database with messages, the key to them, and what delivers them."""

    def __init__(self, database: Database, clock: FakeClock, mailer: Mailer) -> None:
        self.database = database
        self.clock = clock
        self.mailer = mailer
        self.key = DataKey.generate()

    def owe(self, count: int = 1, *, template: str = "request-confirm") -> list[UUID]:
        """Owe mails to mail0@example.org and so on, with link0 and so on."""
        ids = []
        for number in range(count):
            with self.database.transaction() as session:
                message_id = new_id(self.clock())
                address, variables = self._contexts(message_id)
                draft = Draft(
                    id=message_id,
                    controller_id=SHOP,
                    subject_id=LEA,
                    template=template,
                    language="fr",
                    address_sealed=self.key.seal(f"mail{number}@example.org", context=address),
                    variables_sealed=self.key.seal(
                        json.dumps({"link": f"link{number}"}), context=variables
                    ),
                )
                enqueue(session, at=self.clock(), draft=draft)
            ids.append(message_id)
        return ids

    def deliver(self, limit: int = 50) -> int:
        """Run the job once."""
        return deliver(
            self.database,
            clock=self.clock,
            open_message=self.open_message,
            render=render,
            mailer=self.mailer,
            limit=limit,
        )

    def open_message(self, message: OutboxMessage) -> OpenedMessage:
        """Open both seals."""
        address, variables = self._contexts(message.id)
        if message.address_sealed is None or message.variables_sealed is None:
            raise SealError("nothing is left to open")
        return OpenedMessage(
            self.key.open_text(message.address_sealed, context=address),
            json.loads(self.key.open_text(message.variables_sealed, context=variables)),
        )

    def row(self, message_id: UUID) -> OutboxMessage:
        """Read a message again."""
        with self.database.reading() as session:
            row = session.get_one(OutboxMessage, (LEA, message_id))
            session.expunge(row)
            return row

    def _contexts(self, message_id: UUID) -> tuple[tuple[str, ...], tuple[str, ...]]:
        address = address_context(controller_id=SHOP, subject_id=LEA, message_id=message_id)
        variables = variables_context(controller_id=SHOP, subject_id=LEA, message_id=message_id)
        return address, variables
