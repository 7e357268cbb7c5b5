"""Sending what is owed to other controllers: claim, post outside any transaction, settle."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Protocol
from uuid import UUID

from privacy.clock import Clock
from privacy.db import Database
from privacy.errors import ConflictError
from privacy.outbox.mailer import Scope, UndeliveredError
from privacy.outbox.webhook import public_headers
from privacy.requests import transfers
from privacy.requests.annexes import Transfer, TransferState
from privacy.requests.answering.attempting import attempt
from privacy.requests.answering.claiming import Claim, pause_after
from privacy.requests.letters import Desk
from privacy.requests.models import RequestClaim, SubjectRequest
from privacy.requests.transfers import Ending, Parcel

ACTOR = "job:send-transfers"
GIVEN_UP = timedelta(hours=12)
"""After this the subject is told that it is not feasible, and has the download."""
HOPELESS = frozenset({"private-address"})
"""What no further try can change."""


class Sender(Protocol):
    """What posts to an address of the internet, and to no other."""

    def send(self, url: str, *, signed: Mapping[str, str], body: bytes) -> int:
        """Return the status with which it was taken; raise UndeliveredError otherwise."""


@dataclass(frozen=True)
class Post:
    """What sending needs: the database, the clock, the keys, the way out, the signature."""

    database: Database
    clock: Clock
    desk: Desk
    sender: Sender
    sign: Callable[[bytes], bytes]


def send_transfers(post: Post) -> int:
    """Try everything that is owed to other controllers; return how much was settled.

    The same id is sent at each try, so that what arrives twice is known as one.
    """
    with post.database.reading() as session:
        owed = transfers.due(session, at=post.clock())
    return sum(_attempt(post, request_id) for request_id in owed)


def _attempt(post: Post, request_id: UUID) -> bool:
    return attempt(
        post.database,
        clock=post.clock,
        request_id=request_id,
        step=partial(_send, post),
        missed="transfer.not-sent",
    )


def _send(post: Post, mine: Claim) -> bool:
    with post.database.reading() as session:
        about = session.get_one(SubjectRequest, mine.request_id)
        row = transfers.transfer_of(session, about=about)
        if row is None:
            return False
        parcel = transfers.opened(session, desk=post.desk, row=row)
    last = post.clock() - row.created_at >= GIVEN_UP
    ending = _try(post, mine, parcel, last=last)
    with post.database.transaction() as session:
        hold = session.get_one(RequestClaim, mine.request_id, with_for_update=True)
        if hold.fence != mine.fence:
            raise ConflictError("Another worker took this over.")
        fresh = session.get_one(Transfer, (row.subject_id, row.request_id))
        if ending is None:
            hold.claimed_until = post.clock() + pause_after(mine.fence)
            return False
        hold.claimed_until = post.clock()
        transfers.settle(
            session, actor=ACTOR, at=post.clock(), desk=post.desk, row=fresh, ending=ending
        )
    return True


def _try(post: Post, mine: Claim, parcel: Parcel, *, last: bool) -> Ending | None:
    """Return how the try ended; None when another one may do better."""
    signed = public_headers(
        post.sign, message_id=mine.request_id, at=post.clock(), body=parcel.body
    )
    try:
        status = post.sender.send(parcel.url, signed=signed, body=parcel.body)
    except UndeliveredError as error:
        final = error.scope is Scope.FOREVER or error.reason in HOPELESS
        if final or last:
            return Ending(TransferState.FAILED, error.reason)
        return None
    return Ending(TransferState.SENT, f"http-{status}")
