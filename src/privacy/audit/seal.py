"""The sequencer: gives committed entries their place in the log and signs what it has become.

Any number of processes may run one; the others rest while one leads.
"""

import logging
import threading
from dataclasses import dataclass

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from privacy.audit import batch, guard, queries
from privacy.audit.checkpoint import Checkpoint, open_checkpoint
from privacy.audit.lease import FencedError, Lease
from privacy.audit.merkle import Edge
from privacy.audit.models import LOG, AuditHead, AuditPending
from privacy.clock import Clock
from privacy.crypto import Signer, Verifiers
from privacy.db import Database

BATCH = 2000
"""Entries of one transaction; below SQLite's limit of 32,766 values in a statement."""

_log = logging.getLogger(__name__)


class UnsafeLogError(RuntimeError):
    """To continue the log would contradict what was signed before; the message says why."""


@dataclass(frozen=True)
class _Tree:
    """What a leader knows of the log; true as long as the head still has this epoch."""

    epoch: int
    edge: Edge


class Sequencer:
    """Integrates pending entries; one for each process, used by one thread at a time."""

    def __init__(
        self,
        database: Database,
        signer: Signer,
        clock: Clock,
        origin: str,
        *,
        verifiers: Verifiers = (),
        log_id: int = LOG,
    ) -> None:
        self._database = database
        self._signer = signer
        self._clock = clock
        self._origin = origin
        self._verifiers = (signer.verifier, *verifiers)
        self._log_id = log_id
        self._lease = Lease(clock, log_id=log_id)
        self._known: _Tree | None = None
        self._published = 0
        self._woken = threading.Event()
        self._fault: str | None = None

    @property
    def fault(self) -> str | None:
        """Why the loop's last round integrated nothing, for who asks about health; or None."""
        return self._fault

    def integrate(self, limit: int = BATCH) -> int:
        """Integrate up to `limit` pending entries in one transaction; return how many.

        Returns 0 when nothing waits or another process leads. Raises UnsafeLogError when the
        log is not what was last signed, as after the restore of a backup.
        """
        if not self._has_work():
            return 0
        try:
            with self._database.transaction() as session:
                before = self._lead(session)
                after = self._advance(session, before, limit)
        except FencedError:
            return 0
        self._known, self._published = after, after.edge.size
        return after.edge.size - before.edge.size

    def run(self, stop: threading.Event, interval: float = 0.2, idle: float = 0.5) -> None:
        """Integrate until `stop` is set; entries of one `interval` (seconds) share a checkpoint.

        A batch costs some milliseconds whatever its size, so a shorter interval is dearer.
        It looks every `idle` seconds for what other processes committed, and after a `wake`.
        """
        while not stop.is_set():
            self._woken.clear()
            count = self._attempt()
            if not count:
                self._woken.wait(idle)
            if count < BATCH:
                stop.wait(interval)
        self._attempt()

    def wake(self) -> None:
        """Tell the loop that entries were committed, or that it shall see that it must stop."""
        self._woken.set()

    def watch(self, database: Database) -> None:
        """Wake at each commit of a session of this database that appended an entry."""

        def after_commit(session: Session) -> None:
            if guard.has_entries(session):
                self.wake()

        event.listen(database.sessions, "after_commit", after_commit)

    def _attempt(self) -> int:
        try:
            count = self.integrate()
        except Exception as error:  # noqa: BLE001 -- the loop must outlive a lost database
            # Only our own words: a database's error may quote values.
            fault = str(error) if isinstance(error, UnsafeLogError) else type(error).__name__
            if fault != self._fault:
                _log.error("audit entries are not integrated: %s", fault)
            self._fault = fault
            return 0
        self._fault = None
        return count

    def _has_work(self) -> bool:
        """Ask by reading only, so that an idle sequencer never takes the writer's place."""
        waiting = select(AuditPending.id).where(AuditPending.log_id == self._log_id).limit(1)
        with self._database.reading() as session:
            if session.scalar(waiting) is None:
                return False
            return self._lease.may_lead(session.get(AuditHead, self._log_id))

    def _lead(self, session: Session) -> _Tree:
        """Return the tree of which this process is, or now becomes, the leader."""
        size, epoch = self._lease.take(session)
        if size < self._published:
            raise _contradiction(size, self._published)
        known = self._known
        if known and (known.epoch, known.edge.size) == (epoch, size):
            return known
        return _Tree(epoch, self._load(session, size))

    def _load(self, session: Session, size: int) -> Edge:
        """Read the edge of the tree and hold it against the last signed checkpoint."""
        last = queries.last_checkpoint(session, log_id=self._log_id)
        signed_size = last.size if last else 0
        if signed_size != size:
            raise _contradiction(size, signed_size)
        edge = Edge.load(size, queries.tile_reader(session, log_id=self._log_id))
        if last:
            signed = open_checkpoint(last.note, self._verifiers, origin=self._origin)
            if (signed.size, signed.root) != (size, edge.root()):
                raise UnsafeLogError(f"the tiles of the log are not those signed at size {size}")
        return edge

    def _advance(self, session: Session, tree: _Tree, limit: int) -> _Tree:
        """Write one batch of entries, their tiles and a checkpoint."""
        entries = batch.waiting(session, log_id=self._log_id, limit=limit)
        if not entries:
            return tree
        size, size_now = tree.edge.size, tree.edge.size + len(entries)
        self._lease.lengthen(session, size=size, epoch=tree.epoch, size_now=size_now)
        edge = batch.write(session, entries, log_id=self._log_id, old=tree.edge)
        note = Checkpoint(self._origin, size_now, edge.root()).signed(self._signer)
        batch.publish(session, note, log_id=self._log_id, size=size_now, at=self._clock())
        return _Tree(tree.epoch, edge)


def _contradiction(size: int, signed: int) -> UnsafeLogError:
    return UnsafeLogError(
        f"the log has {size} entries but {signed} were signed; was a backup restored?"
    )
