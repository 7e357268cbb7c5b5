"""Who may lengthen the log: a lease for courtesy, an epoch as the fence."""

import os
import secrets
from datetime import timedelta

from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from privacy.audit.models import LOG, AuditHead
from privacy.clock import Clock

LEASE = timedelta(seconds=10)
"""How long a silent leader is waited for."""


class FencedError(Exception):
    """Another leader was here; nothing of this transaction may be committed."""


class Lease:
    """One process's claim to lead; the row of the head decides."""

    def __init__(self, clock: Clock, *, log_id: int = LOG) -> None:
        self._clock = clock
        self._log_id = log_id
        self._holder = f"{os.getpid()}-{secrets.token_hex(8)}"

    def may_lead(self, head: AuditHead | None) -> bool:
        """Say whether nobody leads, or this process does, or who did has been silent."""
        if head is None or head.holder == self._holder:
            return True
        return head.leased_until_at <= self._clock()

    def take(self, session: Session) -> tuple[int, int]:
        """Become, or stay, the leader; return the size of the log and the epoch.

        Raises FencedError while another process leads.
        """
        head = session.get(AuditHead, self._log_id)
        if head is None:
            return self._found(session)
        if not self.may_lead(head):
            raise FencedError
        if head.holder != self._holder:
            self._write(session, head.size, head.epoch, epoch_now=head.epoch + 1)
            return head.size, head.epoch + 1
        return head.size, head.epoch

    def lengthen(self, session: Session, *, size: int, epoch: int, size_now: int) -> None:
        """Move the head forward if it is still where this leader left it; else FencedError."""
        self._write(session, size, epoch, size_now=size_now)

    def _found(self, session: Session) -> tuple[int, int]:
        values = {"log_id": self._log_id, "size": 0, "epoch": 1} | self._held()
        try:
            session.connection().execute(insert(AuditHead), values)
        except IntegrityError:
            raise FencedError from None  # another process founded the log just now
        return 0, 1

    def _write(
        self,
        session: Session,
        size: int,
        epoch: int,
        *,
        size_now: int | None = None,
        epoch_now: int | None = None,
    ) -> None:
        same = (AuditHead.log_id == self._log_id, AuditHead.size == size, AuditHead.epoch == epoch)
        values = {
            "size": size if size_now is None else size_now,
            "epoch": epoch if epoch_now is None else epoch_now,
        }
        moved = update(AuditHead).where(*same).values(values | self._held())
        if session.connection().execute(moved).rowcount != 1:
            raise FencedError

    def _held(self) -> dict[str, object]:
        return {"holder": self._holder, "leased_until_at": self._clock() + LEASE}
