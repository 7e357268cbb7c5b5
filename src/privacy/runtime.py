"""The composition root: what one process is made of, put together in one place."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, not_, select

from privacy.assignments import store as assignments_store
from privacy.audit import guard
from privacy.audit.models import AuditPending
from privacy.audit.seal import Sequencer
from privacy.clock import Clock
from privacy.config import Settings
from privacy.consent import store as consent_store
from privacy.consent.recorder import Recorder
from privacy.crypto import Keyring
from privacy.db import Database
from privacy.outbox.mailer import Mailer, SmtpMailer
from privacy.outbox.models import MAIL, TEXT, MessageState, OutboxMessage
from privacy.outbox.texting import BUDGET
from privacy.outbox.webhook import HttpPoster
from privacy.rectification import store as rectification_store
from privacy.requests import store as requests_store
from privacy.requests.letters import Desk
from privacy.requests.links import Links
from privacy.stores import queries
from privacy.stores.own import OwnStore
from privacy.stores.protocol import Store
from privacy.stores.registry import Stores
from privacy.subjects.keys import KeyCabinet

LONGEST_MERGE = timedelta(seconds=60)
"""What a receipt promises: within this time its entry is part of the signed log."""
LATE = timedelta(hours=1)

Check = Callable[[], str | None]
"""Returns what is wrong, in words that hold no secret, or None."""


@dataclass(frozen=True)
class Runtime:
    """The parts of one process; views, jobs and commands take from here what they need."""

    settings: Settings
    database: Database
    keyring: Keyring
    clock: Clock
    cabinet: KeyCabinet
    sequencer: Sequencer
    recorder: Recorder
    mailer: Mailer
    poster: HttpPoster
    desk: Desk
    checks: dict[str, Check]
    """What is asked about health; what runs beside the web adds its own."""
    wakers: list[Callable[[str], None]] = field(default_factory=list)
    """Called with a job's name after a commit that gives it work."""

    def wake(self, job: str) -> None:
        """Let a job of this process run soon, instead of at its next turn."""
        for waker in self.wakers:
            waker(job)

    def own_store(self) -> Store:
        """Return our own rows as a data store."""
        rectified = rectification_store.own_collections(self.cabinet)
        more = (consent_store.OWN, assignments_store.OWN, *rectified)
        parts = (*more, *requests_store.own_collections(self.cabinet))
        definition = requests_store.definition(*(part.collection for part in more))
        return OwnStore(self.database, definition, parts)

    def open_stores(self, controller_id: UUID) -> Stores:
        """Open every data store of a controller, our own rows first; nothing connects yet."""
        with self.database.reading() as session:
            registered = queries.open_stores(
                session, controller_id=controller_id, cabinet=self.cabinet
            )
        return Stores([self.own_store(), *registered])


def assemble(settings: Settings, database: Database, clock: Clock) -> Runtime:
    """Put a process together; raises ConfigError when the key file is missing or unsafe."""
    keyring = Keyring.load(settings.key_file)
    cabinet = KeyCabinet(keyring, clock)
    guard.install(database)
    sequencer = Sequencer(
        database, keyring.signer, clock, keyring.signer.name, verifiers=keyring.verifiers
    )
    sequencer.watch(database)
    return Runtime(
        settings=settings,
        database=database,
        keyring=keyring,
        clock=clock,
        cabinet=cabinet,
        sequencer=sequencer,
        recorder=Recorder(database, clock, keyring.signer.name),
        mailer=SmtpMailer(settings.smtp_url, settings.mail_from, clock=clock),
        poster=HttpPoster(private=settings.webhook_private),
        desk=Desk(cabinet, Links(settings.public_url)),
        checks={
            "audit": _audit(database, sequencer, clock),
            "mail": _mail(database, clock),
        },
    )


def _audit(database: Database, sequencer: Sequencer, clock: Clock) -> Check:
    def check() -> str | None:
        if sequencer.fault:
            return sequencer.fault
        with database.reading() as session:
            oldest = session.scalar(select(func.min(AuditPending.at)))
        if oldest is not None and clock() - oldest > LONGEST_MERGE:
            return "Entries wait longer than a minute for their place in the log."
        return None

    return check


def _mail(database: Database, clock: Clock) -> Check:
    """Return the check that mail goes out at all.

    A mail that only its recipient's server puts off is no fault of ours; else anybody could make
    this service look ill by giving the address of a server that never takes mail.
    """
    greylisted = OutboxMessage.last_error.like("smtp-4%")
    put_off = (greylisted & (OutboxMessage.last_error != "smtp-421")) | (
        OutboxMessage.last_error == BUDGET  # of texts: it waits for the next day
    )

    def check() -> str | None:
        with database.reading() as session:
            late = session.scalar(
                select(func.count())
                .select_from(OutboxMessage)
                .where(
                    OutboxMessage.state == MessageState.PENDING,
                    OutboxMessage.channel.in_([MAIL, TEXT]),
                    OutboxMessage.created_at < clock() - LATE,
                    not_(put_off),
                )
            )
        return f"Mails or texts wait for more than an hour: {late}." if late else None

    return check
